/* values.c - the settings of one instance: what the user gave, checked, and the fallbacks; declared
 * in plugin_priv.h. */
#include "plugin_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glob.h>
#include <sys/stat.h>

#include "base/text.h"

enum { LIST_ROWS_MOST = 4096 };

static const char *const kind_names[] = {
    [WHYTLS_SET_FLAG] = "true or false",
    [WHYTLS_SET_INTEGER] = "a whole number",
    [WHYTLS_SET_TEXT] = "a text",
    [WHYTLS_SET_FILE] = "the path of a file",
    [WHYTLS_SET_LIST] = "a list of texts",
};

static struct whytls_value text_value(const char *s)
{
    return s ? whytls_say(whytls_text_of(s)) : (struct whytls_value){.kind = WHYTLS_NONE};
}

static void list_put(struct arena *a, struct setting_value *v, const char *row, size_t len)
{
    uint32_t n = v->value.count;

    if (n % 16 == 0) {
        struct whytls_text *more = arena_new(a, (n + 16) * sizeof *more);

        if (n)
            memcpy(more, v->items, n * sizeof *more);
        v->items = more;
    }
    v->items[n] = (struct whytls_text){arena_text_n(a, row, len), len};
    v->value = (struct whytls_value){.kind = WHYTLS_LIST, .count = n + 1};
}

static void list_split(struct arena *a, struct setting_value *v, const char *rows)
{
    v->value.kind = WHYTLS_LIST;
    while (*rows) {
        size_t n = strcspn(rows, ",");

        if (n)
            list_put(a, v, rows, n);
        rows += n + (rows[n] == ',');
    }
}

static bool integer_take(
    const struct whytls_setting *s, int64_t n, struct setting_value *v, struct err *e)
{
    if ((s->min || s->max) && (n < s->min || n > s->max))
        return err_set(e, ERR_CONFIG, "'%s' is from %" PRId64 " to %" PRId64 ", not %" PRId64,
            s->name, s->min, s->max, n);
    v->value = whytls_count(n);
    return true;
}

/* --- files --- */

/* "{data}/x" and "{plugin}/x"; NULL when there is no such folder. */
static char *place_expand(struct arena *a, const struct plugin *p,
    const struct plugins_config *config, const char *place, size_t len)
{
    const struct {
        const char *hole, *folder;
    } holes[] = {{"{data}", config->data_folder}, {"{plugin}", p->object.folder}};

    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++) {
        size_t n = strlen(holes[i].hole);

        if (len < n || strncmp(place, holes[i].hole, n))
            continue;
        return holes[i].folder
                   ? arena_printf(a, "%s%.*s", holes[i].folder, (int)(len - n), place + n)
                   : NULL;
    }
    return arena_text_n(a, place, len);
}

static bool file_take(struct setting_value *v, const char *path)
{
    struct stat st;

    if (stat(path, &st))
        return false;
    v->path = path;
    v->inode = (int64_t)st.st_ino;
    v->changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    v->value = text_value(path);
    return true;
}

static bool pattern_take(struct arena *a, struct setting_value *v, const char *pattern)
{
    glob_t found;
    bool taken = false;

    if (glob(pattern, 0, NULL, &found))
        return false;
    for (size_t i = found.gl_pathc; i > 0 && !taken; i--)
        taken = file_take(v, arena_text(a, found.gl_pathv[i - 1]));
    globfree(&found);
    return taken;
}

/* The first of the places where a file is. */
static void file_find(struct arena *a, const struct plugin *p, const struct plugins_config *config,
    const char *places, struct setting_value *v)
{
    while (*places && !v->path) {
        size_t n = strcspn(places, ":");
        char *place = place_expand(a, p, config, places, n);

        if (place && strpbrk(place, "*?["))
            pattern_take(a, v, place);
        else if (place)
            file_take(v, place);
        places += n + (places[n] == ':');
    }
}

/* --- what the user gave, or else the fallback --- */

static bool given_take(struct arena *a, const struct whytls_setting *s,
    const struct plugin_given *given, struct setting_value *v, struct err *e)
{
    switch ((enum whytls_setting_kind)s->kind) {
    case WHYTLS_SET_FLAG:
        if (given->kind != GIVEN_FLAG)
            break;
        v->value = (struct whytls_value){.kind = WHYTLS_FLAG, .as.flag = given->integer != 0};
        return true;
    case WHYTLS_SET_INTEGER:
        return given->kind == GIVEN_INTEGER
                   ? integer_take(s, given->integer, v, e)
                   : err_set(e, ERR_CONFIG, "'%s' is a whole number", s->name);
    case WHYTLS_SET_TEXT:
        if (given->kind != GIVEN_TEXT)
            break;
        v->value = text_value(arena_text(a, given->text));
        return true;
    case WHYTLS_SET_FILE:
        if (given->kind != GIVEN_TEXT)
            break;
        /* One that is not there is the plugin's to tell, and may still come. */
        if (!file_take(v, arena_text(a, given->text)))
            v->value = text_value(arena_text(a, given->text));
        return true;
    case WHYTLS_SET_LIST:
        if (given->kind != GIVEN_LIST || given->n_list > LIST_ROWS_MOST)
            break;
        v->value = (struct whytls_value){.kind = WHYTLS_LIST};
        for (size_t i = 0; i < given->n_list; i++)
            list_put(a, v, given->list[i], strlen(given->list[i]));
        return true;
    }
    return err_set(e, ERR_CONFIG, "'%s' is %s", s->name, kind_names[s->kind]);
}

static bool fallback_take(struct values *out, const struct plugin *p,
    const struct plugins_config *config, const struct whytls_setting *s, struct setting_value *v,
    struct err *e)
{
    char *end;

    if (!s->fallback)
        return true;
    switch ((enum whytls_setting_kind)s->kind) {
    case WHYTLS_SET_FLAG:
        v->value =
            (struct whytls_value){.kind = WHYTLS_FLAG, .as.flag = !strcmp(s->fallback, "true")};
        return true;
    case WHYTLS_SET_INTEGER:
        errno = 0;
        int64_t n = strtoll(s->fallback, &end, 10);

        if (errno || *end || end == s->fallback)
            return err_set(e, ERR_INPUT, "the fallback of '%s' is no whole number", s->name);
        return integer_take(s, n, v, e);
    case WHYTLS_SET_TEXT:
        v->value = text_value(s->fallback);
        return true;
    case WHYTLS_SET_FILE:
        file_find(&out->arena, p, config, s->fallback, v);
        return true;
    case WHYTLS_SET_LIST:
        list_split(&out->arena, v, s->fallback);
        return true;
    }
    return true;
}

static const struct plugin_given *given_find(
    const struct plugins_config *config, const char *plugin, const char *name)
{
    for (size_t i = config->n_given; i > 0; i--)
        if (!strcmp(config->given[i - 1].plugin, plugin) &&
            !strcmp(config->given[i - 1].name, name))
            return &config->given[i - 1];
    return NULL;
}

static bool names_check(const struct plugin *p, const struct plugins_config *config, struct err *e)
{
    const struct declared *d = &p->declared;
    const char *names[DECLARED_MOST + 3] = {"on"};

    for (size_t i = 0; i < d->n_settings; i++)
        names[i + 1] = d->p.settings[i].name;
    for (size_t i = 0; i < config->n_given; i++) {
        const struct plugin_given *given = &config->given[i];
        bool known = false;

        if (strcmp(given->plugin, d->p.name))
            continue;
        for (size_t j = 0; names[j] && !known; j++)
            known = !strcmp(names[j], given->name);
        if (known)
            continue;
        const char *near = text_nearest(given->name, names);

        return err_set(e, ERR_CONFIG, "%s: plugin %s has no setting '%.60s'%s%s%s", given->where,
            d->p.name, given->name, near ? "; did you mean '" : "", near ? near : "",
            near ? "'?" : "");
    }
    return true;
}

bool values_read(
    const struct plugin *p, const struct plugins_config *config, struct values *out, struct err *e)
{
    const struct declared *d = &p->declared;

    arena_init(&out->arena);
    out->at = arena_new(&out->arena, (d->n_settings + 1) * sizeof *out->at);
    if (!names_check(p, config, e))
        return false;
    for (size_t i = 0; i < d->n_settings; i++) {
        const struct whytls_setting *s = &d->p.settings[i];
        const struct plugin_given *given = given_find(config, d->p.name, s->name);
        bool right = given ? given_take(&out->arena, s, given, &out->at[i], e)
                           : fallback_take(out, p, config, s, &out->at[i], e);

        if (!right)
            return given ? err_wrap(e, "%s: plugin %s", given->where, d->p.name)
                         : err_wrap(e, "plugin %s", d->p.name);
    }
    return true;
}

void values_fini(struct values *v)
{
    arena_fini(&v->arena);
    v->at = NULL;
}

bool values_are_old(struct plugin *p, const struct plugins_config *config)
{
    struct values now;
    struct err e;
    bool old = false;

    if (!values_read(p, config, &now, &e)) {
        values_fini(&now);
        return false;
    }
    for (size_t i = 0; p->seen.at && i < p->declared.n_settings && !old; i++) {
        const struct setting_value *a = &p->seen.at[i], *b = &now.at[i];

        old = !a->path != !b->path || (a->path && strcmp(a->path, b->path)) ||
              a->inode != b->inode || a->changed_ns != b->changed_ns;
    }
    values_fini(&p->seen);
    p->seen = now;
    return old;
}
