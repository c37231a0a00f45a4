/* wire/svcb.h - what an HTTPS record of DNS advertises of a site (RFC 9460): the data of one
 * record. Pure; strict: a record that breaks the form of §2.2 is none at all (§2.4.3). */
#ifndef WHYTLS_WIRE_SVCB_H
#define WHYTLS_WIRE_SVCB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/read.h"

enum {
    SVCB_NAME_CAP = 256,
    SVCB_ALPN_CAP = 32, /* longer ones, and those that are no text (GREASE), are passed over */
    SVCB_ALPNS_MOST = 8,
    SVCB_HINTS_MOST = 8, /* of each family */
};

struct svcb {
    uint16_t priority;          /* 0: an alias of the target, and nothing else is said */
    char target[SVCB_NAME_CAP]; /* lower case; empty: the name itself (§2.5) */
    char alpns[SVCB_ALPNS_MOST][SVCB_ALPN_CAP];
    size_t n_alpns;
    uint16_t port;   /* 0: not said */
    bool ech;        /* keys for Encrypted ClientHello (RFC 9848) */
    bool needs_more; /* a key that we do not know is mandatory: clients pass it over (§8) */
    uint8_t v4[SVCB_HINTS_MOST][4], v6[SVCB_HINTS_MOST][16];
    size_t n_v4, n_v6;
};

bool svcb_read(struct cursor data, struct svcb *out);

#endif
