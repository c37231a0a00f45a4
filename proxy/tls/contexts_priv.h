/* tls/contexts_priv.h - the inside of struct tls_contexts, for the legs. */
#ifndef WHYTLS_TLS_CONTEXTS_PRIV_H
#define WHYTLS_TLS_CONTEXTS_PRIV_H

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "contexts.h"
#include "leg.h"

struct tls_contexts {
    SSL_CTX *by_side[2]; /* owned; LEG_CLIENT: we play the server there */
    BIO_METHOD *bio;     /* owned */
    int keylog_fd;       /* owned; -1: none */
};

/* Callbacks that the contexts install and the legs answer. */
int leg_alpn_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg);
int leg_sct_take(SSL *ssl, unsigned type, unsigned context, const unsigned char *in, size_t in_len,
    X509 *x, size_t depth, int *alert, void *arg);
void leg_see_message(
    int write, int version, int type, const void *bytes, size_t len, SSL *ssl, void *arg);

#endif
