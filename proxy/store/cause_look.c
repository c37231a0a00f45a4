#include "cause_look.h"

#include <sqlite3.h>

#include "database.h"
#include "flow_look.h"
#include "tag.h"

enum { HOUR_MS = 3600 * 1000 };

static const char *text_at(sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);

    return text ? text : "";
}

/* What could not be counted in time says so, and what to ask instead. */
static bool counted(struct flow_look *look, bool fine, struct err *e)
{
    if (!fine && sqlite3_errcode(database_handle(flow_look_database(look))) == SQLITE_INTERRUPT)
        err_set(e, ERR_INPUT, "so long a time holds too much to be counted: ask for a shorter one");
    flow_look_budget(look, 0);
    return fine;
}

bool cause_look_each(struct flow_look *look, int64_t since_ms, int64_t budget_ms,
    void (*each)(void *arg, const struct cause_row *row), void *arg, struct err *e)
{
    static const char sql[] =
        "SELECT (SELECT text FROM tag WHERE tag.id = found.cause),"
        " (SELECT text FROM tag WHERE tag.id = found.title), n, hosts, apps, devices, last_ms,"
        " outcome FROM (SELECT cause, outcome, max(title) AS title, count(*) AS n,"
        " count(DISTINCT nullif(host, 0)) AS hosts, count(DISTINCT nullif(app, 0)) AS apps,"
        " count(DISTINCT nullif(device, 0)) AS devices, max(at_ms) AS last_ms"
        " FROM flow INDEXED BY flow_cause WHERE at_ms >= ?1 AND cause > 0"
        " GROUP BY cause, outcome) AS found"
        " ORDER BY n DESC";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row, fine;

    if (!s)
        return false;
    flow_look_budget(look, budget_ms);
    sqlite3_bind_int64(s, 1, since_ms);
    while ((fine = database_step(db, s, &row, e)) && row) {
        const struct cause_row one = {.cause = text_at(s, 0),
            .title = text_at(s, 1),
            .n = sqlite3_column_int64(s, 2),
            .hosts = sqlite3_column_int64(s, 3),
            .apps = sqlite3_column_int64(s, 4),
            .devices = sqlite3_column_int64(s, 5),
            .last_ms = sqlite3_column_int64(s, 6),
            .outcome = (enum outcome)sqlite3_column_int(s, 7)};

        each(arg, &one);
    }
    return counted(look, fine, e);
}

bool cause_look_hours(struct flow_look *look, int64_t since_ms, int64_t budget_ms,
    void (*each)(void *arg, int64_t hour, enum outcome outcome, int64_t n), void *arg,
    struct err *e)
{
    static const char sql[] =
        "SELECT at_ms / ?2 AS hour, outcome, count(*) FROM flow"
        " INDEXED BY flow_cause WHERE at_ms >= ?1 AND cause > 0 GROUP BY hour, outcome";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row, fine;

    if (!s)
        return false;
    flow_look_budget(look, budget_ms);
    sqlite3_bind_int64(s, 1, since_ms);
    sqlite3_bind_int(s, 2, HOUR_MS);
    while ((fine = database_step(db, s, &row, e)) && row)
        each(arg, sqlite3_column_int64(s, 0), (enum outcome)sqlite3_column_int(s, 1),
            sqlite3_column_int64(s, 2));
    return counted(look, fine, e);
}

bool cause_look_by(struct flow_look *look, const char *cause, enum cause_by by, int64_t since_ms,
    size_t most, void (*each)(void *arg, const char *name, int64_t n), void *arg, struct err *e)
{
#define BY(column)                                                                                 \
    "SELECT (SELECT text FROM tag WHERE tag.id = found.who), n FROM (SELECT " column               \
    " AS who, count(*) AS n FROM flow INDEXED BY flow_cause WHERE at_ms >= ?3 AND " column         \
    " > 0 AND cause > 0 AND cause = (SELECT id FROM tag WHERE kind = ?1 AND text = ?2) GROUP "     \
    "BY " column ") AS found ORDER BY n DESC LIMIT ?4"
    static const char *const sql[N_CAUSE_BYS] = {
        [CAUSE_BY_HOST] = BY("host"), [CAUSE_BY_APP] = BY("app"), [CAUSE_BY_DEVICE] = BY("device")};
#undef BY
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql[by], e);
    bool row, fine;

    if (!s)
        return false;
    flow_look_budget(look, 0);
    sqlite3_bind_int(s, 1, TAG_CAUSE);
    sqlite3_bind_text(s, 2, cause, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, 3, since_ms);
    sqlite3_bind_int64(s, 4, (int64_t)most);
    while ((fine = database_step(db, s, &row, e)) && row)
        each(arg, text_at(s, 0), sqlite3_column_int64(s, 1));
    return fine;
}
