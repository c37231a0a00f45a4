/* web/desk.h - where a request is worked on: a thread with its own look into the store, so that the
 * web thread never waits for a disk. Private to web/. */
#ifndef WHYTLS_WEB_DESK_H
#define WHYTLS_WEB_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "base/attrib.h"
#include "base/err.h"
#include "flow/outcome.h"
#include "request.h"

struct database;
struct desk;
struct flow_look;
struct route;
struct web_config;

/* One piece of work. `call` runs on the desk's thread, `done` then is handed the job by whoever
 * made the desk. */
struct job {
    void (*call)(struct desk *desk, struct job *job);
    struct request request; /* owned by the job, as the next */
    struct answer answer;
    const struct route *route;
    void *of; /* the maker's own; the desk never looks at it */
    /* Of a live feed: from which flow on; what was found, made by call, taken by the maker. */
    bool is_live;
    int64_t from;
    void *told;
};

void job_free(struct job *job);

struct desk_config {
    const struct web_config *web;             /* borrowed */
    void (*done)(void *arg, struct job *job); /* called on the desk's thread */
    void *arg;
};

struct desk *desk_start(const struct desk_config *config, struct err *e) MUST_USE;
/* Takes the job when true. False: too much waits. Thread: any. */
bool desk_hand(struct desk *d, struct job *job) MUST_USE;
/* Finishes what it works on; what waits is freed. NULL is legal. */
void desk_stop(struct desk *d);

/* For what runs on it. */
const struct web_config *desk_web(const struct desk *d);
/* The store of flows; NULL and *e: there is none. Good until it is asked for again, or the next
 * job. */
struct flow_look *desk_look(struct desk *d, struct err *e) MUST_USE;
/* What is remembered (whytls.db), for one change; closed with database_close. NULL and *e. */
struct database *desk_memory(const struct desk *d, struct err *e) MUST_USE;
/* The name that the owner gave a device; "" when there is none. Borrowed until the next job. */
const char *desk_device_name(struct desk *d, const char *id);

/* After desk_look: how many flows there are up to this seq, by outcome. What was counted before is
 * gone on with, as long as no flow has gone. Not *exact: the time (0: any) was over, and the
 * counts are of a part; who asks next goes on with the rest. */
bool desk_totals(struct desk *d, int64_t last, int64_t budget_ms, int64_t counts[static N_OUTCOMES],
    bool *exact, struct err *e) MUST_USE;

#endif
