#include "sniff.h"

#include <stdbool.h>
#include <string.h>

#include "handshake_priv.h"
#include "limits.h"

static const char *const names[] = {
    [SNIFF_NEED_MORE] = "too little",
    [SNIFF_TLS] = "tls",
    [SNIFF_HTTP] = "http",
    [SNIFF_HTTP2_PREFACE] = "http2",
    [SNIFF_SOCKS] = "socks",
    [SNIFF_SSL2] = "sslv2",
    [SNIFF_UNKNOWN] = "unknown",
};

const char *sniff_name(enum sniff s)
{
    return names[s];
}

/* Major version 3, a length that a record may have, then a ClientHello. */
static enum sniff as_tls(const uint8_t *bytes, size_t len)
{
    if (len >= 2 && bytes[1] != 3)
        return SNIFF_UNKNOWN;
    if (len >= 5) {
        size_t record = (size_t)bytes[3] << 8 | bytes[4];

        if (record == 0 || record > RECORD_MOST)
            return SNIFF_UNKNOWN;
    }
    if (len >= 6)
        return bytes[5] == MESSAGE_CLIENT_HELLO ? SNIFF_TLS : SNIFF_UNKNOWN;
    return SNIFF_NEED_MORE;
}

/* RFC 5246 §E.2: two bytes of length with the highest bit set, a ClientHello, version 2.0 or 3.x */
static enum sniff as_ssl2(const uint8_t *bytes, size_t len)
{
    if (len >= 3 && bytes[2] != MESSAGE_CLIENT_HELLO)
        return SNIFF_UNKNOWN;
    if (len >= 5)
        return (bytes[3] == 0 && bytes[4] == 2) || bytes[3] == 3 ? SNIFF_SSL2 : SNIFF_UNKNOWN;
    return SNIFF_NEED_MORE;
}

/* SOCKS4: version, command 1 or 2. SOCKS5 (RFC 1928 §3): version, how many methods. */
static enum sniff as_socks(const uint8_t *bytes, size_t len)
{
    if (len < 2)
        return SNIFF_NEED_MORE;
    if (bytes[0] == 4)
        return bytes[1] == 1 || bytes[1] == 2 ? SNIFF_SOCKS : SNIFF_UNKNOWN;
    return bytes[1] > 0 ? SNIFF_SOCKS : SNIFF_UNKNOWN;
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(uint8_t c)
{
    return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Does `text` go on like `bytes`, as far as they have come? */
static bool agrees(const uint8_t *bytes, size_t len, const char *text)
{
    size_t n = strlen(text);

    return memcmp(bytes, text, len < n ? len : n) == 0;
}

/* The target of a method that is not CONNECT: a path, "*", or a URL (RFC 9112 §3.2). Mail commands
 * ("MAIL FROM:<…>", "EHLO host") go on otherwise, which tells them apart from HTTP. */
static enum sniff as_target(const uint8_t *bytes, size_t len)
{
    size_t n = 0;

    if (len == 0)
        return SNIFF_NEED_MORE;
    if (bytes[0] == '/' || bytes[0] == '*')
        return SNIFF_HTTP;
    while (n < len && is_alnum(bytes[n]))
        n++;
    if (n == len)
        return SNIFF_NEED_MORE;
    if (n == 0 || !agrees(bytes + n, len - n, "://"))
        return SNIFF_UNKNOWN;
    return len - n >= 3 ? SNIFF_HTTP : SNIFF_NEED_MORE;
}

/* A method in capitals, as every registered one is; one blank; a target. */
static enum sniff as_http(const uint8_t *bytes, size_t len)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n";
    size_t n = 0;

    if (agrees(bytes, len, preface))
        return len >= sizeof preface - 1 ? SNIFF_HTTP2_PREFACE : SNIFF_NEED_MORE;
    while (n < len && (is_capital(bytes[n]) || bytes[n] == '-'))
        n++;
    if (n == len)
        return SNIFF_NEED_MORE;
    if (n < 3 || bytes[n] != ' ')
        return SNIFF_UNKNOWN;
    const uint8_t *target = bytes + n + 1;
    size_t left = len - n - 1;
    if (n != strlen("CONNECT") || !agrees(bytes, n, "CONNECT"))
        return as_target(target, left);
    if (left == 0)
        return SNIFF_NEED_MORE;
    return is_alnum(target[0]) || target[0] >= 0x80 || (target[0] && strchr("[_/*", target[0]))
               ? SNIFF_HTTP
               : SNIFF_UNKNOWN;
}

static enum sniff by_first(const uint8_t *bytes, size_t len)
{
    if (bytes[0] == RECORD_HANDSHAKE)
        return as_tls(bytes, len);
    if (bytes[0] == 4 || bytes[0] == 5)
        return as_socks(bytes, len);
    if (bytes[0] & 0x80)
        return as_ssl2(bytes, len);
    if (is_capital(bytes[0]))
        return as_http(bytes, len);
    return SNIFF_UNKNOWN;
}

enum sniff sniff_bytes(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return SNIFF_NEED_MORE;
    enum sniff s = by_first(bytes, len < SNIFF_MOST ? len : SNIFF_MOST);
    return s == SNIFF_NEED_MORE && len >= SNIFF_MOST ? SNIFF_UNKNOWN : s;
}
