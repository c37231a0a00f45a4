/* net/resolve.h - host names to addresses, on the loop of one thread: c-ares for A and AAAA,
 * /etc/hosts, a bounded cache. Beside them, what a site advertises in HTTPS records; nobody waits
 * for that.
 *
 * One lookup per name is under way however many ask (P8 of the pitfalls: concurrent lookups of one
 * name). Not shared between threads. Uses base/. Used by net/dial.c, explain/. */
#ifndef WHYTLS_NET_RESOLVE_H
#define WHYTLS_NET_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "net/addr.h"

struct loop;
struct resolve; /* one who waits */
struct resolver;
struct site_hints; /* net/site_hints.h */

enum resolve_error {
    RESOLVE_OK = 0,
    RESOLVE_NXDOMAIN,    /* there is no such name */
    RESOLVE_NO_ADDRESS,  /* there is, and it has no address */
    RESOLVE_SERVFAIL,    /* the servers failed */
    RESOLVE_REFUSED,     /* they do not answer us */
    RESOLVE_BOGUS,       /* they have an answer whose signatures (DNSSEC) do not check out */
    RESOLVE_UNREACHABLE, /* there is nobody where they should be */
    RESOLVE_TIMEOUT,
};

/* The word of the flow record: no-name, no-address, servfail, refused, bogus, unreachable, silent;
 * NULL for RESOLVE_OK. */
const char *resolve_error_name(enum resolve_error e);

enum { RESOLVE_ADDRESSES_MOST = 16, RESOLVE_ALIASES_MOST = 8, RESOLVE_CACHE_MOST = 4096 };

/* Immutable; borrowed for the length of the callback. */
struct resolve_answer {
    enum resolve_error error;
    size_t n; /* addresses, IPv6 first, ports 0 */
    union addr addresses[RESOLVE_ADDRESSES_MOST];
    size_t n_aliases; /* CNAMEs met, in order */
    char *aliases[RESOLVE_ALIASES_MOST];
    struct site_hints *hints; /* NULL: none had come by then */
};

/* All zero: /etc/resolv.conf, 5 s. */
struct resolver_config {
    const char *servers; /* "127.0.0.1:5353,…" instead of /etc/resolv.conf */
    bool no_hosts;       /* leave /etc/hosts alone */
    bool hints;          /* ask for HTTPS records, too */
    int try_ms;          /* the first try of a server; 0: 1,500 */
    int64_t total_ms;    /* of one lookup; 0: 5,000 */
};

struct resolver *resolver_new(
    struct loop *l, const struct resolver_config *config, struct err *e) MUST_USE;
/* Those who still wait are not called any more. NULL is fine. */
void resolver_free(struct resolver *r);
/* Calls back once, never before it returned, unless cancelled. An IP literal is its own answer. */
struct resolve *resolve_start(struct resolver *r, const char *host,
    void (*done)(void *arg, const struct resolve_answer *answer), void *arg) MUST_USE;
void resolve_cancel(struct resolve *one);
/* What is known by now of a host that was asked for; NULL: nothing. Borrowed until the loop goes
 * on. */
const struct site_hints *resolver_hints(struct resolver *r, const char *host);

#endif
