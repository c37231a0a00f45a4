/* store/schema.h - the files that an installation keeps, and their tables: the only place where
 * tables are made.
 *
 * A form is a list of numbered steps: step N makes schema N of schema N - 1, and is never changed
 * once it was released. `PRAGMA user_version` of a file is the number of steps that it has taken.
 */
#ifndef WHYTLS_STORE_SCHEMA_H
#define WHYTLS_STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct database_form {
    const char *file;         /* its name in the data folder */
    const char *const *steps; /* SQL */
    size_t n_steps;
    const char *lost; /* what is gone with a broken file, in words */
    bool small;       /* checked from end to end whenever it is opened */
};

/* whytls.db: what is remembered of devices, and what rules remember. */
extern const struct database_form schema_memory;
/* flows.db: the traffic. A row of `flow` for each, its whole record as JSON beside it; what it is
 * found by are tags (tag.def), each kept once. */
extern const struct database_form schema_traffic;

#endif
