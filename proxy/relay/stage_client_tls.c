/* relay/stage_client_tls.c - the handshake with the client: its held ClientHello goes in first. */
#include "relay_priv.h"

/* A site that asks for a client certificate refuses us after its own handshake is done (RFC 8446 §4.4.2.4). */
static void watch_server(struct relay *r)
{
    struct side *server = &r->side[LEG_SERVER];

    if (r->answer != ANSWER_RELAY || !server->leg)
        return;
    side_pump(server);
    if (leg_state(server->leg) == LEG_BROKEN)
        fail_server(r);
}

enum stage stage_client_tls(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT];

    watch_server(r);
    side_pump(client);
    switch (leg_state(client->leg)) {
    case LEG_OPEN:
        return r->answer == ANSWER_RELAY ? STAGE_TALK : STAGE_PAGE;
    case LEG_BROKEN:
    case LEG_CLOSED:
        fail_client(r);
        return STAGE_DRAIN;
    case LEG_IDLE:
    case LEG_SHAKING:
        break;
    }
    return STAGE_CLIENT_TLS;
}
