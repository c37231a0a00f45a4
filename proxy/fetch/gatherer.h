/* fetch/gatherer.h - evidence, asked for and handed over: to an event loop, or to a caller who
 * waits.
 *
 * The relay speaks to `struct gatherer` only, so that a conversation test can answer for the
 * network. */
#ifndef WHYTLS_FETCH_GATHERER_H
#define WHYTLS_FETCH_GATHERER_H

#include <stdbool.h>

#include "base/attrib.h"
#include "fetch/evidence.h"
#include "fetch/fetch.h"

struct gather; /* one search under way */
struct loop;   /* net/loop.h */

struct gatherer {
    /* Calls back exactly once, never before it returned, unless cancelled; the evidence is then the
     * callee's. NULL: it cannot be begun (too many, or stopped). */
    struct gather *(*start)(struct gatherer *g, const struct evidence_ask *ask,
        void (*done)(void *arg, struct fetch_evidence *found), void *arg);
    void (*cancel)(struct gatherer *g, struct gather *one);
};

/* The real one: the fetcher's thread searches, this loop is told. Fetcher and loop are borrowed. */
struct gatherer *gatherer_loop_new(struct fetcher *f, struct loop *l);
/* On the loop's thread, or when it has ended; the fetcher must have been stopped before, or nothing
 * be under way. */
void gatherer_loop_free(struct gatherer *g); /* NULL is fine */

/* Waits for it; NULL when it cannot be begun. Thread: none that runs a loop. */
struct fetch_evidence *gather_and_wait(struct fetcher *f, const struct evidence_ask *ask);

#endif
