#include "rule_rows.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/log.h"
#include "base/mem.h"
#include "database.h"
#include "script/limit.h"
#include "script/memory.h"

/* BATCHES_MOST: of one saving, so that the other sinks of the thread get their turn. */
enum { BATCH_ROWS = 256, BATCHES_MOST = 64, DAY_S = 86400, ORPHAN_S = 3600 };

static void bind_text(sqlite3_stmt *s, int at, const char *text, int n)
{
    sqlite3_bind_text(s, at, text, n, SQLITE_STATIC);
}

static void bind_value(sqlite3_stmt *s, int at, const struct memory_value *v)
{
    switch (v->type) {
    case MEMORY_TEXT:
        bind_text(s, at, v->text, -1);
        break;
    case MEMORY_NUMBER:
        sqlite3_bind_double(s, at, v->number);
        break;
    case MEMORY_INTEGER:
    case MEMORY_BOOLEAN:
    case MEMORY_TIME:
        sqlite3_bind_int64(s, at, v->integer);
        break;
    }
}

/* "rule\tscope\thost": owner is "rule\tscope". */
static bool row_save(struct database *db, const struct memory_row *row, struct err *e)
{
    static const char drop[] =
        "DELETE FROM rule_memory WHERE owner = ?1 AND subject = ?2 AND key = ?3";
    static const char save[] = "INSERT OR REPLACE INTO rule_memory VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    sqlite3_stmt *s =
        row->value.none ? database_statement(db, drop, e) : database_statement(db, save, e);
    const char *tab = strrchr(row->place, '\t');
    bool more;

    if (!s || !tab)
        return s != NULL;
    bind_text(s, 1, row->place, (int)(tab - row->place));
    bind_text(s, 2, tab + 1, -1);
    bind_text(s, 3, row->key, -1);
    if (!row->value.none) {
        sqlite3_bind_int(s, 4, row->value.type);
        bind_value(s, 5, &row->value);
        sqlite3_bind_int64(s, 6, row->used_s);
    }
    return database_step(db, s, &more, e);
}

static bool rows_save(struct database *db, const struct memory_row *rows, size_t n, struct err *e)
{
    bool saved = database_begin(db, e);

    for (size_t i = 0; saved && i < n; i++)
        saved = row_save(db, &rows[i], e);
    saved = saved && database_commit(db, e);
    if (!saved)
        database_roll_back(db);
    return saved;
}

bool rule_rows_save(struct database *db, struct memory *m, size_t *n, struct err *e)
{
    struct memory_row *rows = mem_array(BATCH_ROWS, sizeof *rows);
    bool saved = true;

    *n = 0;
    for (int i = 0; saved && i < BATCHES_MOST; i++) {
        size_t taken = memory_take_changes(m, rows, BATCH_ROWS);

        if (!taken)
            break;
        saved = rows_save(db, rows, taken, e);
        if (saved)
            *n += taken;
        else
            memory_hand_back(m, rows, taken);
    }
    mem_free(rows);
    return saved || err_wrap(e, "saving what rules remember");
}

/* False: it does not fit, so it is not what we wrote. */
static bool column_text(sqlite3_stmt *s, int at, char *out, size_t cap)
{
    const char *text = (const char *)sqlite3_column_text(s, at);
    int n = sqlite3_column_bytes(s, at);

    if (!text || n < 0 || (size_t)n >= cap || strlen(text) != (size_t)n)
        return false;
    memcpy(out, text, (size_t)n + 1);
    return true;
}

static bool value_read(sqlite3_stmt *s, struct memory_value *out)
{
    int type = sqlite3_column_int(s, 3);

    if (type < MEMORY_TEXT || type > MEMORY_TIME)
        return false;
    *out = (struct memory_value){.type = (enum memory_type)type};
    if (out->type == MEMORY_TEXT)
        return column_text(s, 4, out->text, sizeof out->text);
    if (out->type == MEMORY_NUMBER)
        out->number = sqlite3_column_double(s, 4);
    else
        out->integer = sqlite3_column_int64(s, 4);
    return true;
}

static bool row_read(sqlite3_stmt *s, struct memory_row *row)
{
    char owner[MEMORY_PLACE_CAP], subject[MEMORY_PLACE_CAP];

    if (!column_text(s, 0, owner, sizeof owner) || !column_text(s, 1, subject, sizeof subject) ||
        !column_text(s, 2, row->key, sizeof row->key) || !value_read(s, &row->value))
        return false;
    row->used_s = sqlite3_column_int64(s, 5);
    int n = snprintf(row->place, sizeof row->place, "%s\t%s", owner, subject);

    return n > 0 && (size_t)n < sizeof row->place && !strchr(subject, '\t');
}

bool rule_rows_load(struct database *db, struct memory *m, int64_t now_s, struct err *e)
{
    static const char ask[] = "SELECT * FROM rule_memory WHERE used >= ?1 ORDER BY used";
    sqlite3_stmt *s = database_statement(db, ask, e);
    struct memory_row row;
    size_t odd = 0;
    bool more = true;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, now_s - (int64_t)LIMIT_MEMORY_DAYS * DAY_S);
    while (more) {
        if (!database_step(db, s, &more, e))
            return err_wrap(e, "reading what rules remember");
        if (more && row_read(s, &row))
            memory_fill(m, &row);
        else
            odd += more;
    }
    if (odd)
        log_warn(
            "%zu rows of what rules remember are not as we wrote them; they are left out", odd);
    return true;
}

static bool with_number(struct database *db, const char *sql, int64_t number, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool more;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, number);
    return database_step(db, s, &more, e);
}

static bool rows_age_within(struct database *db, int64_t now_s, struct err *e)
{
    static const char old[] = "DELETE FROM rule_memory WHERE used < ?1";
    static const char orphans[] =
        "DELETE FROM rule_memory WHERE used < ?1 AND owner LIKE '%' || char(9) || 'device'"
        " AND NOT EXISTS (SELECT 1 FROM device WHERE id = rule_memory.subject)";
    static const char many[] =
        "DELETE FROM rule_memory WHERE (owner, subject) IN (SELECT owner, subject FROM"
        " (SELECT owner, subject, row_number() OVER (PARTITION BY owner ORDER BY max(used) DESC)"
        " AS nth FROM rule_memory GROUP BY owner, subject) WHERE nth > ?1)";

    return with_number(db, old, now_s - (int64_t)LIMIT_MEMORY_DAYS * DAY_S, e) &&
           with_number(db, orphans, now_s - ORPHAN_S, e) &&
           with_number(db, many, LIMIT_MEMORY_RECORDS, e);
}

bool rule_rows_age(struct database *db, int64_t now_s, struct err *e)
{
    if (database_begin(db, e) && rows_age_within(db, now_s, e) && database_commit(db, e))
        return true;
    database_roll_back(db);
    return err_wrap(e, "dropping what rules no longer remember");
}
