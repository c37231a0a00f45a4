/* given.c - what the user's configuration says to rules: rules = { ["dates/expired"] = { … } }.
 * Declared in rule_priv.h. */
#include "rule_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "limit.h"

static bool list_value(struct rules *all, const struct config *c, const struct config_node *node,
    struct setting_value *out, struct err *e)
{
    out->type = SETTING_LIST;
    if (node->n > LIMIT_SETTING_ROWS)
        return config_wrong(c, node, e, "more than %d rows", LIMIT_SETTING_ROWS);
    out->list.at = arena_new(&all->arena, (node->n + 1) * sizeof *out->list.at);
    for (size_t i = 0; i < node->n; i++) {
        if (node->parts[i].kind != CONFIG_TEXT)
            return config_wrong(c, node, e, "row %zu is a %s, not a text", i + 1,
                config_kind_name(node->parts[i].kind));
        out->list.at[out->list.n++] = arena_text(&all->arena, node->parts[i].text);
    }
    return true;
}

static bool node_value(struct rules *all, const struct config *c, const struct config_node *node,
    struct setting_value *out, struct err *e)
{
    out->integer = node->integer;
    out->number = node->number;
    switch (node->kind) {
    case CONFIG_BOOLEAN:
        out->type = SETTING_BOOLEAN;
        return true;
    case CONFIG_INTEGER:
        out->type = SETTING_INTEGER;
        return true;
    case CONFIG_NUMBER:
        out->type = SETTING_NUMBER;
        return true;
    case CONFIG_TEXT:
        out->type = SETTING_TEXT;
        out->text = arena_text(&all->arena, node->text);
        return true;
    case CONFIG_LIST:
        return list_value(all, c, node, out, e);
    case CONFIG_TABLE:
        break;
    }
    out->type = SETTING_LIST; /* {}: an empty list, and an empty table, are one in Lua */
    return node->n == 0 || config_wrong(c, node, e, "a setting is a value or a list, not a table");
}

static bool rule_read(
    struct rules *all, const struct config *c, const struct config_node *rule, struct err *e)
{
    if (rule->kind != CONFIG_TABLE)
        return config_wrong(c, rule, e, "wants a table: { on = true, … }");
    for (size_t i = 0; i < rule->n; i++) {
        struct given_setting *one = arena_new(&all->arena, sizeof *one);

        one->rule = arena_text(&all->arena, rule->key);
        one->name = arena_text(&all->arena, rule->parts[i].key);
        one->node = &rule->parts[i];
        if (!node_value(all, c, one->node, &one->value, e))
            return false;
        if (!strcmp(one->name, "on") && one->value.type != SETTING_BOOLEAN)
            return config_wrong(c, one->node, e, "wants true or false");
        one->next = all->given;
        all->given = one;
    }
    return true;
}

bool given_read(struct rules *all, const struct config *c, struct err *e)
{
    const struct config_node *rules = c ? config_part(config_root(c), "rules") : NULL;

    all->config = c;
    if (!rules)
        return true;
    if (rules->kind != CONFIG_TABLE)
        return config_wrong(c, rules, e, "wants a table: { [\"PACKAGE/RULE\"] = { … } }");
    for (size_t i = 0; i < rules->n; i++)
        if (!rule_read(all, c, &rules->parts[i], e))
            return false;
    return true;
}

const struct setting_value *given_value(
    const struct rules *all, const struct rule *r, const struct setting *s)
{
    for (const struct given_setting *g = all->given; g; g = g->next)
        if (!strcmp(g->rule, r->id) && !strcmp(g->name, s->name) && g->value.type != SETTING_NONE)
            return &g->value;
    return &s->fallback;
}

const struct given_setting *given_unknown(const struct rules *all, const struct rule *r)
{
    for (const struct given_setting *g = all->given; g; g = g->next)
        if (!strcmp(g->rule, r->id) && strcmp(g->name, "on") && !rule_setting(r, g->name))
            return g;
    return NULL;
}

void given_switch(struct rules *all, struct rule *r)
{
    for (const struct given_setting *g = all->given; g; g = g->next) {
        if (strcmp(g->rule, r->id) || strcmp(g->name, "on") || g->value.integer)
            continue;
        char *where = g->node ? config_where(all->config, g->node) : mem_text("a spec");

        r->off = arena_printf(&all->arena, "switched off in %s", where);
        mem_free(where);
    }
    for (size_t i = 0; all->off && all->off[i]; i++)
        if (!strcmp(all->off[i], r->id))
            r->off = "switched off in the web UI";
}

bool given_is_wrong(struct rules *all, const char *rule, const char *name, const char *why)
{
    for (const struct given_setting *g = all->given; g; g = g->next)
        if (g->node && !strcmp(g->rule, rule) && !strcmp(g->name, name)) {
            if (all->wrong.kind == ERR_NONE)
                config_wrong(all->config, g->node, &all->wrong, "%s", why);
            return true;
        }
    return false;
}

static bool is_loaded(const struct rules *all, const char *id)
{
    for (size_t i = 0; i < all->n_rules; i++)
        if (!strcmp(all->rules[i]->id, id))
            return true;
    return false;
}

/* A package that was found and is not here was left out, for a reason that has been told. */
static bool is_left_out(const struct rules *all, const char *id, char *const *packages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(packages[i]);
        bool here = false;

        if (strncmp(id, packages[i], len) || id[len] != '/')
            continue;
        for (size_t j = 0; j < all->n_packages; j++)
            here = here || !strcmp(all->packages[j]->name, packages[i]);
        return !here;
    }
    return false;
}

bool given_check_rules(const struct rules *all, char *const *packages, size_t n, struct err *e)
{
    const struct config_node *rules =
        all->config ? config_part(config_root(all->config), "rules") : NULL;

    if (all->wrong.kind != ERR_NONE) {
        *e = all->wrong;
        return false;
    }
    for (size_t i = 0; rules && i < rules->n; i++) {
        const struct config_node *rule = &rules->parts[i];
        const char *names[LIMIT_RULES + 1];
        size_t n_names = 0;

        if (is_loaded(all, rule->key) || is_left_out(all, rule->key, packages, n))
            continue;
        for (size_t j = 0; j < all->n_rules && n_names < LIMIT_RULES; j++)
            if (!all->rules[j]->partner)
                names[n_names++] = all->rules[j]->id;
        names[n_names] = NULL;
        return config_unknown(all->config, rule, "rule", names, e);
    }
    return true;
}
