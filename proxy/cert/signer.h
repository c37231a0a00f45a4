/* cert/signer.h - who signs a file: a certificate, its key, and the certificates between it and a
 * root. Hostile input, bounded. Thread: any. */
#ifndef WHYTLS_CERT_SIGNER_H
#define WHYTLS_CERT_SIGNER_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/chain.h"

struct evp_pkey_st;

struct signer {
    struct cert_chain *chain; /* owned: the certificate of the key first */
    struct evp_pkey_st *key;  /* owned */
};

enum { SIGNER_BYTES_MOST = 1024 * 1024 };

/* PEM that holds certificates and a key (PKCS#8 or the older forms, RFC 7468), or PKCS#12.
 * `password`: of the key; NULL: it has none. The caller cleanses both. */
bool signer_read(
    struct cert_span bytes, const char *password, struct signer *out, struct err *e) MUST_USE;
/* The same of a file that its owner alone can read; the key has no password. */
bool signer_open(const char *path, struct signer *out, struct err *e) MUST_USE;
void signer_fini(struct signer *s);

#endif
