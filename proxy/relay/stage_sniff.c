/* relay/stage_sniff.c - what does the client speak? From its first bytes. */
#include "relay_priv.h"

#include <event2/buffer.h>

#include "wire/sniff.h"

enum { SNIFF_BYTES = 32 };

enum stage stage_sniff(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT];
    struct evbuffer *in = client->pipe->in;
    unsigned char first[SNIFF_BYTES];

    if (r->sent_to[0])
        return transparent_sniff(r);
    ssize_t n = evbuffer_copyout(in, first, sizeof first);

    enum sniff what = sniff_bytes(first, n > 0 ? (size_t)n : 0);
    if (what == SNIFF_HTTP)
        return STAGE_ENTRY;
    if (what == SNIFF_SOCKS)
        return STAGE_SOCKS;
    if (what == SNIFF_TLS && !r->flow->client->secure)
        return STAGE_SECURE;
    if (what == SNIFF_NEED_MORE && !client->eof && !client->reset && !relay_is_draining(r))
        return STAGE_SNIFF;
    if (n > 0)
        flow_note_add(r->flow, "relay/not-http", "low",
            what == SNIFF_TLS
                ? "Inside its TLS to the proxy the client spoke TLS again; a proxy is asked with "
                  "CONNECT."
                : "The first bytes are neither HTTP, SOCKS nor TLS; the connection was closed.",
            "proxy");
    return STAGE_DRAIN;
}
