#include "words.h"

#include <string.h>

#include "base/time_text.h"

enum part_kind { PART_TEXT = 0, PART_PATH, PART_WITH, PART_OPEN, PART_CLOSE };
enum format { FORMAT_NONE = 0, FORMAT_AGO, FORMAT_UNTIL, FORMAT_DATE, FORMAT_DURATION };

struct part {
    enum part_kind kind;
    enum format format;
    const char *text; /* what stands there, or the hole's name */
    struct path path;
};

struct phrase {
    const struct part *at;
    size_t n;
};

/* A template while it is read. */
struct reader {
    const char *at;
    struct arena *arena;
    const struct path_names *names;
    struct part *parts;
    size_t n, cap, n_holes;
    bool open;
};

const struct with *with_find(const struct with *list, const char *name)
{
    while (list && strcmp(list->name, name))
        list = list->next;
    return list;
}

static const struct flow_texts *texts_copy(struct arena *a, const struct flow_texts *texts)
{
    struct flow_texts *copy = arena_new(a, sizeof *copy);

    copy->at = arena_new(a, (texts->n + 1) * sizeof *copy->at);
    copy->n = texts->n;
    for (size_t i = 0; i < texts->n; i++)
        copy->at[i] = arena_text(a, texts->at[i]);
    return copy;
}

const struct with *with_copy(struct arena *a, const struct with *list)
{
    const struct with *first = NULL;
    const struct with **last = &first;

    for (; list; list = list->next) {
        struct with *copy = arena_dup(a, list, sizeof *list);

        copy->next = NULL;
        copy->name = arena_text(a, list->name);
        copy->value.text = arena_text(a, list->value.text);
        if (list->value.texts)
            copy->value.texts = texts_copy(a, list->value.texts);
        *last = copy;
        last = &copy->next;
    }
    return first;
}

static struct part *part_add(struct reader *r, enum part_kind kind)
{
    if (r->n == r->cap) {
        struct part *more = arena_new(r->arena, (r->cap ? 2 * r->cap : 8) * sizeof *more);

        if (r->n)
            memcpy(more, r->parts, r->n * sizeof *more);
        r->parts = more;
        r->cap = r->cap ? 2 * r->cap : 8;
    }
    r->parts[r->n].kind = kind;
    return &r->parts[r->n++];
}

static bool format_find(const char *name, enum format *out, struct err *e)
{
    static const struct {
        const char *name;
        enum format format;
    } known[] = {{"ago", FORMAT_AGO}, {"until", FORMAT_UNTIL}, {"date", FORMAT_DATE},
        {"duration", FORMAT_DURATION}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name, known[i].name)) {
            *out = known[i].format;
            return true;
        }
    return err_set(
        e, ERR_RULE, "there is no format '|%.40s': it is ago, until, date or duration", name);
}

/* "ago" of a host name is a slip of the pen: said at load. */
static bool format_fits(const struct part *part, struct err *e)
{
    enum field_kind kind = part->path.kind;

    if (part->format == FORMAT_NONE || part->path.is_fact)
        return true;
    if (part->format == FORMAT_DURATION ? kind == FIELD_DURATION || kind == FIELD_INTEGER
                                        : kind == FIELD_TIME)
        return true;
    return err_set(e, ERR_RULE, "'%.100s' is no %s", part->text,
        part->format == FORMAT_DURATION ? "duration" : "time");
}

static bool path_fits(const struct part *part, struct err *e)
{
    switch (part->path.kind) {
    case FIELD_HEADERS:
    case FIELD_LIST:
        return err_set(
            e, ERR_RULE, "'%.100s' is a list of records and has no words of its own", part->text);
    case FIELD_RECORD:
        if (!part->path.check)
            return err_set(e, ERR_RULE, "'%.100s' is a record; name one of its fields", part->text);
        return format_fits(part, e);
    case FIELD_TEXT:
    case FIELD_TEXTS:
    case FIELD_BOOLEAN:
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        return format_fits(part, e);
    }
    return true;
}

static bool hole_read(struct reader *r, struct err *e)
{
    const char *end = strchr(r->at, '}');

    if (!end || end == r->at + 1)
        return err_set(e, ERR_RULE, "'{' at '%.40s' is not closed, or nothing stands in it", r->at);
    if (++r->n_holes > PHRASE_HOLES_MOST)
        return err_set(e, ERR_RULE, "more than %d holes in one text", PHRASE_HOLES_MOST);
    char *hole = arena_text_n(r->arena, r->at + 1, (size_t)(end - r->at - 1));
    char *bar = strchr(hole, '|');

    if (bar)
        *bar = '\0';
    struct part *part = part_add(r, hole[0] == '$' ? PART_WITH : PART_PATH);

    part->text = hole;
    if (bar && !format_find(bar + 1, &part->format, e))
        return false;
    r->at = end + 1;
    if (part->kind == PART_WITH)
        return hole[1] ? true : err_set(e, ERR_RULE, "'{$}' names no value");
    return (path_compile(hole, r->names, &part->path, e) && path_fits(part, e)) ||
           err_wrap(e, "{%s}", hole);
}

static bool bracket_read(struct reader *r, struct err *e)
{
    bool opens = *r->at == '[';

    if (opens == r->open)
        return err_set(e, ERR_RULE, opens ? "'[' within '[ ]'" : "']' without '['");
    r->open = opens;
    r->at++;
    part_add(r, opens ? PART_OPEN : PART_CLOSE);
    return true;
}

static bool part_read(struct reader *r, struct err *e)
{
    if (*r->at == '{')
        return hole_read(r, e);
    if (*r->at == '[' || *r->at == ']')
        return bracket_read(r, e);
    size_t n = strcspn(r->at, "{[]");

    part_add(r, PART_TEXT)->text = arena_text_n(r->arena, r->at, n);
    r->at += n;
    return true;
}

bool phrase_compile(const char *text, struct arena *a, const struct path_names *names,
    const struct phrase **out, struct err *e)
{
    struct reader r = {.at = text, .arena = a, .names = names};

    if (strlen(text) > PHRASE_LONGEST)
        return err_set(e, ERR_RULE, "a text of more than %d bytes", PHRASE_LONGEST);
    while (*r.at)
        if (!part_read(&r, e))
            return false;
    if (r.open)
        return err_set(e, ERR_RULE, "'[' is not closed");
    struct phrase *p = arena_new(a, sizeof *p);

    p->at = r.parts;
    p->n = r.n;
    *out = p;
    return true;
}

static void text_put(const char *s, struct text *out)
{
    text_add_safe(out, s, strlen(s), PHRASE_VALUE_MOST);
}

static void texts_put(const struct flow_texts *texts, struct text *out)
{
    size_t shown = texts->n > PHRASE_LIST_MOST ? PHRASE_LIST_MOST : texts->n;

    for (size_t i = 0; i < shown; i++) {
        if (i)
            text_add(out, i + 1 == texts->n ? " and " : ", ");
        text_put(texts->at[i], out);
    }
    if (texts->n > shown)
        text_printf(out, " and %zu more", texts->n - shown);
}

static void number_put(const struct value *v, enum format format, int64_t now, struct text *out)
{
    char buf[TIME_TEXT_CAP];

    switch (format) {
    case FORMAT_AGO:
    case FORMAT_UNTIL:
        /* Both are far from the ends of the range: certificates end in 9999, and `now` is a
         * clock's. */
        text_add(out, time_duration(buf, (int64_t)((uint64_t)now - (uint64_t)v->integer)));
        return;
    case FORMAT_DATE:
        text_add(out, time_date(buf, v->integer));
        return;
    case FORMAT_DURATION:
        text_add(out, time_duration(buf, v->integer));
        return;
    case FORMAT_NONE:
        break;
    }
    if (v->kind == FIELD_TIME)
        text_add(out, time_minute(buf, v->integer));
    else if (v->kind == FIELD_DURATION)
        text_add(out, time_duration(buf, v->integer));
    else
        value_show(v, out);
}

static bool value_is_empty(const struct value *v)
{
    return v->none || (v->kind == FIELD_TEXTS && v->texts->n == 0) ||
           (v->kind == FIELD_TEXT && !*v->text);
}

/* Gives false when the hole is empty. */
static bool hole_put(
    const struct part *part, const struct flow *f, const struct with *with, struct text *out)
{
    struct value v = {.none = true};

    if (part->kind == PART_PATH) {
        v = path_value(&part->path, f);
    } else {
        const struct with *given = with_find(with, part->text + 1);

        if (given)
            v = given->value;
    }
    if (value_is_empty(&v))
        return false;
    switch (v.kind) {
    case FIELD_TEXT:
        text_put(v.text, out);
        break;
    case FIELD_TEXTS:
        texts_put(v.texts, out);
        break;
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        number_put(&v, part->format, f->now, out);
        break;
    case FIELD_BOOLEAN:
    case FIELD_HEADERS:
    case FIELD_RECORD:
    case FIELD_LIST:
        value_show(&v, out);
        break;
    }
    return true;
}

void phrase_render(
    const struct phrase *p, const struct flow *f, const struct with *with, struct text *out)
{
    size_t opened_at = 0;
    bool holds = true;

    for (size_t i = 0; p && i < p->n; i++) {
        const struct part *part = &p->at[i];

        switch (part->kind) {
        case PART_TEXT:
            text_add(out, part->text);
            break;
        case PART_PATH:
        case PART_WITH:
            holds = hole_put(part, f, with, out) && holds;
            break;
        case PART_OPEN:
            opened_at = out->len;
            holds = true;
            break;
        case PART_CLOSE:
            if (!holds && out->len > opened_at) {
                out->len = opened_at;
                out->at[opened_at] = '\0';
            }
            break;
        }
    }
}

const char *phrase_say(const struct phrase *p, struct flow *f, const struct with *with)
{
    struct text out = {0};
    const char *said = NULL;

    phrase_render(p, f, with, &out);
    if (out.len)
        said = arena_text_n(&f->arena, out.at, out.len);
    text_fini(&out);
    return said;
}

void phrase_holes(const struct phrase *p, void (*each)(void *arg, const char *hole), void *arg)
{
    for (size_t i = 0; p && i < p->n; i++)
        if (p->at[i].kind == PART_PATH || p->at[i].kind == PART_WITH)
            each(arg, p->at[i].text);
}
