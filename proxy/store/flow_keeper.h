/* store/flow_keeper.h - the sink that keeps sealed flows in flows.db: in batches, aged and bounded.
 *
 * Whatever ails the disk, traffic goes on: flows that cannot be kept are counted and told. A file
 * that turns out to be broken is moved aside, and a new one is begun. Thread: the store's. */
#ifndef WHYTLS_STORE_FLOW_KEEPER_H
#define WHYTLS_STORE_FLOW_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct clock;
struct sink;

/* BATCH: flows of one transaction at most; a flush ends it as well, so a kill costs what came
 * within STORE_FLUSH_MS. */
enum { FLOW_KEEPER_BATCH = 1000, FLOW_KEEPER_DAYS = 30, FLOW_KEEPER_MIB = 2048 };

struct flow_keeper_config {
    const char *folder;        /* where the database lies */
    const struct clock *clock; /* borrowed until the sink is closed */
    int64_t days;              /* 0: FLOW_KEEPER_DAYS */
    int64_t mib;               /* 0: FLOW_KEEPER_MIB */
};

/* A file that cannot be written now is told, and tried again as flows come. False and *e: it is not
 * ours, or a later whytls wrote it. */
bool flow_keeper_open(
    const struct flow_keeper_config *config, struct sink *out, struct err *e) MUST_USE;

#endif
