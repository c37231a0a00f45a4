/* judge/check_ct.c - SystemTrustedCTRequired: has the leaf been promised to enough logs of
 * Certificate Transparency?
 *
 * After Apple's published trustd (Security-61901, October 2025): which SCTs are valid, how many
 * make a certificate qualify, and of which chains that is asked at all. Whether it qualifies is
 * told of every chain; it is demanded of few. */
#include "judging_priv.h"

#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/ocsp.h"
#include "cert/sct.h"
#include "trust/ct_logs.h"
#include "trust/roots.h"

#define ENFORCED_FROM INT64_C(1539648000)      /* 2018-10-16 */
#define RULES_OF_2021_FROM INT64_C(1618963200) /* 2021-04-21 */

enum {
    DAY_S = 86400,
    PROMISES_MOST = 2 * SCTS_MOST, /* of all sources together */
    CT_SIGNATURES_MOST = 16,       /* public key operations of one judgement: about 2 ms */
    CT_RESPONSES_MOST = 4,         /* OCSP responses that are read for their SCTs */
    TOLD_MOST = 4,                 /* SCTs that a detail speaks of */
};

/* What became of one SCT, the harmless one first. */
enum promise_is {
    PROMISE_GOOD = 0,
    PROMISE_UNKNOWN, /* of a log that our list, being old or young, may lack */
    PROMISE_NO_LOG,
    PROMISE_NOT_COUNTED,
    PROMISE_FUTURE,
    PROMISE_FROZEN,
    PROMISE_SHARD,
    PROMISE_RETIRED,
    PROMISE_LATE,
    PROMISE_SIGNATURE,
    N_PROMISE_IS
};

static const char *const words[N_PROMISE_IS] = {
    [PROMISE_GOOD] = "good",
    [PROMISE_UNKNOWN] = "a log that our list may not know yet",
    [PROMISE_NO_LOG] = "a log that is not on the list",
    [PROMISE_NOT_COUNTED] = "a log that does not count",
    [PROMISE_FUTURE] = "from the future",
    [PROMISE_FROZEN] = "newer than its log's end",
    [PROMISE_SHARD] = "its log takes other expiry dates",
    [PROMISE_RETIRED] = "its log is retired, and it is not embedded",
    [PROMISE_LATE] = "its log was retired when it signed",
    [PROMISE_SIGNATURE] = "wrong signature",
};

struct promise {
    uint8_t id[SCT_LOG_ID_BYTES];
    const struct ct_log *log; /* NULL: not on the list */
    int64_t at;               /* seconds since 1970 */
    bool embedded;
    enum promise_is is;
};

/* All promises for one leaf. */
struct look {
    const struct judging *j;
    const struct cert *leaf, *issuer; /* issuer NULL: its path has no more */
    struct promise at[PROMISES_MOST];
    size_t n, n_unreadable;
    unsigned signatures; /* that may still be computed */
    uint8_t *tbs;        /* owned; of the precertificate, made when it is wanted */
    size_t tbs_len;
};

static bool sct_compute(
    struct look *l, const struct sct *s, const struct ct_log *log, bool embedded)
{
    struct sct_entry entry = {.precert = embedded, .body = l->leaf->der};
    struct evp_pkey_st *key = ct_logs_key(l->j->c->ct_logs, log);

    if (!key)
        return false;
    if (embedded) {
        if (!l->tbs)
            l->tbs = sct_precert_tbs(l->leaf, &l->tbs_len);
        if (!l->tbs)
            return false;
        memcpy(entry.issuer_key, l->issuer->spki_sha256, sizeof(entry.issuer_key));
        entry.body = (struct cert_span){.at = l->tbs, .len = l->tbs_len};
    }
    return sct_is_signed_by(s, &entry, key);
}

static bool sct_is_good(
    struct look *l, const struct sct *s, const struct ct_log *log, bool embedded)
{
    static const uint8_t nobody[32];
    struct sct_question q = {.leaf = l->leaf->sha256, .issuer = nobody, .sct = s->whole};
    bool good;

    if (embedded && !l->issuer)
        return false;
    if (embedded)
        q.issuer = l->issuer->spki_sha256;
    if (sct_recall(&q, &good))
        return good;
    if (l->signatures == 0)
        return false;
    l->signatures--;
    good = sct_compute(l, s, log, embedded);
    sct_keep(&q, good);
    return good;
}

/* A log may have been added, or have counted, when our list does not speak of that time. */
static enum promise_is log_fault(const struct look *l, const struct ct_log *log)
{
    int64_t at = l->j->c->at;
    bool stale = ct_logs_are_stale(l->j->c->ct_logs, at);

    if (!log)
        return stale ? PROMISE_UNKNOWN : PROMISE_NO_LOG;
    if (log->state == CT_LOG_PENDING)
        return stale ? PROMISE_UNKNOWN : PROMISE_NOT_COUNTED;
    if (log->state == CT_LOG_REJECTED)
        return at < log->since ? PROMISE_UNKNOWN : PROMISE_NOT_COUNTED;
    return PROMISE_GOOD;
}

static enum promise_is promise_judge(struct look *l, const struct promise *p, const struct sct *s)
{
    const struct ct_log *log = p->log;
    enum promise_is fault = log_fault(l, log);

    if (p->at > l->j->c->at)
        return PROMISE_FUTURE;
    if (fault != PROMISE_GOOD)
        return fault;
    if (log->expiry != CT_LOG_NEVER && !p->embedded)
        return PROMISE_RETIRED;
    if (log->expiry != CT_LOG_NEVER && p->at >= log->expiry)
        return PROMISE_LATE;
    if (p->at > log->frozen)
        return PROMISE_FROZEN;
    if (l->leaf->not_after < log->from || l->leaf->not_after >= log->until)
        return PROMISE_SHARD;
    return sct_is_good(l, s, log, p->embedded) ? PROMISE_GOOD : PROMISE_SIGNATURE;
}

static void look_at_list(struct look *l, struct cert_span bytes, bool embedded)
{
    struct sct_list list;

    if (!sct_list_parse(bytes, &list)) {
        l->n_unreadable++;
        return;
    }
    l->n_unreadable += list.n_unreadable;
    for (size_t i = 0; i < list.n && l->n < PROMISES_MOST; i++) {
        struct promise *p = &l->at[l->n++];

        memcpy(p->id, list.at[i].log_id, sizeof(p->id));
        p->log = ct_logs_find(l->j->c->ct_logs, p->id);
        p->at = (int64_t)(list.at[i].timestamp_ms / 1000);
        p->embedded = embedded;
        p->is = promise_judge(l, p, &list.at[i]);
    }
}

/* Who signed the response, and when, is not asked, as iOS does not: a log stands for its own word.
 */
static void look_at_response(struct look *l, struct cert_span bytes)
{
    struct ocsp *o = ocsp_read(bytes, NULL);
    struct ocsp_answer answer;

    if (o && ocsp_find(o, l->leaf, l->issuer, &answer) && answer.scts.len)
        look_at_list(l, answer.scts, false);
    ocsp_free(o);
}

static bool same_log(const struct promise *a, const struct promise *b)
{
    return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

/* Does it count, when logs that we may not know are given the benefit of the doubt? */
static bool counts(const struct promise *p, bool doubt)
{
    return p->is == PROMISE_GOOD || (doubt && p->is == PROMISE_UNKNOWN);
}

static bool is_current(const struct promise *p, bool doubt)
{
    return counts(p, doubt) && (!p->log || p->log->expiry == CT_LOG_NEVER);
}

/* One SCT per log: is it the first of its kind by this log? */
static bool is_first(const struct look *l, size_t i, bool doubt, bool embedded_only)
{
    for (size_t k = 0; k < i; k++)
        if (same_log(&l->at[k], &l->at[i]) && counts(&l->at[k], doubt) &&
            (!embedded_only || l->at[k].embedded))
            return false;
    return true;
}

/* Whole calendar months between two times, as a person counts: 31 January to 28 February is one. */
static int months_between(int64_t from, int64_t to)
{
    static const int last_day[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    time_t t0 = (time_t)from, t1 = (time_t)to;
    struct tm a, b;

    if (!gmtime_r(&t0, &a) || !gmtime_r(&t1, &b))
        return 0;
    int months = (b.tm_year - a.tm_year) * 12 + b.tm_mon - a.tm_mon, year = b.tm_year + 1900;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int last = last_day[b.tm_mon] + (b.tm_mon == 1 && leap);
    int day = a.tm_mday < last ? a.tm_mday : last;
    int left = (b.tm_mday - day) * DAY_S + (b.tm_hour - a.tm_hour) * 3600 +
               (b.tm_min - a.tm_min) * 60 + b.tm_sec - a.tm_sec;

    return left < 0 ? months - 1 : months;
}

/* How many logs must have been promised the certificate before it was issued. */
static size_t logs_wanted(const struct cert *leaf)
{
    int64_t life = cert_lifetime(leaf);

    if (leaf->not_before >= RULES_OF_2021_FROM)
        return life <= 180 * (int64_t)DAY_S ? 2 : life <= 825 * (int64_t)DAY_S ? 3 : 4;
    int months = months_between(leaf->not_before, leaf->not_after);
    return months < 15 ? 2 : months <= 27 ? 3 : months <= 39 ? 4 : 5;
}

/* The earliest promise by a log that is current: what iOS takes for the time of issuance. */
static int64_t issuance(const struct look *l, bool doubt)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < l->n; i++)
        if (is_current(&l->at[i], doubt) && l->at[i].at < first)
            first = l->at[i].at;
    return first;
}

/* The embedded ones by logs that were in service when the leaf was issued; that they were when they
 * signed has been asked. */
static size_t embedded_logs(const struct look *l, bool doubt)
{
    int64_t issued = issuance(l, doubt);
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        const struct promise *p = &l->at[i];

        if (!p->embedded || !counts(p, doubt) || !is_first(l, i, doubt, true))
            continue;
        if (!p->log || p->log->expiry == CT_LOG_NEVER || issued < p->log->expiry)
            n++;
    }
    return n;
}

static bool qualifies(const struct look *l, bool doubt)
{
    bool embedded = false, presented = false;
    size_t n_current = 0;

    for (size_t i = 0; i < l->n; i++) {
        if (!is_current(&l->at[i], doubt))
            continue;
        embedded = embedded || l->at[i].embedded;
        presented = presented || !l->at[i].embedded;
        n_current += is_first(l, i, doubt, false);
    }
    if (presented && n_current >= 2)
        return true;
    return embedded && embedded_logs(l, doubt) >= logs_wanted(l->leaf);
}

/* Each of them is what iOS wants, there are only too few. */
static bool all_are_good(const struct look *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!is_current(&l->at[i], false))
            return false;
    return l->n_unreadable == 0;
}

static enum verdict_ct conclude(const struct look *l)
{
    if (qualifies(l, false))
        return VERDICT_CT_QUALIFIED;
    if (qualifies(l, true))
        return VERDICT_CT_CANNOT_TELL;
    /* Embedded SCTs cannot be checked without the issuer's key (RFC 6962 §3.2). */
    if (!l->issuer && l->n)
        return VERDICT_CT_CANNOT_TELL;
    return all_are_good(l) ? VERDICT_CT_MISSING : VERDICT_CT_INVALID;
}

/* Apple's own roots, which are in the platform's store, are not asked. */
static bool is_apples(const struct cert *root)
{
    return root->subject.o && strcmp(root->subject.o, "Apple Inc.") == 0;
}

/* A root that the platform has. One out of a bundle that somebody named (--roots FILE) and that is
 * in no public list belongs to a CA of their own, which logs nothing. */
static bool is_public(const struct judging *j)
{
    const struct cert *root = judging_last(j);

    if (!j->path.anchored || j->c->anchors_are != ANCHORS_SYSTEM || is_apples(root))
        return false;
    return !j->c->roots || strcmp(judging_trusted_by(j), "custom") != 0;
}

static bool is_demanded(const struct judging *j)
{
    const struct cert *leaf = j->path.at[0];
    const struct judge_case *c = j->c;

    return c->policy == JUDGE_TLS_SERVER && c->ct != CT_NOT_ENFORCED &&
           (c->ct == CT_ENFORCED || is_public(j)) && leaf->dates_readable &&
           leaf->not_before >= ENFORCED_FROM && c->at >= leaf->not_before &&
           c->at <= leaf->not_after;
}

static void promise_tell(const struct promise *p, struct text *out)
{
    char hex[2 * 6 + 1];

    text_add(out, p->embedded ? "embedded, " : "handed over, ");
    if (p->log && p->log->name) {
        text_add(out, p->log->name);
    } else {
        text_hex(hex, p->id, 6);
        text_printf(out, "log %s…", hex);
    }
    text_printf(out, ": %s", words[p->is]);
    if (p->log && p->is == PROMISE_NOT_COUNTED)
        text_printf(out, " (%s)", ct_log_state_name(p->log->state));
}

static void look_tell(const struct look *l, struct text *out)
{
    size_t told = 0;

    text_printf(out, "%zu logs must have promised it; ", logs_wanted(l->leaf));
    if (l->n == 0 && l->n_unreadable == 0) {
        text_add(out, "neither the certificate nor the handshake nor an OCSP response has an SCT");
        return;
    }
    text_printf(
        out, "%zu SCT%s came", l->n + l->n_unreadable, l->n + l->n_unreadable == 1 ? "" : "s");
    if (l->n_unreadable)
        text_printf(out, ", %zu of them unreadable", l->n_unreadable);
    for (size_t i = 0; i < l->n && told < TOLD_MOST; i++, told++) {
        text_add(out, told ? "; " : ": ");
        promise_tell(&l->at[i], out);
    }
}

static void fail(struct judging *j, const struct look *l)
{
    struct finding f = {.check = CHECK_SYSTEM_TRUSTED_CT_REQUIRED,
        .cause = j->ct == VERDICT_CT_MISSING ? "ct-missing" : "ct-invalid"};
    struct text detail = {0};

    look_tell(l, &detail);
    judging_fail(j, f, "%s", text_str(&detail));
    text_fini(&detail);
}

static void look_around(struct look *l)
{
    const struct judge_evidence *e = l->j->c->evidence;
    struct cert_span list;

    if (sct_list_embedded(l->leaf, &list))
        look_at_list(l, list, true);
    if (e && e->scts.len)
        look_at_list(l, e->scts, false);
    /* A response costs more than all else here, and hardly any has SCTs: only when they are needed.
     */
    for (size_t i = 0; e && l->issuer && i < e->n_ocsp && i < CT_RESPONSES_MOST; i++)
        if (!qualifies(l, false))
            look_at_response(l, e->ocsp[i]);
}

void check_ct(struct judging *j)
{
    struct look l = {.j = j, .leaf = j->path.at[0], .signatures = CT_SIGNATURES_MOST};

    /* All paths of a leaf have its SCTs, so they choose none. */
    if (!j->c->ct_logs || j->counting)
        return;
    if (j->path.n > 1)
        l.issuer = j->path.at[1];
    look_around(&l);
    j->ct = conclude(&l);
    j->n_scts = l.n + l.n_unreadable;
    if ((j->ct == VERDICT_CT_MISSING || j->ct == VERDICT_CT_INVALID) && is_demanded(j))
        fail(j, &l);
    mem_free(l.tbs);
}
