/* cert/identity_priv.h - the parts of reading a PKCS#12 file: what protects it (identity_pbe.c),
 * what is in it (identity_bag.c), what belongs together (identity.c). */
#ifndef WHYTLS_CERT_IDENTITY_PRIV_H
#define WHYTLS_CERT_IDENTITY_PRIV_H

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/types.h>

#include "identity.h"

enum { IDENTITY_ID_MOST = 64, IDENTITY_NEST_MOST = 4 };

/* localKeyID: the mark that a key and its certificate share. */
struct identity_mark {
    uint8_t at[IDENTITY_ID_MOST];
    size_t len;
};

struct identity_reading {
    struct identity *out;
    const char *password; /* the one that fits; NULL: none at all */
    int password_len;
    int64_t rounds_left;
    size_t n_bags;
    bool blind;                         /* there is no password yet: look at algorithms only */
    EVP_PKEY *keys[IDENTITY_KEYS_MOST]; /* owned */
    struct identity_mark key_marks[IDENTITY_KEYS_MOST];
    size_t n_keys;
    const struct cert *certs[IDENTITY_CERTS_MOST]; /* owned references */
    struct identity_mark cert_marks[IDENTITY_CERTS_MOST];
    char *names[IDENTITY_CERTS_MOST]; /* owned, or NULL */
    size_t n_certs;
};

/* Writes the algorithm's name and counts its rounds. False, with out->state and detail: it is too
 * costly, or none that is read here. */
bool identity_pbe_look(
    struct identity_reading *r, const X509_ALGOR *a, char name[static IDENTITY_ALGORITHM_CAP]);
bool identity_mac_look(struct identity_reading *r, const PKCS12 *p12);
/* Rounds that are about to be spent; false, with the state, when there are none left. */
bool identity_spend(struct identity_reading *r, int64_t rounds);
/* A library context in which RC2 and RC4 work; NULL when the legacy provider is not installed. */
OSSL_LIB_CTX *identity_old_ciphers(void);

/* Walks all bags: when r->blind only to see what protects them. False: out->state and detail say
 * why. */
bool identity_walk(struct identity_reading *r, const PKCS12 *p12);
/* The state and its line; always false. */
bool identity_fail(struct identity_reading *r, enum identity_state state, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
