/* cert/leaf_key_priv.h - what all leaves have in common, encoded once. */
#ifndef WHYTLS_CERT_LEAF_KEY_PRIV_H
#define WHYTLS_CERT_LEAF_KEY_PRIV_H

#include <stdbool.h>

#include "base/attrib.h"

struct leaf_keys;
struct x509_st;

/* Puts the key and the extensions that do not depend on the host on a new leaf. */
bool leaf_keys_put(const struct leaf_keys *k, struct x509_st *leaf) MUST_USE;

#endif
