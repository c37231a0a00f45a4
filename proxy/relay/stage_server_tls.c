/* relay/stage_server_tls.c - the handshake with the site, in the client's name: its SNI, its
 * protocols, its versions. */
#include "relay_priv.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum { ALPN_WIRE_MOST = 1024 };

/* Of HTTP, what we can carry today. Any other protocol (mail, MQTT, APNs) crosses as bytes, so what
 * it is called is for the site to know. */
static bool can_carry(const char *protocol)
{
    static const char *const others[] = {"h2c", "h3", "h3-", "hq-", "spdy/"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (i < 2 ? strcmp(protocol, others[i]) == 0 : text_starts(protocol, others[i]))
            return false;
    return !strchr(protocol, '?'); /* it had a NUL: nobody's name (RFC 8701) */
}

/* The client's list as we offer it, in wire form (RFC 7301 §3.1). */
static size_t alpn_list(const struct client_hello *hello, uint8_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i < hello->n_alpn; i++) {
        size_t len = strlen(hello->alpn[i]);

        if (!can_carry(hello->alpn[i]) || len > UINT8_MAX || n + 1 + len > ALPN_WIRE_MOST)
            continue;
        out[n++] = (uint8_t)len;
        memcpy(out + n, hello->alpn[i], len);
        n += len;
    }
    return n;
}

static bool leg_begin(struct relay *r)
{
    struct leg_server_ask ask = {
        .sni = r->hello.sni[0] ? r->asked : NULL,
        .min_version = 0x0303,
        .max_version = client_hello_max_version(&r->hello),
    };
    uint8_t alpn[ALPN_WIRE_MOST];
    struct err e = {0};

    ask.alpn_len = alpn_list(&r->hello, alpn);
    ask.alpn = ask.alpn_len ? alpn : NULL;
    offer_fill(r, &ask);
    r->side[LEG_SERVER].leg = leg_server_new(relay_world(r)->contexts, &ask, &e);
    if (!r->side[LEG_SERVER].leg)
        log_error("cannot begin the server leg: %s", e.text);
    else
        offer_note(r, &ask);
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
