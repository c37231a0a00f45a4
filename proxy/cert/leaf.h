/* cert/leaf.h - a certificate for exactly the asked host, in our name. Shared, immutable,
 * reference-counted. */
#ifndef WHYTLS_CERT_LEAF_H
#define WHYTLS_CERT_LEAF_H

#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct cert; /* cert/facts.h */
struct leaf;
struct leaf_keys;
struct x509_st;
struct evp_pkey_st;

/* `host` in normal form (base/host.h): a DNS name becomes a dNSName, a literal an iPAddress. EKU
 * serverAuth, CA:FALSE, digitalSignature, 45 days in all, backdated 48 h, random serial of 16
 * octets. Subject CN is the host when it fits 64 bytes, else the subject is empty and the SAN
 * critical (RFC 5280 §4.2.1.6). */
struct leaf *leaf_mint(const struct ca *ca, const struct leaf_keys *keys, const char *host,
    int64_t now_s, struct err *e) MUST_USE;
struct leaf *leaf_ref(const struct leaf *l);
void leaf_unref(const struct leaf *l);

struct x509_st *leaf_certificate(const struct leaf *l); /* borrowed */
struct evp_pkey_st *leaf_key(const struct leaf *l);     /* borrowed */
const struct cert *leaf_facts(
    const struct leaf *l); /* borrowed: parsed once, for the record and the self-audit */
int64_t leaf_until(const struct leaf *l); /* it is shown no longer than that */
/* Whose certificate goes along behind the leaf; borrowed. NULL: only our root signed it, which is
 * on the phone. */
const struct ca *leaf_issuer(const struct leaf *l);

#endif
