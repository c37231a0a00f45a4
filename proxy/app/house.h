/* app/house.h - what the web UI is told of the rest of the proxy, which is above it: its health,
 * its figures, its rules. */
#ifndef WHYTLS_APP_HOUSE_H
#define WHYTLS_APP_HOUSE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#include "web/web.h"

struct ca;
struct clock;
struct clock_witness;
struct ct_logs;
struct fetcher;
struct identities;
struct leaf_cache;
struct plugins;
struct pool;
struct reach;
struct roots;
struct rule_set;
struct store;
struct tls_contexts;

/* What is above the line is borrowed for the life of the web. */
struct house {
    const struct clock *clock;
    const struct reach *reach;
    const struct ca *ca;
    struct clock_witness *witness;
    struct store *store;
    bool keeps_flows;
    const char *folder, *lab_roots; /* NULL: no lab */
    struct roots *roots;
    struct ct_logs *ct_logs;
    struct tls_contexts *contexts;
    struct identities *identities;
    struct fetcher *fetcher;
    struct plugins *plugins;
    struct rule_set *rules;
    struct web_count *count;
    struct leaf_cache *leaves;
    struct pool *pool; /* set before the web starts */
    /* ------ A reload that a desk has asked the main thread for. */
    pthread_mutex_t lock;
    pthread_cond_t served_now;
    uint64_t asked, served;
    bool swapped, is_closing;
    struct text says;
};

/* After what is borrowed was set. */
void house_init(struct house *h);
/* Nobody waits for us any more: before web_stop. */
void house_close(struct house *h);
void house_fini(struct house *h);
/* For a beat of the main thread: does what desks have asked for. */
void house_serve(struct house *h, struct pool *pool);

struct web_house house_of(struct house *h);

#endif
