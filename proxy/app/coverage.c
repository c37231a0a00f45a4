#include "coverage.h"

#include <string.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnosis/cause.h"
#include "diagnosis/unseen.h"
#include "lab/exhibit.h"
#include "lab/lab.h"
#include "lab/play.h"
#include "script/rules.h"
#include "term.h"

#define NOT_YET "no rule has been written"

enum {
    INDENT = 4,
    CAUSE_COLUMNS = 28,
    RULE_COLUMNS = 28,
    LAB_COLUMNS = 44,
    WHOLE_COLUMNS = CAUSE_COLUMNS + RULE_COLUMNS + 2 * LAB_COLUMNS + 3,
};

/* A cause and who speaks for it. */
struct covered {
    const struct cause *cause;
    const char *rule, *spec, *lab; /* the first of each; NULL: none */
    size_t n_rules, n_labs;
};

struct coverage {
    struct arena arena;
    struct causes *causes; /* owned */
    struct covered *at;    /* owned */
    size_t n, n_with_rule, n_in_lab;
};

static struct covered *covered_find(struct coverage *c, const char *cause)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->at[i].cause->id, cause))
            return &c->at[i];
    return NULL;
}

static void see_rule(void *arg, const struct rules_entry *rule)
{
    for (size_t i = 0; i < rule->n_causes; i++) {
        struct covered *one = covered_find(arg, rule->causes[i]);

        if (one && one->n_rules++ == 0) {
            one->rule = rule->id;
            one->spec = rule->spec;
        }
    }
}

static void see_shown(struct coverage *c, const char *cause, const char *name)
{
    struct covered *one = cause ? covered_find(c, cause) : NULL;

    if (one && one->n_labs++ == 0)
        one->lab = name;
}

/* "--play app-pinning", as `whytls lab` is asked for it. */
static const char *play_name(struct arena *arena, const struct lab_play *play)
{
    return arena_printf(arena, "--play %s", play->cause);
}

static bool coverage_open(struct coverage *c, const struct rules *rules, struct err *e)
{
    size_t n;

    *c = (struct coverage){0};
    if (!causes_new(&(struct path_names){0}, &c->causes, e))
        return false;
    c->n = causes_len(c->causes);
    c->at = mem_array(c->n, sizeof *c->at);
    for (size_t i = 0; i < c->n; i++)
        c->at[i].cause = causes_at(c->causes, i);
    rules_each(rules, &c->arena, see_rule, c);
    const struct lab_entry *entries = lab_entries(&n);
    for (size_t i = 0; i < n; i++)
        see_shown(c, entries[i].cause, entries[i].host);
    const struct lab_exhibit *exhibits = lab_exhibits(&n);
    for (size_t i = 0; i < n; i++)
        see_shown(c, exhibits[i].cause, exhibits[i].file);
    const struct lab_play *plays = lab_plays(&n);
    for (size_t i = 0; i < n; i++)
        see_shown(c, plays[i].cause, play_name(&c->arena, &plays[i]));
    for (size_t i = 0; i < c->n; i++) {
        c->n_with_rule += c->at[i].n_rules > 0;
        c->n_in_lab += c->at[i].n_labs > 0;
    }
    return true;
}

static void coverage_close(struct coverage *c)
{
    arena_fini(&c->arena);
    causes_free(c->causes);
    mem_free(c->at);
}

static const char *why_without(const char *cause)
{
    const char *why = unseen_why(cause);

    return why ? why : NOT_YET;
}

/* The phones of the lab that show this cause. */
static void put_plays(const char *cause, struct json_out *out)
{
    struct arena arena = {0};
    size_t n;
    const struct lab_play *plays = lab_plays(&n);

    for (size_t i = 0; i < n; i++)
        if (!strcmp(plays[i].cause, cause))
            json_text(out, play_name(&arena, &plays[i]));
    arena_fini(&arena);
}

/* The names of the lab that show a cause of this rule. */
static void put_shown(const struct rules_entry *rule, struct json_out *out)
{
    size_t n_entries, n_exhibits;
    const struct lab_entry *entries = lab_entries(&n_entries);
    const struct lab_exhibit *exhibits = lab_exhibits(&n_exhibits);

    for (size_t k = 0; k < rule->n_causes; k++) {
        const char *before = NULL;

        for (size_t i = 0; i < n_entries; i++) {
            const struct lab_entry *one = &entries[i];

            if (!one->cause || strcmp(one->cause, rule->causes[k]) != 0 ||
                (before && !strcmp(before, one->host)))
                continue;
            json_text(out, one->host);
            before = one->host;
        }
        for (size_t i = 0; i < n_exhibits; i++)
            if (exhibits[i].cause && !strcmp(exhibits[i].cause, rule->causes[k]))
                json_text(out, exhibits[i].file);
        put_plays(rule->causes[k], out);
    }
}

bool coverage_json(const struct rules *rules, struct json_out *out, struct err *e)
{
    struct coverage c;

    if (!coverage_open(&c, rules, e))
        return false;
    json_key(out, "rules");
    rules_json(rules, put_shown, out);
    json_put_int(out, "causes", (int64_t)c.n);
    json_put_int(out, "causes_with_rule", (int64_t)c.n_with_rule);
    json_put_int(out, "causes_in_lab", (int64_t)c.n_in_lab);
    json_key(out, "without_rule");
    json_array(out);
    for (size_t i = 0; i < c.n; i++) {
        if (c.at[i].n_rules)
            continue;
        json_object(out);
        json_put_text(out, "cause", c.at[i].cause->id);
        json_put_text(out, "title", c.at[i].cause->title);
        json_put_text(out, "why", why_without(c.at[i].cause->id));
        json_object_end(out);
    }
    json_array_end(out);
    coverage_close(&c);
    return true;
}

/* "dates/expired +2", in so many columns and a blank. */
static void put_cell(
    const struct term *t, struct text *out, const char *name, size_t n, size_t columns)
{
    struct text cell = {0};

    text_add(&cell, name ? name : "-");
    if (n > 1)
        text_printf(&cell, " +%zu", n - 1);
    size_t used = term_text_cut(t, out, text_str(&cell), columns);
    term_pad(out, columns - used + 1);
    text_fini(&cell);
}

/* Whole names where there is room, or where no terminal is; else each column its part. */
static void put_row(const struct term *t, struct text *out, const struct covered *one)
{
    bool whole = !t->is_tty || t->width >= WHOLE_COLUMNS;
    size_t rest = t->width > 70 ? (size_t)t->width - 4 : 66;

    put_cell(t, out, one->cause->id, 1, whole ? CAUSE_COLUMNS : rest * 3 / 10);
    put_cell(t, out, one->rule, one->n_rules, whole ? RULE_COLUMNS : rest * 2 / 10);
    put_cell(t, out, one->lab, one->n_labs, whole ? LAB_COLUMNS : rest * 3 / 10);
    term_text_cut(t, out, one->spec ? one->spec : "-", whole ? LAB_COLUMNS : rest * 2 / 10);
    text_add_char(out, '\n');
}

bool coverage_print(
    const struct rules *rules, const struct term *t, struct text *out, struct err *e)
{
    struct coverage c;

    if (!coverage_open(&c, rules, e))
        return false;
    const struct cause head_cause = {.id = "CAUSE"};
    const struct covered head = {
        .cause = &head_cause, .rule = "RULE", .lab = "LAB", .spec = "TEST"};
    put_row(t, out, &head);
    for (size_t i = 0; i < c.n; i++)
        if (c.at[i].n_rules)
            put_row(t, out, &c.at[i]);
    text_printf(out, "\n%zu of %zu causes have a rule; the lab shows %zu. Without a rule:\n",
        c.n_with_rule, c.n, c.n_in_lab);
    for (size_t i = 0; i < c.n; i++) {
        if (c.at[i].n_rules)
            continue;
        text_printf(out, "  %s\n", c.at[i].cause->id);
        term_pad(out, INDENT);
        term_wrap(t, out, why_without(c.at[i].cause->id), INDENT, INDENT);
        text_add_char(out, '\n');
    }
    coverage_close(&c);
    return true;
}
