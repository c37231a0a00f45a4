/* net/loop.h - the event loop of one thread, with its clock. libevent's base lives here and in the
 * files beside it. */
#ifndef WHYTLS_NET_LOOP_H
#define WHYTLS_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/clock.h"
#include "base/err.h"

struct loop;
struct loop_timer;
struct loop_watch;

struct loop *loop_new(const struct clock *clock, struct err *e) MUST_USE; /* clock: borrowed */
void loop_free(struct loop *l);
/* Runs until loop_stop. */
void loop_run(struct loop *l);
/* Thread: any. */
void loop_stop(struct loop *l);
const struct clock *loop_clock(const struct loop *l);
/* Thread: any. Runs call(arg) on the loop's thread soon. False when the loop is stopped. */
bool loop_post(struct loop *l, void (*call)(void *arg), void *arg);

/* Calls back every `ms`, until freed. */
struct loop_timer *loop_every(struct loop *l, int64_t ms, void (*call)(void *arg), void *arg);
void loop_timer_free(struct loop_timer *t);
/* Calls back while fd is readable, until freed. */
struct loop_watch *loop_watch_fd(struct loop *l, int fd, void (*call)(void *arg), void *arg);
void loop_watch_free(struct loop_watch *w);

#endif
