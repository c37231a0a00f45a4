/* net/loop_priv.h - what the files of net/ share of a loop. */
#ifndef WHYTLS_NET_LOOP_PRIV_H
#define WHYTLS_NET_LOOP_PRIV_H

#include <stdint.h>

#include "loop.h"

struct event_base;

/* Something that lives on by itself after its owner let go (a pipe that lingers): the loop ends it
 * at the latest. */
struct loop_orphan {
    struct loop_orphan *next, **link;
    void (*drop)(struct loop_orphan *orphan);
};

enum { LOOP_SCRATCH = 65536 };

struct event_base *loop_base(const struct loop *l);
/* LOOP_SCRATCH bytes for the length of one call. */
uint8_t *loop_scratch(struct loop *l);
void loop_orphan_add(struct loop *l, struct loop_orphan *orphan);
void loop_orphan_remove(struct loop_orphan *orphan);
/* steady milliseconds of the loop's clock */
int64_t loop_now_ms(const struct loop *l);

#endif
