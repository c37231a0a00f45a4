/* wire/sniff.h - what is this? From the first bytes of a connection. Pure. */
#ifndef WHYTLS_WIRE_SNIFF_H
#define WHYTLS_WIRE_SNIFF_H

#include <stddef.h>
#include <stdint.h>

enum sniff {
    SNIFF_NEED_MORE = 0,
    SNIFF_TLS,           /* a handshake record that begins with a ClientHello, RFC 8446 §5.1 */
    SNIFF_HTTP,          /* the request line of HTTP/1, RFC 9112 §3 */
    SNIFF_HTTP2_PREFACE, /* RFC 9113 §3.4 */
    SNIFF_SOCKS,         /* version 4 or 5, RFC 1928 §3 */
    SNIFF_SSL2, /* a ClientHello in the format of SSLv2, RFC 5246 §E.2: no client of this century */
    SNIFF_UNKNOWN, /* mail and other text protocols among it */
};

/* Never SNIFF_NEED_MORE once SNIFF_MOST bytes (wire/limits.h) are there. */
enum sniff sniff_bytes(const uint8_t *bytes, size_t len);
const char *sniff_name(enum sniff s);

#endif
