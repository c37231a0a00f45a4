/* store/tape_rows.h - the ciphertext of a flow's legs and its secrets (tls/tape.h), in flows.db.
 * Thread: the database's. Private to store/; looks are in flow_look.h. */
#ifndef WHYTLS_STORE_TAPE_ROWS_H
#define WHYTLS_STORE_TAPE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct flow;
struct tape;

/* Within the caller's transaction; nothing for a flow without tapes. */
bool tape_rows_add(struct database *db, const struct flow *f, int64_t seq, struct err *e) MUST_USE;
/* NULL for a leg of which nothing was kept; else freed with tape_free. */
bool tape_rows_read(
    struct database *db, int64_t seq, struct tape *tape[static 2], struct err *e) MUST_USE;

#endif
