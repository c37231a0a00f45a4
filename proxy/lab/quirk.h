/* lab/quirk.h - what is wrong with the TLS of a site beside its certificate, by the site's name:
 * the WAY_QUIRK of the table. */
#ifndef WHYTLS_LAB_QUIRK_H
#define WHYTLS_LAB_QUIRK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/attrib.h"

enum { QUIRK_QUIET_MS = 2500 };

/* What OpenSSL has no setting for. */
enum quirk_fault {
    QUIRK_NONE = 0,
    QUIRK_OTHER_KEY,      /* signs with a key that is not the certificate's */
    QUIRK_NO_RFC5746,     /* does not see that the client knows secure renegotiation */
    QUIRK_BAD_RECORDS,    /* a bit of every record after the handshake is flipped */
    QUIRK_FORGETS,        /* resets a connection that was quiet for QUIRK_QUIET_MS */
    QUIRK_NO_GOODBYE,     /* closes without close_notify */
    QUIRK_BREAKS_ON_13,   /* resets a ClientHello that offers TLS 1.3 */
    QUIRK_BREAKS_ON_NAME, /* resets a ClientHello that names this site */
};

struct quirk {
    const char *host;
    int least, most; /* versions; 0: TLS 1.2 and 1.3 */
    const char *ciphers, *groups, *sigalgs;
    const char *protocol;   /* the one of ALPN that it speaks; it refuses clients without */
    bool weak_dh;           /* a Diffie-Hellman group of 1024 bits */
    uint8_t refuses_name;   /* the alert with which it refuses the name; 0: it does not */
    bool wants_certificate; /* of the client, and knows no CA that it would take one of */
    enum quirk_fault fault;
};

/* NULL: none. Static. */
const struct quirk *quirk_of(const char *host);
/* To a context that has its certificate and key. False: OpenSSL's error queue says why. */
bool quirk_put(const struct quirk *q, SSL_CTX *ctx) MUST_USE;
/* To a connection that has its socket. `q` may be NULL. */
bool quirk_dress(const struct quirk *q, SSL *ssl) MUST_USE;
/* Does it reset the connection for this first record? `q` may be NULL. */
bool quirk_resets(const struct quirk *q, const uint8_t *hello, size_t len);

#endif
