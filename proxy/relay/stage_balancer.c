/* relay/stage_balancer.c - behind a load balancer: whose connection is this? The PROXY protocol,
 * before anything else. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "wire/limits.h"
#include "wire/proxy_protocol.h"

static enum stage refuse(struct relay *r, const char *why)
{
    flow_note_add(r->flow, "relay/bad-proxy-header", "medium", why, "proxy");
    return STAGE_DRAIN;
}

/* The balancer is this machine's neighbour; its client need not be. */
static bool is_loopback(const char *ip)
{
    return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0;
}

static enum stage take(struct relay *r, const struct proxy_header *header)
{
    const struct relay_world *world = relay_world(r);

    if (!header->named)
        return STAGE_SNIFF; /* a health check, or a client that the balancer does not know */
    r->flow->client->balancer = flow_text(r->flow, r->ip);
    snprintf(r->ip, sizeof r->ip, "%s", header->from);
    r->client_port = header->from_port;
    r->from_loopback = r->from_loopback && is_loopback(header->from);
    r->flow->client->ip = flow_text(r->flow, r->ip);
    r->flow->client->port = r->client_port;
    if (world->may_enter && !world->may_enter(world->may_enter_arg, r->ip))
        return refuse(r, "The client behind the load balancer has a public address; see "
                         "--allow-public.");
    return STAGE_SNIFF;
}

enum stage stage_balancer(struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];
    struct evbuffer *in = client->pipe->in;
    size_t n = evbuffer_get_length(in), used = 0;
    struct proxy_header header;
    const char *why = "";

    if (n > PROXY_HEADER_MOST)
        n = PROXY_HEADER_MOST;
    switch (
        proxy_protocol_read(n ? evbuffer_pullup(in, (ssize_t)n) : NULL, n, &header, &used, &why)) {
    case PROXY_NEED_MORE:
        return client->eof || client->reset || relay_is_draining(r) ? STAGE_DRAIN : STAGE_BALANCER;
    case PROXY_BAD:
        return refuse(r, why);
    case PROXY_READY:
        break;
    }
    evbuffer_drain(in, used);
    return take(r, &header);
}
