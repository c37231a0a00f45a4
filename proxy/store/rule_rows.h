/* store/rule_rows.h - what rules remember (script/memory.h) on disk: loaded at the start, saved as
 * it changes, aged and bounded like itself. Thread: the database's. */
#ifndef WHYTLS_STORE_RULE_ROWS_H
#define WHYTLS_STORE_RULE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct memory;

/* Into an empty memory; what is not as we write it is left out. */
bool rule_rows_load(struct database *db, struct memory *m, int64_t now_s, struct err *e) MUST_USE;
/* Saves what has changed, a bounded number of rows; *n is how many. What could not be saved counts
 * as changed again. */
bool rule_rows_save(struct database *db, struct memory *m, size_t *n, struct err *e) MUST_USE;
/* Drops what is too old or too much, and what was remembered of devices that were forgotten. */
bool rule_rows_age(struct database *db, int64_t now_s, struct err *e) MUST_USE;

#endif
