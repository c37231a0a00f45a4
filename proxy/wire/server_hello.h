/* wire/server_hello.h - what a site chose (RFC 8446 §4.1.3), from its first bytes: also when our
 * own TLS library will not speak it, as with TLS 1.0. Pure, strict and bounded. */
#ifndef WHYTLS_WIRE_SERVER_HELLO_H
#define WHYTLS_WIRE_SERVER_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/limits.h"

enum server_hello_answer {
    SERVER_HELLO_NEED_MORE = 0,
    SERVER_HELLO_READY,
    SERVER_HELLO_ALERT, /* an alert came instead */
    SERVER_HELLO_BAD,   /* neither; *why says more */
};

struct server_hello {
    uint16_t version; /* as chosen: supported_versions counts */
    uint16_t cipher;
    uint16_t group;      /* of its key share, or 0 before TLS 1.3 */
    bool retry;          /* a HelloRetryRequest: the client is asked again, RFC 8446 §4.1.4 */
    uint8_t alert;       /* SERVER_HELLO_ALERT: its number, */
    uint8_t alert_level; /* and 1 (warning) or 2 (fatal) */
};

/* *why is NULL unless the answer is SERVER_HELLO_BAD. There is nothing to free. */
enum server_hello_answer server_hello_read(
    const uint8_t *bytes, size_t len, struct server_hello *out, const char **why);

#endif
