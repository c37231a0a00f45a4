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
#include "prune.h"
#include "squeeze.h"
#include "tag.h"
#include "tape_rows.h"
#include "varint.h"

/* NAMES_BYTES: of a certificate, for lists. */
enum { NAMES_BYTES = 2048 };

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

/* --- what needs a look --- */

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
               add_certificates(rows, f, e) && tell_story(rows, f, seq, e));
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

static bool has_older(struct database *db, int64_t than_ms, bool *has, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT 1 FROM flow WHERE at_ms < ?1 LIMIT 1", e);

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, than_ms);
    if (!database_step(db, s, has, e))
        return false;
    if (*has) {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
    }
    return true;
}

/* Flows from before *before_ms go: those that are too old, or any when the file is too large. */
static bool prune_ask(struct flow_rows *rows, const struct flow_rows_limits *limits,
    int64_t *before_ms, bool *wanted, struct err *e)
{
    int64_t bytes;
    bool old;

    if (!has_older(rows->db, limits->oldest_ms, &old, e) || !size_ask(rows->db, &bytes, e))
        return false;
    bool large = limits->most_bytes && bytes > limits->most_bytes;
    *before_ms = old ? limits->oldest_ms : INT64_MAX;
    *wanted = old || large;
    return true;
}

static bool prune_in_turn(struct flow_rows *rows, int64_t before_ms, int64_t *gone, struct err *e)
{
    if (!database_begin(rows->db, e))
        return false;
    bool fine = prune_oldest(rows->db, before_ms, gone, e) && database_commit(rows->db, e);
    if (!fine)
        database_roll_back(rows->db);
    tag_book_forget(rows->book);
    return fine && database_shrink(rows->db, e);
}

bool flow_rows_prune(struct flow_rows *rows, const struct flow_rows_limits *limits, int64_t *gone,
    bool *more, struct err *e)
{
    int64_t before_ms;
    bool wanted;

    *gone = 0;
    *more = false;
    if (!prune_ask(rows, limits, &before_ms, &wanted, e))
        return false;
    if (!wanted)
        return true;
    if (!prune_in_turn(rows, before_ms, gone, e))
        return false;
    *more = *gone > 0;
    return true;
}
