#include "flow_tally.h"

#include <inttypes.h>
#include <string.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/text.h"
#include "database.h"
#include "filter_sql.h"
#include "flow_look.h"

/* Flows of the first window: some milliseconds. */
enum { WINDOW = 20000 };

static void take_counts(sqlite3_stmt *s, int64_t counts[static N_OUTCOMES])
{
    int outcome = sqlite3_column_int(s, 0);

    if (outcome >= 0 && outcome < N_OUTCOMES)
        counts[outcome] += sqlite3_column_int64(s, 1);
}

bool flow_tally_between(struct flow_look *look, int64_t from, int64_t to, int64_t budget_ms,
    int64_t counts[static N_OUTCOMES], bool *exact, struct err *e)
{
    /* Few are found by their seq, all of them by the index of outcomes. */
    static const char some[] = "SELECT outcome, count(*) FROM flow WHERE seq > ?1 AND seq <= ?2"
                               " GROUP BY +outcome";
    static const char all[] =
        "SELECT outcome, count(*) FROM flow INDEXED BY flow_outcome WHERE +seq > ?1 AND +seq <= ?2"
        " GROUP BY outcome";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, from || to <= FLOW_TALLY_FEW ? some : all, e);
    struct err why = {0};
    bool row, fine;

    *exact = false;
    memset(counts, 0, N_OUTCOMES * sizeof *counts);
    if (!s)
        return false;
    flow_look_budget(look, budget_ms);
    sqlite3_bind_int64(s, 1, from);
    sqlite3_bind_int64(s, 2, to);
    while ((fine = database_step(db, s, &row, &why)) && row)
        take_counts(s, counts);
    flow_look_budget(look, 0);
    *exact = fine;
    if (fine || sqlite3_errcode(database_handle(db)) == SQLITE_INTERRUPT)
        return true;
    if (e)
        *e = why;
    return false;
}

bool flow_tally_oldest(struct flow_look *look, int64_t *seq, struct err *e)
{
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, "SELECT seq FROM flow ORDER BY at_ms, seq LIMIT 1", e);
    bool row;

    *seq = 0;
    flow_look_budget(look, 0);
    if (!s || !database_step(db, s, &row, e))
        return false;
    *seq = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return true;
}

bool flow_tally_stories(struct flow_look *look, int64_t *n, struct err *e)
{
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s =
        database_statement(db, "SELECT count(*) FROM story WHERE settled < last_seq", e);
    bool row;

    *n = 0;
    flow_look_budget(look, 0);
    if (!s || !database_step(db, s, &row, e))
        return false;
    *n = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return true;
}

/* --- with a filter --- */

/* Flows lo <= seq < hi. *late: the time was over. */
static bool tally_window(struct flow_look *look, const char *condition, int64_t lo, int64_t hi,
    int64_t counts[static N_OUTCOMES], bool *late, struct err *e)
{
    struct sqlite3 *handle = database_handle(flow_look_database(look));
    int64_t found[N_OUTCOMES] = {0};
    struct text sql = {0};
    sqlite3_stmt *s = NULL;
    int code;

    text_printf(&sql,
        "SELECT outcome, count(*) FROM flow WHERE flow.seq >= %" PRId64 " AND flow.seq < %" PRId64
        " AND %s GROUP BY +outcome",
        lo, hi, condition);
    code = sqlite3_prepare_v2(handle, text_str(&sql), (int)sql.len, &s, NULL);
    text_fini(&sql);
    while (s && (code = sqlite3_step(s)) == SQLITE_ROW)
        take_counts(s, found);
    *late = code == SQLITE_INTERRUPT;
    bool fine = code == SQLITE_DONE || *late;
    if (!fine)
        err_set(e, ERR_SYSTEM, "the store of flows: %s", sqlite3_errmsg(handle));
    sqlite3_finalize(s);
    for (size_t i = 0; i < N_OUTCOMES && fine && !*late; i++)
        counts[i] += found[i];
    return fine;
}

bool flow_tally(struct flow_look *look, const struct filter *filter, int64_t budget_ms,
    int64_t counts[static N_OUTCOMES], bool *exact, struct err *e)
{
    struct text condition = {0};
    int64_t last, lo, width = WINDOW;
    bool late = false, rare;

    memset(counts, 0, N_OUTCOMES * sizeof *counts);
    *exact = false;
    flow_look_budget(look, 0);
    bool fine = flow_look_last(look, &last, e) &&
                filter_sql(flow_look_database(look), filter, &condition, &rare, e);
    flow_look_budget(look, budget_ms);
    if (fine && rare)
        width = last + 1;
    for (int64_t hi = last + 1; fine && !late && hi > 1; hi = lo, width *= 4) {
        lo = hi - width > 1 ? hi - width : 1;
        fine = tally_window(look, text_str(&condition), lo, hi, counts, &late, e);
    }
    flow_look_budget(look, 0);
    text_fini(&condition);
    *exact = fine && !late;
    return fine;
}
