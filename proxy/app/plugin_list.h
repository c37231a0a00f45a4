/* app/plugin_list.h - which C plugins a command works with: those that came with whytls, the user's
 * own, those of --plugin; with the settings of config.lua and of --geo-db. */
#ifndef WHYTLS_APP_PLUGIN_LIST_H
#define WHYTLS_APP_PLUGIN_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attrib.h"
#include "base/err.h"
#include "plugin/plugins.h"
#include "script/rules.h"

struct config;

/* As rows of an option table. */
/* clang-format off */
#define PLUGIN_ROWS \
    {"plugin", 0, "FILE", "a C plugin of your own (FILE.so); may be given again. Others are taken from $XDG_CONFIG_HOME/whytls/plugins"}, \
    {"geo-db", 0, "FILE", "where sites are: a GeoLite2 or DB-IP database (FILE.mmdb) of countries, or with \"asn\" in its name of networks; may be given again"}
/* clang-format on */

enum { PLUGIN_FILES_MOST = 32, GEO_FILES_MOST = 2 };

/* Zeroed: nothing was given. What is named on the command line is borrowed. */
struct plugin_list {
    const char *files[PLUGIN_FILES_MOST + 1];
    size_t n_files;
    const char *geo_files[GEO_FILES_MOST];
    size_t n_geo_files;
    /* Made by plugin_list_open, given back by plugin_list_fini. */
    struct arena arena;
    bool is_open;
    const char *folders[4];
    struct plugin_given *given;
    size_t n_given;
    struct plugins *plugins;
    struct rules_partner *partners; /* for struct rules_config */
    size_t n_partners;
};

/* One of PLUGIN_ROWS; *taken tells whether it was. */
bool plugin_list_take(struct plugin_list *list, const char *name, const char *value, bool *taken,
    struct err *e) MUST_USE;
/* Finds and loads them. `config` (NULL: none) is borrowed until plugin_list_fini; `data` may be
 * NULL. */
bool plugin_list_open(struct plugin_list *list, const struct config *config, const char *data,
    struct err *e) MUST_USE;
/* The list's configuration alone, for a trial of its one file. */
bool plugin_list_settle(struct plugin_list *list, const struct config *config, const char *data,
    struct plugins_config *out, struct err *e) MUST_USE;
void plugin_list_fini(struct plugin_list *list);

#endif
