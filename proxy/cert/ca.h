/* cert/ca.h - our own certification authority: one key, unique per installation, that signs leaves
 * for host names.
 *
 * ca_sign is the seam behind which the key may move into a process of its own. The key file is 0600
 * in a 0700 directory. Thread: any, once opened (shared, immutable). */
#ifndef WHYTLS_CERT_CA_H
#define WHYTLS_CERT_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct cert_chain; /* cert/chain.h */
struct x509_st;

/* Opens DIR/ca/{root.pem,root.key}; when neither is there makes them (P-256, 2 years, CN "whytls
 * root XXXX" with four hex digits of the key's SHA-256) and sets *made. One of the two alone, wrong
 * permissions or a mismatch is an error that says the mend. */
struct ca *ca_open(const char *dir, int64_t now_s, bool *made, struct err *e) MUST_USE;
/* Only opens; never makes. */
struct ca *ca_load(const char *dir, struct err *e) MUST_USE;
/* A new certificate of two years. With the old key and name, so that phones that trust the old root
 * go on accepting our leaves until it expires; or with a new key. The old root (and a replaced key)
 * stay beside it as root-XXXXXXXX.pem. */
struct ca *ca_renew(const char *dir, int64_t now_s, bool new_key, struct err *e) MUST_USE;
/* The roots that ours took the place of, as they are kept in its folder, the oldest first;
 * borrowed, may be empty. */
const struct cert_chain *ca_kept(const struct ca *ca);
/* A CA that lives in memory only, for tests. */
struct ca *ca_new_in_memory(int64_t now_s, struct err *e) MUST_USE;
void ca_free(struct ca *ca);

const struct x509_st *ca_certificate(const struct ca *ca); /* borrowed */
const char *ca_name(const struct ca *ca);                  /* subject common name */
const char *ca_sha256(const struct ca *ca);                /* hex of the certificate's digest */
int64_t ca_since(
    const struct ca *ca); /* when it was made (its notBefore lies 48 h before): seconds */
int64_t ca_until(const struct ca *ca);
/* Root certificate as DER and PEM; borrowed. */
const uint8_t *ca_der(const struct ca *ca, size_t *len);
const char *ca_pem(const struct ca *ca);

/* Puts issuer (bytes copied), AKI (= our SKI) and signature on a leaf that is complete otherwise.
 */
bool ca_sign(const struct ca *ca, struct x509_st *leaf, struct err *e) MUST_USE;
/* The same with another digest than SHA-256, by OpenSSL's name for it: for the leaf that shall have
 * a weak signature. */
bool ca_sign_with(
    const struct ca *ca, const char *digest, struct x509_st *leaf, struct err *e) MUST_USE;

#endif
