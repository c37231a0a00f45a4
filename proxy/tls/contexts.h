/* tls/contexts.h - the few SSL_CTX of the process, shared and immutable: one that plays server
 * towards phones, one that plays client towards sites. A leaf is put on the SSL, never into a
 * context of its own (SSL_CTX_new costs ~98 us). TLS 1.2 and 1.3; no renegotiation; no 0-RTT; no
 * compression. The site's chain is not verified here: judge/ does. */
#ifndef WHYTLS_TLS_CONTEXTS_H
#define WHYTLS_TLS_CONTEXTS_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

struct tls_contexts;

struct tls_config {
    const char *keylog; /* file for NSS key log lines, or NULL. Never taken from the environment on
                           its own */
    bool gives_secrets; /* to the tapes of legs */
};

struct tls_contexts *tls_contexts_new(const struct tls_config *config, struct err *e) MUST_USE;
void tls_contexts_free(struct tls_contexts *t);

#endif
