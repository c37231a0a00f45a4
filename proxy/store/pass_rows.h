/* store/pass_rows.h - the hosts that pass unread (device/passes.h) on disk. Thread: the database's.
 */
#ifndef WHYTLS_STORE_PASS_ROWS_H
#define WHYTLS_STORE_PASS_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct pass;
struct passes;

/* Those that are over are dropped. */
bool pass_rows_load(struct database *db, struct passes *p, int64_t now_ms, struct err *e) MUST_USE;
/* The same, leaving the file as it is: for a command. */
bool pass_rows_read(struct database *db, struct passes *p, int64_t now_ms, struct err *e) MUST_USE;
bool pass_rows_put(struct database *db, const struct pass *one, struct err *e) MUST_USE;
bool pass_rows_drop(struct database *db, const char *host, struct err *e) MUST_USE;

#endif
