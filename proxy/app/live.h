/* app/live.h - the live lines of `whytls run`: one for each connection, two and an explanation when
 * something is wrong.
 *
 * A sink of the store, so all of it runs on the store's thread. Equal failures (cause, host, app,
 * device) within a minute fold into one line with a count. */
#ifndef WHYTLS_APP_LIVE_H
#define WHYTLS_APP_LIVE_H

#include <stdbool.h>
#include <stdio.h>

struct clock;
struct sink;
struct term;

struct live_config {
    const struct term *term;   /* copied */
    bool quiet;                /* failing and warning lines only, without explanation */
    bool verbose;              /* each request, and every explanation */
    const struct clock *clock; /* borrowed; NULL: the machine's */
    FILE *to;                  /* borrowed; NULL: standard output */
};

void live_open(const struct live_config *config, struct sink *out);

#endif
