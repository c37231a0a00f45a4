/* app/pool.h - the traffic threads: each has its own loop, resolver, hook table with a Lua state,
 * relays and listeners (SO_REUSEPORT). What they share is immutable or locks itself. */
#ifndef WHYTLS_APP_POOL_H
#define WHYTLS_APP_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "relay/relay.h"

struct fetcher;
struct peer_trust;
struct pool;
struct reach;
struct rules;
struct upstreams;

struct pool_config {
    size_t threads;
    struct relay_world
        world; /* what is shared; dialer, gatherer, hooks, soon are each thread's own */
    struct rules *rules;
    struct reach *reach; /* listeners with port 0 are filled with the port that was bound */
    struct fetcher
        *fetcher; /* NULL: nothing is fetched. Stopped before pool_free, freed after it */
    const struct upstreams *upstreams;       /* NULL: every site is dialled directly */
    const struct peer_trust *upstream_trust; /* of those reached by TLS; NULL: none is */
    int64_t connect_ms;
};

/* Binds every listener, then starts the threads. */
bool pool_start(const struct pool_config *config, struct pool **out, struct err *e) MUST_USE;
/* A Lua state of these rules for each thread, which it changes to between two events. False:
 * nothing has changed. Thread: the one that called pool_start. */
bool pool_replace_rules(struct pool *p, struct rules *rules, struct err *e) MUST_USE;
struct pool_figures {
    size_t threads, open;    /* connections that are open */
    uint64_t visits, faults; /* of rules and plugins: calls so far, and those that failed */
};

/* Thread: any. */
void pool_figures(struct pool *p, struct pool_figures *out);
/* No new connections; each thread ends when its relays have, in about 5 s at most. */
void pool_drain(struct pool *p);
bool pool_is_over(struct pool *p);
/* Joins the threads; every connection is sealed. */
void pool_free(struct pool *p);

#endif
