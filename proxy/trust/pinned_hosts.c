#include "pinned_hosts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/map.h"
#include "base/mem.h"

/* One row: hosts directly below one suffix. */
struct pin_row {
    struct pin_row *next; /* of the same suffix; owned */
    char *policy;
    char **labels, **but; /* patterns; owned */
    size_t n_labels, n_but;
};

struct pinned_hosts {
    struct map *by_suffix; /* owned: "apple.com" -> its rows */
    struct map *listed;    /* owned: "apple.com" or "*.apple.com" -> itself, owned */
    struct table_facts facts;
};

static void patterns_free(char **patterns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mem_free(patterns[i]);
    mem_free(patterns);
}

static void rows_drop(void *value)
{
    struct pin_row *row = value, *next;

    for (; row; row = next) {
        next = row->next;
        mem_free(row->policy);
        patterns_free(row->labels, row->n_labels);
        patterns_free(row->but, row->n_but);
        mem_free(row);
    }
}

/* A name or pattern of small letters, digits, hyphens, dots and wild cards. */
static bool is_plain(const char *text, const char *more)
{
    for (const char *at = text; *at; at++)
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') && *at != '-' &&
            !strchr(more, *at))
            return false;
    return *text != '\0';
}

static bool patterns_read(const json_t *list, char ***out, size_t *n)
{
    size_t i;
    const json_t *item;

    if (list && (!json_is_array(list) || json_array_size(list) > PINNED_ROWS_MOST))
        return false;
    *out = mem_array(json_array_size(list) + 1, sizeof **out);
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);

        if (!text || strlen(text) > PINNED_PATTERN_MOST || !is_plain(text, "*#?"))
            return false;
        (*out)[(*n)++] = mem_text(text);
    }
    return true;
}

static bool row_read(struct pinned_hosts *p, const json_t *row, struct err *e)
{
    bool broken = false;
    const char *policy = table_text(row, "policy", &broken),
               *suffix = table_text(row, "suffix", &broken);
    struct pin_row *made;

    if (broken || !policy || !*policy || !suffix || !is_plain(suffix, "."))
        return err_set(e, ERR_INPUT, "its policy or suffix is none");
    made = mem_new(sizeof *made);
    made->policy = mem_text(policy);
    if (!patterns_read(json_object_get(row, "labels"), &made->labels, &made->n_labels) ||
        !patterns_read(json_object_get(row, "but"), &made->but, &made->n_but) ||
        made->n_labels == 0) {
        rows_drop(made);
        return err_set(e, ERR_INPUT, "its labels are none: a list of patterns with *, # and ?");
    }
    made->next = map_put(p->by_suffix, suffix, made);
    return true;
}

static bool rows_read(struct pinned_hosts *p, const json_t *rows, struct err *e)
{
    size_t i;
    const json_t *row;

    if (json_array_size(rows) > PINNED_ROWS_MOST)
        return err_set(e, ERR_INPUT, "more than %d rows", PINNED_ROWS_MOST);
    json_array_foreach(rows, i, row)
    {
        if (!row_read(p, row, e))
            return err_wrap(e, "row %zu", i);
    }
    return true;
}

static bool listed_read(struct pinned_hosts *p, const json_t *list, struct err *e)
{
    size_t i;
    const json_t *item;

    if (list && (!json_is_array(list) || json_array_size(list) > PINNED_ROWS_MOST))
        return err_set(
            e, ERR_INPUT, "its \"listed\" is no list of at most %d names", PINNED_ROWS_MOST);
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);

        if (!text || !is_plain(text + (strncmp(text, "*.", 2) == 0 ? 2 : 0), "."))
            return err_set(e, ERR_INPUT, "entry %zu of \"listed\" is no host name", i);
        mem_free(map_put(p->listed, text, mem_text(text)));
    }
    return true;
}

struct pinned_hosts *pinned_hosts_parse(const struct json_t *table, struct err *e)
{
    struct pinned_hosts *p = mem_new(sizeof *p);

    p->by_suffix = map_new();
    p->listed = map_new();
    if (rows_read(p, json_object_get(table, "hosts"), e) &&
        listed_read(p, json_object_get(table, "listed"), e))
        return p;
    pinned_hosts_free(p);
    return NULL;
}

struct pinned_hosts *pinned_hosts_open(const char *data_dir, struct err *e)
{
    struct table_facts facts;
    json_t *table = table_open(TABLE_PINNED_HOSTS, data_dir, &facts, e);
    struct pinned_hosts *p = table ? pinned_hosts_parse(table, e) : NULL;

    json_decref(table);
    if (p)
        p->facts = facts;
    else if (table) {
        err_wrap(e, "%s", facts.path ? facts.path : facts.name);
        table_facts_fini(&facts);
    }
    return p;
}

void pinned_hosts_free(struct pinned_hosts *p)
{
    if (!p)
        return;
    map_free(p->by_suffix, rows_drop);
    map_free(p->listed, mem_free);
    table_facts_fini(&p->facts);
    mem_free(p);
}

/* Both are short, and our table has few stars a pattern; a hostile file has 63 characters to be
 * slow with. `*` is anything,
 * `#` up to three digits, `?` one character. */
static bool fits(const char *pattern, const char *text, unsigned *steps)
{
    if (++*steps > 4096)
        return false;
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '*' || *pattern == '#') {
        size_t most = *pattern == '#' ? 3 : strlen(text);

        for (size_t n = 0;; n++) {
            if (fits(pattern + 1, text + n, steps))
                return true;
            if (n == most || text[n] == '\0' ||
                (*pattern == '#' && !isdigit((unsigned char)text[n])))
                return false;
        }
    }
    return *text && (*pattern == '?' || *pattern == *text) && fits(pattern + 1, text + 1, steps);
}

static bool any_fits(char *const *patterns, size_t n, const char *label)
{
    for (size_t i = 0; i < n; i++) {
        unsigned steps = 0;

        if (fits(patterns[i], label, &steps))
            return true;
    }
    return false;
}

/* The host itself, or below a name that is listed with a star. */
static bool is_listed(const struct pinned_hosts *p, const char *host)
{
    if (map_get(p->listed, host))
        return true;
    for (const char *dot = strchr(host, '.'); dot; dot = strchr(dot + 1, '.')) {
        char star[258];

        if ((size_t)snprintf(star, sizeof star, "*%s", dot) < sizeof star &&
            map_get(p->listed, star))
            return true;
    }
    return false;
}

/* iOS looks for what stands after the first label as a whole, and tries the first label with each
 * of its patterns. */
const char *pinned_hosts_policy(const struct pinned_hosts *p, const char *host)
{
    const char *dot = strchr(host, '.');
    char label[PINNED_PATTERN_MOST + 1];
    size_t len = dot ? (size_t)(dot - host) : 0;

    if (!dot || len >= sizeof label)
        return NULL;
    memcpy(label, host, len);
    label[len] = '\0';
    for (const struct pin_row *row = map_get(p->by_suffix, dot + 1); row; row = row->next)
        if (any_fits(row->labels, row->n_labels, label) && !any_fits(row->but, row->n_but, label))
            return row->policy;
    return is_listed(p, host) ? "listed" : NULL;
}

const struct table_facts *pinned_hosts_facts(const struct pinned_hosts *p)
{
    return &p->facts;
}

struct walk {
    void (*row)(void *arg, const struct pinned_row *row);
    void (*name)(void *arg, const char *name);
    void *arg;
};

static bool walk_rows(void *arg, const char *suffix, void *value)
{
    const struct walk *w = arg;

    for (const struct pin_row *row = value; row; row = row->next)
        w->row(w->arg, &(struct pinned_row){.suffix = suffix,
                           .labels = (const char *const *)row->labels,
                           .but = (const char *const *)row->but,
                           .n_labels = row->n_labels,
                           .n_but = row->n_but});
    return true;
}

static bool walk_listed(void *arg, const char *name, void *value)
{
    const struct walk *w = arg;

    (void)value;
    w->name(w->arg, name);
    return true;
}

void pinned_hosts_each_row(
    const struct pinned_hosts *p, void (*call)(void *arg, const struct pinned_row *row), void *arg)
{
    map_each(p->by_suffix, walk_rows, &(struct walk){.row = call, .arg = arg});
}

void pinned_hosts_each_listed(
    const struct pinned_hosts *p, void (*call)(void *arg, const char *name), void *arg)
{
    map_each(p->listed, walk_listed, &(struct walk){.name = call, .arg = arg});
}
