/* base/thread.h - a thread with a name, to which no signal goes.
 *
 * The name is seen in `ps -T`, `top -H`, gdb and perf; pthreads(7). */
#ifndef WHYTLS_BASE_THREAD_H
#define WHYTLS_BASE_THREAD_H

#include <stdbool.h>

#include <pthread.h>

#include "base/attrib.h"
#include "base/err.h"

/* What the kernel keeps of a name, with its end. */
enum { THREAD_NAME_CAP = 16 };

/* Signals stay with the main thread, but those of a thread's own faults; SIGPIPE is blocked, so
 * that writing to whoever went away is an error like any other. The caller joins it. */
bool thread_start(
    pthread_t *out, const char *name, void *(*run)(void *arg), void *arg, struct err *e) MUST_USE;

#endif
