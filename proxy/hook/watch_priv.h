/* hook/watch_priv.h - which listeners fail or dawdle, and when one is switched off for it. */
#ifndef WHYTLS_HOOK_WATCH_PRIV_H
#define WHYTLS_HOOK_WATCH_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"

enum {
    WATCH_SLOW_US = 5000, /* a visit that costs more gets a note */
    WATCH_SLOW_MOST = 3,  /* so many in … */
    WATCH_SLOW_WINDOW_MS = 60 * 1000,
    WATCH_FLOW_US = 1000000, /* all visits of one flow; who crosses it is named, and nobody is
                                called for that flow again */
    WATCH_FAULTS_MOST = 5,
    WATCH_FAULTS_WINDOW_MS = 10 * 60 * 1000,
};

struct watch {
    const char *id;
    int64_t faults[WATCH_FAULTS_MOST], slow[WATCH_SLOW_MOST]; /* when the latest were, in turn */
    unsigned n_faults, n_slow;
    bool off;
};

/* A visit failed: a note on the flow, a line in the log; the fifth in ten minutes switches the
 * listener off. */
void watch_fault(
    struct watch *w, struct flow *f, enum moment m, const char *error, int64_t steady_ms);
/* What a visit cost. */
void watch_cost(struct watch *w, struct flow *f, enum moment m, int64_t cost_us, int64_t steady_ms);

/* Have the visits of this flow cost all that they may? */
bool watch_flow_is_spent(const struct flow *f);

#endif
