/* tls/identities_priv.h - what is shown to a site, in OpenSSL's own forms. Private to tls/. */
#ifndef WHYTLS_TLS_IDENTITIES_PRIV_H
#define WHYTLS_TLS_IDENTITIES_PRIV_H

#include <openssl/x509.h>

#include "base/host.h"

#include "identities.h"

struct cert;

struct identity_item {
    char hosts[HOST_CAP];
    const struct cert *cert; /* the first of the chain; a reference of ours */
    X509 *leaf;              /* owned, as are the next two */
    STACK_OF(X509) * behind; /* between it and a root */
    EVP_PKEY *key;
};

/* The first one for this host that an acceptable CA issued, however many steps above it (RFC 8446
 * §4.2.4); any will do when none is named. NULL: there is none. */
const struct identity_item *identities_find(
    const struct identities *all, const char *host, const STACK_OF(X509_NAME) * accepted);

#endif
