/* relay/dial_tls.h - a dialer whose connections are TLS: to another proxy that wants it so. It
 * stands before another dialer, and hands over a pipe of plaintext. */
#ifndef WHYTLS_RELAY_DIAL_TLS_H
#define WHYTLS_RELAY_DIAL_TLS_H

struct clock;
struct dialer;
struct peer_trust;
struct tls_contexts;

/* All borrowed. HTTP/1.1 is offered. A server that is not trusted, or speaks no TLS, is
 * DIAL_PROXY_FAILED, and via_says tells why. */
struct dialer *dialer_tls_new(struct dialer *inner, const struct tls_contexts *contexts,
    const struct peer_trust *trust, const struct clock *clock);
/* Cancels what is under way. NULL is fine. */
void dialer_tls_free(struct dialer *d);

#endif
