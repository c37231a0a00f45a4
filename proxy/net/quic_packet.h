/* net/quic_packet.h - is this IP packet an attempt at QUIC, and between whom? Pure.
 *
 * The firewall hands over the packets of UDP/443 as phones sent them: nothing in them is believed
 * before it was measured. */
#ifndef WHYTLS_NET_QUIC_PACKET_H
#define WHYTLS_NET_QUIC_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "net/addr.h"

/* Begins with the IPv4 or IPv6 header (RFC 791 §3.1, RFC 8200 §3; no extension headers, no later
 * fragments). True for UDP to port 443 whose payload begins a QUIC connection: a long header (RFC
 * 8999 §5.1). The rest of the payload may be cut off. */
bool quic_packet_read(const uint8_t *packet, size_t len, union addr *from, union addr *to) MUST_USE;

#endif
