#include "digest_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "match.h"

enum { WORD_KEY_CAP = 160 };

void lexicon_init(struct lexicon *x)
{
    memset(x, 0, sizeof *x);
    x->numbers = map_new();
}

void lexicon_fini(struct lexicon *x)
{
    map_free(x->numbers, NULL);
}

/* False when the word is longer than any that a filter can wait for. */
static bool word_key(char out[static WORD_KEY_CAP], enum wake_key key, const char *word)
{
    int n = snprintf(out, WORD_KEY_CAP, "%s\t%s", wake_key_name(key), word);

    return n > 0 && n < WORD_KEY_CAP;
}

/* Numbers are addresses in x->number, as maps hold pointers. */
static unsigned word_number(struct lexicon *x, enum wake_key key, const char *word)
{
    char text[WORD_KEY_CAP];
    uint8_t *known = NULL;

    if (word_key(text, key, word))
        known = map_get(x->numbers, text);
    else
        return DIGEST_WORDS_MOST;
    if (known)
        return (unsigned)(known - x->number);
    if (x->n == DIGEST_WORDS_MOST) {
        log_warn(
            "rules wait for more than %d different words; some will not wake", DIGEST_WORDS_MOST);
        return DIGEST_WORDS_MOST;
    }
    map_put(x->numbers, text, &x->number[x->n]);
    return x->n++;
}

void filter_init(struct filter *f, const struct wake *wake, struct lexicon *x)
{
    *f = (struct filter){.wake = wake};
    for (enum wake_key key = WAKE_ENTRY; key < N_WAKE_KEYS; key++) {
        const struct wake_words *words = &wake->words[key];

        if (words->n == 0)
            continue;
        f->keys |= 1u << key;
        f->numbers[key] = mem_array(words->n, sizeof *f->numbers[key]);
        for (size_t i = 0; i < words->n; i++)
            f->numbers[key][i] = word_number(x, key, words->at[i]);
    }
    x->keys_at[wake->moment] |= f->keys;
}

void filter_fini(struct filter *f)
{
    for (enum wake_key key = WAKE_ENTRY; key < N_WAKE_KEYS; key++)
        mem_free(f->numbers[key]);
}

/* What is being said of the flow. */
struct saying {
    struct digest *digest;
    const struct lexicon *lexicon;
};

static void say(struct saying *s, enum wake_key key, const char *word)
{
    char text[WORD_KEY_CAP];
    const uint8_t *known;

    if (!word || !word_key(text, key, word))
        return;
    known = map_get(s->lexicon->numbers, text);
    if (!known)
        return;
    size_t number = (size_t)(known - s->lexicon->number);

    s->digest->bits[number / 64] |= (uint64_t)1 << number % 64;
}

static void say_lower(struct saying *s, enum wake_key key, const char *word, size_t n)
{
    char lower[WORD_KEY_CAP];

    if (n >= sizeof lower)
        return;
    memcpy(lower, word, n);
    lower[n] = '\0';
    text_lower(lower);
    say(s, key, lower);
}

static void say_number(struct saying *s, enum wake_key key, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)n);
    say(s, key, text);
}

static void say_checks(struct saying *s, const struct flow_check *checks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        say(s, WAKE_CHECK, checks[i].check);
}

static void say_verdict(struct saying *s, const struct flow *f)
{
    const struct flow_verdict *verdict = f->server_leg ? f->server_leg->verdict : NULL;

    if (f->server_leg) {
        say(s, WAKE_TRUSTED_BY, f->server_leg->trusted_by);
        for (size_t i = 0; i < f->server_leg->oddities.n; i++)
            say(s, WAKE_ODDITY, f->server_leg->oddities.at[i]);
    }
    if (!verdict)
        return;
    say_checks(s, verdict->checks, verdict->n_checks);
    say(s, WAKE_VERDICT, verdict->verdict);
    say(s, WAKE_CLASS, verdict->class);
}

static void say_failure(struct saying *s, const struct flow *f)
{
    const char *symptom = NULL;
    const struct flow_alert *alert = NULL;

    say(s, WAKE_LEG, f->failed_leg);
    if (!f->failed_leg)
        return;
    if (!strcmp(f->failed_leg, "client") && f->client_leg) {
        symptom = f->client_leg->symptom;
        alert = f->client_leg->alert;
    } else if (f->server_leg) {
        symptom = f->server_leg->symptom;
        alert = f->server_leg->alert;
    }
    say(s, WAKE_SYMPTOM, symptom);
    if (alert)
        say_number(s, WAKE_ALERT, alert->number);
}

static void say_headers(struct saying *s, const struct flow_headers *headers)
{
    for (size_t i = 0; headers && i < headers->n; i++)
        say_lower(s, WAKE_HEADER, headers->at[i].name, strlen(headers->at[i].name));
}

/* "text/html; charset=utf-8" says "text/html". */
static void say_type(struct saying *s, const struct flow_headers *headers)
{
    const char *type = flow_header_get(headers, "content-type");

    if (type)
        say_lower(s, WAKE_TYPE, type, strcspn(type, "; \t"));
}

static void say_request(struct saying *s, const struct flow *f)
{
    if (!f->request)
        return;
    say_headers(s, f->request->headers);
    say(s, WAKE_SCHEME, f->request->scheme);
    say(s, WAKE_METHOD, f->request->method);
}

static void say_response(struct saying *s, const struct flow *f)
{
    if (!f->response)
        return;
    say_headers(s, f->response->headers);
    say_number(s, WAKE_STATUS, f->response->status);
}

static void say_hello(struct saying *s, const struct flow *f)
{
    if (!f->client_leg)
        return;
    say(s, WAKE_SNI, f->client_leg->sni ? "present" : "absent");
    for (size_t i = 0; i < f->client_leg->hello->alpn.n; i++)
        say(s, WAKE_ALPN, f->client_leg->hello->alpn.at[i]);
}

static void say_end(struct saying *s, const struct flow *f)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        say(s, WAKE_CAUSE, f->diagnosis[i].cause);
    if (f->client_leg)
        say(s, WAKE_ENDED, f->client_leg->ended);
    if (f->server_leg)
        say(s, WAKE_ENDED, f->server_leg->ended);
}

void digest_make(struct digest *d, const struct lexicon *x, enum moment m, const struct flow *f)
{
    struct saying s = {d, x};

    memset(d, 0, sizeof *d);
    if (!x->keys_at[m])
        return;
    say(&s, WAKE_ENTRY, f->entry);
    if (m == MOMENT_HELLO)
        say_hello(&s, f);
    if (m == MOMENT_DIAL_FAILED && f->dial)
        say(&s, WAKE_ERROR, f->dial->error);
    if (m == MOMENT_JUDGED)
        say_verdict(&s, f);
    if (m == MOMENT_TLS_FAILED)
        say_failure(&s, f);
    if (m == MOMENT_REQUEST)
        say_request(&s, f);
    if (m == MOMENT_RESPONSE)
        say_response(&s, f);
    if (m == MOMENT_REQUEST_BODY && f->request)
        say_type(&s, f->request->headers);
    if (m == MOMENT_RESPONSE_BODY && f->response)
        say_type(&s, f->response->headers);
    if (m == MOMENT_WS_MESSAGE && f->message)
        say(&s, WAKE_FROM, f->message->from);
    if (m == MOMENT_IDENTITY && f->identity) {
        say(&s, WAKE_KIND, f->identity->kind);
        say_checks(&s, f->identity->checks, f->identity->n_checks);
    }
    if (m == MOMENT_FINISH)
        say_end(&s, f);
}

static bool words_hold(const struct filter *filter, enum wake_key key, const struct digest *d)
{
    for (size_t i = 0; i < filter->wake->words[key].n; i++) {
        unsigned number = filter->numbers[key][i];

        if (number < DIGEST_WORDS_MOST && d->bits[number / 64] >> number % 64 & 1)
            return true;
    }
    return false;
}

static bool hosts_hold(const struct wake *w, const struct flow *f)
{
    for (size_t i = 0; i < w->n_hosts; i++)
        if (f->target->host && matcher_has(w->hosts[i], f->target->host))
            return true;
    return !w->wants_hosts;
}

static bool has_holds(const struct wake *w, const struct flow *f)
{
    for (size_t i = 0; i < w->n_has; i++)
        if (!path_value(&w->has[i], f).none)
            return true;
    return w->n_has == 0;
}

bool filter_holds(const struct filter *filter, const struct digest *d, const struct flow *f)
{
    for (enum wake_key key = WAKE_ENTRY; key < N_WAKE_KEYS; key++)
        if (filter->keys >> key & 1 && !words_hold(filter, key, d))
            return false;
    return has_holds(filter->wake, f) && hosts_hold(filter->wake, f);
}
