#include "proxy_protocol.h"

#include <arpa/inet.h>
#include <string.h>

#include "limits.h"
#include "read.h"

/* §2.1: the longest line of version 1, with its CRLF. */
enum { LINE_MOST = 107 };

/* §2.2: no text of any other protocol begins so. */
static const uint8_t signature[] = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 'Q', 'U', 'I', 'T', 0x0a};

enum { COMMAND_LOCAL = 0, COMMAND_PROXY = 1 };
enum { TCP_V4 = 0x11, TCP_V6 = 0x21, UNIX_STREAM = 0x31, UNSPECIFIED = 0x00 };
enum { TLV_CRC32C = 0x03, CRC_SIZE = 4 };

static enum proxy_read bad(const char **why, const char *says)
{
    *why = says;
    return PROXY_BAD;
}

static bool agrees(const uint8_t *bytes, size_t len, const void *with, size_t n)
{
    return memcmp(bytes, with, len < n ? len : n) == 0;
}

/* --- version 1: one line of text --- */

/* The next word of the line, without the blank behind it; exactly one blank parts two words. */
static bool next_word(const char **at, const char *end, char *out, size_t cap)
{
    const char *blank = memchr(*at, ' ', (size_t)(end - *at));
    size_t n = (size_t)((blank ? blank : end) - *at);

    if (n == 0 || n >= cap || memchr(*at, 0, n))
        return false;
    memcpy(out, *at, n);
    out[n] = 0;
    *at = blank ? blank + 1 : end;
    return true;
}

/* §2.1: one canonical form, so that no two readers differ on it. */
static bool take_address(const char *word, int family, char out[static PROXY_ADDRESS_CAP])
{
    uint8_t bytes[16];

    return inet_pton(family, word, bytes) == 1 &&
           inet_ntop(family, bytes, out, PROXY_ADDRESS_CAP) != NULL;
}

/* Decimal, 0 to 65535, no leading zero (§2.1). */
static bool take_port(const char *word, uint16_t *out)
{
    uint32_t n = 0;

    if (word[0] == '0' && word[1])
        return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9')
            return false;
        n = n * 10 + (uint32_t)(*word - '0');
        if (n > 65535)
            return false;
    }
    *out = (uint16_t)n;
    return true;
}

static bool read_line(const char *at, const char *end, struct proxy_header *out)
{
    char word[PROXY_ADDRESS_CAP];

    if (!next_word(&at, end, word, sizeof word))
        return false;
    if (strcmp(word, "UNKNOWN") == 0)
        return true; /* §2.1: whatever follows on the line is passed over */
    int family = strcmp(word, "TCP4") == 0 ? AF_INET : strcmp(word, "TCP6") == 0 ? AF_INET6 : 0;
    if (!family)
        return false;
    out->named = true;
    return next_word(&at, end, word, sizeof word) && take_address(word, family, out->from) &&
           next_word(&at, end, word, sizeof word) && take_address(word, family, out->to) &&
           next_word(&at, end, word, sizeof word) && take_port(word, &out->from_port) &&
           next_word(&at, end, word, sizeof word) && take_port(word, &out->to_port) && at == end &&
           end[-1] != ' ';
}

static enum proxy_read read_v1(
    const uint8_t *bytes, size_t len, struct proxy_header *out, size_t *used, const char **why)
{
    static const char begin[] = "PROXY ";
    size_t most = len < LINE_MOST ? len : LINE_MOST;
    const uint8_t *feed = memchr(bytes, '\n', most);

    if (!feed)
        return len < LINE_MOST ? PROXY_NEED_MORE
                               : bad(why, "The PROXY line is longer than 107 bytes.");
    out->version = 1;
    *used = (size_t)(feed - bytes) + 1;
    if (*used < sizeof begin - 1 + 2 || feed[-1] != '\r')
        return bad(why, "The PROXY line does not end in CR LF.");
    if (!read_line((const char *)bytes + sizeof begin - 1, (const char *)feed - 1, out))
        return bad(why, "The PROXY line names no two addresses and ports.");
    return PROXY_READY;
}

/* --- version 2: binary --- */

static bool take_pair(struct cursor *c, int family, struct proxy_header *out)
{
    size_t width = family == AF_INET ? 4 : 16;
    struct cursor from = read_bytes(c, width), to = read_bytes(c, width);

    out->from_port = (uint16_t)read_uint(c, 2);
    out->to_port = (uint16_t)read_uint(c, 2);
    out->named = !c->failed && inet_ntop(family, from.at, out->from, sizeof out->from) &&
                 inet_ntop(family, to.at, out->to, sizeof out->to);
    return out->named;
}

/* RFC 9260 appendix A: the polynomial of CRC32c, bits reflected. The sum is taken with its own four
 * bytes as zero (§2.2.3). */
static uint32_t crc32c(const uint8_t *bytes, size_t len, size_t sum_at)
{
    uint32_t crc = ~0u;

    for (size_t i = 0; i < len; i++) {
        crc ^= i - sum_at < CRC_SIZE ? 0 : bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

/* What follows the addresses are TLVs (§2.2): nothing here depends on them but the checksum, which
 * has to fit where there is one. */
static enum proxy_read read_tlvs(struct cursor c, struct cursor header, const char **why)
{
    while (c.left > 0) {
        uint32_t type = read_uint(&c, 1);
        struct cursor value = read_vector(&c, 2);

        if (c.failed)
            return bad(why, "The PROXY header ends within one of its fields.");
        if (type != TLV_CRC32C)
            continue;
        size_t at = (size_t)(value.at - header.at);
        if (value.left != CRC_SIZE ||
            crc32c(header.at, header.left, at) != read_uint(&value, CRC_SIZE))
            return bad(why, "The checksum of the PROXY header does not fit.");
    }
    return PROXY_READY;
}

/* §2.2: a header that names nobody is taken as it is. */
static enum proxy_read read_block(struct cursor block, uint32_t family, struct cursor header,
    struct proxy_header *out, const char **why)
{
    switch (family) {
    case UNSPECIFIED:
    case UNIX_STREAM:
        return PROXY_READY;
    case TCP_V4:
    case TCP_V6:
        return take_pair(&block, family == TCP_V4 ? AF_INET : AF_INET6, out)
                   ? read_tlvs(block, header, why)
                   : bad(why, "The PROXY header is too short for its addresses.");
    default:
        return bad(why, "The PROXY header speaks of a transport that is not TCP.");
    }
}

static enum proxy_read read_v2(
    const uint8_t *bytes, size_t len, struct proxy_header *out, size_t *used, const char **why)
{
    struct cursor c = cursor_of(bytes, len);

    read_bytes(&c, sizeof signature);
    uint32_t command = read_uint(&c, 1);
    uint32_t family = read_uint(&c, 1);
    uint32_t length = read_uint(&c, 2);
    if (len > sizeof signature && (command >> 4 != 2 || (command & 0xf) > COMMAND_PROXY))
        return bad(why, "The PROXY header has an unknown version or command.");
    if (c.failed)
        return PROXY_NEED_MORE;
    if (length > PROXY_HEADER_MOST - 16)
        return bad(why, "The PROXY header is longer than 4 KiB.");
    struct cursor block = read_bytes(&c, length);
    if (c.failed)
        return PROXY_NEED_MORE;
    out->version = 2;
    *used = len - c.left;
    if ((command & 0xf) == COMMAND_LOCAL)
        return PROXY_READY; /* §2.2: the rest is to be skipped */
    return read_block(block, family, cursor_of(bytes, *used), out, why);
}

enum proxy_read proxy_protocol_read(
    const uint8_t *bytes, size_t len, struct proxy_header *out, size_t *used, const char **why)
{
    *out = (struct proxy_header){0};
    if (len == 0)
        return PROXY_NEED_MORE;
    if (agrees(bytes, len, signature, sizeof signature))
        return read_v2(bytes, len, out, used, why);
    if (agrees(bytes, len, "PROXY ", 6))
        return read_v1(bytes, len, out, used, why);
    return bad(why, "What came is no PROXY header; this port expects one from a load balancer.");
}
