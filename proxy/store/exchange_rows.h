/* store/exchange_rows.h - what was said in the exchanges of a flow (flow/spoken.h), in flows.db:
 * one packed row of heads and one of bodies for each flow. Thread: the database's. Private to
 * store/; looks are in flow_look.h. */
#ifndef WHYTLS_STORE_EXCHANGE_ROWS_H
#define WHYTLS_STORE_EXCHANGE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct flow;
struct spoken;
struct squeeze;

/* Within the caller's transaction; nothing for a flow of which nothing was kept. */
bool exchange_rows_add(struct database *db, struct squeeze *squeeze, const struct flow *f,
    int64_t seq, struct err *e) MUST_USE;
/* *out: freed with spoken_free; NULL when nothing was kept. */
bool exchange_rows_read(struct database *db, struct squeeze *squeeze, int64_t seq,
    struct spoken **out, struct err *e) MUST_USE;
/* One packed row as it lies in the file, into *s. */
bool exchange_heads_unpack(struct squeeze *squeeze, const void *packed, size_t len,
    struct spoken *s, struct err *e) MUST_USE;
bool exchange_bodies_unpack(struct squeeze *squeeze, const void *packed, size_t len,
    struct spoken *s, struct err *e) MUST_USE;

#endif
