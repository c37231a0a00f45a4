#include "connect_reply.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "limits.h"

static enum connect_read bad(const char **why, const char *says)
{
    *why = says;
    return CONNECT_BAD;
}

/* The next line without its end; NULL: it has none yet. */
static const char *next_line(const char **at, const char *end, size_t *n)
{
    const char *line = *at, *feed = memchr(line, '\n', (size_t)(end - line));

    if (!feed)
        return NULL;
    *at = feed + 1;
    *n = (size_t)(feed - line);
    if (*n > 0 && line[*n - 1] == '\r')
        (*n)--;
    return line;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "HTTP/1.1 200 Connection established" (RFC 9112 §4); 0: not so. */
static int read_status(const char *line, size_t n)
{
    static const char begin[] = "HTTP/1.";
    const size_t at = sizeof begin - 1 + 2;

    if (n < at + 3 || memcmp(line, begin, sizeof begin - 1) != 0 || !is_digit(line[at - 2]) ||
        line[at - 1] != ' ' || (n > at + 3 && line[at + 3] != ' '))
        return 0;
    for (size_t i = 0; i < 3; i++)
        if (!is_digit(line[at + i]))
            return 0;
    int status = (line[at] - '0') * 100 + (line[at + 1] - '0') * 10 + (line[at + 2] - '0');
    return status >= 100 && status <= 599 ? status : 0;
}

static bool is_token(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* The scheme that a challenge begins with (RFC 9110 §11.7.1). A field with several challenges in
 * one line gives its first: their parameters are not worth a grammar of their own. */
static void take_scheme(struct connect_reply *out, const char *value, size_t n)
{
    size_t used = strlen(out->schemes), len = 0;

    while (n > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        n--;
    }
    while (len < n && is_token(value[len]))
        len++;
    if (len == 0 || used + len + 3 > sizeof out->schemes)
        return;
    if (used > 0) {
        memcpy(out->schemes + used, ", ", 2);
        used += 2;
    }
    memcpy(out->schemes + used, value, len);
    out->schemes[used + len] = 0;
}

static bool read_field(struct connect_reply *out, const char *line, size_t n)
{
    static const char name[] = "Proxy-Authenticate";
    const char *colon = memchr(line, ':', n);

    if (!colon || colon == line || memchr(line, 0, n))
        return false;
    size_t len = (size_t)(colon - line);
    if (len == sizeof name - 1 && strncasecmp(line, name, len) == 0)
        take_scheme(out, colon + 1, n - len - 1);
    return true;
}

/* One head from *at on; then *at stands behind it. */
static enum connect_read read_head(
    const char **at, const char *end, struct connect_reply *out, const char **why)
{
    size_t n;
    const char *line = next_line(at, end, &n);

    *out = (struct connect_reply){0};
    if (!line)
        return CONNECT_NEED_MORE;
    out->status = read_status(line, n);
    if (!out->status)
        return bad(why, "What came is no status line of HTTP/1 (RFC 9112 4).");
    while ((line = next_line(at, end, &n)) != NULL) {
        if (n == 0)
            return CONNECT_READY;
        if (!read_field(out, line, n))
            return bad(why, "A header field of the answer cannot be read (RFC 9112 5).");
    }
    return CONNECT_NEED_MORE;
}

enum connect_read connect_reply_read(
    const uint8_t *bytes, size_t len, struct connect_reply *out, size_t *used, const char **why)
{
    static const char begin[] = "HTTP/1.";
    size_t most = len < CONNECT_REPLY_MOST ? len : CONNECT_REPLY_MOST;
    const char *at = (const char *)bytes, *end = at + most;
    enum connect_read is;

    *out = (struct connect_reply){0};
    if (len == 0)
        return CONNECT_NEED_MORE;
    if (memcmp(bytes, begin, len < sizeof begin - 1 ? len : sizeof begin - 1) != 0)
        return bad(why, "What came is no HTTP.");
    do
        is = read_head(&at, end, out, why);
    while (is == CONNECT_READY && out->status < 200 && out->status != 101);
    if (is == CONNECT_NEED_MORE && len >= CONNECT_REPLY_MOST)
        return bad(why, "The head of the answer is longer than 16 KiB.");
    if (is == CONNECT_READY && out->status < 200)
        return bad(why, "The proxy changed the protocol unasked (RFC 9110 15.2.2).");
    *used = (size_t)(at - (const char *)bytes);
    return is;
}
