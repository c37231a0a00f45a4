/* relay/stage_server_tls.c - the handshake with the site, in the client's name: its SNI, its
 * protocols, its versions. */
#include "relay_priv.h"

#include "base/log.h"

static bool leg_begin(struct relay *r)
{
    struct leg_server_ask ask = {
        .sni = r->hello->sni[0] ? r->asked : NULL,
        .min_version = 0x0303,
        .max_version = client_hello_max_version(r->hello),
    };
    uint8_t alpn[ALPN_WIRE_MOST];
    struct err e = {0};

    ask.alpn_len = offer_protocols(r->hello, alpn);
    ask.alpn = ask.alpn_len ? alpn : NULL;
    offer_fill(r, &ask);
    r->side[LEG_SERVER].leg = leg_server_new(relay_world(r)->contexts, &ask, &e);
    if (!r->side[LEG_SERVER].leg)
        log_error("cannot begin the server leg: %s", e.text);
    else
        offer_note(r, &ask);
    keep_leg(r, LEG_SERVER);
    return r->side[LEG_SERVER].leg != NULL;
}

enum stage stage_server_tls(struct relay *r)
{
    struct side *server = &r->side[LEG_SERVER];

    if (client_has_left(r))
        return client_left(r);
    if (!server->leg && !leg_begin(r))
        return STAGE_DRAIN;
    side_pump(server);
    /* Whatever came behind its Finished: the chain is there to be judged first. */
    if (leg_facts(server->leg)->finished)
        return STAGE_JUDGE;
    switch (leg_state(server->leg)) {
    case LEG_BROKEN:
    case LEG_CLOSED:
        return retry_is_worth(r) ? STAGE_RETRY : fail_server(r);
    case LEG_IDLE:
    case LEG_SHAKING:
    case LEG_OPEN:
        break;
    }
    return STAGE_SERVER_TLS;
}
