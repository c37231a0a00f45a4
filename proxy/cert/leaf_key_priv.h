/* cert/leaf_key_priv.h - what all leaves have in common, encoded once; and what faulty ones have
 * instead. */
#ifndef WHYTLS_CERT_LEAF_KEY_PRIV_H
#define WHYTLS_CERT_LEAF_KEY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct leaf_keys;
struct evp_pkey_st;
struct x509_st;

/* Puts the key and the extensions that do not depend on the host on a new leaf. `own`: another key
 * than the one that leaves share, or NULL. `usage`: with extendedKeyUsage. */
bool leaf_keys_put(
    const struct leaf_keys *k, struct x509_st *leaf, struct evp_pkey_st *own, bool usage) MUST_USE;

/* For leaves with a fault, made when first asked for and then kept; borrowed; NULL and *e. */
struct evp_pkey_st *leaf_keys_weak(const struct leaf_keys *k, int bits, struct err *e) MUST_USE;
/* A root that nobody trusts. */
const struct ca *leaf_keys_stranger(
    const struct leaf_keys *k, int64_t now_s, struct err *e) MUST_USE;

#endif
