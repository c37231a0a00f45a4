/* plugin/plugin_priv.h - a plugin as it declared itself, and one instance of it at work. */
#ifndef WHYTLS_PLUGIN_PLUGIN_PRIV_H
#define WHYTLS_PLUGIN_PLUGIN_PRIV_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whytls/plugin.h>

#include "base/arena.h"
#include "base/attrib.h"
#include "base/err.h"
#include "flow/flow.h"
#include "flow/path.h"
#include "hook/match.h"
#include "hook/wake.h"
#include "object_priv.h"
#include "plugin/plugins.h"

struct call;
struct clock;
struct outlet;
struct phrase;
struct plugin;

enum {
    DECLARED_MOST = 256, /* rows of one list of a descriptor */
    FIELDS_MOST = 256,   /* paths that one instance asks for */
    WHY_CAP = 300,
    PLUGIN_MATCHERS_MOST = 16,
    PLUGIN_TEXT_MOST = 4096, /* bytes of a fact, of a value given with a note, of a header */
    PLUGIN_PAIRS_MOST = 16,
};

/* The host's own copy of the descriptor, as long as we know it and zero beyond what it brought; the
 * lists it points at were looked through, and are the object's. */
struct declared {
    struct whytls_plugin p;
    size_t n_settings, n_facts, n_needs, n_notes, n_hooks;
};

/* Reads number, length, and only then the rest; calls nothing of it. */
bool declared_read(const struct object *o, struct declared *out, struct err *e) MUST_USE;
enum moment moment_of(uint32_t whytls_moment); /* MOMENT_NONE: there is no such number */
uint32_t number_of(enum moment m);
const char *severity_name(uint32_t severity);

/* One setting's value. Texts lie in the arena of `struct values`. */
struct setting_value {
    struct whytls_value value;
    struct whytls_text *items; /* of a list */
    const char *path;          /* of a file that is there */
    int64_t inode, changed_ns; /* of that file, when it was looked for */
};

struct values {
    struct arena arena;
    struct setting_value *at; /* one for each declared setting */
};

/* Checks what the user gave against the declaration, fills in the rest. */
bool values_read(const struct plugin *p, const struct plugins_config *config, struct values *out,
    struct err *e) MUST_USE;
void values_fini(struct values *v);
/* Has a file behind a setting come, gone, or been replaced since the last time that this was asked?
 */
bool values_are_old(struct plugin *p, const struct plugins_config *config);

/* What came of one load. Shared by threads: all but the counters is read only once it is loaded. */
struct instance {
    struct whytls_host host; /* host.self is the instance */
    struct plugin *plugin;
    struct values values;
    void *shared;
    enum whytls_ready ready;
    char why[WHY_CAP]; /* the last line it logged while it was loaded */
    struct path fields[FIELDS_MOST];
    size_t n_fields;
    struct arena arena; /* texts of the paths */
    bool at_load;
    atomic_uint refs;
    atomic_ulong n_refused;
    struct instance *next; /* in the graveyard */
};

/* Main thread. The instance is there even when it failed: it says why. */
struct instance *instance_load(struct plugin *p, struct values *values);
struct instance *instance_ref(struct instance *in);
/* Any thread; what nobody holds any more waits for instance_bury, on the main thread. */
void instance_unref(struct instance *in);
void instances_bury(struct plugins *all);

struct plugin {
    struct plugins *all;
    struct object object;
    struct declared declared;
    char *id;          /* "plugin:geo"; owned */
    bool refused;      /* the object cannot be used; nothing below is set */
    bool switched_off; /* by its `on` */
    char why[WHY_CAP];
    char *file; /* as it was found; owned */

    struct arena arena;
    struct wake *wakes[N_MOMENTS];                  /* owned */
    struct matcher *matchers[PLUGIN_MATCHERS_MOST]; /* owned */
    size_t n_matchers;
    const struct phrase **notes; /* one for each declared */
    const char **codes;          /* "geo/unknown-shape" */

    pthread_mutex_t lock;
    struct instance *current; /* under the lock; NULL until it is loaded */
    atomic_uint generation;   /* of `current`, so that a visit need not lock */
    struct values seen;       /* its files, as they were at the last look */
    struct outlet *outlet;    /* of a sink that is ready, while it runs */
};

/* Filters and texts, once the facts of all plugins are known. */
bool plugin_compile(struct plugin *p, const struct path_names *names, struct err *e) MUST_USE;
void plugin_free(struct plugin *p);
/* The instance at work now, with a reference. */
struct instance *plugin_current(struct plugin *p);
/* Puts another in its place. */
void plugin_replace(struct plugin *p, struct instance *in);

struct plugins {
    struct plugins_config config; /* borrowed texts */
    struct plugin **at;           /* owned */
    size_t n;
    struct path_names names;
    pthread_mutex_t lock; /* of the next two */
    struct instance *graveyard;
    struct post *posts;
    struct monitor *monitor; /* NULL until plugins_start */
    int64_t looked_ms;       /* when files were looked at */
};

/* Around every call into a plugin. */
struct doing {
    const char *plugin, *what, *flow_id;
};
void doing_begin(struct doing *before, const char *plugin, const char *what, const char *flow_id);
void doing_end(const struct doing *before);
const struct doing *doing_now(void);

/* What a plugin is doing on a thread right now, for the monitor and the crash handler. */
struct post {
    struct post *next;
    const char *plugin;
    _Atomic(const char *) doing; /* NULL: nothing */
    atomic_llong since_ms;
    atomic_bool told;
};

void post_add(struct plugins *all, struct post *post);
void post_remove(struct plugins *all, struct post *post);

enum { STUCK_MS = 1000, STUCK_END_MS = 10000 };

struct monitor *monitor_start(struct plugins *all, struct err *e) MUST_USE;
void monitor_stop(struct monitor *m);
/* One look: names who has been at it for STUCK_MS. The plugin that has been for STUCK_END_MS, or
 * NULL. */
const char *monitor_look(struct plugins *all, int64_t steady_ms);
/* From now on a crash is named, with the plugin and the moment, on standard error; then it goes on
 * as before. Once for the process. */
void crash_watch(void);
/* The same, but afterwards the process ends by that signal, whoever handled it before. */
void crash_ends_it(void);
/* What such a line says; for the handler, so without allocation. Gives the length. */
size_t crash_line(char *out, size_t cap, const struct doing *doing, int signal);

enum {
    OUTLET_WAITING_MOST = 8192,
    OUTLET_BYTES_MOST = 64 * 1024 * 1024,
    OUTLET_BATCH = 64,
    OUTLET_PAUSE_MS = 1000, /* after a batch that was not taken whole; and between two flushes */
};

/* A sink's queue and thread. */
struct outlet_limits {
    size_t waiting_most, bytes_most;
    int pause_ms;
};
struct outlet *outlet_start(
    struct plugin *p, const struct outlet_limits *limits, struct err *e) MUST_USE;
/* Copies; never blocks. A full queue drops its oldest. Thread: any. */
void outlet_put(struct outlet *o, const char *id, const char *json, size_t len);
/* What waits is offered until the sink does not take it any more; then it is flushed and joined. */
void outlet_stop(struct outlet *o);
uint64_t outlet_dropped(struct outlet *o);

/* The verbs of struct whytls_host. */
void host_fill(struct instance *in);
/* Says no. A plugin that asks wrongly does so on every flow: the first, second, fourth, … time is
 * logged. */
bool host_refuse(struct instance *in, const char *verb, const char *why);
/* Those that write (host_write.c). */
bool host_set(const struct whytls_call *c, uint32_t fact, const struct whytls_value *value);
bool host_note(
    const struct whytls_call *c, uint32_t note, const struct whytls_pair *pairs, size_t n);
bool host_decide(const struct whytls_call *c, uint32_t action, const char *why);
bool host_header_set(const struct whytls_call *c, const char *name, struct whytls_text value);
bool host_header_remove(const struct whytls_call *c, const char *name);

/* One visit. The ABI's opaque flow. */
struct whytls_flow {
    struct call *call; /* what it writes is staged here */
    struct instance *instance;
};

#endif
