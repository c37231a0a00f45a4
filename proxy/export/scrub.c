#include "scrub.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "flow/flow.h"

/* A word that is shorter says too little to be told from others. */
enum { WORD_LEAST = 3, WORDS = 6 };

struct private_words {
    const char *at[WORDS], *instead[WORDS];
};

static void words_of(const struct flow *f, struct private_words *out)
{
    *out = (struct private_words){
        .at = {f->client->ip, f->client->device->name, f->client->device->id, f->client->agent,
            f->client->balancer, f->proxy->name},
        .instead = {"the client", "the device", "the device", "the app", "the load balancer",
            "the proxy"},
    };
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The length of a private word that stands at `s`, whole; 0: none. */
static size_t word_at(const struct private_words *w, const char *s, char before, size_t *which)
{
    for (size_t i = 0; i < WORDS; i++) {
        size_t n = w->at[i] ? strlen(w->at[i]) : 0;

        if (n < WORD_LEAST || strncasecmp(s, w->at[i], n) != 0)
            continue;
        if ((is_word_char(before) && is_word_char(*s)) ||
            (is_word_char(s[n]) && is_word_char(s[n - 1])))
            continue;
        *which = i;
        return n;
    }
    return 0;
}

/* "https://host" of a URL that was asked for: what stays; 0: none stands here. */
static size_t url_at(const struct flow *f, const char *s)
{
    const char *after = !strncasecmp(s, "https://", 8)  ? s + 8
                        : !strncasecmp(s, "http://", 7) ? s + 7
                                                        : NULL;
    size_t n = f->target->host ? strlen(f->target->host) : 0;

    if (!after || !n || strncasecmp(after, f->target->host, n) != 0 || is_word_char(after[n]))
        return 0;
    if (after[n] == ':')
        n += 1 + strspn(after + n + 1, "0123456789");
    return (size_t)(after - s) + n;
}

static void scrub_one(const struct flow *f, const char *s, struct text *out)
{
    struct private_words words;
    char before = ' ';

    words_of(f, &words);
    while (*s) {
        size_t which = 0, n = url_at(f, s);

        if (n) {
            text_add_n(out, s, n);
            s += n;
            s += strcspn(s, " \t\r\n\"'<>`)");
        } else if ((n = word_at(&words, s, before, &which))) {
            text_add(out, words.instead[which]);
            s += n;
        } else {
            text_add_char(out, *s++);
        }
        before = s[-1];
    }
}

void scrub(struct flow *const *flows, size_t n, const char *s, struct text *out)
{
    struct text now = {0}, next = {0};

    text_add(&now, s);
    for (size_t i = 0; i < n; i++) {
        text_clear(&next);
        scrub_one(flows[i], text_str(&now), &next);
        struct text was = now;
        now = next;
        next = was;
    }
    text_add_n(out, text_str(&now), now.len);
    text_fini(&now);
    text_fini(&next);
}
