#include "prune.h"

#include <stdlib.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "database.h"
#include "varint.h"

/* The same flows for each statement, since they themselves go last. An import brings old flows
 * after new ones: what is old is told by the time, not by the place. A thousand a call, so that
 * whoever writes next does not wait long. */
#define OLDEST "(SELECT seq FROM flow WHERE at_ms < ?1 ORDER BY at_ms, seq LIMIT 1000)"

static bool run_with(struct database *db, const char *sql, int64_t n, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, n);
    return database_step(db, s, &row, e);
}

/* --- their tags --- */

struct ids {
    int64_t *at; /* owned */
    size_t n, cap;
};

static void id_add(struct ids *ids, int64_t id)
{
    if (ids->n == ids->cap) {
        ids->cap = ids->cap ? 2 * ids->cap : 1024;
        ids->at = mem_resize(ids->at, ids->cap * sizeof *ids->at);
    }
    ids->at[ids->n++] = id;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void ids_sort(struct ids *ids)
{
    size_t n = 0;

    if (ids->n)
        qsort(ids->at, ids->n, sizeof *ids->at, by_size);
    for (size_t i = 0; i < ids->n; i++)
        if (!n || ids->at[n - 1] != ids->at[i])
            ids->at[n++] = ids->at[i];
    ids->n = n;
}

static bool untie(struct database *db, int64_t seq, const uint8_t *at, size_t len, struct ids *tags,
    struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "DELETE FROM flow_tag WHERE tag = ?1 AND seq = ?2", e);
    const uint8_t *end = at + len;
    uint64_t tag;
    bool row;

    while (s && at < end && varint_next(&at, end, &tag)) {
        sqlite3_bind_int64(s, 1, (int64_t)tag);
        sqlite3_bind_int64(s, 2, seq);
        if (!database_step(db, s, &row, e))
            return false;
        id_add(tags, (int64_t)tag);
    }
    return s != NULL;
}

static bool untie_all(struct database *db, int64_t before_ms, struct ids *tags, struct err *e)
{
    sqlite3_stmt *s =
        database_statement(db, "SELECT seq, tags FROM record WHERE seq IN " OLDEST, e);
    bool row, fine = true;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, before_ms);
    while (fine && (fine = database_step(db, s, &row, e)) && row)
        fine = untie(db, sqlite3_column_int64(s, 0), sqlite3_column_blob(s, 1),
            (size_t)sqlite3_column_bytes(s, 1), tags, e);
    if (!fine) {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
    }
    return fine;
}

static bool is_idle(struct database *db, int64_t tag, bool *idle, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT 1 FROM flow_tag WHERE tag = ?1 LIMIT 1", e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, tag);
    if (!database_step(db, s, &row, e))
        return false;
    if (row) {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
    }
    *idle = !row;
    return true;
}

static bool tag_drop(struct database *db, int64_t tag, struct err *e)
{
    static const char *const each[] = {
        "INSERT INTO tag_words (tag_words, rowid, text) SELECT 'delete', id, text FROM tag"
        " WHERE id = ?1",
        "DELETE FROM certificate WHERE tag = ?1",
        "DELETE FROM story WHERE cause = ?1",
        "DELETE FROM story WHERE host = ?1",
        "DELETE FROM tag WHERE id = ?1",
    };

    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (!run_with(db, each[i], tag, e))
            return false;
    return true;
}

/* Tags that stand for no flow any more; the certificates with them. */
static bool tags_drop(struct database *db, struct ids *tags, struct err *e)
{
    bool idle;

    ids_sort(tags);
    for (size_t i = 0; i < tags->n; i++)
        if (!is_idle(db, tags->at[i], &idle, e) || (idle && !tag_drop(db, tags->at[i], e)))
            return false;
    return true;
}

/* --- the flows --- */

static bool rows_drop(struct database *db, int64_t before_ms, int64_t *gone, struct err *e)
{
    static const char *const each[] = {
        "DELETE FROM record WHERE seq IN " OLDEST,
        "DELETE FROM heads WHERE seq IN " OLDEST,
        "DELETE FROM bodies WHERE seq IN " OLDEST,
        "DELETE FROM tape WHERE seq IN " OLDEST,
        "DELETE FROM flow WHERE seq IN " OLDEST,
    };

    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (!run_with(db, each[i], before_ms, e))
            return false;
    *gone = sqlite3_changes64(database_handle(db));
    return true;
}

bool prune_oldest(struct database *db, int64_t before_ms, int64_t *gone, struct err *e)
{
    struct ids tags = {0};

    *gone = 0;
    bool fine = untie_all(db, before_ms, &tags, e) && rows_drop(db, before_ms, gone, e) &&
                tags_drop(db, &tags, e);
    mem_free(tags.at);
    return fine;
}
