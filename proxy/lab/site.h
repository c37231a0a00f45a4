/* lab/site.h - the TLS of the sites, each with the faults of its way. Weak on purpose (security
 * level 0): a server that the product would never be. */
#ifndef WHYTLS_LAB_SITE_H
#define WHYTLS_LAB_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/attrib.h"
#include "base/err.h"

struct pki;

/* One context for each entry of the table, NULL where an entry speaks no TLS. */
struct sites {
    SSL_CTX **at; /* owned */
    size_t n;
};

/* The context of the first entry serves the port that WAY_TLS entries share: it takes the
 * certificate by SNI, its own when there is none, and refuses a name that is not in the table with
 * alert 112. *s must not move while it serves. */
bool sites_init(struct sites *s, const struct pki *pki, struct err *e) MUST_USE;
void sites_fini(struct sites *s);

#endif
