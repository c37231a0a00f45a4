/* wire/connect_reply.h - what an HTTP proxy answers to our CONNECT: a status, and which logins it
 * takes. Only so much of HTTP/1 as that needs: a 2xx has no body (RFC 9110 §9.3.6), after any other
 * the connection is given up. Pure. */
#ifndef WHYTLS_WIRE_CONNECT_REPLY_H
#define WHYTLS_WIRE_CONNECT_REPLY_H

#include <stddef.h>
#include <stdint.h>

enum { CONNECT_SCHEMES_CAP = 64 };

enum connect_read { CONNECT_NEED_MORE = 0, CONNECT_BAD, CONNECT_READY };

struct connect_reply {
    int status;                        /* 200..599 */
    char schemes[CONNECT_SCHEMES_CAP]; /* of Proxy-Authenticate, as "Basic, NTLM"; empty: none */
};

/* When ready, *used is the length of the head; what follows a 2xx is the site's. Interim answers
 * (1xx) before it are passed over. Never CONNECT_NEED_MORE once CONNECT_REPLY_MOST bytes
 * (wire/limits.h) are there. CONNECT_BAD: *why is a sentence. */
enum connect_read connect_reply_read(
    const uint8_t *bytes, size_t len, struct connect_reply *out, size_t *used, const char **why);

#endif
