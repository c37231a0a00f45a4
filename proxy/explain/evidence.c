#include "evidence.h"

#include "explain.h"
#include "fetch/gatherer.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "tls/leg.h"

void explain_evidence_init(struct explain_evidence *x, const struct leg *leg)
{
    *x = (struct explain_evidence){.found = NULL};
    if (!leg)
        return;
    x->staple.at = leg_staple(leg, &x->staple.len);
    x->scts.at = leg_scts(leg, &x->scts.len);
}

void explain_evidence_fini(struct explain_evidence *x)
{
    evidence_free(x->found);
    x->found = NULL;
}

void explain_evidence_lend(struct explain_evidence *x, struct judge_case *to)
{
    evidence_bundle(&x->bundle, x->staple, x->scts, x->found);
    to->evidence = &x->bundle.judge;
    /* Android's own verifier and Firefox do not fetch. */
    to->fetched = x->found && !judge_policy_is_webpki(to->policy) ? x->found->fetched : NULL;
}

bool explain_evidence_gather(struct explain_evidence *x, const struct explain_ask *ask,
    struct flow *f, const struct judge_case *c, const struct verdict *first)
{
    struct evidence_ask what = {
        .the_case = c,
        .first = first,
        .site_address = f->server_leg->address,
        .issuers = !judge_policy_is_webpki(c->policy),
        .ocsp = ask->revocation,
        .crls = ask->revocation,
    };

    if (!ask->fetcher || x->found || !evidence_is_wanted(&what))
        return false;
    x->found = gather_and_wait(ask->fetcher, &what);
    if (!x->found)
        return false;
    flow_fill_evidence(f, x->found);
    return true;
}

void explain_evidence_tell(
    struct explain_evidence *x, const struct explain_ask *ask, struct flow *f, struct verdict *v)
{
    if (x->found)
        evidence_mark_silent(x->found, v);
    else if (f->server_leg->address)
        flow_fill_staple(f, v, x->staple.len > 0);
    flow_fill_revocation_fault(f, v, ask->revocation);
}
