#include "addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { HOST_TEXT_MOST = 45 }; /* INET6_ADDRSTRLEN without its NUL */

/* The IPv4 address in host order, when `a` is one or carries one (RFC 4291 §2.5.5.2). */
static bool as_v4(const struct sockaddr *a, uint32_t *v4)
{
    union addr u;

    if (a->sa_family == AF_INET) {
        memcpy(&u.v4, a, sizeof u.v4);
        *v4 = ntohl(u.v4.sin_addr.s_addr);
        return true;
    }
    if (a->sa_family != AF_INET6)
        return false;
    memcpy(&u.v6, a, sizeof u.v6);
    if (!IN6_IS_ADDR_V4MAPPED(&u.v6.sin6_addr))
        return false;
    uint32_t wire;
    memcpy(&wire, u.v6.sin6_addr.s6_addr + 12, sizeof wire);
    *v4 = ntohl(wire);
    return true;
}

/* True for IPv6 that is not IPv4 in disguise. */
static bool as_v6(const struct sockaddr *a, struct in6_addr *v6)
{
    uint32_t v4;

    if (a->sa_family != AF_INET6 || as_v4(a, &v4))
        return false;
    union addr u;
    memcpy(&u.v6, a, sizeof u.v6);
    *v6 = u.v6.sin6_addr;
    return true;
}

const char *addr_text(char buf[static ADDR_TEXT_CAP], const struct sockaddr *a)
{
    struct in6_addr v6;
    uint32_t v4;

    if (as_v4(a, &v4))
        snprintf(
            buf, ADDR_TEXT_CAP, "%u.%u.%u.%u", v4 >> 24, v4 >> 16 & 255, v4 >> 8 & 255, v4 & 255);
    else if (!as_v6(a, &v6) || !inet_ntop(AF_INET6, &v6, buf, ADDR_TEXT_CAP))
        snprintf(buf, ADDR_TEXT_CAP, "?");
    return buf;
}

const char *addr_port_text(char buf[static ADDR_TEXT_CAP], const struct sockaddr *a)
{
    char host[ADDR_TEXT_CAP];

    addr_text(host, a);
    snprintf(buf, ADDR_TEXT_CAP, strchr(host, ':') ? "[%.45s]:%u" : "%.45s:%u", host, addr_port(a));
    return buf;
}

static bool parse_port(const char *text, uint16_t *port)
{
    unsigned long n = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 5 || text[digits])
        return false;
    for (size_t i = 0; i < digits; i++)
        n = n * 10 + (unsigned long)(text[i] - '0');
    if (n > 65535)
        return false;
    *port = (uint16_t)n;
    return true;
}

static bool parse_host(const char *text, size_t n, bool v6, struct sockaddr_storage *out)
{
    char host[HOST_TEXT_MOST + 1];
    union addr u = {0};

    if (n == 0 || n > HOST_TEXT_MOST)
        return false;
    memcpy(host, text, n);
    host[n] = '\0';
    u.any.sa_family = v6 ? AF_INET6 : AF_INET;
    void *bytes = v6 ? (void *)&u.v6.sin6_addr : (void *)&u.v4.sin_addr;
    if (inet_pton(u.any.sa_family, host, bytes) != 1)
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out, &u, sizeof u);
    return true;
}

bool addr_parse(const char *text, int default_port, struct sockaddr_storage *out)
{
    const char *colon = strchr(text, ':'), *after;
    uint16_t port = (uint16_t)(default_port < 0 ? 0 : default_port);
    bool host;

    if (text[0] == '[') {
        after = strchr(text, ']');
        host = after && parse_host(text + 1, (size_t)(after - text - 1), true, out);
        after = after ? after + 1 : text;
    } else if (colon && strchr(colon + 1, ':')) {
        host = parse_host(text, strlen(text), true, out);
        after = text + strlen(text);
    } else {
        after = text + strcspn(text, ":");
        host = parse_host(text, (size_t)(after - text), false, out);
    }
    if (!host || (*after && *after != ':') || (!*after && default_port < 0))
        return false;
    if (*after && !parse_port(after + 1, &port))
        return false;
    addr_set_port((struct sockaddr *)out, port);
    return true;
}

unsigned addr_len(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return sizeof(struct sockaddr_in);
    return a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}

/* Both families keep the port, in network order, right behind the family. */
_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
    "one place of the port");

uint16_t addr_port(const struct sockaddr *a)
{
    uint16_t wire = 0;

    if (addr_len(a))
        memcpy(&wire, (const char *)a + offsetof(struct sockaddr_in, sin_port), sizeof wire);
    return ntohs(wire);
}

void addr_set_port(struct sockaddr *a, uint16_t port)
{
    uint16_t wire = htons(port);

    if (addr_len(a))
        memcpy((char *)a + offsetof(struct sockaddr_in, sin_port), &wire, sizeof wire);
}

bool addr_equal(const struct sockaddr *a, const struct sockaddr *b)
{
    struct in6_addr a6, b6;
    uint32_t a4, b4;

    if (as_v4(a, &a4))
        return as_v4(b, &b4) && a4 == b4;
    return as_v6(a, &a6) && as_v6(b, &b6) && memcmp(&a6, &b6, sizeof a6) == 0;
}

bool addr_is_any(const struct sockaddr *a)
{
    struct in6_addr v6;
    uint32_t v4;

    if (as_v4(a, &v4))
        return v4 == 0;
    return as_v6(a, &v6) && IN6_IS_ADDR_UNSPECIFIED(&v6);
}

bool addr_is_loopback(const struct sockaddr *a)
{
    struct in6_addr v6;
    uint32_t v4;

    if (as_v4(a, &v4))
        return v4 >> 24 == 127;
    return as_v6(a, &v6) && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool addr_is_link_local(const struct sockaddr *a)
{
    struct in6_addr v6;
    uint32_t v4;

    if (as_v4(a, &v4))
        return v4 >> 16 == 0xa9fe;
    return as_v6(a, &v6) && IN6_IS_ADDR_LINKLOCAL(&v6);
}

bool addr_is_private(const struct sockaddr *a)
{
    struct in6_addr v6;
    uint32_t v4;

    if (addr_is_loopback(a) || addr_is_link_local(a))
        return true;
    if (as_v4(a, &v4))
        return v4 >> 24 == 10 || v4 >> 20 == 0xac1 || v4 >> 16 == 0xc0a8 ||
               v4 >> 22 == 0x191; /* 100.64.0.0/10 */
    return as_v6(a, &v6) && (v6.s6_addr[0] & 0xfe) == 0xfc;
}
