/* relay/stage_judge.c - the site's chain, judged as iOS would; then the rules are asked: the moment `judged`. */
#include "relay_priv.h"

#include <string.h>

#include "base/clock.h"
#include "cert/chain.h"
#include "device/clock_witness.h"
#include "flow/facts.h"
#include "hook/hook.h"
#include "judge/judge.h"
#include "judge/verdict.h"

static void judge_as(struct relay *r, enum anchors_are anchors, struct flow_verdict **out)
{
    struct judge_case the_case = {
        .chain = r->chain,
        .host = r->asked,
        .at = clock_wall_ms(relay_world(r)->clock) / 1000,
        .anchors_are = anchors,
        .roots = relay_world(r)->roots,
    };
    struct verdict verdict = {0};

    judge_chain(&the_case, &verdict);
    *out = flow_make_verdict(r->flow, &verdict);
    if (anchors == ANCHORS_SYSTEM)
        r->flow->server_leg->trusted_by = flow_text(r->flow, verdict.trusted_by);
    verdict_fini(&verdict);
}

static bool dates_failed(const struct flow_verdict *v)
{
    for (size_t i = 0; i < v->n_checks; i++)
        if (strcmp(v->checks[i].check, "TemporalValidity") == 0)
            return true;
    return false;
}

bool judge_site(struct relay *r)
{
    struct flow_server_leg *leg = r->flow->server_leg;
    struct err              e = {0};

    r->chain = leg_give_chain(r->side[LEG_SERVER].leg, &e);
    if (!r->chain) {
        flow_note_add(r->flow, "relay/chain-unreadable", "medium", e.text, "proxy");
        return false;
    }
    flow_fill_chain(r->flow, r->chain);
    judge_as(r, ANCHORS_SYSTEM, &leg->verdict);
    if (strcmp(leg->verdict->verdict, "accept") == 0)
        return true;
    judge_as(r, ANCHORS_USER, &leg->verdict_user);
    if (dates_failed(leg->verdict))
        clock_witness_date_failed(relay_world(r)->witness, r->flow->target->site ? r->flow->target->site : r->host,
            clock_wall_ms(relay_world(r)->clock) / 1000);
    return true;
}

static bool is_accepted(const struct flow_server_leg *leg)
{
    return leg->verdict && strcmp(leg->verdict->verdict, "accept") == 0;
}

/* The site is relayed, or the client is told why not; a rule may decide either way about a chain that can be read. */
static void answer(struct relay *r, const struct decision *decision, bool readable)
{
    struct flow_decision *told = r->flow->decision;
    bool                  accepted = is_accepted(r->flow->server_leg);

    if (decision->action != ACTION_NONE)
        told->by = decision->by;
    if (readable && (decision->action == ACTION_ALLOW || (decision->action == ACTION_NONE && accepted))) {
        r->answer = ANSWER_RELAY;
        told->answer = accepted ? "relay" : "allow";
        return;
    }
    refuse_site(r);
    if (decision->action == ACTION_REFUSE) {
        r->answer = ANSWER_ALERT;
        told->answer = "alert";
    }
    side_shut(&r->side[LEG_SERVER]);
}

enum stage stage_judge(struct relay *r)
{
    struct decision decision = {0};

    record_server_leg(r);
    bool readable = judge_site(r);
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_JUDGED, r->flow, &decision);
    answer(r, &decision, readable);
    return STAGE_MINT;
}
