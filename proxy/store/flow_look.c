#include "flow_look.h"

#include <inttypes.h>
#include <string.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/mem.h"
#include "database.h"
#include "exchange_rows.h"
#include "filter_said.h"
#include "filter_sql.h"
#include "flow/flow.h"
#include "squeeze.h"
#include "tag.h"
#include "tape_rows.h"

/* OPS: of SQLite's machine between two looks at the clock. ROWS_MOST: of one list. WINDOW: flows of
 * the first window of a list. */
enum { OPS = 2000, ROWS_MOST = 100000, WINDOW = 20000 };

struct flow_look {
    struct database *db;
    struct squeeze *squeeze; /* made with the first record */
    const struct clock *clock;
    int64_t until_ms; /* steady; 0: no end */
    struct filter_said_host said;
};

static bool dictionary_ready(struct flow_look *look, struct err *e);

static bool is_late(void *arg)
{
    const struct flow_look *look = arg;

    return look->until_ms && clock_steady_ms(look->clock) >= look->until_ms;
}

static int stop_when_late(void *arg)
{
    return is_late(arg);
}

static struct squeeze *squeeze_of(void *arg)
{
    struct flow_look *look = arg;

    return dictionary_ready(look, NULL) ? look->squeeze : NULL;
}

struct flow_look *flow_look_new(struct database *db)
{
    struct flow_look *look = mem_new(sizeof *look);

    look->db = db;
    look->clock = clock_system();
    sqlite3_progress_handler(database_handle(db), OPS, stop_when_late, look);
    look->said = (struct filter_said_host){.squeeze = squeeze_of, .is_late = is_late, .arg = look};
    filter_said_begin(database_handle(db), &look->said);
    return look;
}

void flow_look_free(struct flow_look *look)
{
    if (!look)
        return;
    squeeze_free(look->squeeze);
    database_close(look->db);
    mem_free(look);
}

struct database *flow_look_database(struct flow_look *look)
{
    return look->db;
}

void flow_look_budget(struct flow_look *look, int64_t ms)
{
    look->until_ms = ms ? clock_steady_ms(look->clock) + ms : 0;
}

/* A condition differs from call to call: prepared for one use. */
static sqlite3_stmt *prepare(struct flow_look *look, const struct text *sql, struct err *e)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(database_handle(look->db), text_str(sql), (int)sql->len, &s, NULL) !=
        SQLITE_OK)
        err_set(e, ERR_SYSTEM, "the store of flows: %s", sqlite3_errmsg(database_handle(look->db)));
    return s;
}

/* --- lists --- */

static const char *column_text(sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);

    return text ? text : "";
}

static void row_read(sqlite3_stmt *s, struct flow_row *row)
{
    *row = (struct flow_row){
        .seq = sqlite3_column_int64(s, 0),
        .id = column_text(s, 1),
        .at_ms = sqlite3_column_int64(s, 2),
        .ms = sqlite3_column_int64(s, 3),
        .outcome = (enum outcome)sqlite3_column_int(s, 4),
        .sure = sqlite3_column_int(s, 5),
        .port = sqlite3_column_int64(s, 6),
        .exchanges = sqlite3_column_int64(s, 7),
        .status = sqlite3_column_type(s, 8) == SQLITE_NULL ? FLOW_NONE : sqlite3_column_int64(s, 8),
        .bytes = sqlite3_column_int64(s, 9),
        .host = column_text(s, 10),
        .device = column_text(s, 11),
        .client = column_text(s, 12),
        .app = column_text(s, 13),
        .cause = column_text(s, 14),
        .title = column_text(s, 15),
        .leg = column_text(s, 16),
    };
}

/* The flows of one window, lo <= seq < hi. */
static void list_sql(const char *condition, const struct flow_list_ask *ask, int64_t lo, int64_t hi,
    size_t most, struct text *out)
{
    static const char *const tags[] = {"host", "device", "client", "app", "cause", "title", "leg"};

    text_clear(out);
    text_add(out, "SELECT seq, id, at_ms, ms, outcome, sure, port, exchanges, status, bytes");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        text_printf(out, ", (SELECT text FROM tag WHERE tag.id = flow.%s)", tags[i]);
    text_printf(out,
        " FROM flow WHERE flow.seq >= %" PRId64 " AND flow.seq < %" PRId64
        " AND %s ORDER BY flow.seq %s LIMIT %zu",
        lo, hi, condition, ask->after ? "ASC" : "DESC", most);
}

struct listing {
    const struct flow_list_ask *ask;
    bool (*each)(void *arg, const struct flow_row *row);
    void *arg;
    struct flow_list_end *end;
    size_t most;
    bool rare;    /* the condition is: one window will do */
    bool stopped; /* whoever asked has enough */
};

/* *late: the time was over before the window was. */
static bool list_window(
    struct flow_look *look, struct listing *l, const struct text *sql, bool *late, struct err *e)
{
    sqlite3_stmt *s = prepare(look, sql, e);
    struct flow_row row;
    int code = SQLITE_DONE;

    *late = false;
    if (!s)
        return false;
    while (!l->stopped && (code = sqlite3_step(s)) == SQLITE_ROW) {
        row_read(s, &row);
        l->end->looked_to = row.seq;
        l->end->n++;
        l->stopped = !l->each(l->arg, &row);
    }
    *late = code == SQLITE_INTERRUPT;
    bool fine = code == SQLITE_DONE || code == SQLITE_ROW || *late;
    if (!fine)
        err_set(e, ERR_SYSTEM, "the store of flows: %s", sqlite3_errmsg(database_handle(look->db)));
    sqlite3_finalize(s);
    return fine;
}

/* Windows that grow, from where the list begins: so that how far it came is known when the time is
 * over. */
static bool list_windows(struct flow_look *look, struct listing *l, const char *condition,
    int64_t first, int64_t last, struct err *e)
{
    bool up = l->ask->after != 0, late = false, fine = true;
    int64_t lo = l->ask->after ? l->ask->after + 1 : first;
    int64_t hi = l->ask->before && l->ask->before <= last ? l->ask->before : last + 1;
    struct text sql = {0};

    for (int64_t width = l->rare ? last + 1 : WINDOW;
         fine && !late && lo < hi && !l->stopped && l->end->n < l->most; width *= 4) {
        int64_t from = up || hi - lo < width ? lo : hi - width;
        int64_t to = up && hi - lo > width ? lo + width : hi;

        list_sql(condition, l->ask, from, to, l->most - l->end->n, &sql);
        fine = list_window(look, l, &sql, &late, e);
        if (late || l->stopped || l->end->n == l->most)
            break;
        l->end->looked_to = up ? to - 1 : from;
        if (up)
            lo = to;
        else
            hi = from;
    }
    text_fini(&sql);
    l->end->complete = !late && !l->stopped && l->end->n < l->most;
    return fine;
}

static bool bounds_ask(struct flow_look *look, int64_t *first, int64_t *last, struct err *e)
{
    sqlite3_stmt *s = database_statement(
        look->db, "SELECT (SELECT min(seq) FROM flow), (SELECT max(seq) FROM flow)", e);
    bool row;

    if (!s || !database_step(look->db, s, &row, e))
        return false;
    *first = row ? sqlite3_column_int64(s, 0) : 0;
    *last = row ? sqlite3_column_int64(s, 1) : 0;
    sqlite3_reset(s);
    return true;
}

bool flow_look_list(struct flow_look *look, const struct flow_list_ask *ask,
    bool (*each)(void *arg, const struct flow_row *row), void *arg, struct flow_list_end *end,
    struct err *e)
{
    struct listing l = {.ask = ask, .each = each, .arg = arg, .end = end};
    struct text condition = {0};
    int64_t first, last;

    *end = (struct flow_list_end){0};
    l.most = ask->most && ask->most < ROWS_MOST ? ask->most : ROWS_MOST;
    flow_look_budget(look, 0);
    bool fine = bounds_ask(look, &first, &last, e) &&
                filter_sql(look->db, ask->filter, &condition, &l.rare, e);
    if (fine) {
        flow_look_budget(look, ask->budget_ms);
        fine = list_windows(look, &l, text_str(&condition), first, last, e);
    }
    text_fini(&condition);
    return fine;
}

bool flow_look_count(struct flow_look *look, const struct filter *filter, int64_t budget_ms,
    int64_t *n, bool *exact, struct err *e)
{
    struct text sql = {0};
    sqlite3_stmt *s = NULL;
    bool rare;

    *n = 0;
    *exact = false;
    flow_look_budget(look, 0);
    text_add(&sql, "SELECT count(*) FROM flow WHERE ");
    bool fine = filter_sql(look->db, filter, &sql, &rare, e) && (s = prepare(look, &sql, e));
    text_fini(&sql);
    flow_look_budget(look, budget_ms);
    if (!fine)
        return false;
    int code = sqlite3_step(s);
    *exact = code == SQLITE_ROW;
    if (*exact)
        *n = sqlite3_column_int64(s, 0);
    else if (code != SQLITE_INTERRUPT)
        fine = err_set(
            e, ERR_SYSTEM, "the store of flows: %s", sqlite3_errmsg(database_handle(look->db)));
    sqlite3_finalize(s);
    return fine;
}

/* --- one record --- */

static bool dictionary_ready(struct flow_look *look, struct err *e)
{
    sqlite3_stmt *s;
    bool row;

    if (look->squeeze)
        return true;
    s = database_statement(look->db, "SELECT bytes FROM dictionary WHERE id = 1", e);
    if (!s || !database_step(look->db, s, &row, e))
        return false;
    if (!row)
        return err_set(e, ERR_INPUT, "the store of flows lacks its dictionary");
    look->squeeze = squeeze_new(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
    sqlite3_reset(s);
    return true;
}

/* `s` selects the packed record; its value is bound. */
static bool record_read(
    struct flow_look *look, sqlite3_stmt *s, struct text *out, bool *found, struct err *e)
{
    *found = false;
    if (!database_step(look->db, s, found, e))
        return false;
    bool fine = !*found || squeeze_unpack(look->squeeze, sqlite3_column_blob(s, 0),
                               (size_t)sqlite3_column_bytes(s, 0), out, e);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return fine;
}

bool flow_look_record(
    struct flow_look *look, const char *id, struct text *out, bool *found, struct err *e)
{
    static const char sql[] =
        "SELECT json FROM record WHERE seq = (SELECT seq FROM flow WHERE id = ?1)";
    sqlite3_stmt *s = database_statement(look->db, sql, e);

    flow_look_budget(look, 0);
    if (!s || !dictionary_ready(look, e))
        return false;
    sqlite3_bind_text(s, 1, id, -1, SQLITE_TRANSIENT);
    return record_read(look, s, out, found, e);
}

bool flow_look_record_at(
    struct flow_look *look, int64_t seq, struct text *out, bool *found, struct err *e)
{
    sqlite3_stmt *s = database_statement(look->db, "SELECT json FROM record WHERE seq = ?1", e);

    flow_look_budget(look, 0);
    if (!s || !dictionary_ready(look, e))
        return false;
    sqlite3_bind_int64(s, 1, seq);
    return record_read(look, s, out, found, e);
}

bool flow_look_seq(struct flow_look *look, const char *id, int64_t *seq, struct err *e)
{
    sqlite3_stmt *s = database_statement(look->db, "SELECT seq FROM flow WHERE id = ?1", e);
    bool row;

    flow_look_budget(look, 0);
    *seq = 0;
    if (!s)
        return false;
    sqlite3_bind_text(s, 1, id, -1, SQLITE_TRANSIENT);
    if (!database_step(look->db, s, &row, e))
        return false;
    if (row)
        *seq = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return true;
}

bool flow_look_spoken(struct flow_look *look, int64_t seq, struct spoken **out, struct err *e)
{
    flow_look_budget(look, 0);
    *out = NULL;
    return dictionary_ready(look, e) && exchange_rows_read(look->db, look->squeeze, seq, out, e);
}

bool flow_look_tapes(
    struct flow_look *look, int64_t seq, struct tape *tape[static 2], struct err *e)
{
    flow_look_budget(look, 0);
    return tape_rows_read(look->db, seq, tape, e);
}

bool flow_look_certificate(
    struct flow_look *look, const char *sha256, struct text *der, bool *found, struct err *e)
{
    static const char sql[] = "SELECT der FROM certificate WHERE tag ="
                              " (SELECT id FROM tag WHERE kind = ?1 AND text = ?2)";
    sqlite3_stmt *s = database_statement(look->db, sql, e);

    flow_look_budget(look, 0);
    *found = false;
    if (!s)
        return false;
    sqlite3_bind_int(s, 1, TAG_SHA256);
    sqlite3_bind_text(s, 2, sha256, -1, SQLITE_TRANSIENT);
    if (!database_step(look->db, s, found, e))
        return false;
    if (*found)
        text_add_n(der, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return true;
}

bool flow_look_last(struct flow_look *look, int64_t *seq, struct err *e)
{
    int64_t first;

    flow_look_budget(look, 0);
    return bounds_ask(look, &first, seq, e);
}
