/* relay/stage_mint.c - a leaf for exactly the asked name, and the client's leg with it. */
#include "relay_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cert/ca.h"
#include "cert/leaf.h"
#include "cert/leaf_cache.h"

enum { ACCESS_DENIED = 49 }; /* RFC 8446 §6.2: what we tell a client that cannot read a page */

static bool client_offers(const struct relay *r, const char *protocol)
{
    for (size_t i = 0; i < r->hello->n_alpn; i++)
        if (strcmp(r->hello->alpn[i], protocol) == 0)
            return true;
    return false;
}

/* NULL: none, or HTTP/1.1 where it is offered. */
static const char *chosen_protocol(const struct relay *r)
{
    if (r->answer == ANSWER_PAGE && client_offers(r, "h2") && !client_offers(r, "http/1.1"))
        return "h2";
    if (r->answer != ANSWER_RELAY || !r->side[LEG_SERVER].leg)
        return NULL;
    const char *alpn = leg_facts(r->side[LEG_SERVER].leg)->alpn;
    return alpn[0] ? alpn : NULL;
}

static struct leaf *take_leaf(struct relay *r, struct err *e)
{
    const struct relay_world *world = relay_world(r);
    int64_t now_s = clock_wall_ms(world->clock) / 1000;
    struct leaf *leaf = leaf_cache_get_faulty(world->leaves, r->asked, r->fault, now_s, e);

    if (leaf || !r->fault)
        return leaf;
    flow_note_add(r->flow, "relay/no-mirror", "low", e->text, "proxy");
    fault_drop(r);
    return leaf_cache_get(world->leaves, r->asked, now_s, e);
}

enum stage stage_mint(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    struct err e = {0};
    char scope[HOST_CAP + 80];

    if (r->answer == ANSWER_ALERT)
        fault_drop(r);
    r->leaf = take_leaf(r, &e);
    if (!r->leaf) {
        log_error("cannot make a certificate: %s", e.text);
        return STAGE_DRAIN;
    }
    snprintf(scope, sizeof scope, "%s|%s", r->asked, ca_sha256(world->ca));
    /* No ticket of a session that began with a fault: each connection is to be shown it anew. */
    struct leg_client_show show = {.leaf = r->leaf,
        .alpn = chosen_protocol(r),
        .h1_only = true,
        .scope = r->fault ? NULL : scope,
        .weak = r->fault,
        .asks_certificate = client_is_asked(r)};
    r->side[LEG_CLIENT].leg = leg_client_new(world->contexts, &show, &e);
    keep_leg(r, LEG_CLIENT);
    if (!r->side[LEG_CLIENT].leg) {
        log_error("cannot begin the client leg: %s", e.text);
        return STAGE_DRAIN;
    }
    if (r->answer == ANSWER_ALERT && client_hello_max_version(r->hello) >= 0x0303) {
        leg_refuse(r->side[LEG_CLIENT].leg, ACCESS_DENIED);
        side_pump(&r->side[LEG_CLIENT]);
        return STAGE_DRAIN;
    }
    return STAGE_CLIENT_TLS;
}
