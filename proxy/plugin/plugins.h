/* plugin/plugins.h - the C plugins: found, checked, loaded, watched, and made listeners of a hook
 * table, or sinks.
 *
 * The other side of whytls/plugin.h. A plugin's descriptor is read before any of its code is
 * called; what it may do is what it declared. Plugins are as trusted as the program itself: a crash
 * is named, not survived. Thread: the main one, unless said otherwise. Uses hook/, flow/. Used by
 * app/. */
#ifndef WHYTLS_PLUGIN_PLUGINS_H
#define WHYTLS_PLUGIN_PLUGINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/text.h"
#include "flow/path.h"

struct clock;
struct flow;
struct hooks;
struct plugins;

/* A setting that the user gave. */
struct plugin_given {
    const char *plugin, *name; /* "geo", "country" */
    enum { GIVEN_FLAG = 1, GIVEN_INTEGER, GIVEN_TEXT, GIVEN_LIST } kind;
    int64_t integer; /* also of a flag */
    const char *text;
    const char *const *list;
    size_t n_list;
    const char *where; /* "config.lua:12", "--geo-db" */
};

struct plugins_config {
    const char *const *files;   /* asked for by name: one that cannot be used is an error */
    const char *const *folders; /* what is found there and cannot be used is told, and left out; of
                                   equal names the first counts. Both NULL-terminated, or NULL */
    const char *data_folder;    /* "{data}" in settings of files; may be NULL */
    const struct plugin_given *given;
    size_t n_given;
    const struct clock *clock; /* NULL: the machine's */
};

/* Opens, reads and loads them. The configuration is borrowed until plugins_free. False: a file that
 * was asked for cannot be used, a setting is wrong, or a plugin says that it failed. */
bool plugins_load(
    const struct plugins_config *config, struct plugins **out, struct err *e) MUST_USE;
/* After every table of hooks is freed. */
void plugins_free(struct plugins *all);

size_t plugins_count(const struct plugins *all);
/* "geo"; NULL when the object is none. */
const char *plugins_name(const struct plugins *all, size_t i);

/* A fact that a plugin gives. */
struct plugin_fact {
    const char *name, *by; /* "geo.country", "plugin:geo" */
    enum field_kind kind;
    bool is_number;
    const char *label;
    const char *idle; /* why nobody gives it now; or NULL */
};

/* Fact i of plugin p; false past its last one. */
bool plugins_fact(const struct plugins *all, size_t p, size_t i, struct plugin_fact *out);
/* What plugin p needs of others; NULL past its last one. */
const char *plugins_need(const struct plugins *all, size_t p, size_t i);
/* Does it listen, now? */
bool plugins_listens(const struct plugins *all, size_t p);

/* Plugin p becomes a listener of this table; its thread_start runs at its first visit, on the
 * thread that makes it. */
void plugins_attach(struct plugins *all, size_t p, struct hooks *h);

/* Starts the sinks' threads, and the one that watches how long visits last. */
bool plugins_start(struct plugins *all, struct err *e) MUST_USE;
/* Why those have nothing to do whose facts may be missed, or that somebody has set up. */
void plugins_tell_idle(const struct plugins *all);
/* A sealed flow for every sink. Thread: one, the store's. Never blocks. */
void plugins_take_flow(struct plugins *all, const struct flow *f);
bool plugins_have_sinks(const struct plugins *all);
/* Sinks take what waits, once more, and are flushed. */
void plugins_stop(struct plugins *all);
/* Once in a while: replaced files become new instances, old ones are unloaded. */
void plugins_tick(struct plugins *all);

/* `whytls plugins`. */
void plugins_list(const struct plugins *all, struct text *out);
void plugins_json(const struct plugins *all, struct json_out *out);

#endif
