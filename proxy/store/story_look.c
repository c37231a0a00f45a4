#include "story_look.h"

#include <inttypes.h>
#include <stdio.h>

#include <sqlite3.h>

#include "database.h"
#include "flow_look.h"

static const char *text_at(sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);

    return text ? text : "";
}

static void row_read(sqlite3_stmt *s, struct story_row *row)
{
    *row = (struct story_row){
        .n = sqlite3_column_int64(s, 3),
        .sure = sqlite3_column_int(s, 4),
        .first_ms = sqlite3_column_int64(s, 5),
        .last_ms = sqlite3_column_int64(s, 6),
        .last_seq = sqlite3_column_int64(s, 7),
        .cause = text_at(s, 8),
        .host = text_at(s, 9),
        .device = text_at(s, 10),
        .last_id = text_at(s, 11),
        .title = text_at(s, 12),
        .leg = text_at(s, 13),
    };
    snprintf(row->key, sizeof row->key, "%" PRId64 "-%" PRId64 "-%" PRId64,
        (int64_t)sqlite3_column_int64(s, 0), (int64_t)sqlite3_column_int64(s, 1),
        (int64_t)sqlite3_column_int64(s, 2));
}

bool story_look_each(struct flow_look *look, size_t most,
    void (*each)(void *arg, const struct story_row *row), void *arg, struct err *e)
{
    static const char sql[] =
        "SELECT story.cause, story.host, story.device, n, story.sure, first_ms, last_ms, last_seq,"
        " (SELECT text FROM tag WHERE id = story.cause),"
        " (SELECT text FROM tag WHERE id = story.host),"
        " (SELECT text FROM tag WHERE id = story.device), flow.id,"
        " (SELECT text FROM tag WHERE tag.id = flow.title),"
        " (SELECT text FROM tag WHERE tag.id = flow.leg)"
        " FROM story LEFT JOIN flow ON flow.seq = story.last_seq WHERE settled < last_seq"
        " ORDER BY story.sure DESC, n DESC, last_ms DESC LIMIT ?1";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    struct story_row one;
    bool row, fine;

    if (!s)
        return false;
    flow_look_budget(look, 0);
    sqlite3_bind_int64(s, 1, (int64_t)most);
    while ((fine = database_step(db, s, &row, e)) && row) {
        row_read(s, &one);
        each(arg, &one);
    }
    return fine;
}

bool story_look_settle(struct flow_look *look, const char *key, bool *known, struct err *e)
{
    static const char sql[] =
        "UPDATE story SET settled = last_seq WHERE cause = ?1 AND host = ?2 AND device = ?3";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    int64_t cause, host, device;
    int end = 0;
    bool row;

    *known = false;
    if (!s)
        return false;
    if (sscanf(key, "%18" SCNd64 "-%18" SCNd64 "-%18" SCNd64 "%n", &cause, &host, &device, &end) !=
            3 ||
        key[end])
        return true;
    flow_look_budget(look, 0);
    if (!database_begin(db, e))
        return false;
    sqlite3_bind_int64(s, 1, cause);
    sqlite3_bind_int64(s, 2, host);
    sqlite3_bind_int64(s, 3, device);
    if (!database_step(db, s, &row, e) || !database_commit(db, e)) {
        database_roll_back(db);
        return false;
    }
    *known = sqlite3_changes(database_handle(db)) > 0;
    return true;
}
