#include "live_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/time_text.h"
#include "explanation.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "term.h"

/* TEXT_AT: after "09:41:52  ◆ failing   "; in a window where little is left beside that, all else
 * stands below, at STACKED_AT. */
enum {
    TEXT_AT = 22,
    STACKED_BELOW = 52,
    STACKED_AT = 2,
    HOST_COLUMNS = 20,
    HOST_MOST = 44,
    DETAIL_LEAST = 10,
    DETAIL_COLUMNS = 32,
    EXCHANGES_SHOWN = 20
};

static const struct {
    const char *word;
    enum term_shape shape;
    enum term_style style;
} kinds[] = {
    [OUTCOME_FINE] = {"fine", SHAPE_FINE, TERM_FINE},
    [OUTCOME_FAILING] = {"failing", SHAPE_FAILING, TERM_FAULT},
    [OUTCOME_WARNING] = {"warning", SHAPE_WARNING, TERM_WARNING},
    [OUTCOME_EXPECTED] = {"expected", SHAPE_EXPECTED, TERM_EXPECTED},
    [OUTCOME_UNREAD] = {"unread", SHAPE_UNREAD, TERM_UNREAD},
    [OUTCOME_MIRRORED] = {"mirrored", SHAPE_MIRRORED, TERM_MIRRORED},
};

static bool is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

void live_device(const struct flow *f, struct text *out)
{
    const struct flow_device *d = f->client->device;
    bool known = d->family && strcmp(d->family, "unknown") && strcmp(d->family, "other");

    if (d->name)
        text_add(out, d->name);
    else
        text_printf(out, "%s%s%s", known ? d->family : "", known ? " " : "",
            f->client->ip ? f->client->ip : "unknown device");
}

static bool is_stacked(const struct term *t)
{
    return t->width < STACKED_BELOW;
}

static void add_opening(
    const struct term *t, const struct flow *f, enum outcome kind, struct text *out)
{
    char at[TIME_TEXT_CAP];

    term_style(t, out, TERM_FAINT);
    text_add(out, time_of_day(at, (f->at_ms + f->ms) / 1000));
    term_style(t, out, TERM_PLAIN);
    text_add(out, "  ");
    term_style(t, out, kinds[kind].style);
    text_printf(out, "%s %s", term_shape(t, kinds[kind].shape), kinds[kind].word);
    term_style(t, out, TERM_PLAIN);
    if (is_stacked(t))
        text_add_char(out, '\n');
    else
        term_pad(out, TEXT_AT - strlen("09:41:52  x ") - strlen(kinds[kind].word));
}

/* " · Anna's iPhone · Grocer" */
static void who_text(const struct term *t, const struct flow *f, struct text *out)
{
    live_device(f, out);
    if (f->client->app->name && strcmp(f->client->app->name, "unknown"))
        text_printf(out, " %s %s", term_shape(t, SHAPE_DOT), f->client->app->name);
}

/* "4 requests, 212 ms" */
static void how_text(const struct flow *f, struct text *out)
{
    size_t n = f->n_exchanges + f->n_exchanges_cut;

    if (n) {
        term_number(out, (int64_t)n);
        text_add(out, n == 1 ? " request, " : " requests, ");
    } else if (f->client_leg && is(f->decision->action, "intercept")) {
        text_add(out, "no request, ");
    }
    term_number(out, f->ms);
    text_add(out, " ms");
}

static void by_text(const struct flow *f, struct text *out)
{
    const char *by = f->decision->by ? f->decision->by : "default";

    if (text_starts(by, "rule:"))
        text_printf(out, "by your rule %s", by + strlen("rule:"));
    else if (text_starts(by, "plugin:"))
        text_printf(out, "by plugin %s", by + strlen("plugin:"));
    else if (is(by, "config"))
        text_add(out, "by your configuration");
    else if (is(by, "learned"))
        text_add(out, "learned: it refused us before");
    else
        text_add(out, "not TLS, or not to be opened");
}

static void detail_text(const struct flow *f, enum outcome kind, struct text *out)
{
    if (kind == OUTCOME_EXPECTED) {
        text_add(out, f->n_diagnosis && f->diagnosis[0].title ? f->diagnosis[0].title
                                                              : "Apple services refuse any proxy");
        return;
    }
    if (kind == OUTCOME_MIRRORED) {
        text_printf(out, "%s, ", f->decision->fault ? f->decision->fault : "a fault on purpose");
        if (f->decision->fault_met)
            text_printf(out, "%s, ", f->decision->fault_met);
        by_text(f, out);
        return;
    }
    if (kind == OUTCOME_UNREAD) {
        by_text(f, out);
        text_add(out, ", ");
    }
    how_text(f, out);
}

static void host_text(const struct flow *f, struct text *out)
{
    text_add(out, f->target->host ? f->target->host : "(no host yet)");
    if (f->target->port && f->target->port != 443)
        text_printf(out, ":%" PRId64, f->target->port);
}

/* "×11", right-aligned at the terminal's end. `used` is the column so far. */
static void add_count(const struct term *t, size_t used, size_t count, struct text *out)
{
    struct text mark = {0};

    if (count > 1) {
        text_add(&mark, term_shape(t, SHAPE_TIMES));
        term_number(&mark, (int64_t)count);
        size_t columns = term_columns(text_str(&mark));
        term_pad(
            out, used + columns + 1 < (size_t)t->width ? (size_t)t->width - used - columns : 1);
        text_add(out, text_str(&mark));
    }
    text_add_char(out, '\n');
    text_fini(&mark);
}

static size_t count_room(size_t count)
{
    return count > 1 ? 8 : 0;
}

/* Shows text in at most `room` columns; gives how many it took. */
static size_t add_part(const struct term *t, struct text *part, size_t room, struct text *out)
{
    size_t used = term_text_cut(t, out, text_str(part), room);

    text_clear(part);
    return used;
}

static void one_line(
    const struct term *t, const struct flow *f, enum outcome kind, size_t count, struct text *out)
{
    struct text part = {0};
    size_t width = (size_t)t->width, used = TEXT_AT, end = width - count_room(count);
    size_t room = end - TEXT_AT - DETAIL_LEAST;

    add_opening(t, f, kind, out);
    host_text(f, &part);
    size_t host = term_name(t, out, text_str(&part), room < HOST_MOST ? room : HOST_MOST);
    text_clear(&part);
    size_t gap = host < HOST_COLUMNS ? HOST_COLUMNS - host + 2 : 2;
    term_pad(out, gap);
    used += host + gap;
    detail_text(f, kind, &part);
    size_t detail = add_part(t, &part, end > used ? end - used : 1, out);
    used += detail;
    if (width >= TERM_WIDE && used + 20 < end) {
        gap = detail < DETAIL_COLUMNS ? DETAIL_COLUMNS - detail + 2 : 2;
        term_pad(out, gap);
        who_text(t, f, &part);
        used += gap + add_part(t, &part, end > used + gap ? end - used - gap : 1, out);
    }
    add_count(t, used, count, out);
    text_fini(&part);
}

static enum term_shape sure_shape(const char *confidence)
{
    if (is(confidence, "certain"))
        return SHAPE_CERTAIN;
    return is(confidence, "likely") ? SHAPE_LIKELY : SHAPE_POSSIBLE;
}

/* "" when nobody says. */
static const char *sure_text(const struct term *t, const struct flow *f)
{
    if (!f->n_diagnosis || is(f->decision->action, "mirror"))
        return "";
    return term_shape(t, sure_shape(f->diagnosis[0].confidence));
}

static const char *sentence_of(const struct term *t, const struct flow *f)
{
    const struct flow_note *note = flow_loud_note(f);
    const struct flow_diagnosis *d = f->n_diagnosis ? &f->diagnosis[0] : NULL;

    if (note && is(f->decision->action, "mirror"))
        return note->text; /* what the app made of a fault goes before the site's own */
    if (d && t->width >= TERM_WIDE && d->why && *d->why)
        return d->why;
    if (d)
        return d->title ? d->title : d->cause;
    if (flow_has_failed(f) || flow_is_refused(f))
        return explanation_plain(f);
    return note ? note->text : "";
}

static void first_line(
    const struct term *t, const struct flow *f, enum outcome kind, struct text *out)
{
    const char *sure = sure_text(t, f);
    size_t width = (size_t)t->width, room;
    bool narrow = width < TERM_NARROW;

    add_opening(t, f, kind, out);
    /* The marks of all confidences begin in one column. */
    size_t sure_room = term_columns(term_shape(t, SHAPE_POSSIBLE));
    room = width - TEXT_AT - (narrow || !*sure ? 0 : sure_room + 1);
    term_style(t, out, TERM_BOLD);
    size_t used = term_text_cut(t, out, sentence_of(t, f), room);
    term_style(t, out, TERM_PLAIN);
    if (*sure && narrow) {
        text_add_char(out, '\n');
        term_pad(out, TEXT_AT);
    } else if (*sure) {
        term_pad(out, room + 1 - used);
    }
    term_style(t, out, TERM_BOLD);
    text_add(out, sure);
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, '\n');
}

static void next_text(const struct term *t, const struct flow *f, struct text *out)
{
    const struct flow_diagnosis *d = f->n_diagnosis ? &f->diagnosis[0] : NULL;
    const char *next = NULL;

    if (d && d->server_fix.n && !is(d->leg, "client"))
        next = d->server_fix.at[0];
    else if (d && d->device_fix.n)
        next = d->device_fix.at[0];
    else if (d)
        next = d->next_test;
    if (next && *next)
        text_printf(out, " %s next: %s", term_shape(t, SHAPE_DOT), next);
}

static void second_line(const struct term *t, const struct flow *f, size_t count, struct text *out)
{
    struct text part = {0};
    size_t width = (size_t)t->width;

    host_text(f, &part);
    text_printf(&part, " %s ", term_shape(t, SHAPE_DOT));
    who_text(t, f, &part);
    if (width >= TERM_WIDE)
        next_text(t, f, &part);
    term_pad(out, TEXT_AT);
    size_t used = TEXT_AT + add_part(t, &part, width - TEXT_AT - count_room(count), out);
    add_count(t, used, count, out);
    text_fini(&part);
}

static void add_stacked(const struct term *t, struct text *part, struct text *out)
{
    term_pad(out, STACKED_AT);
    add_part(t, part, (size_t)t->width - STACKED_AT, out);
    text_add_char(out, '\n');
}

/* A line for each thing that is told. */
static void stacked_lines(
    const struct term *t, const struct flow *f, enum outcome kind, size_t count, struct text *out)
{
    struct text part = {0};

    add_opening(t, f, kind, out);
    if (outcome_is_wrong(kind)) {
        term_pad(out, STACKED_AT);
        term_style(t, out, TERM_BOLD);
        term_wrap(t, out, sentence_of(t, f), STACKED_AT, STACKED_AT);
        text_add(&part, sure_text(t, f));
        if (part.len)
            add_stacked(t, &part, out);
        term_style(t, out, TERM_PLAIN);
    }
    host_text(f, &part);
    add_stacked(t, &part, out);
    if (outcome_is_wrong(kind))
        who_text(t, f, &part);
    else
        detail_text(f, kind, &part);
    if (count > 1) {
        text_printf(&part, " %s", term_shape(t, SHAPE_TIMES));
        term_number(&part, (int64_t)count);
    }
    add_stacked(t, &part, out);
    text_fini(&part);
}

void live_line(
    const struct term *t, const struct flow *f, enum outcome kind, size_t count, struct text *out)
{
    if (is_stacked(t)) {
        stacked_lines(t, f, kind, count, out);
        return;
    }
    if (!outcome_is_wrong(kind)) {
        one_line(t, f, kind, count, out);
        return;
    }
    first_line(t, f, kind, out);
    second_line(t, f, count, out);
}

void live_exchanges(const struct term *t, const struct flow *f, struct text *out)
{
    size_t at = is_stacked(t) ? STACKED_AT : TEXT_AT;

    for (size_t i = 0; i < f->n_exchanges && i < EXCHANGES_SHOWN; i++) {
        const struct flow_exchange *x = &f->exchanges[i];
        struct text line = {0};

        text_printf(&line, "%s %s", x->method ? x->method : "?", x->url ? x->url : "");
        term_pad(out, at);
        term_style(t, out, TERM_FAINT);
        if (x->status == FLOW_NONE)
            text_add(out, "---");
        else
            text_printf(out, "%03" PRId64, x->status);
        text_add(out, "  ");
        term_name(t, out, text_str(&line), (size_t)t->width - at - strlen("200  "));
        term_style(t, out, TERM_PLAIN);
        text_add_char(out, '\n');
        text_fini(&line);
    }
    if (f->n_exchanges > EXCHANGES_SHOWN) {
        term_pad(out, at);
        text_printf(out, "and %zu more\n", f->n_exchanges + f->n_exchanges_cut - EXCHANGES_SHOWN);
    }
}
