/* tests/support/mint_sct.h - logs of Certificate Transparency and what they promise, minted in the
 * test. A step that OpenSSL refuses aborts the test. */
#ifndef WHYTLS_TESTS_SUPPORT_MINT_SCT_H
#define WHYTLS_TESTS_SUPPORT_MINT_SCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mint_chain.h"

enum { MINT_SCT_MOST = 700, MINT_SCTS_MOST = 40 };

struct mint_log {
    EVP_PKEY *key;
    uint8_t id[32];
    uint8_t *spki; /* DER */
    size_t spki_len;
};

/* Freed with mint_log_free. */
struct mint_log *mint_log_make(enum mint_key kind);
void mint_log_free(struct mint_log *log);

/* One promise. Zeroed but for the log: at MINT_AT - 1 day, by SHA-256, without a fault. */
struct mint_promise {
    const struct mint_log *log; /* NULL ends a list */
    int64_t at;
    const char *hash; /* "SHA1", "SHA256", "SHA384", "SHA512" */
    bool version_2, broken_signature, wrong_signer, trailing_byte;
    const char *extensions; /* CtExtensions, as text */
};

struct mint_sct {
    uint8_t at[MINT_SCT_MOST];
    size_t len;
};

/* For the certificate itself, as a handshake or an OCSP response brings it. */
void mint_sct_presented(const struct mint_promise *p, const struct mint *m, struct mint_sct *out);
/* The certificate of this spec, with these promises embedded; signed by `issuer`, by itself when
 * NULL. */
struct mint *mint_promised(
    const struct mint_spec *spec, const struct mint *issuer, const struct mint_promise *promises);
/* A SignedCertificateTimestampList; gives its length. */
size_t mint_sct_list(const struct mint_sct *scts, size_t n, uint8_t *out, size_t cap);

/* An OCSP response, "good", signed by `issuer`, that brings this list along for `m`. Freed with
 * OPENSSL_free. */
uint8_t *mint_sct_staple(const struct mint *m, const struct mint *issuer, const uint8_t *list,
    size_t list_len, size_t *len);

#endif
