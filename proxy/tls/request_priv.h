/* tls/request_priv.h - how a leg answers a CertificateRequest. Private to tls/. */
#ifndef WHYTLS_TLS_REQUEST_PRIV_H
#define WHYTLS_TLS_REQUEST_PRIV_H

#include <openssl/ssl.h>

#include "base/host.h"

#include "identities.h"
#include "request.h"

struct request_desk {
    const struct identities *identities; /* shared; NULL: none */
    char host[HOST_CAP];                 /* whom they are looked up for */
    struct leg_request told;
};

/* For SSL_set_cert_cb of a leg to a site; OpenSSL calls it once it has read a CertificateRequest.
 */
int leg_request_answer(SSL *ssl, void *arg);
void request_desk_fini(struct request_desk *d);

#endif
