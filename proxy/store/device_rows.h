/* store/device_rows.h - the memory of devices (device/roll.h) on disk: loaded at the start, saved
 * as it changes, aged and bounded like itself. Thread: the database's. */
#ifndef WHYTLS_STORE_DEVICE_ROWS_H
#define WHYTLS_STORE_DEVICE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct device_history;
struct memory; /* script/memory.h */

/* What is remembered of devices: what they did, and what rules wrote down of them. */
struct device_memories {
    struct device_history *history;
    struct memory *rules; /* NULL: no rules run here */
};

/* Into an empty memory; rows that contradict themselves are left out, and told in a warning. */
bool device_rows_load(
    struct database *db, struct device_history *h, int64_t now_ms, struct err *e) MUST_USE;
/* The same, leaving the file as it is: for a command. */
bool device_rows_read(
    struct database *db, struct device_history *h, int64_t now_ms, struct err *e) MUST_USE;
/* Does the errands that commands left, then saves what has changed, a bounded number of rows;
 * *n is how many. What could not be saved counts as changed again. */
bool device_rows_save(
    struct database *db, const struct device_memories *of, size_t *n, struct err *e) MUST_USE;
/* Drops what is too old or too much, and gives the room back. */
bool device_rows_age(struct database *db, int64_t now_ms, struct err *e) MUST_USE;

/* For commands: in the file at once, in a proxy that is running within its next saving. *known:
 * there is such a device. An empty name takes it away. */
bool device_rows_forget(struct database *db, const char *id, bool *known, struct err *e) MUST_USE;
bool device_rows_name(
    struct database *db, const char *id, const char *name, bool *known, struct err *e) MUST_USE;

#endif
