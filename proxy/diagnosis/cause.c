#include "cause.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"

struct causes {
    struct arena arena;
    struct map *by_id;       /* borrowed causes */
    const struct cause **at; /* owned array */
    const char **names;      /* owned array of the ids, NULL-terminated */
    size_t n, cap, n_defined;
};

#define NOTICE "notice"
#define CAUSE_LEG_CLIENT "client"
#define CAUSE_LEG_SERVER "server"
#define CAUSE_LEG_IDENTITY "identity"
#define RIVALS(...)                                                                                \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define CERTAIN(...)                                                                               \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define CAUSE(id, leg, class, rivals, certain, title)                                              \
    {id, CAUSE_LEG_##leg, class, title, rivals, certain},
static const struct cause_row rows[] = {
#include "cause.def"
};
#undef CAUSE
#undef RIVALS
#undef CERTAIN

static size_t list_len(const char *const *list)
{
    size_t n = 0;

    while (list && list[n])
        n++;
    return n;
}

static const char *const *list_copy(struct arena *a, const char *const *list)
{
    size_t n = list_len(list);
    const char **copy = arena_new(a, (n + 1) * sizeof *copy);

    for (size_t i = 0; i < n; i++)
        copy[i] = arena_text(a, list[i]);
    return copy;
}

static bool conditions_compile(struct causes *c, struct cause *cause, const struct cause_row *row,
    const struct path_names *names, struct err *e)
{
    size_t n = list_len(row->certain);

    if (n > CAUSE_CERTAIN_MOST)
        return err_set(
            e, ERR_RULE, "cause '%s' has more than %d conditions", row->id, CAUSE_CERTAIN_MOST);
    struct condition *at = arena_new(&c->arena, (n ? n : 1) * sizeof *at);

    for (size_t i = 0; i < n; i++)
        if (!condition_compile(arena_text(&c->arena, row->certain[i]), &c->arena, names, &at[i], e))
            return err_wrap(e, "cause '%s'", row->id);
    cause->certain = at;
    cause->n_certain = n;
    return true;
}

static void cause_append(struct causes *c, const struct cause *cause)
{
    if (c->n + 1 >= c->cap) {
        c->cap = c->cap ? 2 * c->cap : 256;
        c->at = mem_resize(c->at, c->cap * sizeof *c->at);
        c->names = mem_resize(c->names, c->cap * sizeof *c->names);
    }
    c->at[c->n] = cause;
    c->names[c->n++] = cause->id;
    c->names[c->n] = NULL;
}

static bool cause_add(
    struct causes *c, const struct cause_row *row, const struct path_names *names, struct err *e)
{
    struct cause *cause = arena_new(&c->arena, sizeof *cause);

    if (list_len(row->rivals) > CAUSE_RIVALS_MOST)
        return err_set(
            e, ERR_RULE, "cause '%s' has more than %d rivals", row->id, CAUSE_RIVALS_MOST);
    cause->id = arena_text(&c->arena, row->id);
    cause->leg = arena_text(&c->arena, row->leg);
    cause->is_notice = row->class && strcmp(row->class, NOTICE) == 0;
    cause->class = cause->is_notice ? NULL : arena_text(&c->arena, row->class);
    cause->title = arena_text(&c->arena, row->title);
    cause->rivals = list_copy(&c->arena, row->rivals);
    cause->order = c->n;
    if (!conditions_compile(c, cause, row, names, e))
        return false;
    if (map_put(c->by_id, cause->id, cause))
        return err_set(e, ERR_RULE, "cause '%s' is there twice", row->id);
    cause_append(c, cause);
    return true;
}

bool causes_new(const struct path_names *names, struct causes **out, struct err *e)
{
    struct causes *c = mem_new(sizeof *c);

    arena_init(&c->arena);
    c->by_id = map_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!cause_add(c, &rows[i], names, e)) {
            causes_free(c);
            return false;
        }
    *out = c;
    return true;
}

void causes_free(struct causes *c)
{
    if (!c)
        return;
    map_free(c->by_id, NULL);
    arena_fini(&c->arena);
    mem_free(c->at);
    mem_free(c->names);
    mem_free(c);
}

bool causes_define(
    struct causes *c, const struct cause_row *row, const struct path_names *names, struct err *e)
{
    if (!strchr(row->id, '/'))
        return err_set(e, ERR_RULE,
            "defines '%s': a cause of your own needs a slash, as in 'acme/%s'", row->id, row->id);
    if (strcmp(row->leg, "client") && strcmp(row->leg, "server") && strcmp(row->leg, "identity"))
        return err_set(e, ERR_RULE, "defines '%s': leg is client, server or identity, not '%s'",
            row->id, row->leg);
    if (map_get(c->by_id, row->id))
        return err_set(e, ERR_RULE, "defines '%s': that cause is there already", row->id);
    if (c->n_defined == CAUSES_DEFINED_MOST)
        return err_set(e, ERR_RULE, "defines '%s': more than %d causes are defined", row->id,
            CAUSES_DEFINED_MOST);
    c->n_defined++;
    return cause_add(c, row, names, e);
}

void causes_cut(struct causes *c, size_t n)
{
    while (c->n > n) {
        map_take(c->by_id, c->at[--c->n]->id);
        c->n_defined--;
    }
    c->names[c->n] = NULL;
}

bool causes_check(const struct causes *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++)
        for (const char *const *rival = c->at[i]->rivals; *rival; rival++)
            if (!map_get(c->by_id, *rival))
                return err_set(e, ERR_RULE, "cause '%s' has the rival '%s', which is no cause",
                    c->at[i]->id, *rival);
    return true;
}

const struct cause *cause_find(const struct causes *c, const char *id)
{
    return map_get(c->by_id, id);
}

const char *cause_nearest(const struct causes *c, const char *id)
{
    return text_nearest(id, c->names);
}

size_t causes_len(const struct causes *c)
{
    return c->n;
}

const struct cause *causes_at(const struct causes *c, size_t i)
{
    return c->at[i];
}
