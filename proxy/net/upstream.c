#include "upstream.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { FILE_MOST = 64 * 1024, HTTP_PORT = 80, HTTPS_PORT = 443, SOCKS_PORT = 1080 };

struct upstreams {
    struct upstream at[UPSTREAMS_MOST];
    size_t n;
};

static const struct {
    const char *scheme, *name;
    enum upstream_kind kind;
    uint16_t port;
} schemes[] = {
    {"http://", "http", UPSTREAM_HTTP, HTTP_PORT},
    {"https://", "https", UPSTREAM_HTTPS, HTTPS_PORT},
    {"socks5://", "socks5", UPSTREAM_SOCKS5, SOCKS_PORT},
    {"socks5h://", "socks5", UPSTREAM_SOCKS5, SOCKS_PORT},
};

struct upstreams *upstreams_new(void)
{
    return mem_new(sizeof(struct upstreams));
}

void upstreams_free(struct upstreams *u)
{
    if (!u)
        return;
    explicit_bzero(u, sizeof *u);
    mem_free(u);
}

/* The text itself may hold a password: no message repeats it. */
static bool bad(struct err *e, const char *says)
{
    return err_set(e, ERR_USAGE,
        "--upstream: %s; write http://[USER:PASSWORD@]HOST:PORT[=PATTERN], https://…, "
        "socks5://… or direct=PATTERN",
        says);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3986 §2.1; no NUL, no control characters. */
static bool decode(const char *text, size_t n, char out[static UPSTREAM_LOGIN_CAP])
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)text[i];

        if (c == '%') {
            if (n - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
                return false;
            c = hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]);
            i += 2;
        }
        if (c < 0x20 || c == 0x7f || len == UPSTREAM_LOGIN_CAP - 1)
            return false;
        out[len++] = (char)c;
    }
    out[len] = 0;
    return len > 0;
}

/* "USER:PASSWORD"; RFC 7617 §2 allows no colon in a user. */
static bool read_login(struct upstream *one, const char *text, size_t n)
{
    const char *colon = memchr(text, ':', n);

    return colon && decode(text, (size_t)(colon - text), one->user) &&
           decode(colon + 1, n - (size_t)(colon - text) - 1, one->password) &&
           !strchr(one->user, ':');
}

static bool read_pattern(struct upstream *one, const char *text)
{
    bool below = text_starts(text, "*.");
    char host[HOST_CAP];

    if (strcmp(text, "*") == 0)
        return true;
    text += below ? 2 : 0;
    if (!host_normalise(text, strlen(text), host) || strchr(host, '*') ||
        (below && (host_is_ip(host) || strlen(host) + 2 >= HOST_CAP)))
        return false;
    snprintf(one->pattern, sizeof one->pattern, "%s%.*s", below ? "*." : "", HOST_CAP - 3, host);
    return true;
}

static bool read_authority(
    struct upstream *one, const char *text, size_t n, uint16_t port, struct err *e)
{
    const char *at = memrchr(text, '@', n);

    if (at && !read_login(one, text, (size_t)(at - text)))
        return bad(e, "the login before the @ is no USER:PASSWORD (percent-encoded)");
    if (at) {
        n -= (size_t)(at - text) + 1;
        text = at + 1;
    }
    if (n > 0 && text[n - 1] == '/')
        n--;
    if (!host_port_parse(text, n, port, one->host, &one->port) || one->port == 0)
        return bad(e, "it names no valid host and port");
    return true;
}

static bool read_url(struct upstream *one, const char *text, size_t n, struct err *e)
{
    char where[HOST_CAP + 8];

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t skip = strlen(schemes[i].scheme);

        if (n <= skip || strncasecmp(text, schemes[i].scheme, skip) != 0)
            continue;
        one->kind = schemes[i].kind;
        if (!read_authority(one, text + skip, n - skip, schemes[i].port, e))
            return false;
        snprintf(one->name, sizeof one->name, "%s://%s", schemes[i].name,
            host_port_text(where, sizeof where, one->host, one->port));
        return true;
    }
    return bad(e, "only http://, https:// and socks5:// proxies are known");
}

/* An '=' in a login is written %3D; behind the login there is only the one before the pattern. */
static bool add_one(struct upstreams *u, const char *text, struct err *e)
{
    struct upstream one = {0};
    const char *login_end = strrchr(text, '@');
    const char *equals = strchr(login_end ? login_end : text, '=');
    size_t n = equals ? (size_t)(equals - text) : strlen(text);

    if (u->n == UPSTREAMS_MOST)
        return err_set(e, ERR_USAGE, "more than %d --upstream", UPSTREAMS_MOST);
    if (equals && !read_pattern(&one, equals + 1))
        return bad(e, "the pattern is none of shop.example, *.shop.example and *");
    if (n == 6 && strncmp(text, "direct", 6) == 0)
        snprintf(one.name, sizeof one.name, "direct");
    else if (!read_url(&one, text, n, e))
        return false;
    u->at[u->n++] = one;
    explicit_bzero(&one, sizeof one);
    return true;
}

static bool add_file(struct upstreams *u, const char *path, struct err *e)
{
    uint8_t *bytes;
    size_t len;
    bool good = true;

    if (!file_read(path, FILE_MOST, &bytes, &len, e))
        return false;
    char *rest = (char *)bytes, *line;
    while (good && (line = strsep(&rest, "\r\n")) != NULL)
        good = *line == 0 || *line == '#' || add_one(u, line, e);
    explicit_bzero(bytes, len);
    mem_free(bytes);
    return good;
}

bool upstreams_add(struct upstreams *u, const char *text, struct err *e)
{
    return *text == '@' ? add_file(u, text + 1, e) : add_one(u, text, e);
}

bool upstreams_want_tls(const struct upstreams *u)
{
    for (size_t i = 0; i < u->n; i++)
        if (u->at[i].kind == UPSTREAM_HTTPS)
            return true;
    return false;
}

size_t upstreams_count(const struct upstreams *u)
{
    return u->n;
}

const struct upstream *upstreams_at(const struct upstreams *u, size_t i)
{
    return &u->at[i];
}

static bool fits(const struct upstream *one, const char *host)
{
    if (!text_starts(one->pattern, "*."))
        return strcmp(one->pattern, host) == 0;
    return text_ends(host, one->pattern + 1) && strlen(host) > strlen(one->pattern) - 1;
}

const struct upstream *upstreams_for(const struct upstreams *u, const char *host)
{
    const struct upstream *otherwise = NULL;

    for (size_t i = 0; i < u->n; i++) {
        if (*u->at[i].pattern && fits(&u->at[i], host))
            return &u->at[i];
        if (!*u->at[i].pattern && !otherwise)
            otherwise = &u->at[i];
    }
    return otherwise;
}
