/* store/rule_keeper.h - a sink that takes no flow: at each flush of the store's thread it saves
 * what rules remember, so that it outlives the process. */
#ifndef WHYTLS_STORE_RULE_KEEPER_H
#define WHYTLS_STORE_RULE_KEEPER_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

struct clock;
struct memory;
struct sink;

/* A kill costs at most what was written within RULE_KEEPER_SAVE_MS. */
enum { RULE_KEEPER_SAVE_MS = 2000, RULE_KEEPER_AGE_MS = 3600 * 1000 };

struct rule_keeper_config {
    const char *folder;        /* where the database lies */
    struct memory *memory;     /* borrowed until the sink is closed; filled from the file */
    const struct clock *clock; /* borrowed as well */
};

/* Loads the memory from FOLDER's database, and gives the sink; closing it saves once more. */
bool rule_keeper_open(
    const struct rule_keeper_config *config, struct sink *out, struct err *e) MUST_USE;

#endif
