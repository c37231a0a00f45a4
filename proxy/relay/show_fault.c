/* relay/show_fault.c - one connection on which a fault is shown on purpose: whether, which, and how
 * the client met it. Declared in relay_priv.h. */
#include "relay_priv.h"

#include <string.h>

#include "cert/leaf_fault.h"
#include "flow/legs.h"
#include "hook/hook.h"
#include "mirror.h"
#include "onboard/site.h"

static void decline(struct relay *r, const char *why)
{
    flow_note_add(r->flow, "relay/no-mirror", "low", why, "proxy");
}

static void show(struct relay *r, const struct leaf_fault *fault, const char *by)
{
    struct flow_decision *told = r->flow->decision;

    r->fault = fault;
    told->action = "mirror";
    told->by = by;
    told->fault = fault->cause;
}

void fault_drop(struct relay *r)
{
    struct flow_decision *told = r->flow->decision;

    if (!r->fault)
        return;
    r->fault = NULL;
    told->action = "intercept";
    told->fault = NULL;
}

/* What the operator ordered goes before what a rule chose: it was said for this very run. */
void fault_plan(struct relay *r, const struct decision *decision)
{
    const struct mirror_order *order = mirror_plan_find(relay_world(r)->mirror, r->ip, r->asked);
    const struct leaf_fault *fault = order             ? order->fault
                                     : decision->fault ? leaf_fault_find(decision->fault)
                                                       : NULL;
    const char *by = order ? "config" : decision->by;

    if ((!order && decision->action != ACTION_MIRROR) || site_is_probe(r->asked))
        return;
    if (r->flow->target->apple_pinned) {
        decline(r, "No fault is shown to this host's clients: Apple pins it, so they refuse any "
                   "certificate but its own.");
        return;
    }
    if (fault) {
        show(r, fault, by);
        return;
    }
    r->mirrors = true;
    r->mirror_by = by;
}

/* The site's chain was judged. True: the client gets the same fault, and then what the site says,
 * as it would have without us. */
bool fault_mirror(struct relay *r, const struct decision *decision, bool accepted)
{
    bool asked = decision->action == ACTION_MIRROR;
    const struct leaf_fault *fault =
        asked && decision->fault ? leaf_fault_find(decision->fault) : NULL;

    if (decision->action == ACTION_PAGE || decision->action == ACTION_REFUSE || !r->readable)
        return false;
    if ((!asked && !r->mirrors) || r->flow->target->apple_pinned || site_is_probe(r->asked))
        return false;
    if (!fault && !accepted)
        fault = mirror_fault_of(r->flow);
    if (fault) {
        show(r, fault, asked ? decision->by : r->mirror_by);
        return true;
    }
    if (!accepted)
        decline(r, "No leaf of ours can have the fault of this site: it is answered as usual.");
    return false;
}

static const char *met(const struct relay *r, enum symptom symptom)
{
    if (r->accepted)
        return "accepted";
    switch (symptom) {
    case SYMPTOM_ALERT_AFTER_CERTIFICATE:
    case SYMPTOM_ALERT_AFTER_FINISH:
    case SYMPTOM_CLOSE_AFTER_CERTIFICATE:
        return "refused";
    case SYMPTOM_NONE:
    case SYMPTOM_CLOSE_AFTER_FINISH_UNUSED:
        return "unused";
    case SYMPTOM_ALERT_BEFORE_SERVER_HELLO:
    case SYMPTOM_CLOSE_BEFORE_SERVER_HELLO:
    case SYMPTOM_H2_FAULT:
    case SYMPTOM_NO_UPGRADE:
    case SYMPTOM_NOT_TLS:
    case SYMPTOM_NOTHING_IN_COMMON:
    case SYMPTOM_STALLED:
    case N_SYMPTOMS:
        break;
    }
    return NULL;
}

void fault_tell(struct relay *r)
{
    const struct leg *leg = r->side[LEG_CLIENT].leg;
    const struct leg_facts *facts = leg ? leg_facts(leg) : NULL;

    if (!r->fault || !facts || !facts->certificate || facts->resumed)
        return;
    r->flow->decision->fault_met = met(r, leg_symptom(facts, LEG_CLIENT, r->late[LEG_CLIENT]));
    if (!r->flow->client_leg->verdict)
        audit_leaf(r);
}
