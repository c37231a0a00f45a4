/* script/config.h - the configuration file: Lua data, read once into a tree.
 *
 *   listen  = "0.0.0.0:8080"
 *   rules   = { ["tls-floor/own-hosts"] = { on = true, hosts = { "shop.example" } } }
 *   plugins = { geo = { file = "/var/lib/GeoIP/GeoLite2-Country.mmdb" } }
 *
 * The file is evaluated in an empty environment within a budget: it can say data and nothing else.
 * What the data means is for whoever reads it (app/options.h, script/rules.h, the plugins' host);
 * all of them complain through config_wrong, with file, line and key. Immutable once read; any
 * thread. */
#ifndef WHYTLS_SCRIPT_CONFIG_H
#define WHYTLS_SCRIPT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

enum config_kind {
    CONFIG_BOOLEAN = 0,
    CONFIG_INTEGER,
    CONFIG_NUMBER,
    CONFIG_TEXT,
    CONFIG_LIST,  /* rows */
    CONFIG_TABLE, /* parts with keys */
};

/* All of it belongs to the struct config. */
struct config_node {
    const struct config_node *parent; /* NULL: the whole file, a table */
    const char *key;                  /* NULL: a row of a list, or the whole file */
    enum config_kind kind;
    int64_t integer;                 /* also boolean */
    double number;                   /* also of an integer */
    const char *text;                /* also an integer, in decimal */
    const struct config_node *parts; /* by key, or the rows in their order */
    size_t n;
};

struct config;

bool config_read(const char *path, struct config **out, struct err *e) MUST_USE;
void config_free(struct config *c);
const char *config_path(const struct config *c);
const struct config_node *config_root(const struct config *c);

/* The part of a table with this key, or NULL. Both pointers may be NULL. */
const struct config_node *config_part(const struct config_node *table, const char *key);
/* "text", "list": for complaints. */
const char *config_kind_name(enum config_kind kind);

/* Always false: "config.lua:12: plugins.geo.file …" in `e`. */
bool config_wrong(const struct config *c, const struct config_node *at, struct err *e,
    const char *format, ...) PRINTF_LIKE(4, 5);
/* The same for a key that nobody knows, with the nearest of `names` (NULL-terminated). */
bool config_unknown(const struct config *c, const struct config_node *at, const char *what,
    const char *const *names, struct err *e);
/* "config.lua:12", as a new text for mem_free. */
char *config_where(const struct config *c, const struct config_node *at);

#endif
