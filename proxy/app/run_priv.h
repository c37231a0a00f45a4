/* app/run_priv.h - the parts of a running proxy. Private to app/. */
#ifndef WHYTLS_APP_RUN_PRIV_H
#define WHYTLS_APP_RUN_PRIV_H

#include "base/attrib.h"
#include "fetch/fetch.h"
#include "house.h"
#include "run_options.h"
#include "term.h"

struct run {
    struct run_options options;
    struct reach *reach;   /* of the options */
    struct config *config; /* NULL: there is none */
    /* made by prepare, freed by finish */
    char *data_dir;
    struct ca *ca;
    bool root_made;
    struct leaf_keys *keys;
    struct leaf_cache *leaves;
    struct roots *roots;
    struct ct_logs *ct_logs;
    struct pinned_hosts *pinned;
    struct tls_contexts *contexts;
    struct identities *identities;     /* NULL: none */
    struct peer_trust *upstream_trust; /* NULL: no proxy beyond is reached by TLS */
    struct loop_guard *guard;          /* NULL, as the next: no gateway */
    struct roads *roads;
    struct device_history *history;
    struct clock_witness *witness;
    struct sightings *sightings;
    struct strict_hosts *strict_hosts;
    struct passes *passes; /* hosts that the owner lets pass unread */
    struct memory *memory; /* what rules remember */
    struct rule_set *rules;
    struct lab *lab;
    struct dial_config fetch_dial;
    struct fetcher *fetcher;
    struct store *store;
    struct web_count *count; /* NULL, as the next: no UI */
    struct web *web;
    struct house house;
    struct pool *pool;
    struct site *site;
    struct own_address own;
    struct term term;
};

/* run_store.c: the store's thread, and all who are given flows by it. */
bool run_open_store(struct run *r, struct err *e) MUST_USE;
/* run_web.c: the web UI, unless it is not wanted; it serves once its thread runs. */
bool run_open_web(struct run *r, struct err *e) MUST_USE;

#endif
