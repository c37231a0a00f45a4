/* lab/staple.h - what the lab's CAs say of a site's certificate: an OCSP response, made while their
 * keys still exist. Thread: any. */
#ifndef WHYTLS_LAB_STAPLE_H
#define WHYTLS_LAB_STAPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/attrib.h"
#include "base/err.h"
#include "recipe.h"

#define STAPLE_HOST "ocsp.lab.test" /* answers http://ocsp.lab.test/SITE/… */

enum {
    STAPLE_DAYS = 8,          /* longer than the PKI is kept */
    STAPLE_BYTES_MOST = 4096, /* one is some 300 bytes */
};

struct staple_order {
    enum recipe_says says;
    X509 *leaf, *issuer;
    EVP_PKEY *issuer_key;
    int64_t now_s;
};

/* DER; *der is freed with mem_free. */
bool staple_make(
    const struct staple_order *order, unsigned char **der, size_t *len, struct err *e) MUST_USE;

#endif
