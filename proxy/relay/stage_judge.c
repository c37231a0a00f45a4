/* relay/stage_judge.c - the site's chain, judged as iOS would. What iOS would fetch, a missing
 * issuer, is fetched as well, on another thread, while this one goes on with other connections;
 * then the verdict is made again. Then the rules are asked: the moment `judged`. */
#include "relay_priv.h"

#include <string.h>

#include "base/clock.h"
#include "cert/chain.h"
#include "device/clock_witness.h"
#include "fetch/gatherer.h"
#include "flow/facts.h"
#include "hook/hook.h"
#include "judge/judge.h"
#include "judge/oddity.h"
#include "judge/verdict.h"
#include "trust/roots.h"

/* A case with all that is known now. Both borrow from the relay. */
struct trial {
    struct evidence_bundle bundle;
    struct judge_case the_case;
};

static struct cert_span staple_of(const struct relay *r)
{
    struct cert_span staple = {0};

    if (!relay_world(r)->no_staple)
        staple.at = leg_staple(r->side[LEG_SERVER].leg, &staple.len);
    return staple;
}

static void trial_make(const struct relay *r, enum anchors_are anchors, struct trial *out)
{
    struct cert_span scts = {0};

    scts.at = leg_scts(r->side[LEG_SERVER].leg, &scts.len);
    evidence_bundle(&out->bundle, staple_of(r), scts, r->evidence);
    out->the_case = (struct judge_case){
        .chain = r->chain,
        .host = r->asked,
        .at = clock_wall_ms(relay_world(r)->clock) / 1000,
        .anchors_are = anchors,
        .roots = relay_world(r)->roots,
        .ct_logs = relay_world(r)->ct_logs,
        .fetched = r->evidence ? r->evidence->fetched : NULL,
        .evidence = &out->bundle.judge,
    };
}

static struct evidence_ask ask_of(
    const struct relay *r, const struct trial *t, const struct verdict *v)
{
    return (struct evidence_ask){
        .the_case = &t->the_case,
        .first = v,
        .site_address = r->flow->server_leg->address,
        .issuers = true,
        .ocsp = relay_world(r)->asks_revocation,
        .crls = relay_world(r)->asks_revocation,
        .crl_bytes_most =
            256 * 1024, /* read on this thread; a larger one would hold up the others */
    };
}

static void tell_verdict(struct relay *r, enum anchors_are anchors, struct verdict *v)
{
    struct flow_server_leg *leg = r->flow->server_leg;

    if (r->evidence)
        evidence_mark_silent(r->evidence, v);
    if (anchors == ANCHORS_USER) {
        leg->verdict_user = flow_make_verdict(r->flow, v);
        return;
    }
    leg->verdict = flow_make_verdict(r->flow, v);
    leg->trusted_by = flow_text(r->flow, v->trusted_by);
    leg->ca_status = flow_text(r->flow, v->ca_status);
    leg->apple_list = flow_text(r->flow, roots_apple_list(relay_world(r)->roots));
    leg->ca_detail = flow_text(r->flow, v->ca_status ? v->ca_detail : NULL);
    flow_fill_ct(r->flow, v);
    if (!r->evidence && !relay_world(r)->no_staple)
        flow_fill_staple(r->flow, v, staple_of(r).len > 0);
    flow_fill_revocation_fault(r->flow, v, relay_world(r)->asks_revocation);
}

static void found(void *arg, struct fetch_evidence *evidence);

/* What the verdict lacks is asked for when that can be waited for. */
static void gather_start(struct relay *r, const struct trial *t, const struct verdict *v)
{
    struct gatherer *gatherer = relay_world(r)->gatherer;
    struct evidence_ask ask = ask_of(r, t, v);

    if (gatherer && !r->gathered && r->stage == STAGE_JUDGE && evidence_is_wanted(&ask))
        r->gather = gatherer->start(gatherer, &ask, found, r);
}

static void judge_as(struct relay *r, enum anchors_are anchors)
{
    struct verdict v = {0};
    struct trial t;

    trial_make(r, anchors, &t);
    judge_chain(&t.the_case, &v);
    tell_verdict(r, anchors, &v);
    if (anchors == ANCHORS_SYSTEM) {
        const char *odd[ODDITIES_CAP];

        flow_fill_oddities(r->flow, odd, oddities_find(&t.the_case, &v, odd));
        gather_start(r, &t, &v);
    }
    verdict_fini(&v);
}

static bool is_accepted(const struct flow_server_leg *leg)
{
    return leg->verdict && strcmp(leg->verdict->verdict, "accept") == 0;
}

static bool dates_failed(const struct flow_verdict *v)
{
    for (size_t i = 0; i < v->n_checks; i++)
        if (strcmp(v->checks[i].check, "TemporalValidity") == 0)
            return true;
    return false;
}

static bool judge_first(struct relay *r)
{
    struct err e = {0};

    r->chain = leg_give_chain(r->side[LEG_SERVER].leg, &e);
    if (!r->chain) {
        if (leg_facts(r->side[LEG_SERVER].leg)->certificate)
            r->flow->server_leg->chain_fault = flow_text(r->flow, e.text);
        flow_note_add(r->flow, "relay/chain-unreadable", "medium", e.text, "proxy");
        return false;
    }
    flow_fill_chain(r->flow, r->chain);
    judge_as(r, ANCHORS_SYSTEM);
    return true;
}

/* What a refused chain is asked besides. */
static void judge_rest(struct relay *r)
{
    if (is_accepted(r->flow->server_leg))
        return;
    judge_as(r, ANCHORS_USER);
    if (dates_failed(r->flow->server_leg->verdict))
        clock_witness_date_failed(relay_world(r)->witness,
            r->flow->target->site ? r->flow->target->site : r->host,
            clock_wall_ms(relay_world(r)->clock) / 1000);
}

bool judge_site(struct relay *r)
{
    if (!judge_first(r))
        return false;
    judge_rest(r);
    return true;
}

static void found(void *arg, struct fetch_evidence *evidence)
{
    struct relay *r = arg;

    magic_check(&r->magic, RELAY_MAGIC);
    r->gather = NULL;
    r->gathered = true;
    r->evidence = evidence;
    flow_fill_evidence(r->flow, evidence);
    judge_as(r, ANCHORS_SYSTEM);
    relay_drive(r);
}

void judge_stop(struct relay *r)
{
    if (r->gather)
        relay_world(r)->gatherer->cancel(relay_world(r)->gatherer, r->gather);
    r->gather = NULL;
}

/* --- what comes of it --- */

/* The site is relayed, or the client is told why not; a rule may decide either way about a chain
 * that can be read. */
static void answer(struct relay *r, const struct decision *decision)
{
    struct flow_decision *told = r->flow->decision;
    bool accepted = is_accepted(r->flow->server_leg);

    if (decision->action != ACTION_NONE && decision->action != ACTION_MIRROR)
        told->by = decision->by;
    if (fault_mirror(r, decision, accepted) ||
        (r->readable && accepted && decision->action == ACTION_MIRROR)) {
        r->answer = ANSWER_RELAY;
        told->answer = accepted ? "relay" : "allow";
        return;
    }
    if (r->readable &&
        (decision->action == ACTION_ALLOW || (decision->action == ACTION_NONE && accepted))) {
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

static enum stage conclude(struct relay *r)
{
    struct decision decision = {0};

    r->gathered = true;
    if (r->readable)
        judge_rest(r);
    record_sighting(r);
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_JUDGED, r->flow, &decision);
    keep_all_bodies(r, decision.bodies_by);
    answer(r, &decision);
    return STAGE_MINT;
}

enum stage judge_late(struct relay *r)
{
    judge_stop(r);
    flow_note_add(r->flow, "relay/fetch-late", "low",
        "What the chain lacks could not be fetched in time.", "proxy");
    return conclude(r);
}

enum stage stage_judge(struct relay *r)
{
    if (r->gather && client_has_left(r)) {
        judge_stop(r);
        return client_left(r);
    }
    if (!r->judged) {
        r->judged = true;
        record_server_leg(r);
        r->readable = judge_first(r);
    }
    if (r->gather)
        return STAGE_JUDGE;
    return r->readable && retry_by_name_is_worth(r) ? STAGE_RETRY : conclude(r);
}
