/* tls/likeness_priv.h - a ClientHello of ours to a site, as like the phone's own as OpenSSL can
 * make it: a site that would refuse the phone shall refuse us. Private to tls/. */
#ifndef WHYTLS_TLS_LIKENESS_PRIV_H
#define WHYTLS_TLS_LIKENESS_PRIV_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include "base/attrib.h"

struct client_hello; /* wire/client_hello.h */
struct text;

/* Versions, cipher suites and groups, in the phone's order; our own where it offers none that we
 * can. What it offers and we do not is added to `unlike`. */
bool likeness_put(SSL *ssl, const struct client_hello *hello, struct text *unlike) MUST_USE;

/* Everything that there is, for leg_server_ask.wide. */
bool likeness_put_wide(SSL *ssl) MUST_USE;

#endif
