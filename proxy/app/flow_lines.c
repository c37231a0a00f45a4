#include "flow_lines.h"

#include "base/time_text.h"
#include "explanation.h"
#include "flow/flow.h"
#include "flow/flow_read.h"
#include "flow/outcome.h"
#include "live_line.h"
#include "term.h"

/* INDENT: of an explanation, as under a live line. */
enum { INDENT = 10, DAY_S = 24 * 3600 };

static void add_day(struct flow_lines *l, const struct flow *f, struct text *out)
{
    int64_t end_s = (f->at_ms + f->ms) / 1000;
    char day[TIME_TEXT_CAP];

    if (end_s / DAY_S == l->day)
        return;
    l->day = end_s / DAY_S;
    term_style(l->term, out, TERM_FAINT);
    text_add(out, time_day(day, end_s));
    term_style(l->term, out, TERM_PLAIN);
    text_add_char(out, '\n');
}

/* Requests, what is said of each cause, and the id, by which it is found again. */
static void add_explanation(
    const struct flow_lines *l, const struct flow *f, enum outcome kind, struct text *out)
{
    live_exchanges(l->term, f, out);
    for (size_t i = 0; i < f->n_diagnosis; i++) {
        if (i) {
            term_pad(out, INDENT);
            term_wrap(
                l->term, out, f->diagnosis[i].title ? f->diagnosis[i].title : "", INDENT, INDENT);
        }
        if (f->diagnosis[i].why && *f->diagnosis[i].why) {
            term_pad(out, INDENT);
            term_wrap(l->term, out, f->diagnosis[i].why, INDENT, INDENT);
        }
        explanation_rows(l->term, f, i, INDENT, 0, out);
    }
    if (!f->n_diagnosis && outcome_is_wrong(kind))
        explanation_rows(l->term, f, 0, INDENT, 0, out);
    term_pad(out, INDENT);
    term_style(l->term, out, TERM_FAINT);
    term_text(l->term, out, f->id);
    term_style(l->term, out, TERM_PLAIN);
    text_add(out, "\n\n");
}

bool flow_lines_add(
    struct flow_lines *l, const struct text *record, struct text *out, struct err *e)
{
    if (l->json) {
        text_add_n(out, record->at, record->len);
        text_add_char(out, '\n');
        return true;
    }
    struct flow *f = flow_read(record->at, record->len, e);
    if (!f)
        return err_wrap(e, "a record of the store");
    enum outcome kind = flow_outcome(f);

    add_day(l, f, out);
    live_line(l->term, f, kind, 1, out);
    if (l->verbose)
        add_explanation(l, f, kind, out);
    flow_free(f);
    return true;
}
