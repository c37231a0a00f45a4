/* wire/sniff.h - what is this? From the first bytes of a connection. */
#ifndef WHYTLS_WIRE_SNIFF_H
#define WHYTLS_WIRE_SNIFF_H

#include <stddef.h>
#include <stdint.h>

enum sniff {
    SNIFF_NEED_MORE = 0,
    SNIFF_TLS,            /* a handshake record, RFC 8446 §5.1 */
    SNIFF_HTTP,           /* the request line of HTTP/1, RFC 9112 §3 */
    SNIFF_HTTP2_PREFACE,  /* RFC 9113 §3.4 */
    SNIFF_SOCKS,          /* version 4 or 5, RFC 1928 §3 */
    SNIFF_UNKNOWN,
};

enum sniff  sniff_bytes(const uint8_t *bytes, size_t len);
const char *sniff_name(enum sniff s);

#endif
