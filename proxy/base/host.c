#include "host.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool is_v4(const char *host)
{
    struct in_addr a;

    return inet_pton(AF_INET, host, &a) == 1;
}

static bool is_v6(const char *host)
{
    struct in6_addr a;

    return inet_pton(AF_INET6, host, &a) == 1;
}

bool host_is_ip(const char *host)
{
    return is_v4(host) || is_v6(host);
}

static bool normalise_v6(const char *text, size_t n, char out[static HOST_CAP])
{
    struct in6_addr a;
    char copy[64];

    if (n >= sizeof copy || memchr(text, '\0', n))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return inet_pton(AF_INET6, copy, &a) == 1 && inet_ntop(AF_INET6, &a, out, HOST_CAP) != NULL;
}

/* Letters, digits, hyphen, underscore; labels of 1..63; a last label of digits only would be a bad
 * IPv4 literal. */
static bool is_dns_name(const char *s)
{
    size_t label = 0, digits = 0;

    for (const char *p = s;; p++) {
        if (*p == '.' || !*p) {
            if (label == 0 || label > 63 || p[-1] == '-')
                return false;
            if (!*p)
                return digits < label || is_v4(s);
            label = digits = 0;
            continue;
        }
        bool letter = (*p >= 'a' && *p <= 'z') || *p == '_', digit = *p >= '0' && *p <= '9';
        if (!letter && !digit && !(*p == '-' && label > 0))
            return false;
        digits += digit;
        label++;
    }
}

static bool to_a_labels(const char *name, char out[static HOST_CAP])
{
    char *ascii = NULL;
    bool good = idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK &&
                strlen(ascii) < HOST_CAP;

    if (good)
        snprintf(out, HOST_CAP, "%s", ascii);
    idn2_free(ascii);
    return good;
}

bool host_normalise(const char *text, size_t n, char out[static HOST_CAP])
{
    char name[HOST_CAP];

    if (n >= 2 && text[0] == '[' && text[n - 1] == ']')
        return normalise_v6(text + 1, n - 2, out);
    if (n == 0 || n >= HOST_CAP || memchr(text, '\0', n))
        return false;
    if (memchr(text, ':', n))
        return normalise_v6(text, n, out);
    if (text[n - 1] == '.')
        n--;
    memcpy(name, text, n);
    name[n] = '\0';
    bool ascii = true;
    for (size_t i = 0; i < n; i++)
        ascii = ascii && (unsigned char)name[i] < 0x80;
    if (ascii)
        snprintf(out, HOST_CAP, "%s", name);
    else if (!to_a_labels(name, out))
        return false;
    text_lower(out);
    return out[0] && is_dns_name(out);
}

bool host_port_parse(
    const char *text, size_t n, uint16_t default_port, char host[static HOST_CAP], uint16_t *port)
{
    size_t end = n;
    uint32_t number = default_port;

    if (n > 0 && text[0] == '[') {
        const char *close = memchr(text, ']', n);

        if (!close)
            return false;
        end = (size_t)(close - text) + 1;
    } else {
        const char *colon = memchr(text, ':', n);

        end = colon ? (size_t)(colon - text) : n;
    }
    if (end < n) {
        if (text[end] != ':' || n - end < 2 || n - end > 6)
            return false;
        number = 0;
        for (size_t i = end + 1; i < n; i++) {
            if (text[i] < '0' || text[i] > '9')
                return false;
            number = number * 10 + (uint32_t)(text[i] - '0');
        }
    }
    if (number == 0 || number > 65535 || !host_normalise(text, end, host))
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Private (RFC 1918), loopback, link-local (RFC 3927), shared (RFC 6598), and "this host" (RFC 1122
 * §3.2.1.3), which Linux takes for loopback. */
static bool is_local_v4(uint32_t ip)
{
    return ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8 || ip >> 24 == 127 ||
           ip >> 16 == 0xa9fe || ip >> 22 == 0x191 || ip >> 24 == 0;
}

static bool local_v4(const char *host)
{
    struct in_addr a;

    return inet_pton(AF_INET, host, &a) == 1 && is_local_v4(ntohl(a.s_addr));
}

static bool local_v6(const char *host)
{
    struct in6_addr a;

    if (inet_pton(AF_INET6, host, &a) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(
            &a)) /* what a listener on [::] calls an IPv4 client, RFC 4291 §2.5.5.2 */
        return is_local_v4((uint32_t)a.s6_addr[12] << 24 | (uint32_t)a.s6_addr[13] << 16 |
                           (uint32_t)a.s6_addr[14] << 8 | a.s6_addr[15]);
    return (a.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(&a) || IN6_IS_ADDR_LOOPBACK(&a) ||
           IN6_IS_ADDR_UNSPECIFIED(&a);
}

bool host_is_local(const char *host)
{
    static const char *const suffixes[] = {
        ".local", ".lan", ".internal", ".home.arpa", ".localhost"};

    if (host_is_ip(host))
        return local_v4(host) || local_v6(host);
    if (!strchr(host, '.'))
        return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (text_ends(host, suffixes[i]))
            return true;
    return false;
}

const char *host_site(const char *host)
{
    const psl_ctx_t *list = psl_builtin();

    if (!list || host_is_ip(host))
        return NULL;
    return psl_registrable_domain(list, host);
}

bool host_is_public_suffix(const char *suffix)
{
    const psl_ctx_t *list = psl_builtin();

    return list && psl_is_public_suffix2(list, suffix, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

bool host_is_any_suffix(const char *suffix)
{
    const psl_ctx_t *list = psl_builtin();

    return list && psl_is_public_suffix2(list, suffix, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

const char *host_port_text(char *buf, size_t cap, const char *host, uint16_t port)
{
    if (strchr(host, ':'))
        snprintf(buf, cap, "[%s]:%u", host, port);
    else
        snprintf(buf, cap, "%s:%u", host, port);
    return buf;
}
