#include "filter_sql.h"

#include <inttypes.h>

#include <sqlite3.h>

#include "database.h"
#include "filter.h"
#include "filter_said.h"
#include "filter_tags.h"
#include "flow/outcome.h"

/* SPAN: a span of time with so few flows is walked. */
enum { SPAN = 50000 };

static void add_range(
    const char *column, const struct filter_node *node, int64_t unit, struct text *out)
{
    const char *and = "";

    text_add(out, "(");
    if (node->from != INT64_MIN) {
        text_printf(out, "%s >= %" PRId64, column, node->from / unit);
        and = " AND ";
    }
    if (node->to != INT64_MAX)
        text_printf(out, "%s%s < %" PRId64, and, column, node->to / unit);
    text_add(out, ")");
}

/* 0: there is no flow of this id. */
static bool seq_ask(struct database *db, const char *id, int64_t *seq, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT seq FROM flow WHERE id = ?1", e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
    if (!database_step(db, s, &row, e))
        return false;
    *seq = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return true;
}

/* A short span is walked by its index, of a long one each flow is tested. */
static bool add_span(struct database *db, const struct filter_node *node, struct text *out,
    bool *rare, struct err *e)
{
    static const char sql[] = "SELECT count(*) FROM (SELECT 1 FROM flow WHERE at_ms >= ?1 AND"
                              " at_ms < ?2 LIMIT ?3)";
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, node->from);
    sqlite3_bind_int64(s, 2, node->to);
    sqlite3_bind_int(s, 3, SPAN);
    if (!database_step(db, s, &row, e))
        return false;
    *rare = row && sqlite3_column_int64(s, 0) < SPAN;
    sqlite3_reset(s);
    if (*rare)
        text_add(out, "flow.seq IN (SELECT x.seq FROM flow AS x WHERE ");
    add_range(*rare ? "x.at_ms" : "flow.at_ms", node, 1, out);
    if (*rare)
        text_add(out, ")");
    return true;
}

static bool add_id(struct database *db, const char *id, struct text *out, bool *rare, struct err *e)
{
    int64_t seq;

    *rare = true;
    if (!seq_ask(db, id, &seq, e))
        return false;
    text_printf(out, "flow.seq = %" PRId64, seq);
    return true;
}

/* A bare word may be an id as well. */
static bool add_word(struct database *db, const struct filter_node *node, size_t number,
    struct text *out, bool *rare, struct err *e)
{
    int64_t seq;

    if (!seq_ask(db, node->text, &seq, e))
        return false;
    return seq ? add_id(db, node->text, out, rare, e)
               : filter_tags_sql(db, node, number, out, rare, e);
}

static bool add_atom(struct database *db, const struct filter_node *node, size_t number,
    struct text *out, bool *rare, struct err *e)
{
    *rare = false;
    switch (node->atom->value) {
    case FILTER_OUTCOME:
        text_printf(out, "flow.outcome = %" PRId64, node->from);
        return true;
    case FILTER_SURE:
        text_printf(out, "flow.sure = %" PRId64, node->from);
        return true;
    case FILTER_SINCE:
    case FILTER_AT:
        return add_span(db, node, out, rare, e);
    case FILTER_ENDS:
        add_range("flow.ends_s", node, 1000, out);
        return true;
    case FILTER_NUMBER:
        add_range("flow.ms", node, 1, out);
        return true;
    case FILTER_ID:
        return add_id(db, node->text, out, rare, e);
    case FILTER_HEADS:
    case FILTER_BODIES:
        filter_said_sql(node, out);
        return true;
    case FILTER_WORD:
        return add_word(db, node, number, out, rare, e);
    default:
        return filter_tags_sql(db, node, number, out, rare, e);
    }
}

/* All of several are rare when one is, any of them when each is. */
static bool add_node(struct database *db, const struct filter_node *node, size_t *n_atoms,
    struct text *out, bool *rare, struct err *e)
{
    bool child_rare;

    if (node->op == FILTER_IS)
        return add_atom(db, node, (*n_atoms)++, out, rare, e);
    *rare = node->op == FILTER_ANY;
    text_add(out, node->op == FILTER_NOT ? "NOT (" : "(");
    for (const struct filter_node *child = node->first; child; child = child->next) {
        if (child != node->first)
            text_add(out, node->op == FILTER_ANY ? " OR " : " AND ");
        if (!add_node(db, child, n_atoms, out, &child_rare, e))
            return false;
        if (node->op == FILTER_ALL)
            *rare = *rare || child_rare;
        else if (node->op == FILTER_ANY)
            *rare = *rare && child_rare;
    }
    text_add(out, ")");
    return true;
}

bool filter_sql(
    struct database *db, const struct filter *filter, struct text *out, bool *rare, struct err *e)
{
    const struct filter_node *root = filter ? filter_root(filter) : NULL;
    size_t n_atoms = 0;

    *rare = false;
    if (!root) {
        text_add(out, "1");
        return true;
    }
    return add_node(db, root, &n_atoms, out, rare, e);
}
