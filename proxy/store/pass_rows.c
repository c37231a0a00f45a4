#include "pass_rows.h"

#include <stddef.h>

#include <sqlite3.h>

#include "base/log.h"
#include "database.h"
#include "device/passes.h"

/* What is no host any more, by the rules of this whytls, is left out. */
static bool row_take(sqlite3_stmt *s, struct passes *p)
{
    const char *host = (const char *)sqlite3_column_text(s, 0);
    const char *by = (const char *)sqlite3_column_text(s, 3);
    struct pass one;

    return host && by &&
           pass_make(
               &one, host, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2), by, NULL) &&
           passes_put(p, &one);
}

bool pass_rows_read(struct database *db, struct passes *p, int64_t now_ms, struct err *e)
{
    static const char sql[] =
        "SELECT host, since_ms, until_ms, by FROM pass WHERE until_ms = 0 OR until_ms > ?1";
    sqlite3_stmt *s = database_statement(db, sql, e);
    size_t odd = 0;
    bool row, fine;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, now_ms);
    while ((fine = database_step(db, s, &row, e)) && row)
        odd += !row_take(s, p);
    if (odd)
        log_warn("of the hosts that pass unread %zu cannot be read; they are opened", odd);
    return fine;
}

bool pass_rows_load(struct database *db, struct passes *p, int64_t now_ms, struct err *e)
{
    static const char sql[] = "DELETE FROM pass WHERE until_ms <> 0 AND until_ms <= ?1";
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, now_ms);
    return database_step(db, s, &row, e) && pass_rows_read(db, p, now_ms, e);
}

bool pass_rows_put(struct database *db, const struct pass *one, struct err *e)
{
    sqlite3_stmt *s =
        database_statement(db, "INSERT OR REPLACE INTO pass VALUES (?1, ?2, ?3, ?4)", e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, one->host, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, one->since_ms);
    sqlite3_bind_int64(s, 3, one->until_ms);
    sqlite3_bind_text(s, 4, one->by, -1, SQLITE_STATIC);
    return database_step(db, s, &row, e);
}

bool pass_rows_drop(struct database *db, const char *host, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "DELETE FROM pass WHERE host = ?1", e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, host, -1, SQLITE_STATIC);
    return database_step(db, s, &row, e);
}
