/* relay/stage_hello.c - collects the client's whole ClientHello, over as many records and segments
 * as it takes, before anything is decided or answered. Who waits for a greeting is given one; what
 * else is not TLS is tunnelled. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "flow/facts.h"
#include "wire/limits.h"
#include "wire/sniff.h"

/* A client that waits for the server's greeting (SMTP, IMAP, SSH) sends nothing first. */
enum { GREETING_MS = 1500 };

static enum stage tunnel(struct relay *r)
{
    r->tunnel = true;
    return STAGE_DECIDE;
}

/* The server is to speak first. On a port of mail its protocol is known; on any other its greeting
 * will tell. */
enum stage hello_await_greeting(struct relay *r)
{
    r->listens = true;
    r->tunnel = r->mail == MAIL_NONE || r->implicit;
    if (r->implicit)
        flow_note_add(r->flow, "relay/mail-waits", "medium",
            "The program waits for a greeting in plain words; on this port a server waits for TLS. "
            "The account should use TLS from the first byte here.",
            "proxy");
    return STAGE_DECIDE;
}

static enum stage bad_hello(struct relay *r, const char *why)
{
    /* alert 50 decode_error, RFC 8446 §6.2, in a record of its own: there is no TLS object yet */
    static const unsigned char alert[] = {21, 3, 1, 0, 2, 2, 50};
    char text[240];

    snprintf(text, sizeof text, "The ClientHello cannot be read: %s", why);
    flow_note_add(r->flow, "relay/bad-hello", "medium", text, "proxy");
    evbuffer_add(side_out(&r->side[LEG_CLIENT]), alert, sizeof alert);
    side_flush(&r->side[LEG_CLIENT]);
    return STAGE_DRAIN;
}

static enum stage wait_or_end(struct relay *r, bool nothing_yet)
{
    const struct side *client = &r->side[LEG_CLIENT];
    int64_t waited = clock_steady_ms(relay_world(r)->clock) - r->stage_ms;

    if (client->eof || client->reset || relay_is_draining(r) ||
        (r->upgraded && side_has_ended(&r->side[LEG_SERVER]))) {
        if (!nothing_yet)
            flow_note_add(r->flow, "relay/half-hello", "low",
                "The client closed in the middle of its ClientHello.", "proxy");
        return STAGE_DRAIN;
    }
    if (!nothing_yet || r->dialled)
        return STAGE_HELLO;
    if (r->mail != MAIL_NONE && !r->implicit)
        return hello_await_greeting(r);
    return waited >= GREETING_MS ? hello_await_greeting(r) : STAGE_HELLO;
}

/* What is no TLS. */
static enum stage other(struct relay *r)
{
    if (r->mail != MAIL_NONE && !r->implicit && !r->dialled)
        return hello_await_greeting(r);
    if (r->upgraded)
        flow_note_add(r->flow, "relay/plain-after-upgrade", "medium",
            "The server gave its go-ahead for TLS, and the program went on in plain words.",
            "proxy");
    return tunnel(r);
}

enum stage stage_hello(struct relay *r)
{
    struct evbuffer *in = r->side[LEG_CLIENT].pipe->in;
    size_t n = evbuffer_get_length(in);
    struct client_hello hello;
    const char *why = "";

    mail_begin(r);
    if (r->upgraded && evbuffer_get_length(r->side[LEG_SERVER].pipe->in) > 0) {
        r->watch.state = WATCH_INJECTED; /* TLS begins with the client: RFC 8446 §2 */
        mail_over(r);
        return STAGE_DRAIN;
    }
    if (n > CLIENT_HELLO_MOST)
        n = CLIENT_HELLO_MOST;
    const unsigned char *bytes = n ? evbuffer_pullup(in, (ssize_t)n) : NULL;
    enum sniff what = sniff_bytes(bytes, n);
    if (what == SNIFF_NEED_MORE)
        return wait_or_end(r, n == 0);
    if (what == SNIFF_HTTP && r->mail == MAIL_NONE && !r->dialled)
        return STAGE_DECIDE; /* plain HTTP, as SOCKS clients send it: read like any other */
    if (what != SNIFF_TLS)
        return other(r);
    switch (client_hello_read(bytes, n, &hello, &why)) {
    case HELLO_NEED_MORE:
        return n < CLIENT_HELLO_MOST ? wait_or_end(r, false)
                                     : bad_hello(r, "it is longer than 64 KiB");
    case HELLO_BAD:
        return bad_hello(r, why);
    case HELLO_READY:
        break;
    }
    hello_take(r, &hello);
    r->came_with_tls = true;
    flow_fill_hello(r->flow, r->hello);
    return STAGE_DECIDE;
}
