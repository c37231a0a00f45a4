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

/* One context for each entry of the table, made when it is first wanted: few are, of the whole lab.
 */
struct sites {
    const struct pki *pki; /* borrowed */
    SSL_CTX **at;          /* owned */
    size_t n;
};

/* The context of the first entry serves the port that WAY_TLS entries share: it takes the
 * certificate by SNI, its own when there is none, and refuses a name that is not in the table with
 * alert 112. *s must not move while it serves. */
bool sites_init(struct sites *s, const struct pki *pki, struct err *e) MUST_USE;
void sites_fini(struct sites *s);
/* Does this entry show a certificate? */
bool sites_has(const struct sites *s, size_t i);
/* Its context, borrowed; NULL when it has none, or OpenSSL does not give it. */
SSL_CTX *sites_at(struct sites *s, size_t i, struct err *e);

#endif
