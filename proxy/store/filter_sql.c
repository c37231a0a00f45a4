#include "filter_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "database.h"
#include "filter.h"
#include "flow/outcome.h"

/* TAGS_MOST: that one atom may mean; the newest count. RARE: a tag of so few flows is walked.
 * GRAM: what the index of words knows at least. */
enum { ATOM_TAGS_MOST = 2000, RARE = 20000, GRAM = 3, PATTERN_CAP = 2 * FILTER_BYTES_MOST + 4 };

struct picked {
    struct text ids; /* "1,2,3" */
    size_t n;
    int64_t flows; /* at most RARE */
};

/* --- which tags --- */

/* LIKE with its signs made harmless by '\'. */
static void pattern_write(
    char out[static PATTERN_CAP], const char *before, const char *text, const char *after)
{
    size_t n = (size_t)snprintf(out, PATTERN_CAP, "%s", before);

    for (; *text && n + 4 < PATTERN_CAP; text++) {
        if (strchr("%_\\", *text))
            out[n++] = '\\';
        out[n++] = *text == '*' ? '%' : *text;
    }
    snprintf(out + n, PATTERN_CAP - n, "%s", after);
}

static bool count_flows(struct database *db, int64_t tag, int64_t most, int64_t *n, struct err *e)
{
    sqlite3_stmt *s = database_statement(
        db, "SELECT count(*) FROM (SELECT 1 FROM flow_tag WHERE tag = ?1 LIMIT ?2)", e);
    bool row;

    *n = 0;
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, tag);
    sqlite3_bind_int64(s, 2, most);
    if (!database_step(db, s, &row, e))
        return false;
    *n = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return true;
}

static bool pick(struct database *db, const char *sql, enum tag_kind kind, const char *pattern,
    struct picked *out, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, pattern, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 3, ATOM_TAGS_MOST);
    for (;;) {
        int64_t n = 0;

        if (!database_step(db, s, &row, e))
            return false;
        if (!row)
            return true;
        int64_t tag = sqlite3_column_int64(s, 0);
        text_printf(&out->ids, "%s%" PRId64, out->n++ ? "," : "", tag);
        if (out->flows < RARE && !count_flows(db, tag, RARE - out->flows, &n, e)) {
            sqlite3_reset(s);
            return false;
        }
        out->flows += n;
    }
}

static const char exactly[] =
    "SELECT id FROM tag WHERE kind = ?1 AND text LIKE ?2 ESCAPE '\\' ORDER BY id DESC LIMIT ?3";
static const char words[] =
    "SELECT id FROM tag WHERE kind = ?1 AND id IN (SELECT rowid FROM tag_words WHERE text LIKE ?2)"
    " ORDER BY id DESC LIMIT ?3";

/* The index of words takes a pattern without an escape; and it has no part shorter than a gram. */
static bool pick_part(
    struct database *db, enum tag_kind kind, const char *text, struct picked *out, struct err *e)
{
    char pattern[PATTERN_CAP];
    bool plain = !strpbrk(text, "%_\\*") && strlen(text) >= GRAM;

    if (plain)
        snprintf(pattern, sizeof pattern, "%%%s%%", text);
    else
        pattern_write(pattern, "%", text, "%");
    return pick(db, plain ? words : exactly, kind, pattern, out, e);
}

static bool pick_exact(
    struct database *db, enum tag_kind kind, const char *text, struct picked *out, struct err *e)
{
    char pattern[PATTERN_CAP];

    pattern_write(pattern, "", text, "");
    /* "4xx": any status of that class */
    if (kind == TAG_STATUS && strlen(text) == 3 && (text[1] | 0x20) == 'x' &&
        (text[2] | 0x20) == 'x')
        snprintf(pattern, sizeof pattern, "%c__", text[0]);
    return pick(db, exactly, kind, pattern, out, e);
}

static bool pick_host(struct database *db, const char *text, struct picked *out, struct err *e)
{
    char pattern[PATTERN_CAP];

    pattern_write(pattern, "%.", text, "");
    return pick_exact(db, TAG_HOST, text, out, e) && pick(db, exactly, TAG_HOST, pattern, out, e);
}

/* "tls1.2", "1.2", "TLSv1.2" */
static bool pick_version(struct database *db, const char *text, struct picked *out, struct err *e)
{
    const char *digits = strpbrk(text, "0123456789");
    char version[FILTER_BYTES_MOST + 8];

    snprintf(version, sizeof version, "%s%s", digits ? "TLSv" : "", digits ? digits : text);
    return pick_exact(db, TAG_VERSION, version, out, e);
}

/* Names of devices live with the devices; the caller has put those of this text in front. */
static bool pick_device(struct database *db, const char *text, struct picked *out, struct err *e)
{
    return pick_exact(db, TAG_DEVICE, text, out, e) && pick_exact(db, TAG_CLIENT, text, out, e);
}

static bool pick_word(struct database *db, const char *text, struct picked *out, struct err *e)
{
    static const enum tag_kind kinds[] = {
        TAG_HOST, TAG_URL, TAG_TITLE, TAG_CAUSE, TAG_WORDS, TAG_SUBJECT};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!pick_part(db, kinds[i], text, out, e))
            return false;
    return true;
}

static bool pick_of(
    struct database *db, const struct filter_node *node, struct picked *out, struct err *e)
{
    enum tag_kind kind = node->atom->kind;

    switch (node->atom->value) {
    case FILTER_HOST:
        return pick_host(db, node->text, out, e);
    case FILTER_VERSION:
        return pick_version(db, node->text, out, e);
    case FILTER_DEVICE:
        return pick_device(db, node->text, out, e);
    case FILTER_WORD:
        return pick_word(db, node->text, out, e);
    case FILTER_EXACT:
        return pick_exact(db, kind, node->text, out, e);
    default:
        return pick_part(db, kind, node->text, out, e) &&
               (kind != TAG_CAUSE || pick_part(db, TAG_TITLE, node->text, out, e)) &&
               (kind != TAG_ADDRESS || pick_part(db, TAG_CLIENT, node->text, out, e));
    }
}

/* --- the condition --- */

static void add_picked(const struct picked *picked, struct text *out)
{
    if (!picked->n)
        text_add(out, "0");
    else if (picked->flows < RARE)
        text_printf(out, "flow.seq IN (SELECT seq FROM flow_tag WHERE tag IN (%s))",
            text_str(&picked->ids));
    else
        text_printf(out,
            "EXISTS (SELECT 1 FROM flow_tag AS x WHERE x.tag IN (%s) AND x.seq = flow.seq)",
            text_str(&picked->ids));
}

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

static bool add_id(
    struct database *db, const struct filter_node *node, struct text *out, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT seq FROM flow WHERE id = ?1", e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, node->text, -1, SQLITE_STATIC);
    if (!database_step(db, s, &row, e))
        return false;
    text_printf(out, "flow.seq = %" PRId64, row ? (int64_t)sqlite3_column_int64(s, 0) : INT64_C(0));
    sqlite3_reset(s);
    return true;
}

static bool add_atom(
    struct database *db, const struct filter_node *node, struct text *out, struct err *e)
{
    struct picked picked = {0};

    switch (node->atom->value) {
    case FILTER_OUTCOME:
        text_printf(out, "flow.outcome = %" PRId64, node->from);
        return true;
    case FILTER_SURE:
        text_printf(out, "flow.sure = %" PRId64, node->from);
        return true;
    case FILTER_SINCE:
    case FILTER_AT:
        add_range("flow.at_ms", node, 1, out);
        return true;
    case FILTER_ENDS:
        add_range("flow.ends_s", node, 1000, out);
        return true;
    case FILTER_NUMBER:
        add_range("flow.ms", node, 1, out);
        return true;
    case FILTER_ID:
        return add_id(db, node, out, e);
    default:
        break;
    }
    bool fine = pick_of(db, node, &picked, e);
    if (fine)
        add_picked(&picked, out);
    text_fini(&picked.ids);
    return fine;
}

static bool add_node(
    struct database *db, const struct filter_node *node, struct text *out, struct err *e)
{
    if (node->op == FILTER_IS)
        return add_atom(db, node, out, e);
    text_add(out, node->op == FILTER_NOT ? "NOT (" : "(");
    for (const struct filter_node *child = node->first; child; child = child->next) {
        if (child != node->first)
            text_add(out, node->op == FILTER_ANY ? " OR " : " AND ");
        if (!add_node(db, child, out, e))
            return false;
    }
    text_add(out, ")");
    return true;
}

bool filter_sql(struct database *db, const struct filter *filter, struct text *out, struct err *e)
{
    const struct filter_node *root = filter ? filter_root(filter) : NULL;

    if (!root) {
        text_add(out, "1");
        return true;
    }
    return add_node(db, root, out, e);
}
