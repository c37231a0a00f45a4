#include "packet.h"

#include <string.h>

#include <arpa/inet.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, TCP_HEADER = 20, PROTOCOL_TCP = 6, TTL = 64 };
/* A window that is never full. */
enum { WINDOW = 65535 };

static void put16(uint8_t *at, uint32_t n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

static void put32(uint8_t *at, uint32_t n)
{
    put16(at, n >> 16);
    put16(at + 2, n & 0xffff);
}

/* --- addresses --- */

/* 4, 6 or 0. Brackets and a port may be around it. */
static int address_read(const char *text, uint8_t out[static 16])
{
    char plain[INET6_ADDRSTRLEN + 1] = {0};
    const char *from = text && *text == '[' ? text + 1 : text;
    size_t n = from ? strcspn(from, "]%/") : 0;

    if (from && from == text && strchr(from, ':') == strrchr(from, ':'))
        n = strcspn(from, ":"); /* one colon: IPv4 and a port */
    if (!n || n >= sizeof plain)
        return 0;
    memcpy(plain, from, n);
    if (inet_pton(AF_INET, plain, out) == 1)
        return 4;
    return inet_pton(AF_INET6, plain, out) == 1 ? 6 : 0;
}

static int address_or_example(const char *text, uint8_t last, uint8_t out[static 16])
{
    int family = address_read(text, out);

    if (family)
        return family;
    memcpy(out, (const uint8_t[]){192, 0, 2, last}, 4);
    return 4;
}

static void map_to_v6(uint8_t address[static 16])
{
    uint8_t v4[4];

    memcpy(v4, address, 4);
    memset(address, 0, 10);
    memset(address + 10, 0xff, 2);
    memcpy(address + 12, v4, 4);
}

void packet_talk_begin(struct packet_talk *t, const char *client, uint16_t client_port,
    const char *server, uint16_t server_port)
{
    *t = (struct packet_talk){
        .end = {{.port = client_port, .seq = 1000}, {.port = server_port, .seq = 2000}}};
    int families[] = {address_or_example(client, 1, t->end[0].address),
        address_or_example(server, 2, t->end[1].address)};

    t->is_v6 = families[0] == 6 || families[1] == 6;
    for (int i = 0; i < 2; i++)
        if (t->is_v6 && families[i] == 4)
            map_to_v6(t->end[i].address);
}

/* --- checksums --- */

/* RFC 1071: the sum of all pairs of bytes, carries added back. */
static uint32_t sum(uint32_t so_far, const uint8_t *at, size_t len)
{
    uint64_t total = so_far;

    for (size_t i = 0; i + 1 < len; i += 2)
        total += (uint32_t)at[i] << 8 | at[i + 1];
    if (len % 2)
        total += (uint32_t)at[len - 1] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint32_t)total;
}

static size_t address_len(const struct packet_talk *t)
{
    return t->is_v6 ? 16 : 4;
}

static uint32_t tcp_checksum(
    const struct packet_talk *t, int from, const uint8_t *tcp, const void *payload, size_t len)
{
    uint8_t rest[8] = {0};
    uint32_t s = sum(0, t->end[from].address, address_len(t));

    s = sum(s, t->end[!from].address, address_len(t));
    put32(rest, (uint32_t)(TCP_HEADER + len));
    rest[7] = PROTOCOL_TCP;
    s = sum(s, rest, sizeof rest);
    s = sum(s, tcp, TCP_HEADER);
    return ~sum(s, payload, len) & 0xffff;
}

/* --- headers --- */

static size_t ip_header(
    const struct packet_talk *t, int from, size_t len, uint8_t out[static IPV6_HEADER])
{
    memset(out, 0, IPV6_HEADER);
    if (t->is_v6) {
        out[0] = 0x60;
        put16(out + 4, (uint32_t)len);
        out[6] = PROTOCOL_TCP;
        out[7] = TTL;
        memcpy(out + 8, t->end[from].address, 16);
        memcpy(out + 24, t->end[!from].address, 16);
        return IPV6_HEADER;
    }
    out[0] = 0x45;
    put16(out + 2, (uint32_t)(IPV4_HEADER + len));
    out[6] = 0x40; /* not to be fragmented */
    out[8] = TTL;
    out[9] = PROTOCOL_TCP;
    memcpy(out + 12, t->end[from].address, 4);
    memcpy(out + 16, t->end[!from].address, 4);
    put16(out + 10, ~sum(0, out, IPV4_HEADER) & 0xffff);
    return IPV4_HEADER;
}

void packet_write(struct packet_talk *t, int from, unsigned flags, const void *payload, size_t len,
    struct text *out)
{
    uint8_t ip[IPV6_HEADER], tcp[TCP_HEADER] = {0};
    size_t ip_len = ip_header(t, from, TCP_HEADER + len, ip);

    put16(tcp, t->end[from].port);
    put16(tcp + 2, t->end[!from].port);
    put32(tcp + 4, t->end[from].seq);
    if (flags & PACKET_ACK)
        put32(tcp + 8, t->end[!from].seq);
    tcp[12] = (TCP_HEADER / 4) << 4;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, WINDOW);
    put16(tcp + 16, tcp_checksum(t, from, tcp, payload, len));
    text_add_n(out, (const char *)ip, ip_len);
    text_add_n(out, (const char *)tcp, TCP_HEADER);
    text_add_n(out, payload, len);
    t->end[from].seq += (uint32_t)len + !!(flags & (PACKET_SYN | PACKET_FIN));
}
