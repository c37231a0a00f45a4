/* store/device_keeper.h - a sink that takes no flow: at each flush of the store's thread it saves
 * what has changed in the memory of devices. So no thread with traffic ever waits for the disk. */
#ifndef WHYTLS_STORE_DEVICE_KEEPER_H
#define WHYTLS_STORE_DEVICE_KEEPER_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

struct clock;
struct device_history;
struct memory;
struct passes;
struct sink;

/* A kill costs at most what happened within KEEPER_SAVE_MS. */
enum { KEEPER_SAVE_MS = 2000, KEEPER_AGE_MS = 3600 * 1000, KEEPER_AGE_ROWS = 20000 };

struct device_keeper_config {
    const char *folder;             /* where the database lies */
    struct device_history *history; /* borrowed until the sink is closed; filled from the file */
    struct memory *rules;           /* what rules remember; borrowed as well; NULL: none run */
    struct passes *passes;          /* hosts that pass unread: filled from the file; may be NULL */
    const struct clock *clock;      /* borrowed as well */
};

/* Loads the memory from FOLDER's database, and gives the sink; closing it saves once more. */
bool device_keeper_open(
    const struct device_keeper_config *config, struct sink *out, struct err *e) MUST_USE;

#endif
