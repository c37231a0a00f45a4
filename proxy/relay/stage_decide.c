/* relay/stage_decide.c - intercept, tunnel or refuse? The moment `hello`. */
#include "relay_priv.h"

#include <stdio.h>
#include <string.h>

#include "flow/facts.h"
#include "hook/hook.h"
#include "trust/pinned_hosts.h"

/* The name that the client will look for in a certificate: its SNI, else the host that it named to
 * the proxy. */
static void find_asked(struct relay *r)
{
    snprintf(r->asked, sizeof r->asked, "%s", r->named[0] ? r->named : r->host);
    if (!r->has_hello || !r->hello.sni[0])
        return;
    char name[HOST_CAP];
    if (!host_normalise(r->hello.sni, strlen(r->hello.sni), name) || host_is_ip(name))
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

/* A test page is answered by us, whatever the rules say of hosts: else it would test them. */
static enum stage answer_self(struct relay *r)
{
    r->flow->decision->answer = "page";
    r->answer = client_hello_max_version(&r->hello) < 0x0303 ? ANSWER_ALERT : ANSWER_SELF;
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
    if (!r->has_hello)
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
    /* A client that speaks nothing from TLS 1.2 on needs no site to fail: our own leg says so, in
     * an alert. */
    if (!r->tunnel && client_hello_max_version(&r->hello) < 0x0303) {
        r->answer = ANSWER_ALERT;
        return STAGE_MINT;
    }
    return STAGE_DIAL;
}
