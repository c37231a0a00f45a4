/* net/dial_upstream.h - a dialer that asks another proxy for the connection, where one is set. It
 * stands before another dialer, which it asks for the connection to that proxy. */
#ifndef WHYTLS_NET_DIAL_UPSTREAM_H
#define WHYTLS_NET_DIAL_UPSTREAM_H

struct clock;
struct dialer;
struct upstreams;

/* All borrowed. `secure` connects by TLS, for proxies that want it; may be NULL when none does.
 * Hosts that the configuration answers for (dialer.answers) are dialled directly. When a connection
 * came about, `address` is empty: it is known over there only; bytes that the site sent already lie
 * in the pipe. */
struct dialer *dialer_upstream_new(struct dialer *inner, struct dialer *secure,
    const struct upstreams *table, const struct clock *clock);
/* Cancels what is under way. NULL is fine. */
void dialer_upstream_free(struct dialer *d);

#endif
