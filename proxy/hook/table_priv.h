/* hook/table_priv.h - one set of listeners: filled once, then called, in the end replaced by
 * another.
 *
 * What a listener brought to a flow points at its words and causes until the flow is sealed. So a
 * table that was replaced stays until the last of the flows that it spoke on is over; it is never
 * called again. One thread. */
#ifndef WHYTLS_HOOK_TABLE_PRIV_H
#define WHYTLS_HOOK_TABLE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "digest_priv.h"
#include "listener.h"
#include "watch_priv.h"

struct seat {
    struct listener listener;
    struct watch watch;
};

/* A listener's place at one moment. */
struct turn {
    struct turn *next;
    struct seat *seat;
    struct filter filter;
};

struct owned {
    struct owned *next;
    void *thing;
    void (*drop)(void *thing);
};

struct table {
    struct table *next;  /* in the list of those that were replaced */
    struct seat **seats; /* owned */
    size_t n_seats;
    struct turn *turns[N_MOMENTS], **last[N_MOMENTS]; /* owned */
    struct lexicon lexicon;
    struct owned *owned;
    size_t n_flows; /* that it spoke on, and that are not over */
};

struct table *table_new(void);
void table_free(struct table *t);
void table_add(struct table *t, const struct listener *l);
void table_own(struct table *t, void *thing, void (*drop)(void *thing));

/* It spoke on this flow, whose board now leans on it. */
void table_pin(struct table *t, struct flow *f);
/* The flow is over: its board leans on nobody any more. */
void table_unpin_all(struct flow *f);

#endif
