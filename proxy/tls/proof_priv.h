/* tls/proof_priv.h - the messages in which a server proves that it holds its key: which algorithm
 * it signs with, and over which Diffie-Hellman group. Read from what goes by, so that they are
 * known too where OpenSSL refuses them. */
#ifndef WHYTLS_TLS_PROOF_PRIV_H
#define WHYTLS_TLS_PROOF_PRIV_H

#include "leg_priv.h"

/* ServerKeyExchange (RFC 5246 §7.4.3, RFC 8422 §5.4), CertificateVerify (RFC 8446 §4.4.3): bodies.
 */
void proof_see_key_exchange(struct leg *l, const uint8_t *body, size_t len);
void proof_see_verify(struct leg *l, const uint8_t *body, size_t len);

#endif
