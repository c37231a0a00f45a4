#include "chain_tree.h"

#include <inttypes.h>
#include <string.h>

#include "base/time_text.h"
#include "flow/flow.h"
#include "term.h"

/* TREE_AT: where names begin; STATE_AT: where what is said of a certificate begins, from 80 columns
 * on. */
enum { TREE_AT = 4, STATE_AT = 49, ROWS_MOST = 16, DAY_S = 86400 };

/* What is drawn: the certificates of a site as they were sent, and behind them those of the judged
 * path that were fetched; or those of an identity's file. */
struct rows {
    const struct flow_certificate *at[ROWS_MOST];
    size_t n, n_sent, n_cut;
    const struct flow_verdict *verdict; /* or NULL */
    const char *trusted_by;             /* or NULL */
    const char *not_there;              /* what is said of an issuer that is missing */
};

static bool is_on_path(const struct flow_verdict *v, const char *sha256)
{
    for (size_t k = 0; v && sha256 && k < v->path.n; k++)
        if (strcmp(v->path.at[k], sha256) == 0)
            return true;
    return false;
}

static void rows_take(struct rows *rows, const struct flow_certificate *at, size_t n)
{
    rows->n = rows->n_sent = n < ROWS_MOST ? n : ROWS_MOST;
    rows->n_cut = n - rows->n;
    for (size_t i = 0; i < rows->n; i++)
        rows->at[i] = &at[i];
}

static void rows_gather(const struct flow *f, struct rows *out)
{
    const struct flow_server_leg *leg = f->server_leg;

    *out = (struct rows){.not_there = "not sent"};
    if (!leg) {
        rows_take(out, f->identity->chain, f->identity->n_chain);
        out->verdict = f->identity->verdict;
        out->not_there = "not in the file";
        return;
    }
    rows_take(out, leg->chain, leg->n_chain);
    out->verdict = leg->verdict;
    out->trusted_by = leg->trusted_by;
    for (size_t i = 0; i < leg->n_fetched && out->n < ROWS_MOST && !out->n_cut; i++)
        if (is_on_path(leg->verdict, leg->fetched[i].sha256))
            out->at[out->n++] = &leg->fetched[i];
}

/* The first check that failed on this certificate, or NULL. A check counts along the judged path,
 * which may leave out or reorder what was sent. */
static const struct flow_check *fault_of(const struct rows *rows, size_t i)
{
    const struct flow_verdict *v = rows->verdict;
    const char *sha256 = rows->at[i]->sha256;

    for (size_t k = 0; v && k < v->n_checks; k++) {
        size_t depth = (size_t)v->checks[k].cert;
        bool here = depth < v->path.n && sha256 ? !strcmp(v->path.at[depth], sha256) : depth == i;

        if (here)
            return &v->checks[k];
    }
    return NULL;
}

/* The same of who stands above a certificate on the judged path, and was not sent. */
static const struct flow_check *fault_above(const struct rows *rows, size_t i)
{
    const struct flow_verdict *v = rows->verdict;
    const char *sha256 = rows->at[i]->sha256;

    for (size_t k = 0; v && sha256 && k < v->n_checks; k++) {
        size_t depth = (size_t)v->checks[k].cert;

        if (depth && depth < v->path.n && strcmp(v->path.at[depth - 1], sha256) == 0)
            return &v->checks[k];
    }
    return NULL;
}

/* Only its fingerprint is: a log names certificates, and does not hold them. */
static bool is_known(const struct flow_certificate *c)
{
    return c->subject->text != NULL;
}

static const char *name_of(const struct flow_name *name)
{
    const char *text = name->cn ? name->cn : name->o ? name->o : name->text;

    return text && *text ? text : "(no name)";
}

static bool same_name(const struct flow_name *a, const struct flow_name *b)
{
    return a->text && b->text && !strcmp(a->text, b->text);
}

/* "3 days", and "1,388 days" with its comma */
static void add_duration(int64_t seconds, struct text *out)
{
    char buf[TIME_TEXT_CAP];

    if (seconds < 1000 * DAY_S) {
        text_add(out, time_duration(buf, seconds));
        return;
    }
    term_number(out, seconds / DAY_S);
    text_add(out, " days");
}

/* "69 days left", "ended 52 days ago", "starts in 47 minutes" */
static void add_time(const struct flow_certificate *c, int64_t now, struct text *out)
{
    if (now > c->not_after) {
        text_add(out, "ended ");
        add_duration(now - c->not_after, out);
        text_add(out, " ago");
    } else if (now < c->not_before) {
        text_add(out, "starts in ");
        add_duration(c->not_before - now, out);
    } else {
        add_duration(c->not_after - now, out);
        text_add(out, " left");
    }
}

static const char *store_words(const char *trusted_by)
{
    if (!trusted_by)
        return NULL;
    if (!strcmp(trusted_by, "both"))
        return "in Apple's and Mozilla's store";
    if (!strcmp(trusted_by, "apple"))
        return "in Apple's, not in Mozilla's";
    if (!strcmp(trusted_by, "mozilla"))
        return "in Mozilla's, not in Apple's";
    return "in no public store";
}

/* Where the mark of a fault follows on the line. */
static const char *store_short(const char *trusted_by)
{
    if (!strcmp(trusted_by, "apple"))
        return "only Apple's";
    return !strcmp(trusted_by, "mozilla") ? "only Mozilla's" : "not trusted";
}

static bool is_in_store(const struct rows *rows)
{
    return rows->trusted_by && strcmp(rows->trusted_by, "neither") != 0;
}

/* "RSA 2048" for the record's "RSA-2048" */
static void add_key(const struct term *t, const char *key, struct text *out)
{
    bool is_rsa = key && text_starts(key, "RSA-");

    if (is_rsa)
        text_add(out, "RSA ");
    term_text(t, out, is_rsa ? key + strlen("RSA-") : key);
}

static void add_shape(const struct term *t, enum term_style style, struct text *out)
{
    enum term_shape shape = style == TERM_FAULT  ? SHAPE_FAILING
                            : style == TERM_FINE ? SHAPE_FINE
                                                 : SHAPE_NOTHING;

    text_add(out, "  ");
    term_style(t, out, style);
    text_add(out, term_shape(t, shape));
    term_style(t, out, TERM_PLAIN);
    text_add_char(out, ' ');
}

static void add_under(const struct term *t, bool more, struct text *out)
{
    text_add(out, "  ");
    text_add(out, more ? term_shape(t, SHAPE_LINE) : " ");
    text_add_char(out, ' ');
}

/* Prose beside the trunk, on as many lines as the window takes. */
static void add_beside(const struct term *t, bool more, const char *says, struct text *out)
{
    struct term inner = *t;
    struct text lines = {0};

    inner.width = t->width - TREE_AT;
    term_wrap(&inner, &lines, says, 0, 0);
    for (const char *at = text_str(&lines), *end; (end = strchr(at, '\n')); at = end + 1) {
        add_under(t, more, out);
        text_add_n(out, at, (size_t)(end + 1 - at));
    }
    text_fini(&lines);
}

/* Where the dates say it already, "the fault" is enough; else the check's name. */
static const char *fault_words(const struct flow_check *fault)
{
    bool dates = !fault->check || !strcmp(fault->check, "TemporalValidity");

    return dates ? "the fault" : fault->check;
}

static size_t fault_columns(const struct term *t, const struct flow_check *fault)
{
    return term_columns(term_shape(t, SHAPE_FAULT_HERE)) + 1 + term_columns(fault_words(fault));
}

static void add_fault_mark(
    const struct term *t, const struct flow_check *fault, size_t room, struct text *out)
{
    term_style(t, out, TERM_FAULT);
    text_printf(out, "%s ", term_shape(t, SHAPE_FAULT_HERE));
    term_text_cut(
        t, out, fault_words(fault), room - term_columns(term_shape(t, SHAPE_FAULT_HERE)) - 1);
    term_style(t, out, TERM_PLAIN);
}

/* A certificate, drawn or to be drawn. */
struct node {
    const char *name, *state;
    const struct flow_check *fault; /* or NULL */
    bool more;                      /* the trunk goes on below it */
};

/* What is said of it stands in a column of its own, or on the line below when the name is long. */
static void add_node_wide(const struct term *t, const struct node *n, struct text *out)
{
    size_t used = TREE_AT + term_name(t, out, n->name, (size_t)t->width - TREE_AT);
    size_t room = (size_t)t->width - STATE_AT - term_columns(n->state);

    if (used + 2 > STATE_AT) {
        text_add_char(out, '\n');
        used = 0;
    }
    term_pad(out, STATE_AT - used);
    text_add(out, n->state);
    if (n->fault && 1 + fault_columns(t, n->fault) > room) {
        text_add_char(out, '\n');
        add_under(t, n->more, out);
        term_pad(out, STATE_AT - TREE_AT - 1);
        room = (size_t)t->width - STATE_AT;
    }
    if (n->fault) {
        text_add_char(out, ' ');
        add_fault_mark(t, n->fault, room, out);
    }
    text_add_char(out, '\n');
}

static void add_node(const struct term *t, const struct node *n, struct text *out)
{
    size_t room = (size_t)t->width - TREE_AT;

    if (t->width >= TERM_USUAL) {
        add_node_wide(t, n, out);
        return;
    }
    term_name(t, out, n->name, room);
    text_add_char(out, '\n');
    add_beside(t, n->more, n->state, out);
    if (n->fault) {
        add_under(t, n->more, out);
        add_fault_mark(t, n->fault, room, out);
        text_add_char(out, '\n');
    }
}

static bool is_last(const struct rows *rows, size_t i)
{
    return i + 1 == rows->n;
}

/* Beyond the last certificate that was sent stands its issuer: in a store, or nobody knows where.
 */
static bool has_unsent_issuer(const struct flow_certificate *c)
{
    return is_known(c) && !c->self_signed && !same_name(c->subject, c->issuer);
}

/* "2 Aug 2026 to 31 Oct 2026 · P-256 · fetched, not sent" */
static void add_dates(
    const struct term *t, const struct flow_certificate *c, bool more, struct text *out)
{
    char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP];
    struct text line = {0};

    if (is_known(c)) {
        text_printf(&line, "%s to %s %s ", time_day(from, c->not_before),
            time_day(to, c->not_after), term_shape(t, SHAPE_DOT));
        add_key(t, c->key, &line);
    } else {
        text_printf(&line, "SHA-256 %s", c->sha256 ? c->sha256 : "unknown");
    }
    if (c->source && strcmp(c->source, "sent") != 0)
        text_printf(&line, " %s %s", term_shape(t, SHAPE_DOT),
            !strcmp(c->source, "aia") ? "fetched, not sent" : "from the store");
    add_beside(t, more, text_str(&line), out);
    text_fini(&line);
}

static void add_certificate(
    const struct term *t, const struct flow *f, const struct rows *rows, size_t i, struct text *out)
{
    const struct flow_certificate *c = rows->at[i];
    struct text state = {0};
    struct node n = {
        .name = is_known(c) ? name_of(c->subject) : "(a certificate)",
        .fault = fault_of(rows, i),
        .more = !is_last(rows, i) || has_unsent_issuer(c),
    };

    if (!is_known(c))
        text_add(&state, "not kept");
    else if (c->self_signed && !n.fault && i && store_words(rows->trusted_by))
        text_add(&state, store_words(rows->trusted_by));
    else
        add_time(c, f->now, &state);
    n.state = text_str(&state);
    add_shape(t, n.fault ? TERM_FAULT : TERM_FINE, out);
    add_node(t, &n, out);
    add_dates(t, c, n.more, out);
    text_fini(&state);
}

static void add_link(const struct term *t, const struct rows *rows, size_t i, struct text *out)
{
    const struct flow_certificate *c = rows->at[i];
    const struct flow_certificate *next = is_last(rows, i) ? NULL : rows->at[i + 1];
    struct text line = {0};

    text_add(&line, "signed by");
    if (next && is_known(c) && is_known(next) && !same_name(c->issuer, next->subject)) {
        text_add_char(&line, ' ');
        term_name(t, &line, name_of(c->issuer), 40);
        text_add(&line, i + 1 < rows->n_sent ? ", which does not follow" : ", which was not sent");
    }
    add_beside(t, true, text_str(&line), out);
    text_fini(&line);
}

static void add_unsent_issuer(const struct term *t, const struct rows *rows, struct text *out)
{
    bool known = is_in_store(rows);
    struct node n = {
        .name = name_of(rows->at[rows->n - 1]->issuer),
        .state = rows->not_there,
        .fault = fault_above(rows, rows->n - 1),
    };

    if (known)
        n.state = (n.fault ? store_short : store_words)(rows->trusted_by);
    add_shape(t, n.fault ? TERM_FAULT : known ? TERM_FINE : TERM_PLAIN, out);
    add_node(t, &n, out);
}

/* "TLS 1.3" for the record's "TLSv1.3" */
static void add_version(const struct term *t, const char *version, struct text *out)
{
    bool is_tls = version && text_starts(version, "TLSv");

    if (!version)
        return;
    text_add(out, is_tls ? ", TLS " : ", ");
    term_text(t, out, is_tls ? version + strlen("TLSv") : version);
}

static void add_sender(const struct term *t, const struct flow *f, struct text *out)
{
    struct text line = {0};

    if (!f->server_leg || !f->server_leg->address)
        return;
    text_add(&line, "Sent by ");
    term_name(t, &line, f->server_leg->address, 46);
    text_printf(&line, ", port %" PRId64, f->target->port);
    add_version(t, f->server_leg->version, &line);
    if (f->server_leg->alpn) {
        text_add(&line, ", ");
        term_name(t, &line, f->server_leg->alpn, 20);
    }
    text_add(out, "  ");
    term_wrap(t, out, text_str(&line), 2, 2);
    text_add_char(out, '\n');
    text_fini(&line);
}

void chain_tree(const struct term *t, const struct flow *f, struct text *out)
{
    struct rows rows;

    if (!f->server_leg && !f->identity)
        return;
    rows_gather(f, &rows);
    if (!rows.n)
        return;
    add_sender(t, f, out);
    for (size_t i = 0; i < rows.n; i++) {
        add_certificate(t, f, &rows, i, out);
        if (!is_last(&rows, i))
            add_link(t, &rows, i, out);
    }
    if (rows.n_cut) {
        struct text line = {0};

        text_printf(&line, "%zu more certificates were sent", rows.n_cut);
        add_beside(t, false, text_str(&line), out);
        text_fini(&line);
        return;
    }
    if (has_unsent_issuer(rows.at[rows.n - 1])) {
        add_link(t, &rows, rows.n - 1, out);
        add_unsent_issuer(t, &rows, out);
    }
}
