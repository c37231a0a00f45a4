/* cert/ca_root_priv.h - how our root is made: the certificate that goes on a phone. */
#ifndef WHYTLS_CERT_CA_ROOT_PRIV_H
#define WHYTLS_CERT_CA_ROOT_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct asn1_string_st;
struct evp_pkey_st;
struct x509_st;

enum { BACKDATED_S = 48 * 3600, SERIAL_BYTES = 16 };

/* A new P-256 key and its self-signed root, both yours. */
bool ca_root_make(
    int64_t now_s, struct evp_pkey_st **key, struct x509_st **root, struct err *e) MUST_USE;
/* A new self-signed root for the same key, with the name of the old one. */
bool ca_root_renew(int64_t now_s, struct evp_pkey_st *key, const struct x509_st *old,
    struct x509_st **root, struct err *e) MUST_USE;
/* Why this key and certificate cannot be our CA, in *e; true when they can. */
bool ca_root_check(struct evp_pkey_st *key, struct x509_st *root, struct err *e) MUST_USE;
/* A random serial of 16 octets that is positive and has no leading zero (RFC 5280 §4.1.2.2). */
bool serial_draw(struct asn1_string_st *serial) MUST_USE;
/* The subject key identifier of a certificate that has its key (RFC 5280 §4.2.1.2, method 1). */
bool key_id_put(struct x509_st *x) MUST_USE;

#endif
