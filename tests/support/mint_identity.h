/* tests/support/mint_identity.h - PKCS#12 files of any odd shape, minted in the test. A step that
 * OpenSSL refuses aborts the test. */
#ifndef WHYTLS_TESTS_SUPPORT_MINT_IDENTITY_H
#define WHYTLS_TESTS_SUPPORT_MINT_IDENTITY_H

#include <openssl/pkcs12.h>

#include "cert/facts.h"
#include "mint_chain.h"

enum { MINT_IDENTITY_PAIRS = 4, MINT_IDENTITY_CLEAR = -1 };

/* A certificate and a key that share a mark; either may be NULL. */
struct mint_identity_pair {
    const struct mint *cert, *key;
    const char *name;
};

/* Zeroed but for what is in it: without a password ("" is another thing than NULL), AES-256, sealed
 * by SHA-256, one round each. */
struct mint_identity_spec {
    struct mint_identity_pair pairs[MINT_IDENTITY_PAIRS];
    const struct mint *chain[MINT_IDENTITY_PAIRS];
    const char *password;
    int key_cipher, certs_cipher; /* OpenSSL's number; MINT_IDENTITY_CLEAR: none */
    const char *mac;              /* digest; "": no seal */
    int rounds, mac_rounds;
};

/* DER; its bytes are freed with mem_free. */
struct cert_span mint_identity(const struct mint_identity_spec *spec);
/* One of these containers, without a seal; takes them. */
struct cert_span mint_identity_of(STACK_OF(PKCS7) * containers);
/* One of these bags, neither encrypted nor sealed; takes them. */
struct cert_span mint_identity_of_bags(STACK_OF(PKCS12_SAFEBAG) * bags);
/* The bytes of it; takes it. */
struct cert_span mint_identity_bytes(PKCS12 *p12);
/* Both providers, for ciphers that OpenSSL calls legacy; NULL when that one is not installed. */
OSSL_LIB_CTX *mint_identity_ciphers(void);

#endif
