/* store/flow_look.h - looks into flows.db: lists, one flow, what a filter finds. A look has a
 * connection of its own, for one thread; the writer's is another.
 *
 * A look takes a bounded time: where a filter finds little among a million flows, the list says how
 * far back it has looked. */
#ifndef WHYTLS_STORE_FLOW_LOOK_H
#define WHYTLS_STORE_FLOW_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"
#include "flow/outcome.h"

struct database;
struct filter;
struct flow_look;
struct spoken;
struct tape;

/* Owns the database from then on. */
struct flow_look *flow_look_new(struct database *db);
void flow_look_free(struct flow_look *look);
/* Borrowed: for those who ask what is not here. */
struct database *flow_look_database(struct flow_look *look);
/* For them: what they ask next ends with SQLITE_INTERRUPT after so long; 0: when it is done. */
void flow_look_budget(struct flow_look *look, int64_t ms);

/* A row of a list; texts are borrowed for the call. */
struct flow_row {
    int64_t seq; /* grows with each sealed flow: where a list goes on */
    const char *id;
    int64_t at_ms, ms;
    enum outcome outcome;
    int sure; /* 3 certain, 2 likely, 1 possible, 0: no cause */
    const char *host;
    int64_t port;
    const char *device, *client, *app, *cause, *title, *leg; /* "" when there is none */
    int64_t exchanges, status, bytes; /* status: FLOW_NONE when there is none */
};

struct flow_list_ask {
    const struct filter *filter;
    int64_t before, after; /* seq; 0: no bound. With `after` the oldest come first */
    size_t most;
    int64_t budget_ms; /* 0: until it is done */
};

struct flow_list_end {
    size_t n;
    bool complete;     /* everything between the bounds was looked at */
    int64_t looked_to; /* the seq of the last flow that was looked at; 0: none */
};

/* Calls `each` for every row, newest first, until it says false. */
bool flow_look_list(struct flow_look *look, const struct flow_list_ask *ask,
    bool (*each)(void *arg, const struct flow_row *row), void *arg, struct flow_list_end *end,
    struct err *e) MUST_USE;
/* How many flows a filter finds; *exact: the time was enough to count them all. */
bool flow_look_count(struct flow_look *look, const struct filter *filter, int64_t budget_ms,
    int64_t *n, bool *exact, struct err *e) MUST_USE;
/* The record of one flow, as the JSON of the log, appended. *found: there is one. */
bool flow_look_record(
    struct flow_look *look, const char *id, struct text *out, bool *found, struct err *e) MUST_USE;
/* The same by its seq. */
bool flow_look_record_at(
    struct flow_look *look, int64_t seq, struct text *out, bool *found, struct err *e) MUST_USE;
/* The seq of a flow; 0: there is none of this id. */
bool flow_look_seq(struct flow_look *look, const char *id, int64_t *seq, struct err *e) MUST_USE;
/* What was said in its exchanges. *out: freed with spoken_free; NULL when nothing was kept. */
bool flow_look_spoken(
    struct flow_look *look, int64_t seq, struct spoken **out, struct err *e) MUST_USE;
/* The tapes of its legs, in tape[0] and tape[1]: freed with tape_free; NULL when none was kept. */
bool flow_look_tapes(
    struct flow_look *look, int64_t seq, struct tape *tape[static 2], struct err *e) MUST_USE;
/* The bytes of a certificate by its SHA-256 (hex), appended. *found: there is one. */
bool flow_look_certificate(struct flow_look *look, const char *sha256, struct text *der,
    bool *found, struct err *e) MUST_USE;
/* The last seq that was written; 0: none. */
bool flow_look_last(struct flow_look *look, int64_t *seq, struct err *e) MUST_USE;

#endif
