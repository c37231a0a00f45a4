/* lab/key.h - keys of every kind that the lab's certificates have, good and bad. Thread: any. */
#ifndef WHYTLS_LAB_KEY_H
#define WHYTLS_LAB_KEY_H

#include <openssl/types.h>

#include "base/attrib.h"
#include "base/err.h"
#include "recipe.h"

/* A new key; freed with EVP_PKEY_free. NULL and *e when OpenSSL says no. RSA-2048 takes a good part
 * of a second. */
EVP_PKEY *key_make(enum recipe_key kind, struct err *e) MUST_USE;

#endif
