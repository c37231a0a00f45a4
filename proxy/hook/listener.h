/* hook/listener.h - how a rule package, a C plugin or a built-in takes its place in a table of
 * hooks.
 *
 * A listener is a name, filters, and one function; nothing here knows Lua. A table is filled before
 * it is called; to change the listeners while traffic goes by, another one takes its place. */
#ifndef WHYTLS_HOOK_LISTENER_H
#define WHYTLS_HOOK_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "flow/flow.h"

struct call;
struct clock;
struct hooks;
struct phrasebook;
struct wake;

/* Borrowed as long as the table lives. */
struct listener {
    const char *id;                      /* "rule:dates/expired", "plugin:geo" */
    const struct phrasebook *book;       /* the words of what it says; may be NULL */
    const struct wake *wakes[N_MOMENTS]; /* NULL: not woken at that moment */
    /* Reads the flow, stages what it writes on the call. False: it failed, all of it is dropped. */
    bool (*visit)(void *arg, struct call *c, struct err *e);
    void *arg;
    /* It is no Lua, so it could sleep: a visit that lets go of the processor costs all the time
     * that went by, as the thread stood still for it. */
    bool may_wait;
};

/* Called in the order in which they were added: who provides a fact comes before who needs it. */
void hooks_add(struct hooks *h, const struct listener *l);
/* Takes a thing that listeners need; freed with the table. */
void hooks_own(struct hooks *h, void *thing, void (*drop)(void *thing));

/* From the next moment on the listeners of `fresh` are called, and those of `h` no more; what flows
 * in progress still point at stays until their `finish`. Takes `fresh`. Between two moments only,
 * on the thread of `h`; `fresh` may have been filled by another. */
void hooks_replace(struct hooks *h, struct hooks *fresh);

/* One visit that was made, for specs and tests. `error` is NULL when it went well. */
struct hook_visit {
    const char *id;
    enum moment moment;
    const struct flow *flow;
    const char *error;
};

void hooks_trace(
    struct hooks *h, void (*seen)(void *arg, const struct hook_visit *visit), void *arg);

/* Another clock for the windows in which faults are counted, and another meter for what a visit
 * costs (microseconds; by default the processor time of this thread, as a rule is not to blame when
 * the machine is busy). */
void hooks_measure(
    struct hooks *h, const struct clock *clock, int64_t (*meter_us)(void *arg), void *arg);
/* Is this listener switched off, after too many faults or slow visits? */
bool hooks_is_off(const struct hooks *h, const char *id);

#endif
