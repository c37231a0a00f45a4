#include "filter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "filter_priv.h"
#include "flow/outcome.h"

enum { DAY_MS = 24 * 3600 * 1000, NUMBER_DIGITS = 12 };

static const struct filter_atom atoms[] = {
#define ATOM(name, VALUE, KIND, gloss) {name, FILTER_##VALUE, KIND, gloss},
#include "store/filter.def"
#undef ATOM
};

static const struct filter_atom word = {"", FILTER_WORD, TAG_NONE, "host, URL or sentence"};

struct parser {
    struct filter *filter;
    const char *text, *at;
    int64_t now_ms;
    enum filter_about about;
    size_t n_nodes, depth;
    struct filter_fault *fault;
};

const struct filter_atom *filter_atoms(size_t *n)
{
    *n = sizeof atoms / sizeof *atoms;
    return atoms;
}

const struct filter_atom *filter_atom_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        if (strlen(atoms[i].name) == len && !strncmp(atoms[i].name, name, len))
            return &atoms[i];
    return NULL;
}

bool filter_atom_fits(const struct filter_atom *atom, enum filter_about about)
{
    return about == FILTER_ABOUT_FLOWS || atom->value == FILTER_HOST ||
           atom->value == FILTER_ENDS || atom->value == FILTER_WORD || atom->kind == TAG_ISSUER ||
           atom->kind == TAG_SUBJECT || atom->kind == TAG_SHA256;
}

/* --- faults --- */

static size_t column_of(const struct parser *p, const char *at)
{
    size_t column = 1;

    for (const char *c = p->text; c < at; c++)
        column += ((unsigned char)*c & 0xc0) != 0x80;
    return column;
}

PRINTF_LIKE(4, 5)
static struct filter_node *wrong(
    struct parser *p, const char *at, bool incomplete, const char *format, ...)
{
    va_list args;

    if (p->fault->column)
        return NULL; /* the first one is the one to mend */
    p->fault->column = column_of(p, at);
    p->fault->incomplete = incomplete;
    va_start(args, format);
    vsnprintf(p->fault->text, sizeof p->fault->text, format, args);
    va_end(args);
    return NULL;
}

/* --- words --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static void skip_blanks(struct parser *p)
{
    while (is_blank(*p->at))
        p->at++;
}

static bool ends_word(char c)
{
    return !c || is_blank(c) || strchr("()&|", c);
}

/* A word, or what stands between quotes; NULL: there is none, or its quote is open. */
static const char *take_word(struct parser *p)
{
    struct text out = {0};
    const char *begin = p->at;
    char quote = *p->at == '"' || *p->at == '\'' ? *p->at : '\0';

    if (!quote) {
        while (!ends_word(*p->at))
            p->at++;
        return p->at == begin ? NULL
                              : arena_text_n(&p->filter->arena, begin, (size_t)(p->at - begin));
    }
    for (p->at++; *p->at && *p->at != quote; p->at++) {
        if (*p->at == '\\' && (p->at[1] == quote || p->at[1] == '\\'))
            p->at++;
        text_add_char(&out, *p->at);
    }
    const char *kept = arena_text_n(&p->filter->arena, text_str(&out), out.len);
    text_fini(&out);
    if (!*p->at) {
        wrong(p, begin, true, "the quotation mark is not closed");
        return NULL;
    }
    p->at++;
    return kept;
}

static struct filter_node *node_new(struct parser *p, enum filter_op op)
{
    if (++p->n_nodes > FILTER_NODES_MOST)
        return wrong(p, p->at, false, "the filter has more than %d parts", FILTER_NODES_MOST);
    struct filter_node *node = arena_new(&p->filter->arena, sizeof *node);
    node->op = op;
    node->text = "";
    return node;
}

/* --- values --- */

static bool number_read(const char **at, int64_t *out)
{
    int digits = 0;

    for (*out = 0; **at >= '0' && **at <= '9' && digits < NUMBER_DIGITS; (*at)++, digits++)
        *out = *out * 10 + (**at - '0');
    return digits > 0 && !(**at >= '0' && **at <= '9');
}

/* "90s", "15m", "1h", "14d", "2w" */
static bool duration_read(const char *text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", DAY_MS}, {"w", 7 * (int64_t)DAY_MS}};
    const char *at = text;
    int64_t n;

    if (!number_read(&at, &n))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(at, units[i].unit)) {
            *ms = n * units[i].ms;
            return true;
        }
    return false;
}

/* ">500", "<20", ">=500", "<=20", "500", "100-200" */
static bool range_read(const char *text, int64_t *from, int64_t *to)
{
    bool more = *text == '>', less = *text == '<';
    const char *at = text + (more || less);
    bool same = (more || less) && *at == '=';
    int64_t n, m;

    at += same;
    if (!number_read(&at, &n))
        return false;
    *from = less ? INT64_MIN : more && !same ? n + 1 : n;
    *to = more ? INT64_MAX : less && !same ? n : n + 1;
    if (*at == '-' && !more && !less) {
        at++;
        if (!number_read(&at, &m))
            return false;
        *to = m + 1;
    }
    return !*at;
}

/* "09:30" after midnight. */
static bool clock_read(const char **at, int64_t *ms)
{
    int64_t hour, minute;

    if (!number_read(at, &hour) || hour > 23 || **at != ':')
        return false;
    (*at)++;
    if (!number_read(at, &minute) || minute > 59)
        return false;
    *ms = (hour * 60 + minute) * 60000;
    return true;
}

/* "09:30", "09:30-09:45", "2026-11-21", or an RFC 3339 time */
static bool moment_read(const char *text, int64_t now_ms, int64_t *from, int64_t *to)
{
    const char *at = text;
    int64_t midnight = now_ms - now_ms % DAY_MS, first, last;

    if (clock_read(&at, &first)) {
        *from = midnight + first;
        *to = *from + 60000;
        if (*at == '-') {
            at++;
            if (!clock_read(&at, &last))
                return false;
            *to = midnight + last + 60000;
        }
        return !*at && *from < *to;
    }
    int64_t seconds;

    if (!time_parse_rfc3339(text, &seconds))
        return false;
    *from = seconds * 1000;
    *to = *from + (strchr(text, 'T') ? 1000 : DAY_MS);
    return true;
}

static bool sure_read(const char *text, int64_t *out)
{
    static const char *const words[] = {"possible", "likely", "certain"};

    for (int i = 0; i < 3; i++)
        if (text_equal_caseless(text, words[i])) {
            *out = i + 1;
            return true;
        }
    return false;
}

static int64_t outcome_of(const char *atom)
{
    static const struct {
        const char *atom;
        enum outcome outcome;
    } rows[] = {
        {"fail", OUTCOME_FAILING},
        {"warn", OUTCOME_WARNING},
        {"ok", OUTCOME_FINE},
        {"expected", OUTCOME_EXPECTED},
        {"unread", OUTCOME_UNREAD},
        {"mirror", OUTCOME_MIRRORED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(atom, rows[i].atom))
            return (int64_t)rows[i].outcome;
    return -1;
}

/* What a value of this kind must look like, for the one who mends it. */
static const char *wanted_by(const struct filter_atom *atom)
{
    if (!strcmp(atom->name, "alert"))
        return "a number or a name";
    switch (atom->value) {
    case FILTER_SURE:
        return "certain, likely or possible";
    case FILTER_SINCE:
    case FILTER_ENDS:
        return "a duration such as 15m, 1h or 14d";
    case FILTER_AT:
        return "a time such as 09:30, 09:30-09:45 or 2026-11-21";
    case FILTER_NUMBER:
        return "a number such as 500, >500 or 100-200";
    case FILTER_HOST:
        return "a host";
    default:
        return "a word; one with blanks or brackets in quotes";
    }
}

static bool value_read(struct parser *p, struct filter_node *node)
{
    int64_t ms;

    switch (node->atom->value) {
    case FILTER_SURE:
        return sure_read(node->text, &node->from);
    case FILTER_SINCE:
        node->to = INT64_MAX;
        if (!duration_read(node->text, &ms))
            return false;
        node->from = p->now_ms - ms;
        return true;
    case FILTER_ENDS:
        node->from = INT64_MIN;
        if (!duration_read(node->text, &ms))
            return false;
        node->to = p->now_ms + ms;
        return true;
    case FILTER_AT:
        return moment_read(node->text, p->now_ms, &node->from, &node->to);
    case FILTER_NUMBER:
        return range_read(node->text, &node->from, &node->to);
    default:
        return *node->text != '\0';
    }
}

/* --- the grammar --- */

static struct filter_node *take_any(struct parser *p);

static struct filter_node *unknown_atom(struct parser *p, const char *at, size_t len)
{
    const char *names[sizeof atoms / sizeof *atoms + 1];
    char name[32];
    const char *near;

    snprintf(name, sizeof name, "%.*s", (int)(len < 31 ? len : 31), at);
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        names[i] = atoms[i].name;
    names[sizeof atoms / sizeof *atoms] = NULL;
    near = text_nearest(name, names);
    if (!len)
        return wrong(p, at, true, "after ~ comes the name of an atom, such as ~d or ~cause");
    return wrong(p, at - 1, !p->at[0], "there is no ~%s%s%s%s", name,
        near ? "; did you mean ~" : "", near ? near : "", near ? "?" : "");
}

/* "~fail says nothing of a certificate; ~d ~issuer do" */
static struct filter_node *odd_atom(
    struct parser *p, const char *at, const struct filter_atom *atom)
{
    struct text fit = {0};

    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        if (filter_atom_fits(&atoms[i], p->about))
            text_printf(&fit, " ~%s", atoms[i].name);
    wrong(
        p, at, false, "~%s says nothing of a certificate; these do:%s", atom->name, text_str(&fit));
    text_fini(&fit);
    return NULL;
}

static struct filter_node *take_atom(struct parser *p)
{
    const char *begin = p->at++;
    const char *name = p->at;

    while ((*p->at >= 'a' && *p->at <= 'z') || (*p->at >= '0' && *p->at <= '9'))
        p->at++;
    size_t len = (size_t)(p->at - name);
    const struct filter_atom *atom = filter_atom_find(name, len);
    if (!atom)
        return unknown_atom(p, name, len);
    if (!filter_atom_fits(atom, p->about))
        return odd_atom(p, begin, atom);
    struct filter_node *node = node_new(p, FILTER_IS);
    if (!node)
        return NULL;
    node->atom = atom;
    if (atom->value == FILTER_OUTCOME) {
        node->from = outcome_of(atom->name);
        return node;
    }
    skip_blanks(p);
    const char *value_at = p->at;
    const char *value = *p->at == '~' ? NULL : take_word(p);
    if (p->fault->column)
        return NULL;
    if (!value)
        return wrong(p, *value_at ? value_at : begin, !*value_at, "after ~%s comes %s", atom->name,
            wanted_by(atom));
    node->text = value;
    if (!value_read(p, node))
        return wrong(p, value_at, !*p->at, "after ~%s comes %s", atom->name, wanted_by(atom));
    return node;
}

static struct filter_node *take_group(struct parser *p)
{
    const char *begin = p->at++;
    struct filter_node *node;

    if (++p->depth > FILTER_DEPTH_MOST)
        return wrong(p, begin, false, "brackets lie more than %d deep", FILTER_DEPTH_MOST);
    if (!(node = take_any(p)))
        return NULL;
    skip_blanks(p);
    if (*p->at != ')')
        return wrong(p, begin, true, "the bracket is not closed");
    p->at++;
    p->depth--;
    return node;
}

static struct filter_node *take_one(struct parser *p)
{
    struct filter_node *node;

    skip_blanks(p);
    if (*p->at == '!') {
        const char *begin = p->at++;

        if (++p->depth > FILTER_DEPTH_MOST)
            return wrong(p, begin, false, "too many ! in a row");
        struct filter_node *inner = take_one(p);
        p->depth--;
        if (!inner || !(node = node_new(p, FILTER_NOT)))
            return NULL;
        node->first = inner;
        return node;
    }
    if (*p->at == '(')
        return take_group(p);
    if (*p->at == '~')
        return take_atom(p);
    if (!*p->at)
        return wrong(p, p->at, true, "something is missing here: an atom or a word");
    if (strchr(")&|", *p->at))
        return wrong(p, p->at, false, "an atom or a word is missing before \"%c\"", *p->at);
    if (!(node = node_new(p, FILTER_IS)))
        return NULL;
    node->atom = &word;
    const char *value = take_word(p);
    if (!value)
        return NULL;
    node->text = value;
    return *value ? node : wrong(p, p->at, false, "an empty word finds nothing");
}

/* Wraps what follows the first one in a node of its own. */
static struct filter_node *chain(
    struct parser *p, enum filter_op op, struct filter_node *first, struct filter_node *next)
{
    struct filter_node *node = first, *last;

    if (first->op != op || first->next) {
        if (!(node = node_new(p, op)))
            return NULL;
        node->first = first;
    }
    for (last = node->first; last->next; last = last->next)
        ;
    last->next = next;
    return node;
}

static struct filter_node *take_all(struct parser *p)
{
    struct filter_node *node = take_one(p), *more;

    while (node) {
        skip_blanks(p);
        if (*p->at == '&')
            p->at++;
        else if (!*p->at || *p->at == '|' || *p->at == ')')
            return node;
        if (!(more = take_one(p)))
            return NULL;
        node = chain(p, FILTER_ALL, node, more);
    }
    return NULL;
}

static struct filter_node *take_any(struct parser *p)
{
    struct filter_node *node = take_all(p), *more;

    while (node) {
        skip_blanks(p);
        if (*p->at != '|')
            return node;
        p->at++;
        if (!(more = take_all(p)))
            return NULL;
        node = chain(p, FILTER_ANY, node, more);
    }
    return NULL;
}

struct filter *filter_parse_about(
    enum filter_about about, const char *text, int64_t now_ms, struct filter_fault *fault)
{
    struct filter *f = mem_new(sizeof *f);
    struct parser p = {
        .filter = f, .text = text, .at = text, .now_ms = now_ms, .about = about, .fault = fault};

    *fault = (struct filter_fault){0};
    arena_init(&f->arena);
    if (strlen(text) > FILTER_BYTES_MOST)
        wrong(&p, text, false, "a filter has at most %d characters", FILTER_BYTES_MOST);
    skip_blanks(&p);
    if (!fault->column && *p.at && (f->root = take_any(&p)) && *p.at)
        wrong(&p, p.at, false, "there is no bracket to close here");
    if (!fault->column)
        return f;
    filter_free(f);
    return NULL;
}

struct filter *filter_parse(const char *text, int64_t now_ms, struct filter_fault *fault)
{
    return filter_parse_about(FILTER_ABOUT_FLOWS, text, now_ms, fault);
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    arena_fini(&f->arena);
    mem_free(f);
}

const struct filter_node *filter_root(const struct filter *f)
{
    return f->root;
}
