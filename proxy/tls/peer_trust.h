/* tls/peer_trust.h - a TLS server that we speak to for ourselves, not for a phone: may it be
 * trusted? The system's roots or a file of them, and OpenSSL's verdict; no part of what is judged
 * of sites. Immutable, any thread. */
#ifndef WHYTLS_TLS_PEER_TRUST_H
#define WHYTLS_TLS_PEER_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct cert_chain; /* cert/chain.h */
struct peer_trust;

/* `ca_file`: PEM; NULL: what the system trusts. */
struct peer_trust *peer_trust_new(const char *ca_file, struct err *e) MUST_USE;
void peer_trust_free(struct peer_trust *t);
/* False: *e says why this chain does not speak for this host (a name or an address) at this time.
 */
bool peer_trust_accepts(const struct peer_trust *t, const struct cert_chain *chain,
    const char *host, int64_t at_s, struct err *e) MUST_USE;

#endif
