#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "paths.h"

enum { ROWS_MOST = 64, NAME_CAP = 64 };

/* What the command line says, before anything is taken. */
struct line {
    const struct option_row *rows;
    const char *config;
    bool says[ROWS_MOST];
};

static size_t row_of(const struct option_row *rows, const char *name)
{
    size_t i = 0;

    while (rows[i].name && strcmp(rows[i].name, name))
        i++;
    return i;
}

static bool look(void *arg, const char *name, const char *value, struct err *e)
{
    struct line *line = arg;
    size_t row = row_of(line->rows, name);

    (void)e;
    if (row < ROWS_MOST)
        line->says[row] = true;
    if (strcmp(name, "config") == 0)
        line->config = value;
    return true;
}

bool config_open(const char *option, struct config **out, struct err *e)
{
    char *folder = option ? NULL : paths_config_dir();
    char *path = option ? mem_text(option) : folder ? file_join(folder, "config.lua") : NULL;
    bool right = true;

    *out = NULL;
    if (path && (option || file_exists(path)))
        right = config_read(path, out, e);
    mem_free(path);
    mem_free(folder);
    return right;
}

/* "allow_public" for "allow-public": a name that Lua can assign to. */
static const char *key_of(const struct option_row *row, char out[static NAME_CAP])
{
    snprintf(out, NAME_CAP, "%s", row->name);
    for (char *p = out; *p; p++)
        if (*p == '-')
            *p = '_';
    return out;
}

static bool key_unknown(const struct config *c, const struct config_node *part,
    const struct option_row *rows, struct err *e)
{
    char keys[ROWS_MOST][NAME_CAP];
    const char *names[ROWS_MOST + 3];
    size_t n = 0;

    for (size_t i = 0; rows[i].name && i < ROWS_MOST; i++)
        if (strcmp(rows[i].name, "config"))
            names[n++] = key_of(&rows[i], keys[i]);
    names[n++] = "rules";
    names[n++] = "plugins";
    names[n] = NULL;
    return config_unknown(c, part, "setting", names, e);
}

/* One value as the command line would say it. */
struct saying {
    const struct config *config;
    const struct option_row *row;
    bool (*take)(void *arg, const char *name, const char *value, struct err *e);
    void *arg;
};

static bool value_take(const struct saying *s, const struct config_node *node, struct err *e)
{
    struct err why = {0};

    if (node->kind != CONFIG_TEXT && node->kind != CONFIG_INTEGER)
        return config_wrong(
            s->config, node, e, "wants %s, not a %s", s->row->value, config_kind_name(node->kind));
    return s->take(s->arg, s->row->name, node->text, &why) ||
           config_wrong(s->config, node, e, "%s", why.text);
}

static bool switch_take(const struct saying *s, const struct config_node *node, struct err *e)
{
    if (node->kind != CONFIG_BOOLEAN)
        return config_wrong(
            s->config, node, e, "wants true or false, not a %s", config_kind_name(node->kind));
    return !node->integer || s->take(s->arg, s->row->name, NULL, e);
}

static bool part_take(const struct saying *s, const struct config_node *node, struct err *e)
{
    if (!s->row->value)
        return switch_take(s, node, e);
    /* An option whose value may be left out is a switch as well. */
    if (s->row->value[0] == '[' && node->kind == CONFIG_BOOLEAN)
        return switch_take(s, node, e);
    if (node->kind != CONFIG_LIST)
        return value_take(s, node, e);
    for (size_t i = 0; i < node->n; i++)
        if (!value_take(s, &node->parts[i], e))
            return false;
    return true;
}

static bool config_take(const struct line *line, const struct saying *to, struct err *e)
{
    const struct config_node *root = config_root(to->config);
    char name[NAME_CAP];

    for (size_t i = 0; i < root->n; i++) {
        const struct config_node *part = &root->parts[i];
        struct saying s = *to;
        size_t row = 0;

        if (strcmp(part->key, "rules") == 0 || strcmp(part->key, "plugins") == 0)
            continue;
        while (line->rows[row].name && strcmp(key_of(&line->rows[row], name), part->key))
            row++;
        s.row = &line->rows[row];
        if (!s.row->name || strcmp(s.row->name, "config") == 0)
            return key_unknown(to->config, part, line->rows, e);
        if (row < ROWS_MOST && !line->says[row] && !part_take(&s, part, e))
            return false;
    }
    return true;
}

bool options_parse_with_config(const struct command_help *help, int argc, char **argv,
    bool (*take)(void *arg, const char *name, const char *value, struct err *e), void *arg,
    int *rest, struct config **config, struct err *e)
{
    struct line line = {.rows = help->rows};

    *config = NULL;
    if (!options_parse(help, argc, argv, look, &line, rest, e) ||
        !config_open(line.config, config, e))
        return false;
    struct saying to = {.config = *config, .take = take, .arg = arg};

    return (!*config || config_take(&line, &to, e)) &&
           options_parse(help, argc, argv, take, arg, rest, e);
}
