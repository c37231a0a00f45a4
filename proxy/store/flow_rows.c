#include "flow_rows.h"

#include <string.h>

#include <sqlite3.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/facts.h"
#include "database.h"
#include "dictionary.h"
#include "exchange_rows.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/flow_json.h"
#include "flow/outcome.h"
#include "squeeze.h"
#include "tag.h"
#include "tape_rows.h"
#include "varint.h"

/* PRUNE_ROWS: of one transaction, so that traffic's own wait is short. NAMES_BYTES: of a
 * certificate, for lists. HOUR_MS: of the chart of causes. */
enum { PRUNE_ROWS = 1000, NAMES_BYTES = 2048, HOUR_MS = 3600 * 1000 };

struct flow_rows {
    struct database *db;
    struct tag_book *book;
    struct squeeze *squeeze;
    struct tag_list tags;
    struct text json, packed, ids;
    enum { STORIES_UNKNOWN = 0, STORIES_NONE, STORIES_SOME } stories;
};

/* --- the dictionary of this file --- */

static bool dictionary_read(struct database *db, struct squeeze **out, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT bytes FROM dictionary WHERE id = 1", e);
    bool row;

    *out = NULL;
    if (!s || !database_step(db, s, &row, e))
        return false;
    if (row)
        *out = squeeze_new(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
    sqlite3_reset(s);
    return true;
}

static bool dictionary_begin(struct database *db, struct squeeze **out, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "INSERT INTO dictionary VALUES (1, ?1)", e);
    struct text made = {0};
    bool row, done = false;

    dictionary_make(&made);
    if (s) {
        sqlite3_bind_blob(s, 1, made.at, (int)made.len, SQLITE_STATIC);
        done = database_step(db, s, &row, e);
    }
    if (done)
        *out = squeeze_new(made.at, made.len);
    text_fini(&made);
    return done;
}

struct flow_rows *flow_rows_new(struct database *db, struct err *e)
{
    struct squeeze *squeeze;

    if (!dictionary_read(db, &squeeze, e) || (!squeeze && !dictionary_begin(db, &squeeze, e)))
        return NULL;
    struct flow_rows *rows = mem_new(sizeof *rows);
    rows->db = db;
    rows->squeeze = squeeze;
    rows->book = tag_book_new();
    return rows;
}

void flow_rows_free(struct flow_rows *rows)
{
    if (!rows)
        return;
    tag_book_free(rows->book);
    squeeze_free(rows->squeeze);
    text_fini(&rows->json);
    text_fini(&rows->packed);
    text_fini(&rows->ids);
    mem_free(rows);
}

void flow_rows_forget(struct flow_rows *rows)
{
    tag_book_forget(rows->book);
    rows->stories = STORIES_UNKNOWN;
}

bool flow_rows_has(struct flow_rows *rows, const char *id, bool *has, struct err *e)
{
    sqlite3_stmt *s = database_statement(rows->db, "SELECT 1 FROM flow WHERE id = ?1", e);

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
    if (!database_step(rows->db, s, has, e))
        return false;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return true;
}

/* --- a flow --- */

static void bind_maybe(sqlite3_stmt *s, int at, int64_t n)
{
    if (n == FLOW_NONE)
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_int64(s, at, n);
}

static int sure_of(const struct flow *f)
{
    const char *sure = f->n_diagnosis ? f->diagnosis[0].confidence : NULL;

    if (!sure)
        return 0;
    return !strcmp(sure, "certain") ? 3 : !strcmp(sure, "likely") ? 2 : 1;
}

/* When the first certificate of the chain ends. */
static int64_t ends_of(const struct flow *f)
{
    int64_t ends = FLOW_NONE;

    for (size_t i = 0; f->server_leg && i < f->server_leg->n_chain; i++)
        if (ends == FLOW_NONE || f->server_leg->chain[i].not_after < ends)
            ends = f->server_leg->chain[i].not_after;
    return ends;
}

static int64_t bytes_of(const struct flow *f)
{
    return f->client_leg ? f->client_leg->bytes_in + f->client_leg->bytes_out : 0;
}

/* *seq is 0 when the flow is there already. */
static bool add_row(struct flow_rows *rows, const struct flow *f, int64_t *seq, struct err *e)
{
    static const char sql[] =
        "INSERT OR IGNORE INTO flow (id, at_ms, ms, outcome, sure, host, port, device, client, app,"
        " cause, title, leg, ends_s, exchanges, status, bytes) VALUES"
        " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    static const enum tag_kind columns[] = {
        TAG_DEVICE, TAG_CLIENT, TAG_APP, TAG_CAUSE, TAG_TITLE, TAG_LEG};
    sqlite3_stmt *s = database_statement(rows->db, sql, e);
    size_t n = f->n_exchanges;
    bool row;

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, f->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, f->at_ms);
    sqlite3_bind_int64(s, 3, f->ms);
    sqlite3_bind_int(s, 4, (int)flow_outcome(f));
    sqlite3_bind_int(s, 5, sure_of(f));
    sqlite3_bind_int64(s, 6, tag_first(&rows->tags, TAG_HOST));
    sqlite3_bind_int64(s, 7, f->target->port);
    for (int i = 0; i < (int)(sizeof columns / sizeof *columns); i++)
        sqlite3_bind_int64(s, 8 + i, tag_first(&rows->tags, columns[i]));
    bind_maybe(s, 14, ends_of(f));
    sqlite3_bind_int64(s, 15, (int64_t)(n + f->n_exchanges_cut));
    bind_maybe(s, 16, n ? f->exchanges[n - 1].status : FLOW_NONE);
    sqlite3_bind_int64(s, 17, bytes_of(f));
    if (!database_step(rows->db, s, &row, e))
        return false;
    *seq = sqlite3_changes(database_handle(rows->db))
               ? sqlite3_last_insert_rowid(database_handle(rows->db))
               : 0;
    return true;
}

static bool add_record(struct flow_rows *rows, const struct flow *f, int64_t seq, struct err *e)
{
    sqlite3_stmt *s = database_statement(rows->db, "INSERT INTO record VALUES (?1, 1, ?2, ?3)", e);
    struct json_out json;
    bool row;

    text_clear(&rows->json);
    text_clear(&rows->packed);
    text_clear(&rows->ids);
    json_init(&json, &rows->json);
    flow_json(f, &json);
    if (!s || !squeeze_pack(rows->squeeze, rows->json.at, rows->json.len, &rows->packed, e))
        return false;
    for (size_t i = 0; i < rows->tags.n; i++)
        varint_add(&rows->ids, (uint64_t)rows->tags.at[i].id);
    sqlite3_bind_int64(s, 1, seq);
    sqlite3_bind_blob(s, 2, rows->packed.at, (int)rows->packed.len, SQLITE_STATIC);
    sqlite3_bind_blob(s, 3, text_str(&rows->ids), (int)rows->ids.len, SQLITE_STATIC);
    return database_step(rows->db, s, &row, e);
}

/* Rows of tags that go in at once: most of the cost of one is the statement's. OR FAIL: no journal
 * of the statement is kept, since a fault takes back the whole transaction. */
enum { TAGS_AT_ONCE = 8 };

static bool add_tags_of(
    struct flow_rows *rows, const char *sql, size_t from, size_t n, int64_t seq, struct err *e)
{
    sqlite3_stmt *s = database_statement(rows->db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, seq);
    for (size_t i = 0; i < n; i++)
        sqlite3_bind_int64(s, 2 + (int)i, rows->tags.at[from + i].id);
    return database_step(rows->db, s, &row, e);
}

static bool add_tags(struct flow_rows *rows, int64_t seq, struct err *e)
{
    static const char one[] = "INSERT INTO flow_tag VALUES (?2, ?1)";
    static const char eight[] = "INSERT OR FAIL INTO flow_tag VALUES (?2, ?1), (?3, ?1), (?4, ?1),"
                                " (?5, ?1), (?6, ?1), (?7, ?1), (?8, ?1), (?9, ?1)";
    size_t n = rows->tags.n, i = 0;

    for (; i + TAGS_AT_ONCE <= n; i += TAGS_AT_ONCE)
        if (!add_tags_of(rows, eight, i, TAGS_AT_ONCE, seq, e))
            return false;
    for (; i < n; i++)
        if (!add_tags_of(rows, one, i, 1, seq, e))
            return false;
    return true;
}

/* --- its certificates --- */

static void names_join(const struct cert *c, struct text *out)
{
    for (size_t i = 0; i < c->dns.n && out->len < NAMES_BYTES; i++)
        text_printf(out, "%s%s", i ? " " : "", c->dns.at[i]);
    for (size_t i = 0; i < c->ips.n && out->len < NAMES_BYTES; i++)
        text_printf(out, "%s%s", out->len ? " " : "", c->ips.at[i]);
}

static bool add_certificate(
    struct flow_rows *rows, const struct cert *c, int64_t tag, struct err *e)
{
    sqlite3_stmt *s = database_statement(rows->db,
        "INSERT OR IGNORE INTO certificate VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", e);
    struct text names = {0};
    bool row;

    if (!s)
        return false;
    names_join(c, &names);
    sqlite3_bind_int64(s, 1, tag);
    sqlite3_bind_blob(s, 2, c->der.at, (int)c->der.len, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, c->subject.text, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, c->issuer.text, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, text_str(&names), -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, 6, c->not_before);
    sqlite3_bind_int64(s, 7, c->not_after);
    sqlite3_bind_int(s, 8, c->is_ca);
    sqlite3_bind_text(s, 9, c->key_text, -1, SQLITE_STATIC);
    text_fini(&names);
    return database_step(rows->db, s, &row, e);
}

static bool add_certificates(struct flow_rows *rows, const struct flow *f, struct err *e)
{
    for (size_t i = 0; i < rows->tags.n; i++) {
        const struct cert *c = NULL;

        if (rows->tags.at[i].kind == TAG_SHA256 && rows->tags.at[i].fresh)
            c = flow_certificate_kept(f, rows->tags.at[i].text);
        if (c && !add_certificate(rows, c, rows->tags.at[i].id, e))
            return false;
    }
    return true;
}

/* --- what is counted --- */

static bool count_causes(struct flow_rows *rows, const struct flow *f, struct err *e)
{
    static const char sql[] = "INSERT INTO cause_hour VALUES (?1, ?2, 1)"
                              " ON CONFLICT (hour, cause) DO UPDATE SET n = n + 1";
    int64_t cause = tag_first(&rows->tags, TAG_CAUSE);
    sqlite3_stmt *s;
    bool row;

    if (!cause)
        return true;
    if (!(s = database_statement(rows->db, sql, e)))
        return false;
    sqlite3_bind_int64(s, 1, f->at_ms / HOUR_MS);
    sqlite3_bind_int64(s, 2, cause);
    return database_step(rows->db, s, &row, e);
}

static bool is_of_client(const struct flow *f)
{
    return f->diagnosis[0].leg && !strcmp(f->diagnosis[0].leg, "client");
}

static bool story_more(struct flow_rows *rows, const struct flow *f, int64_t seq, struct err *e)
{
    static const char sql[] =
        "INSERT INTO story VALUES (?1, ?2, ?3, 1, ?4, ?5, ?5, ?6, 0)"
        " ON CONFLICT (cause, host, device) DO UPDATE SET n = n + 1, last_ms = ?5, last_seq = ?6,"
        " sure = ?4";
    sqlite3_stmt *s = database_statement(rows->db, sql, e);
    bool row;

    if (!s)
        return false;
    rows->stories = STORIES_SOME;
    sqlite3_bind_int64(s, 1, tag_first(&rows->tags, TAG_CAUSE));
    sqlite3_bind_int64(s, 2, tag_first(&rows->tags, TAG_HOST));
    sqlite3_bind_int64(s, 3, is_of_client(f) ? tag_first(&rows->tags, TAG_DEVICE) : 0);
    sqlite3_bind_int(s, 4, sure_of(f));
    sqlite3_bind_int64(s, 5, f->at_ms);
    sqlite3_bind_int64(s, 6, seq);
    return database_step(rows->db, s, &row, e);
}

/* Most of the time nothing needs a look, and then none need be taken away. */
static bool stories_ask(struct flow_rows *rows, struct err *e)
{
    sqlite3_stmt *s;
    bool row;

    if (rows->stories)
        return true;
    s = database_statement(rows->db, "SELECT EXISTS (SELECT 1 FROM story)", e);
    if (!s || !database_step(rows->db, s, &row, e))
        return false;
    rows->stories = row && sqlite3_column_int(s, 0) ? STORIES_SOME : STORIES_NONE;
    sqlite3_reset(s);
    return true;
}

/* What works again needs no look. */
static bool story_over(struct flow_rows *rows, struct err *e)
{
    sqlite3_stmt *s =
        database_statement(rows->db, "DELETE FROM story WHERE host = ?1 AND device IN (0, ?2)", e);
    bool row;

    if (!s || !stories_ask(rows, e))
        return false;
    if (rows->stories == STORIES_NONE)
        return true;
    sqlite3_bind_int64(s, 1, tag_first(&rows->tags, TAG_HOST));
    sqlite3_bind_int64(s, 2, tag_first(&rows->tags, TAG_DEVICE));
    return database_step(rows->db, s, &row, e);
}

static bool tell_story(struct flow_rows *rows, const struct flow *f, int64_t seq, struct err *e)
{
    enum outcome outcome = flow_outcome(f);

    if (outcome_is_wrong(outcome) && f->n_diagnosis)
        return story_more(rows, f, seq, e);
    return outcome != OUTCOME_FINE || story_over(rows, e);
}

bool flow_rows_add(struct flow_rows *rows, const struct flow *f, struct err *e)
{
    int64_t seq;

    tag_gather(f, &rows->tags);
    if (!tag_book_look_up(rows->book, rows->db, &rows->tags, e) || !add_row(rows, f, &seq, e))
        return false;
    return !seq ||
           (add_record(rows, f, seq, e) && exchange_rows_add(rows->db, rows->squeeze, f, seq, e) &&
               tape_rows_add(rows->db, f, seq, e) && add_tags(rows, seq, e) &&
               add_certificates(rows, f, e) && count_causes(rows, f, e) &&
               tell_story(rows, f, seq, e));
}

/* --- ageing --- */

static bool number_ask(struct database *db, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    *out = 0;
    if (!s || !database_step(db, s, &row, e))
        return false;
    if (row)
        *out = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return true;
}

/* What lies in the file without what is free in it. */
static bool size_ask(struct database *db, int64_t *bytes, struct err *e)
{
    int64_t pages, unused, size;

    if (!number_ask(db, "PRAGMA page_count", &pages, e) ||
        !number_ask(db, "PRAGMA freelist_count", &unused, e) ||
        !number_ask(db, "PRAGMA page_size", &size, e))
        return false;
    *bytes = (pages - unused) * size;
    return true;
}

/* The last seq that goes: those that are too old, or the oldest ones when the file is too large. */
static bool last_to_drop(struct flow_rows *rows, const struct flow_rows_limits *limits,
    int64_t *first, int64_t *last, struct err *e)
{
    static const char old[] = "SELECT max(seq) FROM (SELECT seq FROM flow WHERE at_ms < ?1"
                              " ORDER BY at_ms LIMIT 1000)";
    sqlite3_stmt *s = database_statement(rows->db, old, e);
    int64_t bytes;
    bool row;

    *last = 0;
    if (!s || !number_ask(rows->db, "SELECT min(seq) FROM flow", first, e) ||
        !size_ask(rows->db, &bytes, e))
        return false;
    sqlite3_bind_int64(s, 1, limits->oldest_ms);
    if (!database_step(rows->db, s, &row, e))
        return false;
    if (row && sqlite3_column_type(s, 0) != SQLITE_NULL)
        *last = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    if (limits->most_bytes && bytes > limits->most_bytes && *last < *first)
        *last = *first + PRUNE_ROWS - 1;
    if (*last >= *first + PRUNE_ROWS)
        *last = *first + PRUNE_ROWS - 1;
    return true;
}

static bool drop_tags(
    struct flow_rows *rows, int64_t seq, const uint8_t *at, size_t len, struct err *e)
{
    sqlite3_stmt *s =
        database_statement(rows->db, "DELETE FROM flow_tag WHERE tag = ?1 AND seq = ?2", e);
    const uint8_t *end = at + len;
    uint64_t tag;
    bool row;

    while (s && at < end && varint_next(&at, end, &tag)) {
        sqlite3_bind_int64(s, 1, (int64_t)tag);
        sqlite3_bind_int64(s, 2, seq);
        if (!database_step(rows->db, s, &row, e))
            return false;
    }
    return s != NULL;
}

static bool drop_links(struct flow_rows *rows, int64_t last, struct err *e)
{
    sqlite3_stmt *s =
        database_statement(rows->db, "SELECT seq, tags FROM record WHERE seq <= ?1", e);
    bool row, fine = true;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, last);
    while (fine && (fine = database_step(rows->db, s, &row, e)) && row)
        fine = drop_tags(rows, sqlite3_column_int64(s, 0), sqlite3_column_blob(s, 1),
            (size_t)sqlite3_column_bytes(s, 1), e);
    if (!fine) {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
    }
    return fine;
}

static bool drop_until(struct flow_rows *rows, const char *sql, int64_t last, struct err *e)
{
    sqlite3_stmt *s = database_statement(rows->db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, last);
    return database_step(rows->db, s, &row, e);
}

/* Tags that stand for no flow any more; the certificates with them. */
static bool drop_idle_tags(struct flow_rows *rows, struct err *e)
{
    static const char idle[] =
        "CREATE TEMP TABLE idle AS SELECT id, text FROM tag WHERE NOT EXISTS"
        " (SELECT 1 FROM flow_tag WHERE flow_tag.tag = tag.id);"
        "INSERT INTO tag_words (tag_words, rowid, text) SELECT 'delete', id, text FROM idle;"
        "DELETE FROM certificate WHERE tag IN (SELECT id FROM idle);"
        "DELETE FROM cause_hour WHERE cause IN (SELECT id FROM idle);"
        "DELETE FROM story WHERE cause IN (SELECT id FROM idle) OR host IN (SELECT id FROM idle);"
        "DELETE FROM tag WHERE id IN (SELECT id FROM idle); DROP TABLE idle;";

    tag_book_forget(rows->book);
    return database_run(rows->db, idle, e);
}

static bool drop(struct flow_rows *rows, int64_t last, bool is_last, int64_t *gone, struct err *e)
{
    if (!(drop_links(rows, last, e) &&
            drop_until(rows, "DELETE FROM record WHERE seq <= ?1", last, e) &&
            drop_until(rows, "DELETE FROM heads WHERE seq <= ?1", last, e) &&
            drop_until(rows, "DELETE FROM bodies WHERE seq <= ?1", last, e) &&
            drop_until(rows, "DELETE FROM tape WHERE seq <= ?1", last, e) &&
            drop_until(rows, "DELETE FROM flow WHERE seq <= ?1", last, e)))
        return false;
    *gone = sqlite3_changes64(database_handle(rows->db));
    return !is_last || drop_idle_tags(rows, e);
}

bool flow_rows_prune(struct flow_rows *rows, const struct flow_rows_limits *limits, int64_t *gone,
    bool *more, struct err *e)
{
    int64_t first, last;

    *gone = 0;
    *more = false;
    if (!last_to_drop(rows, limits, &first, &last, e))
        return false;
    if (!first || last < first)
        return true;
    *more = last == first + PRUNE_ROWS - 1;
    if (!database_begin(rows->db, e))
        return false;
    if (drop(rows, last, !*more, gone, e) && database_commit(rows->db, e))
        return database_shrink(rows->db, e);
    database_roll_back(rows->db);
    return false;
}
