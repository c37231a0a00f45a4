#include "comparison.h"

#include <string.h>

#include "base/json_out.h"
#include "explain/compare.h"
#include "explanation.h"
#include "flow/flow.h"
#include "judge/verdict.h"
#include "term.h"

enum { VALUE_AT = 7, TARGET_COLUMNS = 60, VALUE_MOST = 400, HARMLESS_MOST = 100 };

static const char *const letters[2] = {"A", "B"};

static enum term_style style_of(const struct verdict *v)
{
    return v->answer == VERDICT_ACCEPT ? TERM_FINE : TERM_FAULT;
}

static void add_side(
    const struct term *t, const struct comparison_side *side, const char *letter, struct text *out)
{
    const struct verdict *v = side->verdict;
    struct text line = {0};

    text_printf(out, "  %s  ", letter);
    term_name(t, out, side->target, TARGET_COLUMNS);
    text_add(out, "\n     ");
    term_style(t, out, style_of(v));
    text_add(out, term_shape(t, v->answer == VERDICT_ACCEPT ? SHAPE_FINE : SHAPE_FAILING));
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, ' ');
    if (v->answer == VERDICT_ACCEPT)
        text_add(&line, "accepted");
    else if (v->answer == VERDICT_REJECT)
        text_printf(&line, "refused: %s", v->text ? v->text : "");
    else
        text_printf(&line, "not judged: %s", v->error ? v->error : explanation_plain(side->flow));
    term_wrap(t, out, text_str(&line), VALUE_AT, VALUE_AT);
    text_fini(&line);
    for (size_t i = 0; i < side->flow->n_diagnosis; i++) {
        term_pad(out, VALUE_AT);
        term_wrap(t, out, side->flow->diagnosis[i].title, VALUE_AT, VALUE_AT);
    }
}

/* "extended key usage of the intermediate"; "root" needs no place. */
static void tell_what(const struct difference *d, struct text *out)
{
    bool of_one = text_starts(d->where, "leaf") || text_starts(d->where, "intermediate") ||
                  text_starts(d->where, "root");

    text_add(out, d->what);
    if (of_one)
        text_printf(out, " of the %s", d->where);
}

static void add_what(const struct term *t, const struct difference *d, struct text *out)
{
    struct text line = {0};

    tell_what(d, &line);
    term_text(t, out, text_str(&line));
    text_fini(&line);
}

static void add_value(
    const struct term *t, const char *letter, const char *name, const char *value, struct text *out)
{
    struct text line = {0}, cut = {0};

    text_add_safe(&cut, value, strlen(value), VALUE_MOST);
    text_printf(&line, "%s%s%s", text_str(&cut), name ? "  — " : "", name ? name : "");
    text_printf(out, "    %s  ", letter);
    term_wrap(t, out, text_str(&line), VALUE_AT, VALUE_AT);
    text_fini(&line);
    text_fini(&cut);
}

static const char *fails_words(enum compare_fails f)
{
    switch (f) {
    case FAILS_ON_A:
        return "fails on A";
    case FAILS_ON_B:
        return "fails on B";
    case FAILS_ON_BOTH:
        return "fails on both";
    case FAILS_NOWHERE:
        break;
    }
    return "passes on both";
}

static void add_deciding(const struct term *t, const struct difference *d, struct text *out)
{
    struct text line = {0};

    text_add(out, "  ");
    term_style(t, out, d->matters ? TERM_FAULT : TERM_WARNING);
    text_add(out, term_shape(t, SHAPE_DIFFERS));
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, ' ');
    term_style(t, out, TERM_BOLD);
    add_what(t, d, out);
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, '\n');
    add_value(t, "A", d->a_name, d->a, out);
    add_value(t, "B", d->b_name, d->b, out);
    if (d->check || d->cause) {
        text_printf(&line, "%s %s", d->check ? d->check : d->cause, fails_words(d->fails));
        if (d->why)
            text_printf(&line, ": %s", d->why);
        term_pad(out, VALUE_AT);
        term_wrap(t, out, text_str(&line), VALUE_AT, VALUE_AT);
        text_fini(&line);
    }
}

/* One line each: what it is and both values. */
static void add_harmless(
    const struct term *t, const struct difference *d, bool all, struct text *out)
{
    struct text line = {0};

    text_add(out, "    ");
    if (all) {
        add_what(t, d, out);
        text_add_char(out, '\n');
        add_value(t, "A", NULL, d->a, out);
        add_value(t, "B", NULL, d->b, out);
        return;
    }
    tell_what(d, &line);
    text_add(&line, ": ");
    text_add_safe(&line, d->a, strlen(d->a), HARMLESS_MOST);
    text_add(&line, " / ");
    text_add_safe(&line, d->b, strlen(d->b), HARMLESS_MOST);
    term_wrap(t, out, text_str(&line), 4, 6);
    text_fini(&line);
}

/* Serial numbers and their like, of one place, from the i-th difference on: their names are enough.
 */
static size_t add_opaque(
    const struct term *t, const struct comparison *c, size_t i, struct text *out)
{
    const char *where = c->at[i].where;
    struct text line = {0};

    for (; i < c->n && c->at[i].opaque && strcmp(c->at[i].where, where) == 0; i++)
        text_printf(&line, "%s%s", line.len ? ", " : "", c->at[i].what);
    text_printf(&line, " of the %s", where);
    text_add(out, "    ");
    term_wrap(t, out, text_str(&line), 4, 6);
    text_fini(&line);
    return i;
}

static bool decides(const struct difference *d)
{
    return d->matters || d->check;
}

static void add_differences(
    const struct term *t, const struct comparison *c, bool all, struct text *out)
{
    size_t i = 0;

    if (c->n && decides(&c->at[0]))
        text_add(out, "\n  What decides\n");
    for (; i < c->n && decides(&c->at[i]); i++)
        add_deciding(t, &c->at[i], out);
    if (i < c->n)
        text_add(out, "\n  What differs, and no check objects to\n");
    while (i < c->n)
        if (c->at[i].opaque && !all)
            i = add_opaque(t, c, i, out);
        else
            add_harmless(t, &c->at[i++], all, out);
}

void comparison_write(const struct term *t, const struct comparison *c,
    const struct comparison_side side[static 2], bool all, struct text *out)
{
    bool fine = side[0].verdict->answer == VERDICT_ACCEPT &&
                side[1].verdict->answer == VERDICT_ACCEPT && !c->n_matter;

    term_style(t, out, fine ? TERM_FINE : TERM_FAULT);
    text_add(out, term_shape(t, fine ? SHAPE_FINE : SHAPE_FAILING));
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, ' ');
    term_wrap(t, out, c->answer, 2, 2);
    text_add_char(out, '\n');
    for (int s = 0; s < 2; s++)
        add_side(t, &side[s], letters[s], out);
    add_differences(t, c, all, out);
}

static void side_json(const struct comparison_side *side, struct json_out *out)
{
    json_object(out);
    json_put_text(out, "target", side->target);
    json_key(out, "diagnosis");
    json_array(out);
    for (size_t i = 0; i < side->flow->n_diagnosis; i++)
        json_text(out, side->flow->diagnosis[i].cause);
    json_array_end(out);
    json_object_end(out);
}

static void verdict_json(const struct comparison_side *side, struct json_out *out)
{
    json_object(out);
    verdict_write_json(side->verdict, out);
    json_object_end(out);
}

static void difference_json(const struct difference *d, struct json_out *out)
{
    static const char *const fails[] = {
        [FAILS_NOWHERE] = NULL, [FAILS_ON_A] = "a", [FAILS_ON_B] = "b", [FAILS_ON_BOTH] = "both"};

    json_object(out);
    json_put_text(out, "what", d->what);
    json_put_text(out, "where", d->where);
    json_put_text(out, "a", d->a);
    json_put_text(out, "b", d->b);
    json_put_bool(out, "matters", d->matters);
    json_put_text(out, "check", d->check);
    json_put_text(out, "fails", fails[d->fails]);
    json_put_text(out, "why", d->why);
    json_put_text(out, "cause", d->cause);
    json_object_end(out);
}

void comparison_json(
    const struct comparison *c, const struct comparison_side side[static 2], struct json_out *out)
{
    json_object(out);
    json_put_int(out, "v", 1);
    json_put_text(out, "answer", c->answer);
    json_key(out, "a");
    side_json(&side[0], out);
    json_key(out, "b");
    side_json(&side[1], out);
    json_key(out, "verdicts");
    json_object(out);
    json_key(out, "a");
    verdict_json(&side[0], out);
    json_key(out, "b");
    verdict_json(&side[1], out);
    json_object_end(out);
    json_key(out, "differences");
    json_array(out);
    for (size_t i = 0; i < c->n; i++)
        difference_json(&c->at[i], out);
    json_array_end(out);
    json_object_end(out);
}
