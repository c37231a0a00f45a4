/* relay/stage_server_tls.c - the handshake with the site, in the client's name: its SNI, its
 * protocols, its versions. */
#include "relay_priv.h"

#include <string.h>

#include "base/log.h"

/* What of the client's ALPN list we can carry today, in wire form (RFC 7301 §3.1). */
static const uint8_t http_1_1[] = "\x08http/1.1";

static bool client_offers(const struct client_hello *hello, const char *protocol)
{
    for (size_t i = 0; i < hello->n_alpn; i++)
        if (strcmp(hello->alpn[i], protocol) == 0)
            return true;
    return false;
}

static bool leg_begin(struct relay *r)
{
    struct leg_server_ask ask = {
        .sni = r->hello.sni[0] ? r->asked : NULL,
        .min_version = 0x0303,
        .max_version = client_hello_max_version(&r->hello),
    };
    struct err e = {0};

    if (client_offers(&r->hello, "http/1.1")) {
        ask.alpn = http_1_1;
        ask.alpn_len = sizeof http_1_1 - 1;
    }
    r->side[LEG_SERVER].leg = leg_server_new(relay_world(r)->contexts, &ask, &e);
    if (!r->side[LEG_SERVER].leg)
        log_error("cannot begin the server leg: %s", e.text);
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
        return fail_server(r);
    case LEG_IDLE:
    case LEG_SHAKING:
    case LEG_OPEN:
        break;
    }
    return STAGE_SERVER_TLS;
}
