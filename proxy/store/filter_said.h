/* store/filter_said.h - filters that look into heads and bodies: ~h ~hq ~hs ~b. There is no index
 * of what was said: rows are unpacked one after another, as far as the time of a look goes. Private
 * to store/. */
#ifndef WHYTLS_STORE_FILTER_SAID_H
#define WHYTLS_STORE_FILTER_SAID_H

#include <stdbool.h>

#include "base/text.h"

struct filter_node;
struct sqlite3;
struct squeeze;

/* Who unpacks, and when to stop. */
struct filter_said_host {
    struct squeeze *(*squeeze)(void *arg); /* NULL: the store lacks its dictionary */
    bool (*is_late)(void *arg);
    void *arg;
};

/* Makes the conditions work on this connection; `host` is borrowed until it is closed. A failure
 * shows as an error of the first condition. */
void filter_said_begin(struct sqlite3 *db, const struct filter_said_host *host);
/* Appends the condition of such an atom. */
void filter_said_sql(const struct filter_node *node, struct text *out);

#endif
