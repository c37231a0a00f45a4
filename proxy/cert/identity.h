/* cert/identity.h - a PKCS#12 file (RFC 7292): what protects it, which certificates and keys it
 * holds, and which of them belong together.
 *
 * Hostile input: bounded in bytes, bags and rounds of key derivation before anything is worked out.
 * A file that does not open is an answer, told by `state`; what protects it is told then as well.
 * The password is the caller's to cleanse, the key is freed here. Home of OpenSSL's legacy
 * provider, which it loads for itself alone. Thread: any. */
#ifndef WHYTLS_CERT_IDENTITY_H
#define WHYTLS_CERT_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cert/chain.h"

struct evp_pkey_st;

enum {
    IDENTITY_BYTES_MOST = 4 * 1024 * 1024,
    IDENTITY_CERTS_MOST = CHAIN_MOST,
    IDENTITY_KEYS_MOST = 16,
    IDENTITY_BAGS_MOST = 1000,
    IDENTITY_PASSWORD_MOST = 1024,
    /* Rounds of key derivation over the whole file: some seconds, also when three passwords are
     * tried. Export tools ask for 1 to 600,000 a container. */
    IDENTITY_ROUNDS_MOST = 4 * 1000 * 1000,
    IDENTITY_DETAIL_CAP = 200,
    IDENTITY_ALGORITHM_CAP = 64,
};

enum identity_state {
    IDENTITY_CORRUPT = 0, /* no PKCS#12, or not all of it */
    IDENTITY_WRONG_PASSWORD,
    IDENTITY_TOO_COSTLY,  /* asks for more rounds than anybody needs */
    IDENTITY_UNSUPPORTED, /* protected in a way that neither iOS nor we read */
    IDENTITY_OPENED,
};

/* Which password opened it. */
enum identity_password {
    IDENTITY_PASSWORD_NONE = 0, /* nothing did, or nothing is protected */
    IDENTITY_PASSWORD_GIVEN,
    IDENTITY_PASSWORD_EMPTY,  /* one of no characters, written as two zero bytes (RFC 7292 appendix
                                 B.1) */
    IDENTITY_PASSWORD_ABSENT, /* none at all, no byte; some tools write one, some the other */
};

enum identity_crypto {
    IDENTITY_CRYPTO_NONE = 0, /* nothing is encrypted or sealed */
    IDENTITY_CRYPTO_LEGACY, /* RC2, RC4 or single DES somewhere: OpenSSL 3 wants its legacy provider
                             */
    IDENTITY_CRYPTO_OLD,    /* 3DES under SHA-1: everybody reads it */
    IDENTITY_CRYPTO_MODERN, /* PBES2, or a seal other than SHA-1: older iOS and macOS do not read it
                             */
};

struct identity {
    enum identity_state state;
    enum identity_password password;
    enum identity_crypto crypto;
    char detail[IDENTITY_DETAIL_CAP]; /* why it did not open; "" */
    bool is_ber;                      /* lengths of the indefinite form, which iOS does not read */
    /* "hmac-sha256", "rc2-40", "3des", "aes-256-cbc", the OID when unknown; "" when absent. `certs`
     * is of the container that holds certificates as a rule: an encrypted one cannot be told from
     * outside. */
    char mac[IDENTITY_ALGORITHM_CAP], key_cipher[IDENTITY_ALGORITHM_CAP],
        certs_cipher[IDENTITY_ALGORITHM_CAP];
    int64_t rounds;            /* the most that one container asks for */
    bool is_legacy, is_modern; /* one of its algorithms is */

    size_t n_keys, n_identities; /* keys; those that have their certificate here */
    size_t n_unread;             /* bags that could not be read, or were too many */
    bool key_fits;               /* the leaf's */
    char *name;                  /* owned: the friendly name of the leaf, or NULL */
    struct cert_chain *chain; /* owned: the identity's certificate first, the others in the file's
                                 order; may be empty */
    struct evp_pkey_st
        *key; /* owned: the one that belongs to the first certificate; NULL when none does */
    const char *odd_key; /* static: a kind of key that OpenSSL does not read, or NULL */
};

/* Never NULL. `password` NULL: none was given; a file without one is opened all the same. */
struct identity *identity_read(struct cert_span bytes, const char *password);
/* The same of one among several: takes what it costs off *rounds_left. */
struct identity *identity_read_within(
    struct cert_span bytes, const char *password, int64_t *rounds_left);
void identity_free(struct identity *i);
/* Does it begin as a PKCS#12 file, be it cut short? */
bool identity_looks_like(struct cert_span bytes);
const char *identity_state_name(
    enum identity_state s); /* "corrupt", "wrong-password", "too-costly", … */
const char *identity_password_name(
    enum identity_password p);                            /* "none", "given", "empty", "absent" */
const char *identity_crypto_name(enum identity_crypto c); /* "none", "legacy", "old", "modern" */

#endif
