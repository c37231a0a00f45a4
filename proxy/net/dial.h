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
#include "net/dial_error.h"
#include "net/site_hints.h"

struct loop;
struct pipe;
struct resolver; /* net/resolve.h */
struct sockaddr;
struct sockaddr_storage;

enum { DIAL_VIA_CAP = 288, DIAL_SAYS_CAP = 160, DIAL_SCHEMES_CAP = 64 };
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
    const char
        *dns; /* why DNS gave no address, as in net/resolve.h; NULL: it did, or was not asked */
    bool has_hints;
    struct site_hints hints; /* what DNS advertises of the site, as far as it had come */
    /* "IPv4" or "IPv6": addresses of both kinds were tried, and these gave no connection;
     * DIAL_TIMEOUT: not before the others did. NULL: none. */
    const char *dead_family;
    enum dial_error dead_family_error;
    char via[DIAL_VIA_CAP]; /* the proxy beyond us that was asked; empty: none */
    int via_status;         /* what it answered: of HTTP, or the code of SOCKS; 0: nothing */
    char via_asks[DIAL_SCHEMES_CAP]; /* logins that it takes: "Basic, NTLM" */
    char via_says[DIAL_SAYS_CAP];    /* a sentence, when it failed */
};

struct dial; /* one attempt under way */

struct dialer {
    /* Calls back exactly once, never before it returned, unless cancelled. from_loopback: the
     * asking client is on this machine. */
    struct dial *(*start)(struct dialer *d, const char *host, uint16_t port, bool from_loopback,
        void (*done)(void *arg, struct dial_result *result), void *arg);
    void (*cancel)(struct dialer *d, struct dial *one);
    /* What is known of an attempt that took too long, before it is cancelled; *known says timeout.
     * NULL: no more than that. */
    void (*give_up)(struct dialer *d, struct dial *one, struct dial_result *known);
    /* Does the configuration answer for this name, whatever DNS says? NULL: for none. */
    bool (*answers)(struct dialer *d, const char *host, uint16_t port);
};

struct dial_config {
    /* May this address be connected to? Tells our own listeners and, for other machines, our own
     * loopback, apart. */
    bool (*may)(void *arg, const struct sockaddr *to, bool from_loopback);
    /* A host that is answered for (whytls run --resolve, the lab): true and *to / *error filled.
     * May be NULL. */
    bool (*instead)(void *arg, const char *host, uint16_t port, struct sockaddr *to,
        unsigned *to_len, enum dial_error *error);
    /* Who is asked for this name instead of the dialer's resolver, as in net/resolve.h; NULL: that
     * is. May be NULL. All such names have the same. */
    const char *(*name_servers_of)(void *arg, const char *host);
    /* An address that is not where it says: *to becomes the right one. The record keeps the other.
     * May be NULL. */
    void (*turn)(void *arg, const struct sockaddr *address, struct sockaddr_storage *to);
    /* A connection to somebody was begun from this address of ours. May be NULL. */
    void (*begun)(void *arg, const struct sockaddr *from);
    void *arg;
    int64_t connect_ms; /* deadline of all addresses together; 0: 10,000 */
};

/* The real one: sockets on this loop. */
struct dialer *dialer_sockets_new(
    struct loop *l, struct resolver *r, const struct dial_config *config);
void dialer_sockets_free(struct dialer *d);

#endif
