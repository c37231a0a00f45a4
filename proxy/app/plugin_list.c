#include "plugin_list.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config.h"
#include "hook/hook.h"
#include "paths.h"

enum { GIVEN_MOST = 1024 };

bool plugin_list_take(
    struct plugin_list *list, const char *name, const char *value, bool *taken, struct err *e)
{
    bool is_plugin = strcmp(name, "plugin") == 0, is_geo = strcmp(name, "geo-db") == 0;

    *taken = is_plugin || is_geo;
    if (is_plugin && list->n_files == PLUGIN_FILES_MOST)
        return err_set(e, ERR_USAGE, "--plugin may be given %d times", PLUGIN_FILES_MOST);
    if (is_geo && list->n_geo_files == GEO_FILES_MOST)
        return err_set(
            e, ERR_USAGE, "--geo-db is given twice at most: for countries, and for networks");
    if (is_plugin)
        list->files[list->n_files++] = value;
    if (is_geo)
        list->geo_files[list->n_geo_files++] = value;
    return true;
}

/* --- settings --- */

static struct plugin_given *given_add(struct plugin_list *list)
{
    if (list->n_given % 32 == 0) {
        struct plugin_given *more =
            arena_new(&list->arena, (list->n_given + 32) * sizeof *list->given);

        if (list->n_given)
            memcpy(more, list->given, list->n_given * sizeof *more);
        list->given = more;
    }
    return &list->given[list->n_given++];
}

static bool list_read(struct plugin_list *list, const struct config *c,
    const struct config_node *node, struct plugin_given *out, struct err *e)
{
    const char **rows = arena_new(&list->arena, (node->n + 1) * sizeof *rows);

    for (size_t i = 0; i < node->n; i++) {
        if (node->parts[i].kind != CONFIG_TEXT)
            return config_wrong(c, &node->parts[i], e, "is a text, not a %s",
                config_kind_name(node->parts[i].kind));
        rows[i] = node->parts[i].text;
    }
    out->kind = GIVEN_LIST;
    out->list = rows;
    out->n_list = node->n;
    return true;
}

static bool setting_read(struct plugin_list *list, const struct config *c, const char *plugin,
    const struct config_node *node, struct err *e)
{
    struct plugin_given *out = given_add(list);
    char *where = config_where(c, node);

    *out = (struct plugin_given){
        .plugin = plugin, .name = node->key, .where = arena_text(&list->arena, where)};
    mem_free(where);
    switch (node->kind) {
    case CONFIG_BOOLEAN:
        out->kind = GIVEN_FLAG;
        out->integer = node->integer;
        return true;
    case CONFIG_INTEGER:
        out->kind = GIVEN_INTEGER;
        out->integer = node->integer;
        return true;
    case CONFIG_TEXT:
        out->kind = GIVEN_TEXT;
        out->text = node->text;
        return true;
    case CONFIG_LIST:
        return list_read(list, c, node, out, e);
    case CONFIG_NUMBER:
    case CONFIG_TABLE:
        /* An empty table is an empty list. */
        if (node->kind == CONFIG_TABLE && node->n == 0)
            return list_read(list, c, node, out, e);
        break;
    }
    return config_wrong(
        c, node, e, "cannot be a %s: no setting of a plugin is one", config_kind_name(node->kind));
}

static bool config_take(struct plugin_list *list, const struct config *c, struct err *e)
{
    const struct config_node *plugins = c ? config_part(config_root(c), "plugins") : NULL;

    if (!plugins)
        return true;
    if (plugins->kind != CONFIG_TABLE)
        return config_wrong(c, plugins, e, "is a table: plugins = { geo = { … } }");
    for (size_t i = 0; i < plugins->n; i++) {
        const struct config_node *plugin = &plugins->parts[i];

        if (plugin->kind != CONFIG_TABLE)
            return config_wrong(c, plugin, e, "is a table of settings");
        for (size_t j = 0; j < plugin->n; j++) {
            if (list->n_given == GIVEN_MOST)
                return config_wrong(c, plugin, e, "has too many settings");
            if (!setting_read(list, c, plugin->key, &plugin->parts[j], e))
                return false;
        }
    }
    return true;
}

static bool is_of_networks(const char *path)
{
    const char *name = strrchr(path, '/');

    for (name = name ? name + 1 : path; *name; name++)
        if (strncasecmp(name, "asn", 3) == 0)
            return true;
    return false;
}

static void geo_take(struct plugin_list *list)
{
    for (size_t i = 0; i < list->n_geo_files; i++)
        *given_add(list) = (struct plugin_given){.plugin = "geo",
            .name = is_of_networks(list->geo_files[i]) ? "asn" : "country",
            .kind = GIVEN_TEXT,
            .text = list->geo_files[i],
            .where = "--geo-db"};
}

/* --- folders --- */

static void folder_add(struct plugin_list *list, size_t *n, char *folder)
{
    if (folder)
        list->folders[(*n)++] = arena_text(&list->arena, folder);
    mem_free(folder);
}

bool plugin_list_settle(struct plugin_list *list, const struct config *config, const char *data,
    struct plugins_config *out, struct err *e)
{
    size_t n = 0;

    arena_init(&list->arena);
    list->is_open = true;
    folder_add(list, &n, paths_user_plugins());
    folder_add(list, &n, paths_shipped_plugins());
    if (!config_take(list, config, e))
        return false;
    geo_take(list);
    *out = (struct plugins_config){.files = list->files,
        .folders = list->folders,
        .data_folder = arena_text(&list->arena, data),
        .given = list->given,
        .n_given = list->n_given};
    return true;
}

/* --- partners of the rules --- */

struct place {
    struct plugins *plugins;
    size_t i;
};

static void attach(void *arg, struct hooks *h)
{
    const struct place *place = arg;

    plugins_attach(place->plugins, place->i, h);
}

static void facts_make(struct plugin_list *list, size_t i, struct rules_partner *out)
{
    struct plugin_fact fact;
    size_t n = 0;

    while (plugins_fact(list->plugins, i, n, &fact))
        n++;
    struct rules_fact *facts = arena_new(&list->arena, (n + 1) * sizeof *facts);

    for (size_t j = 0; j < n && plugins_fact(list->plugins, i, j, &fact); j++)
        facts[j] = (struct rules_fact){
            .name = fact.name, .kind = fact.kind, .is_number = fact.is_number, .idle = fact.idle};
    out->facts = facts;
    out->n_facts = n;
}

static void needs_make(struct plugin_list *list, size_t i, struct rules_partner *out)
{
    size_t n = 0;

    while (plugins_need(list->plugins, i, n))
        n++;
    const char **needs = arena_new(&list->arena, (n + 1) * sizeof *needs);

    for (size_t j = 0; j < n; j++)
        needs[j] = plugins_need(list->plugins, i, j);
    out->needs = needs;
    out->n_needs = n;
}

static void partners_make(struct plugin_list *list)
{
    size_t n = plugins_count(list->plugins);

    list->partners = arena_new(&list->arena, (n + 1) * sizeof *list->partners);
    for (size_t i = 0; i < n; i++) {
        if (!plugins_name(list->plugins, i))
            continue;
        struct rules_partner *out = &list->partners[list->n_partners++];
        struct place *place = arena_new(&list->arena, sizeof *place);

        *place = (struct place){list->plugins, i};
        out->id = arena_printf(&list->arena, "plugin:%s", plugins_name(list->plugins, i));
        out->attach = attach;
        out->arg = place;
        facts_make(list, i, out);
        needs_make(list, i, out);
    }
}

bool plugin_list_open(
    struct plugin_list *list, const struct config *config, const char *data, struct err *e)
{
    struct plugins_config settled;

    if (!plugin_list_settle(list, config, data, &settled, e) ||
        !plugins_load(&settled, &list->plugins, e))
        return false;
    partners_make(list);
    return true;
}

void plugin_list_fini(struct plugin_list *list)
{
    plugins_free(list->plugins);
    if (list->is_open)
        arena_fini(&list->arena);
    *list = (struct plugin_list){0};
}
