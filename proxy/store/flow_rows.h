/* store/flow_rows.h - sealed flows as rows of flows.db (schema.h). Thread: the database's. */
#ifndef WHYTLS_STORE_FLOW_ROWS_H
#define WHYTLS_STORE_FLOW_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct flow;
struct flow_rows;

/* NULL and *e: the file cannot be written. Borrows the database. */
struct flow_rows *flow_rows_new(struct database *db, struct err *e) MUST_USE;
void flow_rows_free(struct flow_rows *rows);
/* Adds one flow, within the caller's transaction. After a failure the transaction must be rolled
 * back, and flow_rows_forget called. A flow whose id is there already is left out. */
bool flow_rows_add(struct flow_rows *rows, const struct flow *f, struct err *e) MUST_USE;
void flow_rows_forget(struct flow_rows *rows);
/* Is there a flow of this id already? */
bool flow_rows_has(struct flow_rows *rows, const char *id, bool *has, struct err *e) MUST_USE;

struct flow_rows_limits {
    int64_t oldest_ms;  /* flows from before are dropped */
    int64_t most_bytes; /* of the file; past it the oldest are dropped */
};

/* Drops at most a thousand of what is too old or, when nothing is, too much, in a transaction of
 * its own; *gone: how many, *more: call again. */
bool flow_rows_prune(struct flow_rows *rows, const struct flow_rows_limits *limits, int64_t *gone,
    bool *more, struct err *e) MUST_USE;

#endif
