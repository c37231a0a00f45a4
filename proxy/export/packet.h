/* export/packet.h - packets of a TCP connection that is told of, not captured: IP and TCP headers
 * with right numbers and checksums (RFC 791, 8200, 9293). Pure. Private to export/. */
#ifndef WHYTLS_EXPORT_PACKET_H
#define WHYTLS_EXPORT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* PAYLOAD: of one packet, so that the length fits an IP header. */
enum { PACKET_PAYLOAD_MOST = 16384 };

enum packet_flag {
    PACKET_FIN = 1,
    PACKET_SYN = 2,
    PACKET_RST = 4,
    PACKET_PSH = 8,
    PACKET_ACK = 16
};

struct packet_end {
    uint8_t address[16]; /* of IPv4: the first four */
    uint16_t port;
    uint32_t seq; /* of the next byte that it sends */
};

/* The two ends; 0 is the client. */
struct packet_talk {
    struct packet_end end[2];
    bool is_v6;
};

/* Addresses as text; what cannot be read, or is missing, becomes one that is kept for examples (RFC
 * 5737). Ends of two families are told of as IPv6, with the other mapped (RFC 4291 §2.5.5.2). */
void packet_talk_begin(struct packet_talk *t, const char *client, uint16_t client_port,
    const char *server, uint16_t server_port);
/* Appends one packet from `from`, and counts what it sends. */
void packet_write(struct packet_talk *t, int from, unsigned flags, const void *payload, size_t len,
    struct text *out);

#endif
