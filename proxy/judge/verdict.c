#include "verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/facts.h"

#include "verdict_priv.h"

enum { SUMMARY_BYTES_MOST = 200, NSURL_SERVER_CERTIFICATE_UNTRUSTED = -1202 };

const char *verdict_answer_name(enum verdict_answer a)
{
    switch (a) {
    case VERDICT_ERROR:
        return "error";
    case VERDICT_ACCEPT:
        return "accept";
    case VERDICT_REJECT:
        return "reject";
    }
    return "error";
}

const char *verdict_ct_name(enum verdict_ct c)
{
    static const char *const names[] = {[VERDICT_CT_NOT_JUDGED] = "not-judged",
        [VERDICT_CT_QUALIFIED] = "qualified",
        [VERDICT_CT_MISSING] = "missing",
        [VERDICT_CT_INVALID] = "invalid",
        [VERDICT_CT_CANNOT_TELL] = "cannot-tell"};

    return names[c];
}

const char *verdict_revocation_name(enum verdict_revocation r)
{
    static const char *const names[] = {[VERDICT_REVOCATION_NOT_CHECKED] = "not-checked",
        [VERDICT_REVOCATION_GOOD] = "good",
        [VERDICT_REVOCATION_REVOKED] = "revoked",
        [VERDICT_REVOCATION_UNKNOWN] = "unknown",
        [VERDICT_REVOCATION_STALE] = "stale",
        [VERDICT_REVOCATION_INVALID] = "invalid",
        [VERDICT_REVOCATION_UNREACHABLE] = "unreachable"};

    return names[r];
}

static void detour_fini(struct verdict_detour *d)
{
    for (size_t i = 0; i < d->n; i++)
        mem_free(d->sha256[i]);
    mem_free(d->sha256);
    mem_free(d->why);
}

void verdict_fini(struct verdict *v)
{
    for (size_t i = 0; i < v->n_detours; i++)
        detour_fini(&v->detours[i]);
    mem_free(v->revocation);
    mem_free(v->error);
    mem_free(v->text);
    for (size_t i = 0; i < v->n_checks; i++)
        mem_free(v->checks[i].detail);
    mem_free(v->checks);
    for (size_t i = 0; i < v->n_path; i++)
        cert_unref(v->path[i]);
    mem_free((void *)(uintptr_t)v->path);
    *v = (struct verdict){0};
}

const struct verdict_check *verdict_failed(const struct verdict *v, const char *check, size_t cert)
{
    for (size_t i = 0; i < v->n_checks; i++)
        if (strcmp(v->checks[i].check->name, check) == 0 &&
            (cert == SIZE_MAX || v->checks[i].cert == cert))
            return &v->checks[i];
    return NULL;
}

static void name_add(struct text *out, const struct verdict *v, size_t cert)
{
    const char *name = v->path[cert]->summary;

    text_add(out, "“");
    text_add_safe(out, name, strlen(name), SUMMARY_BYTES_MOST);
    text_add(out, "”");
}

static void names_add(struct text *out, const struct verdict *v)
{
    for (size_t i = 0; i < v->n_path; i++) {
        text_add(out, i ? ", " : "");
        name_add(out, v, i);
    }
}

/* What follows the name, by class. */
static const char *const endings[N_JUDGE_CLASSES] = {
    [CLASS_BLOCKED] = " certificate is blocked",
    [CLASS_REVOKED] = " certificate is revoked",
    [CLASS_KEY_SIZE] = " certificate is using a broken key size",
    [CLASS_WEAK_HASH] = " certificate is using a broken signature algorithm",
    [CLASS_DENIED] = " certificate as distrusted",
    [CLASS_COMPLIANCE] = " certificate is not standards compliant",
    [CLASS_PINNING] = " certificates do not meet pinning requirements",
    [CLASS_TRUST] = " certificate is not trusted",
    [CLASS_USAGE] = " certificate is not permitted for this usage",
    [CLASS_NAME] = " certificate name does not match input",
    [CLASS_EXPIRED] = " certificate is expired",
};

static char *sentence(const struct verdict *v, const struct verdict_check *winner)
{
    struct text out = {0};

    if (winner->check->class == CLASS_DENIED)
        text_add(&out, "User or administrator set ");
    if (winner->check->class == CLASS_PINNING)
        names_add(&out, v);
    else
        name_add(&out, v, winner->cert);
    text_add(&out, endings[winner->check->class]);
    return text_give(&out);
}

char *verdict_long_text(const struct verdict *v)
{
    struct text out = {0};
    size_t cert = SIZE_MAX;

    for (size_t i = 0; i < v->n_checks; i++) {
        if (v->checks[i].cert != cert) {
            cert = v->checks[i].cert;
            text_printf(&out, "%sCertificate %zu ", i ? ";" : "", cert);
            name_add(&out, v, cert);
            text_add(&out, " has errors: ");
        } else {
            text_add(&out, ", ");
        }
        text_add(&out, v->checks[i].check->text);
    }
    return text_give(&out);
}

static int by_cert_then_table(const void *a, const void *b)
{
    const struct verdict_check *x = a, *y = b;

    if (x->cert != y->cert)
        return x->cert < y->cert ? -1 : 1;
    return (x->check->id > y->check->id) - (x->check->id < y->check->id);
}

static void cause_add(struct verdict *v, const char *cause)
{
    if (!cause || v->n_causes == VERDICT_CAUSES_MOST)
        return;
    for (size_t i = 0; i < v->n_causes; i++)
        if (strcmp(v->causes[i], cause) == 0)
            return;
    v->causes[v->n_causes++] = cause;
}

/* In the order of classes, the leaf first; second thoughts after all first ones. */
static void causes_fill(struct verdict *v)
{
    for (int class = CLASS_BLOCKED; class < N_JUDGE_CLASSES; class ++)
        for (size_t i = 0; i < v->n_checks; i++)
            if (v->checks[i].check->class == (enum judge_class) class)
                cause_add(v, v->checks[i].cause);
    for (size_t i = 0; i < v->n_checks; i++)
        cause_add(v, v->checks[i].also);
}

/* From the leaf up, the first with the best class. */
static const struct verdict_check *winner_find(const struct verdict *v)
{
    const struct verdict_check *winner = &v->checks[0];

    for (size_t i = 1; i < v->n_checks; i++)
        if (v->checks[i].check->class < winner->check->class)
            winner = &v->checks[i];
    return winner;
}

void verdict_conclude(struct verdict *v)
{
    const struct verdict_check *winner;

    if (v->n_checks == 0) {
        v->answer = VERDICT_ACCEPT;
        return;
    }
    qsort(v->checks, v->n_checks, sizeof(*v->checks), by_cert_then_table);
    winner = winner_find(v);
    v->answer = VERDICT_REJECT;
    v->class = winner->check->class;
    v->text = sentence(v, winner);
    v->osstatus = winner->check->osstatus;
    v->osstatus_name = winner->check->osstatus_name;
    v->nsurlerror = NSURL_SERVER_CERTIFICATE_UNTRUSTED;
    for (size_t i = 0; i < v->n_checks; i++)
        if (v->checks[i].check->severity > v->severity)
            v->severity = v->checks[i].check->severity;
    v->overridable = v->severity == SEVERITY_RECOVERABLE;
    causes_fill(v);
}
