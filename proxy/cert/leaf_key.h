/* cert/leaf_key.h - the key that all minted leaves share: P-256, made at start, never the CA's and
 * never stored. */
#ifndef WHYTLS_CERT_LEAF_KEY_H
#define WHYTLS_CERT_LEAF_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct leaf_keys;
struct evp_pkey_st;

struct leaf_keys *leaf_keys_new(struct err *e) MUST_USE;
void leaf_keys_free(struct leaf_keys *k);
struct evp_pkey_st *leaf_keys_p256(const struct leaf_keys *k); /* borrowed */
/* Makes now what only leaves with a fault need (cert/leaf_fault.h), some 50 ms of work which a
 * traffic thread would do else when the first is asked for. */
bool leaf_keys_expect_faults(const struct leaf_keys *k, int64_t now_s, struct err *e) MUST_USE;

#endif
