/* relay/offer.c - what we say to a site in the client's name: its own offer, as far as we can make
 * it, and an identity of ours where the site wants one that the client cannot show through us. */
#include "relay_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tls/identities.h"
#include "tls/leg.h"

enum { POST_HANDSHAKE_AUTH = 49 /* RFC 8446 §4.2.6 */, UNLIKE_PROTOCOLS_MOST = 8 };

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

size_t offer_protocols(const struct client_hello *hello, uint8_t out[static ALPN_WIRE_MOST])
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

void offer_fill(const struct relay *r, struct leg_server_ask *ask)
{
    const struct relay_world *world = relay_world(r);

    ask->like = r->hello;
    ask->host = r->asked;
    ask->identities = world->identities;
    /* Sites with TLS 1.3 ask for a certificate of one path only of those who say that they may. */
    ask->late_request = client_hello_has_extension(r->hello, POST_HANDSHAKE_AUTH) ||
                        identities_for(world->identities, r->asked) > 0;
}

static bool is_asked_for(const struct leg_server_ask *ask, const char *protocol)
{
    size_t n = strlen(protocol);

    for (size_t at = 0; at < ask->alpn_len; at += 1u + ask->alpn[at])
        if (ask->alpn[at] == n && n <= ask->alpn_len - at - 1 &&
            memcmp(ask->alpn + at + 1, protocol, n) == 0)
            return true;
    return false;
}

static void protocols_add(
    struct text *out, const struct client_hello *hello, const struct leg_server_ask *ask)
{
    size_t n = 0;

    for (size_t i = 0; i < hello->n_alpn && n < UNLIKE_PROTOCOLS_MOST; i++) {
        const char *protocol = hello->alpn[i];

        /* RFC 8701 §2: two bytes of GREASE. */
        if (is_asked_for(ask, protocol) ||
            (strlen(protocol) == 2 && protocol[0] == protocol[1] && (protocol[0] & 0x0f) == 0x0a))
            continue;
        text_printf(out, "%s", n ? ", " : out->len ? "; protocols " : "protocols ");
        text_add_safe(out, protocol, strlen(protocol), 32);
        n++;
    }
}

void offer_note(struct relay *r, const struct leg_server_ask *ask)
{
    struct text unlike = {0}, note = {0};

    text_add(&unlike, leg_unlike(r->side[LEG_SERVER].leg));
    protocols_add(&unlike, r->hello, ask);
    if (unlike.len) {
        text_printf(
            &note, "The client offers more than we offered the site: %s.", text_str(&unlike));
        flow_note_add(r->flow, "relay/offer-differs", "info", text_str(&note), "proxy");
    }
    text_fini(&unlike);
    text_fini(&note);
}

bool client_is_asked(const struct relay *r)
{
    return host_patterns_match(relay_world(r)->ask_clients, r->asked);
}
