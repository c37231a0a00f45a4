/* wire/proxy_protocol.h - the header that a load balancer puts before a connection to say whose it
 * is: the PROXY protocol, versions 1 and 2 (HAProxy Technologies, "The PROXY protocol",
 * 2020/03/05). Pure; strict: a port that expects the header takes nothing else, and a checksum of
 * version 2 (CRC32c) has to fit where there is one. */
#ifndef WHYTLS_WIRE_PROXY_PROTOCOL_H
#define WHYTLS_WIRE_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROXY_ADDRESS_CAP = 46 }; /* an IPv6 address as text, and NUL */

enum proxy_read { PROXY_NEED_MORE = 0, PROXY_BAD, PROXY_READY };

struct proxy_header {
    uint8_t version;              /* 1 or 2 */
    bool named;                   /* else the balancer speaks for itself, or does not know */
    char from[PROXY_ADDRESS_CAP]; /* the client's address, in the form of inet_ntop */
    char to[PROXY_ADDRESS_CAP];   /* where it had connected to */
    uint16_t from_port, to_port;
};

/* When ready, *used is the length of the header; what follows is the client's. Never
 * PROXY_NEED_MORE once PROXY_HEADER_MOST bytes (wire/limits.h) are there. PROXY_BAD: *why is a
 * sentence. */
enum proxy_read proxy_protocol_read(
    const uint8_t *bytes, size_t len, struct proxy_header *out, size_t *used, const char **why);

#endif
