#include "sniff.h"

#include <stdbool.h>
#include <string.h>

#include "limits.h"

static const char *const names[] = {
    [SNIFF_NEED_MORE] = "too little", [SNIFF_TLS] = "tls", [SNIFF_HTTP] = "http", [SNIFF_HTTP2_PREFACE] = "http2",
    [SNIFF_SOCKS] = "socks", [SNIFF_UNKNOWN] = "unknown",
};

const char *sniff_name(enum sniff s)
{
    return names[s];
}

/* type 22, major version 3, a length that a record may have, then a ClientHello (1) */
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
        return bytes[5] == 1 ? SNIFF_TLS : SNIFF_UNKNOWN;
    return SNIFF_NEED_MORE;
}

static bool is_token_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

/* A method, one blank, then the beginning of a target. */
static enum sniff as_http(const uint8_t *bytes, size_t len)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n";
    size_t            n = 0;

    while (n < len && n < SNIFF_MOST && is_token_char(bytes[n]))
        n++;
    if (n == SNIFF_MOST)
        return SNIFF_UNKNOWN;
    if (n == len)
        return SNIFF_NEED_MORE;
    if (n < 3 || bytes[n] != ' ')
        return SNIFF_UNKNOWN;
    size_t same = len < sizeof preface - 1 ? len : sizeof preface - 1;
    if (memcmp(bytes, preface, same) == 0)
        return same == sizeof preface - 1 ? SNIFF_HTTP2_PREFACE : SNIFF_NEED_MORE;
    return SNIFF_HTTP;
}

enum sniff sniff_bytes(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return SNIFF_NEED_MORE;
    if (bytes[0] == 22)
        return as_tls(bytes, len);
    if (bytes[0] == 4 || bytes[0] == 5)
        return SNIFF_SOCKS;
    if (is_token_char(bytes[0]))
        return as_http(bytes, len);
    return SNIFF_UNKNOWN;
}
