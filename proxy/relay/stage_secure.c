/* relay/stage_secure.c - the client speaks TLS to the proxy itself (a "secure web proxy"; PAC calls
 * it HTTPS). Our leaf is for the name that it asks for, else for the address that it came to. What
 * is said inside is read as from any other client. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cert/ca.h"
#include "cert/leaf.h"
#include "cert/leaf_cache.h"
#include "flow/facts.h"
#include "pipe_tls.h"
#include "wire/limits.h"

/* False: it is not whole yet, or *bad says why it never will be (else it is NULL). */
static bool read_hello(struct relay *r, const char **bad)
{
    struct evbuffer *in = r->side[LEG_CLIENT].pipe->in;
    size_t n = evbuffer_get_length(in);
    struct client_hello hello;

    if (n > CLIENT_HELLO_MOST)
        n = CLIENT_HELLO_MOST;
    switch (client_hello_read(evbuffer_pullup(in, (ssize_t)n), n, &hello, bad)) {
    case HELLO_NEED_MORE:
        if (n == CLIENT_HELLO_MOST)
            *bad = "it is longer than 64 KiB";
        return false;
    case HELLO_BAD:
        return false;
    case HELLO_READY:
        break;
    }
    hello_take(r, &hello);
    return true;
}

/* The name that the client will look for in our certificate. */
static void find_own_name(struct relay *r)
{
    const char *sni = r->hello->sni;

    if (*sni && host_normalise(sni, strlen(sni), r->asked) && !host_is_ip(r->asked))
        return;
    const char *at = *r->at ? r->at : "whytls.test";
    if (!host_normalise(at, strlen(at), r->asked))
        snprintf(r->asked, sizeof r->asked, "whytls.test");
}

static bool begin(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    char scope[HOST_CAP + 80];
    struct err e = {0};

    find_own_name(r);
    r->flow->entry = "secure-proxy";
    flow_set_target(r->flow, r->asked, r->at_port, *r->hello->sni ? "sni" : "origdst");
    flow_fill_hello(r->flow, r->hello);
    r->leaf = leaf_cache_get(world->leaves, r->asked, clock_wall_ms(world->clock) / 1000, &e);
    if (!r->leaf) {
        log_error("cannot make a certificate for the proxy itself: %s", e.text);
        return false;
    }
    snprintf(scope, sizeof scope, "proxy|%s|%s", r->asked, ca_sha256(world->ca));
    struct leg_client_show show = {.leaf = r->leaf, .h1_only = true, .scope = scope};
    r->side[LEG_CLIENT].leg = leg_client_new(world->contexts, &show, &e);
    if (!r->side[LEG_CLIENT].leg)
        log_error("cannot begin TLS with the client: %s", e.text);
    return r->side[LEG_CLIENT].leg != NULL;
}

/* From here on the leg is part of the transport; the flow is about what is asked for inside. */
static enum stage go_inside(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT];
    bool closed = leg_facts(client->leg)->close_notify_in; /* nobody will tell of it again */
    struct pipe *inside = pipe_tls_new(client->pipe, client->leg);

    client->leg = NULL;
    client->eof = client->eof || closed;
    client->eof_told = false;
    relay_adopt_pipe(r, LEG_CLIENT, inside);
    pipe_want_read(inside, true);
    leaf_unref(r->leaf);
    r->leaf = NULL;
    hello_drop(r);
    r->asked[0] = 0;
    r->flow->client_leg = NULL;
    r->flow->client->secure = true;
    r->flow->entry = "connect";
    return STAGE_SNIFF;
}

static enum stage wait_or_end(struct relay *r, const char *bad)
{
    const struct side *client = &r->side[LEG_CLIENT];
    char text[240];

    if (bad) {
        snprintf(text, sizeof text, "The ClientHello to the proxy cannot be read: %s", bad);
        flow_note_add(r->flow, "relay/bad-hello", "medium", text, "proxy");
        return STAGE_DRAIN;
    }
    if (client->eof || client->reset) {
        flow_note_add(r->flow, "relay/half-hello", "low",
            "The client closed in the middle of its ClientHello to the proxy.", "proxy");
        return STAGE_DRAIN;
    }
    return relay_is_draining(r) ? STAGE_DRAIN : STAGE_SECURE;
}

enum stage stage_secure(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT];
    const char *bad = NULL;

    if (!client->leg) {
        if (!read_hello(r, &bad))
            return wait_or_end(r, bad);
        if (!begin(r))
            return STAGE_DRAIN;
    }
    side_pump(client);
    if (leg_facts(client->leg)->finished && leg_state(client->leg) == LEG_OPEN)
        return go_inside(r);
    switch (leg_state(client->leg)) {
    case LEG_BROKEN:
    case LEG_CLOSED:
        fail_client(r);
        return STAGE_DRAIN;
    case LEG_IDLE:
    case LEG_SHAKING:
    case LEG_OPEN:
        break;
    }
    return relay_is_draining(r) ? STAGE_DRAIN : STAGE_SECURE;
}
