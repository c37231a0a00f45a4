/* relay/stage_client_tls.c - the handshake with the client: its held ClientHello goes in first. */
#include "relay_priv.h"

#include "flow/legs.h"

/* A site that asks for a client certificate refuses us after its own handshake is done (RFC 8446
 * §4.4.2.4). */
static void watch_server(struct relay *r)
{
    struct side *server = &r->side[LEG_SERVER];

    if (r->answer != ANSWER_RELAY || !server->leg)
        return;
    side_pump(server);
    if (leg_state(server->leg) == LEG_BROKEN)
        fail_server(r);
}

static enum stage shaken(struct relay *r)
{
    flow_fill_certificate_request(r->flow, r->side[LEG_CLIENT].leg);
    switch (r->answer) {
    case ANSWER_RELAY:
        return STAGE_TALK;
    case ANSWER_PAGE:
        return STAGE_PAGE;
    case ANSWER_SELF:
        return STAGE_SELF;
    case ANSWER_ALERT: /* the site failed only now, and this client reads no page */
        break;
    }
    return STAGE_DRAIN;
}

enum stage stage_client_tls(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT];

    watch_server(r);
    side_pump(client);
    /* Its Finished may have come in one segment with an alert: what that means is for the next
     * stage to see. */
    if (leg_facts(client->leg)->finished)
        return shaken(r);
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
    return STAGE_CLIENT_TLS;
}
