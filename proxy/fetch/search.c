#include "search_priv.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/crl.h"
#include "cert/issuer_file.h"
#include "cert/name.h"
#include "cert/ocsp.h"
#include "trust/roots.h"
#include "url_priv.h"

enum {
    HOUR_S = 3600,
    DAY_S = 24 * HOUR_S,
    WEEK_S =
        7 *
        DAY_S, /* an issuer is kept from an hour to a week, a day when its server does not say */
};

#define OID_OCSP_NO_CHECK "1.3.6.1.5.5.7.48.1.5" /* RFC 6960 §4.2.2.2.1 */

enum search_phase { SEARCH_ISSUERS = 0, SEARCH_OCSP, SEARCH_CRLS, SEARCH_OVER };

struct search {
    void (*done)(void *arg, struct search *s);
    void *arg;
    atomic_bool cancelled;
    struct fetcher *f;
    struct judge_case the_case; /* its parts are owned, or references */
    struct verdict verdict;     /* of the case with what was fetched so far */
    enum fetch_reach reach;
    bool issuers, ocsp, crls;
    size_t crl_bytes_most;
    struct fetch_evidence *found;
    enum search_phase phase;
    size_t level; /* of issuers */
    size_t cert;  /* of the path: whose revocation is asked about */
    size_t url;   /* the next of that certificate */
    bool answered;
    const char *asked; /* the last address for that certificate; borrowed from it, or NULL */
};

static void step(struct search *s);

static struct cert_chain *chain_copy(const struct cert_chain *from)
{
    struct cert_chain *to = from ? cert_chain_new() : NULL;

    for (size_t i = 0; from && i < from->n; i++)
        cert_chain_push(to, from->at[i]);
    return to;
}

/* Only what leads to a path: names, pins and the rest are judged by whoever asked. */
static void case_copy(struct judge_case *to, const struct judge_case *from)
{
    *to = (struct judge_case){
        .chain = chain_copy(from->chain),
        .host = mem_text(from->host),
        .at = from->at,
        .anchors_are = from->anchors_are,
        .policy = from->policy,
        .roots = from->roots ? roots_ref((struct roots *)(uintptr_t)from->roots) : NULL,
        .anchors = chain_copy(from->anchors),
        .ignore_expiry = from->ignore_expiry,
        .no_openssl = true,
    };
}

static void case_fini(struct judge_case *c)
{
    cert_chain_free((struct cert_chain *)(uintptr_t)c->chain);
    cert_chain_free((struct cert_chain *)(uintptr_t)c->anchors);
    mem_free((char *)(uintptr_t)c->host);
    roots_unref((struct roots *)(uintptr_t)c->roots);
}

struct search *search_new(
    const struct evidence_ask *ask, void (*done)(void *arg, struct search *s), void *arg)
{
    struct search *s = mem_new(sizeof *s);

    s->done = done;
    s->arg = arg;
    case_copy(&s->the_case, ask->the_case);
    s->reach = url_reach_of(ask->site_address);
    s->issuers = ask->issuers;
    s->ocsp = ask->ocsp;
    s->crls = ask->crls;
    s->crl_bytes_most = ask->crl_bytes_most ? ask->crl_bytes_most : CRL_BYTES_MOST;
    s->found = mem_new(sizeof *s->found);
    return s;
}

void search_free(struct search *s)
{
    if (!s)
        return;
    evidence_free(s->found);
    verdict_fini(&s->verdict);
    case_fini(&s->the_case);
    mem_free(s);
}

void search_cancel(struct search *s)
{
    atomic_store(&s->cancelled, true);
}

struct fetch_evidence *search_give(struct search *s)
{
    struct fetch_evidence *found = s->found;

    s->found = NULL;
    return found;
}

static void judge(struct search *s)
{
    verdict_fini(&s->verdict);
    s->the_case.fetched = s->found->fetched;
    judge_chain(&s->the_case, &s->verdict);
}

static void begin(struct fetcher *f, void *arg)
{
    struct search *s = arg;

    s->f = f;
    judge(s);
    step(s);
}

bool search_start(struct search *s, struct fetcher *f)
{
    return fetch_post(f, begin, s);
}

/* --- issuers --- */

static const struct cert *last_of(const struct search *s)
{
    return s->verdict.n_path ? s->verdict.path[s->verdict.n_path - 1] : NULL;
}

static bool is_issuer_of(const struct cert *issuer, const struct cert *c)
{
    return cert_name_equal(&issuer->subject, &c->issuer) && cert_is_signed_by(c, issuer);
}

/* All of the file once one of it is the issuer: a bundle holds its issuer, too. */
static bool take_issuers(struct search *s, const struct fetch_got *got)
{
    const struct cert *last = last_of(s);
    struct cert_chain *file = issuer_file_read((struct cert_span){got->bytes, got->len}, NULL);
    bool good = false;

    for (size_t i = 0; file && i < file->n && !good; i++)
        good = is_issuer_of(file->at[i], last);
    if (good && !s->found->fetched)
        s->found->fetched = cert_chain_new();
    for (size_t i = 0; good && i < file->n && s->found->fetched->n < CHAIN_MOST; i++)
        cert_chain_push(s->found->fetched, file->at[i]);
    cert_chain_free(file);
    return good;
}

static enum evidence_issuer issuer_answer(enum fetch_result r)
{
    return r == FETCH_REFUSED     ? EVIDENCE_NOT_THERE
           : r == FETCH_TOO_LARGE ? EVIDENCE_WRONG
                                  : EVIDENCE_NO_CONTACT;
}

static int64_t issuer_came(void *arg, const struct fetch_got *got)
{
    struct search *s = arg;
    int64_t keep_s = got->max_age_s < 0 ? DAY_S : got->max_age_s < HOUR_S ? HOUR_S : got->max_age_s;

    if (got->result != FETCH_OK) {
        s->found->issuer = issuer_answer(got->result);
    } else if (!take_issuers(s, got)) {
        s->found->issuer = EVIDENCE_WRONG;
        keep_s = FETCH_FAILURE_S;
    } else {
        s->found->issuer = EVIDENCE_FETCHED;
        s->level++;
        s->url = 0;
        judge(s);
    }
    step(s);
    return keep_s < WEEK_S ? keep_s : WEEK_S;
}

static void note_url(char **to, const char *url)
{
    mem_free(*to);
    *to = mem_text(url);
}

/* True: an address is being asked. */
static bool ask_issuer(struct search *s)
{
    const struct cert *last = last_of(s);

    if (!s->issuers || !last || s->level >= EVIDENCE_LEVELS_MOST ||
        last->aia.n >= EVIDENCE_LISTED_MOST || s->url >= last->aia.n ||
        s->url >= EVIDENCE_URLS_MOST ||
        !verdict_failed(&s->verdict, "MissingIntermediate", SIZE_MAX))
        return false;
    const char *url = last->aia.at[s->url++];
    note_url(&s->found->issuer_url, url);
    fetch_begin(s->f, &(struct fetch_wish){.url = url,
                          .most = ISSUER_FILE_BYTES_MOST,
                          .reach = s->reach,
                          .done = issuer_came,
                          .arg = s});
    return true;
}

/* --- revocation --- */

static const struct cert *asked_cert(const struct search *s)
{
    return s->cert + 1 < s->verdict.n_path ? s->verdict.path[s->cert] : NULL;
}

static int64_t until(const struct search *s, int64_t next_update)
{
    int64_t left = next_update - clock_wall_ms(fetch_clock(s->f)) / 1000;

    if (!next_update)
        return HOUR_S;
    return left < FETCH_FAILURE_S ? FETCH_FAILURE_S : left < WEEK_S ? left : WEEK_S;
}

static void keep_bytes(struct cert_span *list, size_t *n, const struct fetch_got *got)
{
    if (*n < EVIDENCE_ANSWERS_MOST)
        list[(*n)++] = (struct cert_span){mem_dup(got->bytes, got->len), got->len};
}

/* An answer that does not verify is handed over as well, so that the verdict can say so; but the
 * next responder is asked. */
static int64_t ocsp_came(void *arg, const struct fetch_got *got)
{
    struct search *s = arg;
    const struct cert *c = asked_cert(s), *issuer = s->verdict.path[s->cert + 1];
    struct ocsp *o =
        got->result == FETCH_OK ? ocsp_read((struct cert_span){got->bytes, got->len}, NULL) : NULL;
    struct ocsp_answer said;
    int64_t keep_s = FETCH_FAILURE_S;

    if (o && ocsp_find(o, c, issuer, &said)) {
        s->answered = ocsp_is_signed_by(o, issuer, clock_wall_ms(fetch_clock(s->f)) / 1000);
        keep_s = s->answered ? until(s, said.next_update) : FETCH_FAILURE_S;
        keep_bytes(s->found->ocsp, &s->found->n_ocsp, got);
    }
    ocsp_free(o);
    step(s);
    return keep_s;
}

static int64_t crl_came(void *arg, const struct fetch_got *got)
{
    struct search *s = arg;
    const struct cert *c = asked_cert(s), *issuer = s->verdict.path[s->cert + 1];
    struct crl *l =
        got->result == FETCH_OK ? crl_read((struct cert_span){got->bytes, got->len}, NULL) : NULL;
    int64_t keep_s = FETCH_FAILURE_S;

    if (l && crl_covers(l, c)) {
        s->answered = crl_is_signed_by(l, issuer);
        keep_s = s->answered ? until(s, crl_facts(l)->next_update) : FETCH_FAILURE_S;
        keep_bytes(s->found->crls, &s->found->n_crls, got);
    }
    crl_free(l);
    step(s);
    return keep_s;
}

/* RFC 6960 appendix A.1: the request in Base64, percent-encoded, behind the address. */
static char *ocsp_url(const char *base, const struct cert *c, const struct cert *issuer)
{
    size_t len = 0;
    uint8_t *request = ocsp_request(c, issuer, &len);
    struct text base64 = {0}, url = {0};

    if (request)
        text_add_base64(&base64, request, len);
    mem_free(request);
    text_add_n(&url, base, strnlen(base, FETCH_URL_MOST));
    if (!text_ends(text_str(&url), "/"))
        text_add_char(&url, '/');
    for (const char *at = text_str(&base64); *at; at++) {
        if (*at == '+' || *at == '/' || *at == '=')
            text_printf(&url, "%%%02X", (unsigned)*at);
        else
            text_add_char(&url, *at);
    }
    text_fini(&base64);
    return text_give(&url);
}

static bool url_left(const struct search *s, const struct cert_texts *urls)
{
    return urls->n < EVIDENCE_LISTED_MOST && s->url < urls->n && s->url < EVIDENCE_URLS_MOST;
}

static void ask_ocsp(struct search *s, const struct cert *c)
{
    const char *base = c->ocsp.at[s->url++];
    char *url = ocsp_url(base, c, s->verdict.path[s->cert + 1]);

    s->asked = base;
    fetch_begin(s->f,
        &(struct fetch_wish){
            .url = url, .most = OCSP_BYTES_MOST, .reach = s->reach, .done = ocsp_came, .arg = s});
    mem_free(url);
}

static void ask_crl(struct search *s, const struct cert *c)
{
    const char *url = c->crls.at[s->url++];

    s->asked = url;
    fetch_begin(s->f,
        &(struct fetch_wish){
            .url = url, .most = s->crl_bytes_most, .reach = s->reach, .done = crl_came, .arg = s});
}

static void next_cert(struct search *s, const struct cert *c)
{
    struct fetch_evidence *found = s->found;

    if (s->asked && !s->answered && found->n_silent < EVIDENCE_ANSWERS_MOST) {
        memcpy(found->silent[found->n_silent++], c->sha256, sizeof found->silent[0]);
        note_url(&found->silent_url, s->asked);
    }
    s->cert++;
    s->url = 0;
    s->asked = NULL;
    s->answered = false;
    s->phase = SEARCH_OCSP;
}

/* Each certificate but the root: its responders, then its lists. True: an address is being asked.
 */
static bool ask_revocation(struct search *s)
{
    const struct cert *c;

    while ((c = asked_cert(s))) {
        bool leave = s->answered || cert_extension(c, OID_OCSP_NO_CHECK);

        if (!leave && s->phase == SEARCH_OCSP && s->ocsp && url_left(s, &c->ocsp)) {
            ask_ocsp(s, c);
            return true;
        }
        if (!leave && s->phase == SEARCH_OCSP) {
            s->phase = SEARCH_CRLS;
            s->url = 0;
        }
        if (!leave && s->crls && url_left(s, &c->crls)) {
            ask_crl(s, c);
            return true;
        }
        next_cert(s, c);
    }
    return false;
}

static void finish(struct search *s)
{
    s->phase = SEARCH_OVER;
    s->done(s->arg, s);
}

static void step(struct search *s)
{
    if (atomic_load(&s->cancelled)) {
        finish(s);
        return;
    }
    if (s->phase == SEARCH_ISSUERS) {
        if (ask_issuer(s))
            return;
        s->phase = SEARCH_OCSP;
        s->url = 0;
    }
    if (!ask_revocation(s))
        finish(s);
}
