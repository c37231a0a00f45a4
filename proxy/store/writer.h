/* store/writer.h - one thread that takes sealed flows from all traffic threads and gives each to
 * every sink.
 *
 * Traffic never waits for a disk: a flow that finds the mailbox full is turned away, counted, and
 * told to the operator. Thread: store_hand any; start and stop the main one. Uses flow/. Used by
 * app/. */
#ifndef WHYTLS_STORE_WRITER_H
#define WHYTLS_STORE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct clock;
struct flow;
struct sink;
struct store;

/* 65,536 flows of some 10 KiB: at most 640 MiB wait while a disk hangs, a few seconds of the
 * heaviest traffic. */
enum { STORE_WAITING_MOST = 65536, STORE_FLUSH_MS = 200 };
/* What was said (flow/spoken.h) of flows that wait, in bytes. Past it, or past half of the flows,
 * bodies go, then heads: a record is worth more than what was said. */
enum { STORE_SPOKEN_MOST = 64 * 1024 * 1024 };

struct store_config {
    const struct sink *sinks; /* copied; closed by store_stop */
    size_t n_sinks;
    size_t waiting_most;       /* 0: STORE_WAITING_MOST */
    const struct clock *clock; /* borrowed until store_stop; NULL: the machine's */
};

/* NULL: the thread could not start; the sinks are still the caller's. */
struct store *store_start(const struct store_config *config, struct err *e) MUST_USE;
/* Takes the flow in any case. False: there was no room, so it is gone, and counted. Never blocks.
 */
bool store_hand(struct store *s, struct flow *sealed);
/* Flows that found no room so far; and flows whose bodies or heads had to go. */
uint64_t store_refused(const struct store *s);
uint64_t store_stripped(const struct store *s);
/* Flows that wait now. */
size_t store_waiting(const struct store *s);
/* Drains, flushes, closes the sinks, joins. No other thread may hold the store any more. NULL is
 * legal. */
void store_stop(struct store *s);

#endif
