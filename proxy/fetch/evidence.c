#include "evidence.h"

#include <string.h>

#include "base/mem.h"

static bool lists_some(const struct cert_texts *urls)
{
    return urls->n > 0 && urls->n < EVIDENCE_LISTED_MOST;
}

static bool lacks_issuer(const struct verdict *v)
{
    return verdict_failed(v, "MissingIntermediate", SIZE_MAX) && v->n_path > 0 &&
           lists_some(&v->path[v->n_path - 1]->aia);
}

static bool could_be_revoked(const struct evidence_ask *ask)
{
    const struct verdict *v = ask->first;

    for (size_t i = 0; i + 1 < v->n_path; i++)
        if ((ask->ocsp && lists_some(&v->path[i]->ocsp)) ||
            (ask->crls && lists_some(&v->path[i]->crls)))
            return true;
    return false;
}

bool evidence_is_wanted(const struct evidence_ask *ask)
{
    if (ask->first->answer == VERDICT_ERROR)
        return false;
    return (ask->issuers && lacks_issuer(ask->first)) || could_be_revoked(ask);
}

void evidence_bundle(struct evidence_bundle *out, struct cert_span staple, struct cert_span scts,
    const struct fetch_evidence *e)
{
    *out = (struct evidence_bundle){.judge = {.scts = scts, .n_stapled = staple.len > 0}};
    if (staple.len > 0)
        out->ocsp[out->judge.n_ocsp++] = staple;
    for (size_t i = 0; e && i < e->n_ocsp; i++)
        out->ocsp[out->judge.n_ocsp++] = e->ocsp[i];
    out->judge.ocsp = out->ocsp;
    out->judge.crls = e ? e->crls : NULL;
    out->judge.n_crls = e ? e->n_crls : 0;
}

static void spans_free(const struct cert_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mem_free((void *)(uintptr_t)spans[i].at);
}

void evidence_free(struct fetch_evidence *e)
{
    if (!e)
        return;
    cert_chain_free(e->fetched);
    spans_free(e->ocsp, e->n_ocsp);
    spans_free(e->crls, e->n_crls);
    mem_free(e->issuer_url);
    mem_free(e->silent_url);
    mem_free(e);
}

const char *evidence_issuer_name(enum evidence_issuer i)
{
    static const char *const names[] = {[EVIDENCE_NOT_TRIED] = NULL,
        [EVIDENCE_FETCHED] = "fetched",
        [EVIDENCE_NOT_THERE] = "not-there",
        [EVIDENCE_WRONG] = "wrong",
        [EVIDENCE_NO_CONTACT] = "unreachable"};

    return names[i];
}

static bool is_silent(const struct fetch_evidence *e, const struct cert *c)
{
    for (size_t i = 0; i < e->n_silent; i++)
        if (memcmp(e->silent[i], c->sha256, sizeof e->silent[i]) == 0)
            return true;
    return false;
}

void evidence_mark_silent(const struct fetch_evidence *e, struct verdict *v)
{
    if (e->n_silent > 0 && !v->revocation && v->n_path > 0)
        v->revocation = mem_array(v->n_path, sizeof *v->revocation);
    for (size_t i = 0; e->n_silent > 0 && i < v->n_path; i++)
        if (v->revocation[i] == VERDICT_REVOCATION_NOT_CHECKED && is_silent(e, v->path[i]))
            v->revocation[i] = VERDICT_REVOCATION_UNREACHABLE;
}
