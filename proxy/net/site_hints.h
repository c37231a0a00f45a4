/* net/site_hints.h - what DNS advertises of a site beside its addresses: its HTTPS records (RFC
 * 9460), all of them together. iPhones ask for them, and go by them before they speak TLS. */
#ifndef WHYTLS_NET_SITE_HINTS_H
#define WHYTLS_NET_SITE_HINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

enum {
    SITE_HINTS_ALPNS_MOST = 8,
    SITE_HINTS_ALPN_CAP = 32,
    SITE_HINTS_ADDRESSES_MOST = 8,
    SITE_HINTS_NAME_CAP = 256,
};

struct site_hints {
    bool ech;                                               /* keys for Encrypted ClientHello */
    char alpns[SITE_HINTS_ALPNS_MOST][SITE_HINTS_ALPN_CAP]; /* "h3", "h2": without repetition */
    size_t n_alpns;
    union addr addresses[SITE_HINTS_ADDRESSES_MOST]; /* ports 0 */
    size_t n_addresses;
    char target[SITE_HINTS_NAME_CAP]; /* of the first record that is meant for us; empty: itself */
    uint16_t port;                    /* the same; 0: the usual one */
};

/* From a DNS message as it came. False: it holds none. *ttl_s is lowered to the shortest. */
bool site_hints_read(const uint8_t *bytes, size_t len, struct site_hints *out, int64_t *ttl_s);

#endif
