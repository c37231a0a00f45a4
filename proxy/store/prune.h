/* store/prune.h - the oldest flows go, with all that only they had. Private to store/. */
#ifndef WHYTLS_STORE_PRUNE_H
#define WHYTLS_STORE_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;

/* Drops the thousand oldest of the flows from before `before_ms`, within a transaction of the
 * caller's; *gone: how many there were. Ids of tags that were known may be gone with them. */
bool prune_oldest(struct database *db, int64_t before_ms, int64_t *gone, struct err *e) MUST_USE;

#endif
