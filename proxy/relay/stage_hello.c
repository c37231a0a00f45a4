/* relay/stage_hello.c - collects the client's whole ClientHello, over as many records and segments
 * as it takes, before anything is decided or answered. What is not TLS is tunnelled. */
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

    if (client->eof || client->reset || relay_is_draining(r)) {
        if (!nothing_yet)
            flow_note_add(r->flow, "relay/half-hello", "low",
                "The client closed in the middle of its ClientHello.", "proxy");
        return STAGE_DRAIN;
    }
    return nothing_yet && waited >= GREETING_MS ? tunnel(r) : STAGE_HELLO;
}

enum stage stage_hello(struct relay *r)
{
    struct evbuffer *in = r->side[LEG_CLIENT].pipe->in;
    size_t n = evbuffer_get_length(in);
    const char *why = "";

    if (n > CLIENT_HELLO_MOST)
        n = CLIENT_HELLO_MOST;
    const unsigned char *bytes = n ? evbuffer_pullup(in, (ssize_t)n) : NULL;
    enum sniff what = sniff_bytes(bytes, n);
    if (what == SNIFF_NEED_MORE)
        return wait_or_end(r, n == 0);
    if (what != SNIFF_TLS)
        return tunnel(r);
    switch (client_hello_read(bytes, n, &r->hello, &why)) {
    case HELLO_NEED_MORE:
        return n < CLIENT_HELLO_MOST ? wait_or_end(r, false)
                                     : bad_hello(r, "it is longer than 64 KiB");
    case HELLO_BAD:
        return bad_hello(r, why);
    case HELLO_READY:
        break;
    }
    r->has_hello = true;
    flow_fill_hello(r->flow, &r->hello);
    return STAGE_DECIDE;
}
