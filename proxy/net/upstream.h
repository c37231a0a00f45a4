/* net/upstream.h - proxies beyond us, and for which hosts each of them is asked. Filled before the
 * threads start, then read only; shared by all of them. */
#ifndef WHYTLS_NET_UPSTREAM_H
#define WHYTLS_NET_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"

enum upstream_kind {
    UPSTREAM_DIRECT = 0, /* these hosts are dialled as if there were no proxy */
    UPSTREAM_HTTP,       /* CONNECT, with a login of scheme Basic when one is set */
    UPSTREAM_HTTPS,      /* the same inside TLS */
    UPSTREAM_SOCKS5,     /* names are resolved over there */
};

/* 255 octets: RFC 1929 §2. */
enum { UPSTREAMS_MOST = 64, UPSTREAM_LOGIN_CAP = 256, UPSTREAM_NAME_CAP = HOST_CAP + 24 };

struct upstream {
    enum upstream_kind kind;
    char host[HOST_CAP];
    uint16_t port;
    char user[UPSTREAM_LOGIN_CAP], password[UPSTREAM_LOGIN_CAP]; /* user empty: none */
    char pattern[HOST_CAP];       /* "shop.example", "*.shop.example"; empty: every host */
    char name[UPSTREAM_NAME_CAP]; /* "http://proxy.example:3128": no login in it */
};

struct upstreams;

struct upstreams *upstreams_new(void);
void upstreams_free(struct upstreams *u);
/* "http://[USER:PASSWORD@]HOST[:PORT][=PATTERN]", the same with https://, socks5:// (or
 * socks5h://), or "direct=PATTERN"; "@FILE" with one of them a line. User and password are
 * percent-decoded. */
bool upstreams_add(struct upstreams *u, const char *text, struct err *e) MUST_USE;
/* Is one of them reached by TLS? */
bool upstreams_want_tls(const struct upstreams *u);
size_t upstreams_count(const struct upstreams *u);
const struct upstream *upstreams_at(const struct upstreams *u, size_t i);
/* Of those with a pattern the first that fits, in the order in which they were added; else the
 * first without one; else NULL: no proxy. `host` in normal form. */
const struct upstream *upstreams_for(const struct upstreams *u, const char *host);

#endif
