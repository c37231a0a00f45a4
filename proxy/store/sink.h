/* store/sink.h - where sealed flows go: the log, the terminal, later the database and the fleet.
 * All calls come from the store's one thread; any function may be NULL. */
#ifndef WHYTLS_STORE_SINK_H
#define WHYTLS_STORE_SINK_H

struct flow;

struct sink {
    void (*flow)(void *arg, const struct flow *f); /* borrowed for the call */
    void (*flush)(void *arg); /* at most STORE_FLUSH_MS after a flow, and once a second when idle */
    void (*close)(void *arg); /* the last call: flush, and free arg */
    void *arg;
};

#endif
