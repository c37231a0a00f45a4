#include "quic_packet.h"

#include <string.h>

enum {
    PROTOCOL_UDP = 17,
    QUIC_PORT = 443,
    V4_HEADER = 20,
    V6_HEADER = 40,
    UDP_HEADER = 8,
    LONG_HEADER = 0x80, /* RFC 8999 §5.1: the highest bit of the first byte */
};

static uint16_t u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* Each gives the length of the header that it read; 0 when there is no UDP behind it. */
static size_t read_v4(const uint8_t *packet, size_t len, union addr *from, union addr *to)
{
    size_t header = (size_t)(packet[0] & 15) * 4;

    if (len < V4_HEADER || header < V4_HEADER || packet[9] != PROTOCOL_UDP)
        return 0;
    if (u16(packet + 6) & 0x1fff) /* fragment offset: the ports were in an earlier one */
        return 0;
    from->any.sa_family = to->any.sa_family = AF_INET;
    memcpy(&from->v4.sin_addr, packet + 12, 4);
    memcpy(&to->v4.sin_addr, packet + 16, 4);
    return header;
}

static size_t read_v6(const uint8_t *packet, size_t len, union addr *from, union addr *to)
{
    if (len < V6_HEADER || packet[6] != PROTOCOL_UDP)
        return 0;
    from->any.sa_family = to->any.sa_family = AF_INET6;
    memcpy(&from->v6.sin6_addr, packet + 8, 16);
    memcpy(&to->v6.sin6_addr, packet + 24, 16);
    return V6_HEADER;
}

bool quic_packet_read(const uint8_t *packet, size_t len, union addr *from, union addr *to)
{
    size_t header = 0;

    memset(from, 0, sizeof *from);
    memset(to, 0, sizeof *to);
    if (len == 0)
        return false;
    if (packet[0] >> 4 == 4)
        header = read_v4(packet, len, from, to);
    else if (packet[0] >> 4 == 6)
        header = read_v6(packet, len, from, to);
    if (header == 0 || len < header + UDP_HEADER + 1)
        return false;
    const uint8_t *udp = packet + header;
    if (u16(udp + 2) != QUIC_PORT || !(udp[UDP_HEADER] & LONG_HEADER))
        return false;
    addr_set_port(&from->any, u16(udp));
    addr_set_port(&to->any, QUIC_PORT);
    return true;
}
