/* net/dial.h - from a host name to a connected pipe: resolve (cached), then race addresses (RFC
 * 8305).
 *
 * The relay speaks to `struct dialer` only, so that a conversation test can answer for the network.
 */
#ifndef WHYTLS_NET_DIAL_H
#define WHYTLS_NET_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct loop;
struct pipe;
struct resolver; /* net/resolve.h */
struct sockaddr;

enum dial_error {
    DIAL_OK = 0,
    DIAL_NXDOMAIN,
    DIAL_SERVFAIL,
    DIAL_DNS_TIMEOUT, /* by name */
    DIAL_REFUSED,
    DIAL_TIMEOUT,
    DIAL_UNREACHABLE,
    DIAL_RESET,     /* by address */
    DIAL_FORBIDDEN, /* our own listener, or our own host asked for by another machine */
};

/* The word of the flow record: nxdomain, servfail, timeout, refused, unreachable, reset; forbidden.
 * NULL for DIAL_OK. */
const char *dial_error_name(enum dial_error e);

enum { DIAL_ADDRESSES_MOST = 8, DIAL_ADDRESS_CAP = 64, DIAL_ALIASES_MOST = 8 };

struct dial_result {
    enum dial_error error;
    struct pipe *pipe;                                 /* yours when DIAL_OK */
    char address[DIAL_ADDRESS_CAP];                    /* the one that answered */
    char tried[DIAL_ADDRESSES_MOST][DIAL_ADDRESS_CAP]; /* in order */
    size_t n_tried;
    char aliases[DIAL_ALIASES_MOST][256]; /* CNAMEs met */
    size_t n_aliases;
    int64_t ms;
};

struct dial; /* one attempt under way */

struct dialer {
    /* Calls back exactly once, never before it returned, unless cancelled. from_loopback: the
     * asking client is on this machine. */
    struct dial *(*start)(struct dialer *d, const char *host, uint16_t port, bool from_loopback,
        void (*done)(void *arg, struct dial_result *result), void *arg);
    void (*cancel)(struct dialer *d, struct dial *one);
};

struct dial_config {
    /* May this address be connected to? Tells our own listeners and, for other machines, our own
     * loopback, apart. */
    bool (*may)(void *arg, const struct sockaddr *to, bool from_loopback);
    /* A host that is answered for (whytls run --resolve, the lab): true and *to / *error filled.
     * May be NULL. */
    bool (*instead)(void *arg, const char *host, uint16_t port, struct sockaddr *to,
        unsigned *to_len, enum dial_error *error);
    void *arg;
    int64_t connect_ms; /* deadline of all addresses together; 0: 10,000 */
};

/* The real one: sockets on this loop. */
struct dialer *dialer_sockets_new(
    struct loop *l, struct resolver *r, const struct dial_config *config);
void dialer_sockets_free(struct dialer *d);

#endif
