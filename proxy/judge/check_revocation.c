/* judge/check_revocation.c - Revocation and RevocationResponseRequired, from OCSP responses and
 * CRLs that somebody handed over: nothing is fetched here.
 *
 * The time that counts is the real clock, not the time at which the chain is judged. */
#include "judging_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/time_text.h"
#include "cert/crl.h"
#include "cert/ocsp.h"

#define OID_OCSP_NO_CHECK "1.3.6.1.5.5.7.48.1.5" /* RFC 6960 §4.2.2.2.1 */

enum {
    LEEWAY_S = 75 * 60,            /* that clocks may differ by, both ways */
    WITHOUT_NEXT_S = 24 * 60 * 60, /* how long an answer counts that does not say itself */
    RESPONSES_MOST = 16,           /* that are looked at */
    CRLS_MOST = 16,
};

/* What is known of one certificate so far, the worst that counts first. */
struct finding_of {
    enum verdict_revocation state;
    const char *source; /* "staple", "ocsp", "crl" */
    int64_t revoked_at;
    const char *reason;
};

struct answers {
    struct ocsp *ocsp[RESPONSES_MOST]; /* NULL: not readable, or no answer */
    size_t n_ocsp;
    struct crl *crls[CRLS_MOST];
    size_t n_crls;
};

static int64_t now_of(const struct judging *j)
{
    return j->c->evidence->now ? j->c->evidence->now : j->c->at;
}

static bool is_fresh(int64_t this_update, int64_t next_update, int64_t now)
{
    int64_t until = next_update ? next_update : this_update + WITHOUT_NEXT_S;

    return this_update <= now + LEEWAY_S && now <= until + LEEWAY_S;
}

/* How much an answer is worth beside another: revoked beats good, good beats every non-answer. */
static int rank(enum verdict_revocation r)
{
    static const int ranks[] = {[VERDICT_REVOCATION_NOT_CHECKED] = 0,
        [VERDICT_REVOCATION_UNREACHABLE] = 1,
        [VERDICT_REVOCATION_INVALID] = 2,
        [VERDICT_REVOCATION_STALE] = 3,
        [VERDICT_REVOCATION_UNKNOWN] = 4,
        [VERDICT_REVOCATION_GOOD] = 5,
        [VERDICT_REVOCATION_REVOKED] = 6};

    return ranks[r];
}

static void learn(struct finding_of *f, const struct finding_of *said)
{
    if (rank(said->state) > rank(f->state))
        *f = *said;
}

/* A revoked answer is not held to its dates: it stays true until the certificate expires. */
static enum verdict_revocation ocsp_state(const struct ocsp_answer *a, int64_t now)
{
    if (a->status == OCSP_REVOKED)
        return VERDICT_REVOCATION_REVOKED;
    if (!is_fresh(a->this_update, a->next_update, now))
        return VERDICT_REVOCATION_STALE;
    return a->status == OCSP_GOOD ? VERDICT_REVOCATION_GOOD : VERDICT_REVOCATION_UNKNOWN;
}

static void ask_ocsp(
    const struct judging *j, const struct answers *answers, size_t i, struct finding_of *f)
{
    const struct cert *c = j->path.at[i], *issuer = j->path.at[i + 1];

    for (size_t k = 0; k < answers->n_ocsp; k++) {
        struct finding_of said = {.source = k < j->c->evidence->n_stapled ? "staple" : "ocsp"};
        struct ocsp_answer a;

        if (!answers->ocsp[k] || !ocsp_find(answers->ocsp[k], c, issuer, &a)) {
            /* What came with the handshake was meant for the leaf. */
            if (i > 0 || k >= j->c->evidence->n_stapled)
                continue;
            said.state = VERDICT_REVOCATION_INVALID;
        } else if (!ocsp_is_signed_by(answers->ocsp[k], issuer, now_of(j))) {
            said.state = VERDICT_REVOCATION_INVALID;
        } else {
            said.state = ocsp_state(&a, now_of(j));
            said.revoked_at = a.revoked_at;
            said.reason = a.reason;
        }
        learn(f, &said);
    }
}

/* RFC 5280 §5.2.1 and §5.2.3 want both extensions; iOS, which fetches no CRL, does not say. */
static bool is_well_formed(const struct judging *j, const struct crl_facts *facts)
{
    return !facts->partial && (!judge_policy_is_webpki(j->c->policy) ||
                                  (facts->has_aki && facts->has_number && !facts->number_critical));
}

static enum verdict_revocation crl_state(const struct judging *j, const struct crl *l,
    const struct crl_answer *a, const struct cert *issuer)
{
    const struct crl_facts *facts = crl_facts(l);

    if (!is_well_formed(j, facts) || !crl_is_signed_by(l, issuer))
        return VERDICT_REVOCATION_INVALID;
    if (a->revoked && a->revoked_at <= now_of(j) + LEEWAY_S)
        return VERDICT_REVOCATION_REVOKED;
    if (!is_fresh(facts->this_update, facts->next_update, now_of(j)))
        return VERDICT_REVOCATION_STALE;
    return VERDICT_REVOCATION_GOOD;
}

static void ask_crls(
    const struct judging *j, const struct answers *answers, size_t i, struct finding_of *f)
{
    const struct cert *c = j->path.at[i], *issuer = j->path.at[i + 1];

    for (size_t k = 0; k < answers->n_crls; k++) {
        struct crl_answer a;

        if (!crl_covers(answers->crls[k], c))
            continue;
        crl_find(answers->crls[k], c, &a);
        struct finding_of said = {.state = crl_state(j, answers->crls[k], &a, issuer),
            .source = "crl",
            .revoked_at = a.revoked_at,
            .reason = a.reason};
        learn(f, &said);
    }
}

static void answers_read(const struct judge_evidence *e, struct answers *out)
{
    for (size_t i = 0; i < e->n_ocsp && i < RESPONSES_MOST; i++)
        out->ocsp[out->n_ocsp++] = ocsp_read(e->ocsp[i], NULL);
    for (size_t i = 0; i < e->n_crls && i < CRLS_MOST; i++) {
        out->crls[out->n_crls] = crl_read(e->crls[i], NULL);
        out->n_crls += out->crls[out->n_crls] != NULL;
    }
}

static void answers_fini(struct answers *a)
{
    for (size_t i = 0; i < a->n_ocsp; i++)
        ocsp_free(a->ocsp[i]);
    for (size_t i = 0; i < a->n_crls; i++)
        crl_free(a->crls[i]);
}

static const char *source_words(const char *source)
{
    if (strcmp(source, "staple") == 0)
        return "the stapled OCSP response";
    return strcmp(source, "crl") == 0 ? "a CRL" : "the OCSP responder";
}

static void fail_revoked(struct judging *j, size_t i, const struct finding_of *f)
{
    char when[TIME_TEXT_CAP];

    judging_fail(j,
        (struct finding){.check = CHECK_REVOCATION,
            .cert = i,
            .cause = i ? "intermediate-revoked" : "cert-revoked"},
        "revoked %s%s%s; %s says so", time_rfc3339(when, f->revoked_at),
        f->reason ? ", reason " : "", f->reason ? f->reason : "", source_words(f->source));
}

/* Who brings CRLs under the web's rules wants them to hold: one that covers the certificate and is
 * not fit to answer is no answer. iOS lets every failure to get an answer pass unless one is
 * demanded. */
static bool answer_is_due(const struct judging *j, const struct finding_of *f)
{
    if (f->state == VERDICT_REVOCATION_GOOD || f->state == VERDICT_REVOCATION_REVOKED)
        return false;
    return j->c->evidence->must_answer ||
           (judge_policy_is_webpki(j->c->policy) && f->source && strcmp(f->source, "crl") == 0);
}

static void look_at(struct judging *j, const struct answers *answers, size_t i)
{
    struct finding_of f = {.state = VERDICT_REVOCATION_NOT_CHECKED};

    if (cert_extension(j->path.at[i], OID_OCSP_NO_CHECK))
        return;
    ask_ocsp(j, answers, i, &f);
    ask_crls(j, answers, i, &f);
    j->revocation[i] = f.state;
    if (f.source && (!j->revocation_source || i == 0))
        j->revocation_source = f.source;
    if (f.state == VERDICT_REVOCATION_REVOKED)
        fail_revoked(j, i, &f);
    else if (answer_is_due(j, &f))
        judging_fail(j,
            (struct finding){.check = CHECK_REVOCATION_RESPONSE, .cert = i, .cause = NULL},
            "whether it is revoked could not be found out: %s", verdict_revocation_name(f.state));
}

/* The root has nobody who could revoke it. Paths that are only weighed against others are not asked
 * about: a response would be verified again for each. */
void check_revocation(struct judging *j)
{
    const struct judge_evidence *e = j->c->evidence;
    struct answers answers = {.n_ocsp = 0};

    if (!e || j->counting || (e->n_ocsp == 0 && e->n_crls == 0 && !e->must_answer))
        return;
    j->revocation = mem_array(j->path.n, sizeof(*j->revocation));
    answers_read(e, &answers);
    for (size_t i = 0; i + 1 < j->path.n; i++)
        look_at(j, &answers, i);
    answers_fini(&answers);
}
