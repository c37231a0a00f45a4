/* tests/support/mint_chain.h - certificates of any odd shape, minted in the test: nothing is read
 * from a file.
 *
 *   struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
 *   struct mint *leaf = mint_make(&(struct mint_spec){.cn = "x", .dns = {"shop.example"}}, root);
 *
 * A zeroed spec is a good TLS certificate: P-256, ecdsa-sha256, version 3, valid from 30 days
 * before MINT_AT to 60 days after, key ids that link, a key usage, and for a leaf basicConstraints
 * cA FALSE and serverAuth. Each field is one difference. A step that OpenSSL refuses aborts the
 * test. */
#ifndef WHYTLS_TESTS_SUPPORT_MINT_CHAIN_H
#define WHYTLS_TESTS_SUPPORT_MINT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "cert/chain.h"
#include "cert/facts.h"

/* 2026-11-21T09:00:00Z: the "now" of tests. */
#define MINT_AT INT64_C(1795251600)

enum { MINT_DAY = 86400 };

enum mint_key {
    MINT_P256 = 0,
    MINT_P384,
    MINT_P224,
    MINT_P192,
    MINT_P256_EXPLICIT,
    MINT_RSA512,
    MINT_RSA1024,
    MINT_RSA2041,
    MINT_RSA2048,
    MINT_ED25519,
    MINT_DSA,
    N_MINT_KEYS
};

/* A raw extension on top; two with one OID are possible. */
struct mint_extension {
    const char *oid; /* NULL ends the list */
    bool critical;
    const char *hex; /* the DER inside the OCTET STRING */
};

struct mint_spec {
    const char *cn;      /* NULL: "minted" */
    const char *subject; /* instead of cn: "C=US/O=Acme/CN=x"; "" is an empty subject */
    bool printable;      /* subject strings as PrintableString instead of UTF8String */

    const char *dns[8];
    const char *ips[4], *emails[2];
    const char *dns_hex; /* one more dNSName, as bytes */
    bool san_critical;

    int64_t not_before, not_after; /* 0: see above */
    enum mint_key key;
    const char *hash; /* "SHA256" */
    int version;      /* 0: 3 */
    int64_t serial;   /* 0: counts up */

    bool ca;
    bool no_basic_constraints, ca_says_false;
    int path_len; /* n + 1; 0: none */
    bool no_key_usage;
    unsigned key_usage; /* enum cert_key_usage; 0: digitalSignature, or keyCertSign and cRLSign */
    const char *eku; /* comma-separated, OpenSSL's names or OIDs; "": no extension; NULL: serverAuth
                        for a leaf */
    bool no_ski, no_aki, wrong_aki;
    const char *aia;                  /* caIssuers */
    const char *permitted, *excluded; /* name constraints: "DNS:a.example,DNS:b.example" */
    const struct mint_extension *extensions;

    const struct mint *key_of;  /* the same key as this one */
    const struct mint *name_of; /* the same subject, to the byte */
    bool broken_signature;
};

struct mint {
    X509 *x509;
    EVP_PKEY *key;
    const struct cert *cert; /* as whytls reads it; NULL when it does not */
};

/* Signed by `issuer`, by itself when NULL. Freed with mint_free. */
struct mint *mint_make(const struct mint_spec *spec, const struct mint *issuer);
void mint_free(struct mint *m);
/* Self-signed, with this extension and no other: the DER of its value. */
struct mint *mint_with_extension(const char *oid, const char *hex);

/* A chain of these, up to NULL: mint_chain(leaf, intermediate, NULL). Freed with cert_chain_free.
 */
struct cert_chain *mint_chain(const struct mint *first, ...);
/* Its DER: freed with mem_free. */
uint8_t *mint_der(const struct mint *m, size_t *len);
/* Its PEM, appended to `pem`, which has cap bytes. */
void mint_pem(const struct mint *m, char *pem, size_t cap);

#endif
