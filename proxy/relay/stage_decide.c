/* relay/stage_decide.c - intercept, tunnel or refuse? The moment `hello`. */
#include "relay_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "device/passes.h"
#include "flow/facts.h"
#include "hook/hook.h"
#include "trust/pinned_hosts.h"

/* The name that the client will look for in a certificate: its SNI, else the host that it named to
 * the proxy. */
static void find_asked(struct relay *r)
{
    snprintf(r->asked, sizeof r->asked, "%s", r->named[0] ? r->named : r->host);
    if (!r->came_with_tls || !r->hello->sni[0])
        return;
    char name[HOST_CAP];
    if (!host_normalise(r->hello->sni, strlen(r->hello->sni), name) || host_is_ip(name))
        return;
    snprintf(r->asked, sizeof r->asked, "%s", name);
    if (host_is_ip(r->host))
        flow_set_target(r->flow, name, r->port, "sni");
}

/* Hosts that iOS itself pins refuse us whatever root is installed. */
static void tell_pinned(const struct relay *r)
{
    const struct pinned_hosts *pinned = relay_world(r)->pinned;
    struct flow_target *target = r->flow->target;

    if (pinned && target->host)
        target->apple_pinned = flow_text(r->flow, pinned_hosts_policy(pinned, target->host));
}

/* The owner's word about this host stands against every rule but one that refuses. */
static bool owner_lets_pass(const struct relay *r)
{
    const struct relay_world *world = relay_world(r);

    return world->passes && passes_has(world->passes, r->asked, clock_wall_ms(world->clock));
}

/* A test page is answered by us, whatever the rules say of hosts: else it would test them. */
static enum stage answer_self(struct relay *r)
{
    r->flow->decision->answer = "page";
    r->answer = client_hello_max_version(r->hello) < 0x0303 ? ANSWER_ALERT : ANSWER_SELF;
    return STAGE_MINT;
}

static enum stage refuse(struct relay *r)
{
    r->flow->refused_by_us = true;
    r->flow->decision->answer = "alert";
    r->answer = ANSWER_ALERT;
    return STAGE_MINT;
}

enum stage stage_decide(struct relay *r)
{
    struct flow_decision *told = r->flow->decision;
    struct decision decision = {0};

    find_asked(r);
    tell_pinned(r);
    told->action = r->tunnel ? "tunnel" : "intercept";
    told->by = "default";
    told->answer = "relay";
    if (!r->came_with_tls)
        return STAGE_DIAL;
    record_history(r);
    record_now(r);
    if (r->probe)
        return answer_self(r);
    hook_fire(relay_world(r)->hooks, MOMENT_HELLO, r->flow, &decision);
    if (decision.action != ACTION_NONE && decision.action != ACTION_MIRROR) {
        told->action = action_name(decision.action);
        told->by = decision.by;
    }
    if (!r->tunnel && decision.action != ACTION_REFUSE && decision.action != ACTION_TUNNEL &&
        owner_lets_pass(r)) {
        decision.action = ACTION_TUNNEL;
        told->action = "tunnel";
        told->by = "config";
    }
    if (decision.action == ACTION_NONE && !r->tunnel &&
        learn_passes(&relay_world(r)->learn, r->flow)) {
        decision.action = ACTION_TUNNEL;
        told->action = "tunnel";
        told->by = "learned";
    }
    if (decision.action == ACTION_REFUSE)
        return refuse(r);
    if (decision.action == ACTION_TUNNEL)
        r->tunnel = true;
    else if (!r->tunnel)
        fault_plan(r, &decision);
    if (!r->tunnel)
        keep_all_bodies(r, decision.bodies_by);
    /* A client that speaks nothing from TLS 1.2 on needs no site to fail: our own leg says so, in
     * an alert. */
    if (!r->tunnel && client_hello_max_version(r->hello) < 0x0303) {
        r->answer = ANSWER_ALERT;
        return STAGE_MINT;
    }
    return STAGE_DIAL;
}
