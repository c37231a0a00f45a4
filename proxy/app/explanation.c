#include "explanation.h"

#include <inttypes.h>
#include <string.h>

#include "base/json_out.h"
#include "chain_facts.h"
#include "chain_tree.h"
#include "flow/flow.h"
#include "flow/flow_json.h"
#include "flow/outcome.h"
#include "identity_facts.h"
#include "term.h"

enum { BECAUSE_USUAL = 5 };

static const struct flow_diagnosis *diagnosis_of(const struct flow *f, size_t which)
{
    return which < f->n_diagnosis ? &f->diagnosis[which] : NULL;
}

static const struct flow_verdict *verdict_of(const struct flow *f)
{
    if (f->server_leg)
        return f->server_leg->verdict;
    return f->identity ? f->identity->verdict : NULL;
}

/* Judged as Chrome, Firefox and Android do it, and not as iOS. */
static bool is_of_others(const struct flow *f)
{
    const struct flow_verdict *v = verdict_of(f);

    return v && v->policy && !strcmp(v->policy, "webpki");
}

const char *explanation_plain(const struct flow *f)
{
    return f->identity ? identity_sentence(f) : flow_sentence(f);
}

static enum term_shape sure_shape(const char *confidence)
{
    if (confidence && !strcmp(confidence, "certain"))
        return SHAPE_CERTAIN;
    return confidence && !strcmp(confidence, "likely") ? SHAPE_LIKELY : SHAPE_POSSIBLE;
}

static bool is_failing(const struct flow *f)
{
    return flow_is_refused(f) || f->failed_leg || f->refused_by_us || (f->dial && f->dial->error) ||
           identity_is_refused(f);
}

/* The shape, the title in bold, and how sure at the right end, all on one line. */
static void add_headline(const struct term *t, enum term_shape shape, enum term_style style,
    const char *title, const char *sure, struct text *out)
{
    size_t room = (size_t)t->width - 2 - (sure ? term_columns(sure) + 2 : 0);

    term_style(t, out, style);
    text_add(out, term_shape(t, shape));
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, ' ');
    term_style(t, out, TERM_BOLD);
    size_t used = term_text_cut(t, out, title, room);
    term_style(t, out, TERM_PLAIN);
    if (sure) {
        term_pad(out, room + 2 - used);
        term_style(t, out, TERM_BOLD);
        text_add(out, sure);
        term_style(t, out, TERM_PLAIN);
    }
    text_add_char(out, '\n');
}

void explanation_head(const struct term *t, const struct flow *f, size_t which, struct text *out)
{
    const struct flow_diagnosis *d = diagnosis_of(f, which);
    bool failing = is_failing(f);

    if (!d) {
        add_headline(t, failing ? SHAPE_FAILING : SHAPE_FINE, failing ? TERM_FAULT : TERM_FINE,
            failing           ? explanation_plain(f)
            : f->identity     ? identity_sentence(f)
            : is_of_others(f) ? "Chrome, Firefox and Android accept this"
                              : "An iPhone accepts this",
            NULL, out);
        return;
    }
    add_headline(t, failing ? SHAPE_FAILING : SHAPE_WARNING, failing ? TERM_FAULT : TERM_WARNING,
        d->title ? d->title : "", term_shape(t, sure_shape(d->confidence)), out);
    if (d->why && *d->why) {
        text_add(out, "  ");
        term_wrap(t, out, d->why, 2, 2);
    }
}

static void add_fact(const struct term *t, const struct flow_evidence *e, bool speaks_for,
    size_t at, struct text *out)
{
    struct text line = {0};

    text_printf(out, "%s ", term_shape(t, speaks_for ? SHAPE_FOR : SHAPE_AGAINST));
    if (e->says && *e->says)
        text_add(&line, e->says);
    else
        text_printf(&line, "%s is %s", e->fact ? e->fact : "a fact", e->value ? e->value : "none");
    term_wrap(t, out, text_str(&line), at + 2, at + 2);
    text_fini(&line);
}

static void add_because(const struct term *t, const struct flow_diagnosis *d, size_t indent,
    size_t most, struct text *out)
{
    size_t n = d->n_evidence + d->n_against;
    size_t shown = most && n > most ? most : n;

    for (size_t i = 0; i < shown; i++) {
        bool speaks_for = i < d->n_evidence;
        size_t at = term_label(t, out, i ? "" : "Because", indent);

        add_fact(
            t, speaks_for ? &d->evidence[i] : &d->against[i - d->n_evidence], speaks_for, at, out);
    }
    if (n > shown) {
        term_label(t, out, "", indent);
        text_printf(out, "  and %zu more\n", n - shown);
    }
}

/* A sentence with its grade at the right end, or after it when there is no room. */
static void add_graded(
    const struct term *t, const char *s, const char *grade, size_t at, struct text *out)
{
    struct text whole = {0}, mark = {0};

    term_text(t, &whole, s);
    if (grade)
        text_printf(&mark, "[%s]", grade);
    size_t used = at + term_columns(text_str(&whole)), marked = term_columns(text_str(&mark));
    if (grade && used + 2 + marked <= (size_t)t->width) {
        text_add(out, text_str(&whole));
        term_pad(out, (size_t)t->width - used - marked);
        term_style(t, out, TERM_FAINT);
        term_text(t, out, text_str(&mark));
        term_style(t, out, TERM_PLAIN);
        text_add_char(out, '\n');
    } else {
        if (grade)
            text_printf(&whole, " %s", text_str(&mark));
        term_wrap(t, out, text_str(&whole), at, at);
    }
    text_fini(&whole);
    text_fini(&mark);
}

static bool is_of_server(const struct flow_diagnosis *d)
{
    return !d || !d->leg || strcmp(d->leg, "client") != 0;
}

/* The check whose number iOS reports. */
static const char *winning_check(const struct flow_verdict *v)
{
    for (size_t i = 0; i < v->n_checks; i++)
        if (v->checks[i].osstatus == v->osstatus)
            return v->checks[i].check;
    return v->n_checks ? v->checks[0].check : "";
}

static void add_checks(
    const struct term *t, const struct flow_verdict *v, size_t indent, struct text *out)
{
    struct text line = {0};

    text_add(&line, winning_check(v));
    if (v->osstatus_name)
        text_printf(&line, "%s%s", line.len ? ", " : "", v->osstatus_name);
    if (v->osstatus != FLOW_NONE)
        text_printf(&line, " %" PRId64, v->osstatus);
    if (v->n_checks > 1)
        text_printf(&line, ", and %zu more", v->n_checks - 1);
    size_t at = term_label(t, out, "", indent);
    term_wrap(t, out, text_str(&line), at, at);
    text_fini(&line);
}

/* What nobody has explained: each failing check, in the words of the judge. */
static void add_failures(const struct term *t, const struct flow_verdict *v, size_t indent,
    size_t most, struct text *out)
{
    for (size_t i = 0; i < v->n_checks && (!most || i < most); i++) {
        const struct flow_check *c = &v->checks[i];
        struct text line = {0};
        size_t at = term_label(t, out, i ? "" : "Because", indent);

        text_printf(&line, "%s, certificate %" PRId64 "%s%s", c->check, c->cert + 1,
            c->detail ? ": " : "", c->detail ? c->detail : "");
        term_wrap(t, out, text_str(&line), at, at);
        text_fini(&line);
    }
}

static void add_openssl(
    const struct term *t, const struct flow_verdict *v, size_t indent, struct text *out)
{
    size_t at = term_label(t, out, "OpenSSL", indent);
    struct text line = {0};

    if (v->openssl->accept)
        text_add(&line, "accepts");
    else
        text_printf(&line, "refuses: result %" PRId64 " at depth %" PRId64, v->openssl->code,
            v->openssl->depth);
    term_wrap(t, out, text_str(&line), at, at);
    text_fini(&line);
}

static void add_ios_line(const struct term *t, const char *who, const char *s, const char *grade,
    size_t indent, bool first, struct text *out)
{
    struct text line = {0};

    text_printf(&line, "%s%s", who, s);
    size_t at = term_label(t, out, first ? "iOS" : "", indent);
    add_graded(t, text_str(&line), grade, at, out);
    text_fini(&line);
}

static void add_ios(const struct term *t, const struct flow *f, const struct flow_diagnosis *d,
    size_t indent, struct text *out)
{
    const struct flow_verdict *v = is_of_server(d) ? verdict_of(f) : NULL;
    bool refused = v && flow_is_refused(f);
    const char *text = d && d->ios->text ? d->ios->text : refused ? v->text : NULL;
    const char *grade = d && d->ios->grade ? d->ios->grade
                        : text && refused  ? "Apple source"
                                           : NULL;
    bool first = true;

    if (text) {
        add_ios_line(t, "", text, grade, indent, first, out);
        first = false;
        if (refused)
            add_checks(t, v, indent, out);
    }
    if (d && d->ios->safari) {
        add_ios_line(t, "Safari: ", d->ios->safari, text ? NULL : grade, indent, first, out);
        first = false;
    }
    if (d && d->ios->app)
        add_ios_line(
            t, "Apps: ", d->ios->app, text || d->ios->safari ? NULL : grade, indent, first, out);
    if (refused)
        add_openssl(t, v, indent, out);
}

static void add_steps(const struct term *t, const char *label, const struct flow_texts *steps,
    const char *none, size_t indent, struct text *out)
{
    size_t at = term_label(t, out, label, indent);

    if (!steps->n) {
        term_wrap(t, out, none, at, at);
        return;
    }
    if (steps->n == 1) {
        term_wrap(t, out, steps->at[0], at, at);
        return;
    }
    for (size_t i = 0; i < steps->n; i++) {
        struct text number = {0};

        if (i)
            term_label(t, out, "", indent);
        text_printf(&number, "%zu. ", i + 1);
        text_add(out, text_str(&number));
        term_wrap(t, out, steps->at[i], at + number.len, at + number.len);
        text_fini(&number);
    }
}

void explanation_rows(const struct term *t, const struct flow *f, size_t which, size_t indent,
    size_t most_because, struct text *out)
{
    const struct flow_diagnosis *d = diagnosis_of(f, which);

    if (d)
        add_because(t, d, indent, most_because, out);
    else if (flow_is_refused(f))
        add_failures(t, verdict_of(f), indent, most_because, out);
    if (!d && is_of_others(f)) {
        if (flow_is_refused(f))
            add_openssl(t, verdict_of(f), indent, out);
        return;
    }
    add_ios(t, f, d, indent, out);
    if (!d)
        return;
    add_steps(t, "Phone", &d->device_fix, "Nothing. No setting helps.", indent, out);
    add_steps(t, "Server", &d->server_fix, "Nothing.", indent, out);
    if (d->next_test && *d->next_test) {
        size_t at = term_label(t, out, "Next", indent);

        term_wrap(t, out, d->next_test, at, at);
    }
}

/* "cause · server leg · by rule dates/expired · id" */
static void add_foot(const struct term *t, const struct flow *f, size_t which, struct text *out)
{
    const struct flow_diagnosis *d = diagnosis_of(f, which);
    struct text line = {0};
    const char *dot = term_shape(t, SHAPE_DOT);

    if (!d)
        return;
    text_printf(&line, "%s", d->cause ? d->cause : "");
    if (d->leg)
        text_printf(&line, " %s %s%s", dot, d->leg, strcmp(d->leg, "identity") ? " leg" : "");
    for (size_t i = 0; i < d->by.n; i++) {
        bool is_rule = text_starts(d->by.at[i], "rule:");

        if (i)
            text_add(&line, ", ");
        else
            text_printf(&line, " %s by ", dot);
        text_printf(
            &line, "%s%s", is_rule ? "rule " : "", d->by.at[i] + (is_rule ? strlen("rule:") : 0));
    }
    if (f->id)
        text_printf(&line, " %s %s", dot, f->id);
    text_add(out, "  ");
    term_style(t, out, TERM_FAINT);
    term_wrap(t, out, text_str(&line), 2, 2);
    term_style(t, out, TERM_PLAIN);
    text_fini(&line);
}

static bool has_chain(const struct flow *f)
{
    return (f->server_leg && f->server_leg->n_chain) || (f->identity && f->identity->n_chain);
}

/* Is there more to say than that all is well? */
static bool is_told_further(const struct flow *f)
{
    return f->n_diagnosis || is_failing(f);
}

/* The chain, and what is said of it besides its certificates. */
static void add_chain(const struct term *t, const struct flow *f, struct text *out)
{
    bool facts;

    if (has_chain(f)) {
        chain_tree(t, f, out);
        text_add_char(out, '\n');
    }
    facts = identity_facts(t, f, out);
    facts |= chain_facts(t, f, out);
    if (facts && is_told_further(f))
        text_add_char(out, '\n');
}

void explanation_body(
    const struct term *t, const struct flow *f, bool with_chain, bool all_facts, struct text *out)
{
    if (with_chain)
        add_chain(t, f, out);
    if (!is_told_further(f))
        return;
    for (size_t i = 0; i == 0 || i < f->n_diagnosis; i++) {
        if (i) {
            text_add_char(out, '\n');
            explanation_head(t, f, i, out);
            text_add_char(out, '\n');
        }
        explanation_rows(t, f, i, 2, all_facts ? 0 : BECAUSE_USUAL, out);
        text_add_char(out, '\n');
        add_foot(t, f, i, out);
    }
}

void explanation_write(
    const struct term *t, const struct flow *f, bool with_chain, bool all_facts, struct text *out)
{
    explanation_head(t, f, 0, out);
    text_add_char(out, '\n');
    explanation_body(t, f, with_chain, all_facts, out);
}

void explanation_print(
    const struct term *t, const struct flow *f, bool json, bool all_facts, FILE *to)
{
    struct text out = {0};
    struct json_out object;

    if (json) {
        json_init(&object, &out);
        flow_json(f, &object);
        text_add_char(&out, '\n');
    } else {
        explanation_write(t, f, true, all_facts, &out);
    }
    fputs(text_str(&out), to);
    text_fini(&out);
}
