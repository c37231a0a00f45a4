#include "database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "schema.h"

/* APPLICATION_ID: "wtls", which marks the file as ours (sqlite.org/fileformat2.html, offset 68).
 * PATIENCE_MS: for another process that writes; a command has more than the proxy, behind whose
 * store flows queue up. SHRINK_PAGES: at most so many are given back at once, each one is a move on
 * the disk. */
enum {
    APPLICATION_ID = 0x77746c73,
    PATIENCE_MS = 2000,
    VISIT_PATIENCE_MS = 15000,
    TURN_MS = 2,
    STATEMENTS_MOST = 48,
    SHRINK_PAGES = 2000
};

struct database {
    sqlite3 *handle;
    const struct database_form *form;
    char *path; /* owned */
    int patience_ms;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } kept[STATEMENTS_MOST];
    size_t n_kept;
    int64_t data_version;
};

static const char pragmas[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "PRAGMA journal_size_limit=4194304; PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768;"
    "PRAGMA wal_autocheckpoint=8000;";
/* Has to stand before the first table; and is asked of a new file only, because it writes. */
static const char new_pragmas[] = "PRAGMA auto_vacuum=INCREMENTAL;";

char *database_path(const char *folder, const struct database_form *form)
{
    return file_join(folder, form->file);
}

struct sqlite3 *database_handle(const struct database *db)
{
    return db->handle;
}

static bool fail_at(const struct database *db, struct err *e)
{
    if (sqlite3_extended_errcode(db->handle) == SQLITE_BUSY)
        return err_set(e, ERR_SYSTEM,
            "%s: another program has been writing to it for %d s (a second whytls on this folder?)",
            db->path, db->patience_ms / 1000);
    return err_set(e, ERR_SYSTEM, "%s: %s", db->path, sqlite3_errmsg(db->handle));
}

bool database_run(struct database *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || fail_at(db, e);
}

static void statements_drop(struct database *db)
{
    while (db->n_kept)
        sqlite3_finalize(db->kept[--db->n_kept].statement);
}

struct sqlite3_stmt *database_statement(struct database *db, const char *sql, struct err *e)
{
    sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < db->n_kept; i++)
        if (db->kept[i].sql == sql)
            return db->kept[i].statement;
    if (db->n_kept == STATEMENTS_MOST) {
        err_set(e, ERR_SYSTEM, "%s: too many statements", db->path);
        return NULL;
    }
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        fail_at(db, e);
        return NULL;
    }
    db->kept[db->n_kept].sql = sql;
    db->kept[db->n_kept++].statement = statement;
    return statement;
}

bool database_step(struct database *db, struct sqlite3_stmt *statement, bool *row, struct err *e)
{
    int code = sqlite3_step(statement);

    *row = code == SQLITE_ROW;
    if (*row)
        return true;
    if (code != SQLITE_DONE)
        fail_at(db, e);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE;
}

bool database_begin(struct database *db, struct err *e)
{
    return database_run(db, "BEGIN IMMEDIATE", e);
}

bool database_commit(struct database *db, struct err *e)
{
    return database_run(db, "COMMIT", e);
}

void database_roll_back(struct database *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* The first value of the first row. */
static bool number_ask(struct database *db, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *statement = database_statement(db, sql, e);
    bool row;

    *out = 0;
    if (!statement || !database_step(db, statement, &row, e))
        return false;
    if (row)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return true;
}

bool database_was_changed(struct database *db)
{
    int64_t now;

    if (!number_ask(db, "PRAGMA data_version", &now, NULL) || now == db->data_version)
        return false;
    db->data_version = now;
    return true;
}

bool database_is_damaged(const struct database *db)
{
    int code = sqlite3_errcode(db->handle) & 0xff;

    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool database_shrink(struct database *db, struct err *e)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%d)", SHRINK_PAGES);
    return database_run(db, sql, e);
}

enum state { STATE_FINE, STATE_BROKEN, STATE_FAILED };

/* SQLite finds damage only where it looks: so look everywhere once, where the file is small. */
static enum state integrity_check(struct database *db, struct err *e)
{
    const char *sql = db->form->small ? "PRAGMA quick_check(1)" : "SELECT 'ok' FROM sqlite_schema";
    sqlite3_stmt *statement = database_statement(db, sql, e);
    bool row = false;
    bool fine = false;

    if (!statement || !database_step(db, statement, &row, e))
        return STATE_FAILED;
    if (row) {
        const char *answer = (const char *)sqlite3_column_text(statement, 0);

        fine = answer && !strcmp(answer, "ok");
        if (!fine)
            err_set(e, ERR_INPUT, "%s: %s", db->path, answer ? answer : "it is broken");
    } else {
        fine = !db->form->small; /* a new file */
    }
    sqlite3_reset(statement);
    return fine ? STATE_FINE : STATE_BROKEN;
}

/* One file is written by each program in turn: an older one says no, a newer one brings it up to
 * its own, step by step. */
static bool schema_climb(struct database *db, int64_t version, struct err *e)
{
    char sql[96];

    if (version)
        log_info("%s is of an earlier whytls: it is brought up to date", db->path);
    for (; version < (int64_t)db->form->n_steps; version++)
        if (!database_run(db, db->form->steps[version], e))
            return false;
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%lld", APPLICATION_ID,
        (long long)version);
    return database_run(db, sql, e);
}

/* Makes the tables of a new file, and says no to a file that we do not know. */
static bool schema_settle(struct database *db, struct err *e)
{
    int64_t version, application, tables;

    if (!number_ask(db, "PRAGMA user_version", &version, e) ||
        !number_ask(db, "PRAGMA application_id", &application, e) ||
        !number_ask(db, "SELECT count(*) FROM sqlite_schema", &tables, e))
        return false;
    if (application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0))
        return err_set(e, ERR_INPUT,
            "%s: an SQLite file, and not one of whytls: move it away, or choose another folder "
            "with --data",
            db->path);
    if (version > (int64_t)db->form->n_steps)
        return err_set(e, ERR_INPUT,
            "%s: written by a later whytls (schema %lld, this one knows %zu): run that one, or "
            "move the file away",
            db->path, (long long)version, db->form->n_steps);
    return version == (int64_t)db->form->n_steps || schema_climb(db, version, e);
}

/* The schema is settled inside one transaction: two that start at once make it once. A file that is
 * as it should be is only read, so that nobody waits for a writer. */
static bool schema_make(struct database *db, struct err *e)
{
    int64_t version, application;

    if (!number_ask(db, "PRAGMA user_version", &version, e) ||
        !number_ask(db, "PRAGMA application_id", &application, e))
        return false;
    if (application == APPLICATION_ID && version == (int64_t)db->form->n_steps)
        return true;
    if (!database_begin(db, e))
        return false;
    if (schema_settle(db, e) && database_commit(db, e))
        return true;
    database_roll_back(db);
    return false;
}

static bool pragmas_set(struct database *db, struct err *e)
{
    int64_t pages;

    return number_ask(db, "PRAGMA page_count", &pages, e) &&
           (pages > 0 || database_run(db, new_pragmas, e)) && database_run(db, pragmas, e);
}

/* Who writes all the time, as a proxy under load, leaves a gap of some milliseconds between its
 * transactions. SQLite's own timer looks ten times a second and misses most. */
static int wait_turn(void *arg, int n_waits)
{
    static const struct timespec turn = {.tv_nsec = TURN_MS * 1000 * 1000};
    const struct database *db = arg;

    nanosleep(&turn, NULL);
    return n_waits < db->patience_ms / TURN_MS;
}

static enum state settle(struct database *db, struct err *e)
{
    enum state state;

    sqlite3_busy_handler(db->handle, wait_turn, db);
    /* A peer can send names, never SQL; a file that was tampered with is held as well. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    if (!pragmas_set(db, e))
        return database_is_damaged(db) ? STATE_BROKEN : STATE_FAILED;
    state = integrity_check(db, e);
    if (state == STATE_FINE && !schema_make(db, e))
        state = STATE_FAILED;
    return state == STATE_FAILED && database_is_damaged(db) ? STATE_BROKEN : state;
}

/* A new one; another thread may be a moment earlier. */
static bool file_make(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT | O_EXCL, 0600);

    if (fd < 0)
        return errno == EEXIST || err_sys(e, "cannot open %s", path);
    close(fd);
    return true;
}

/* SQLite would make the file with the process's mask; its log files take the mode of the file. One
 * that is there is never opened here: to close it again would give up the locks that this process
 * has on it through another connection (POSIX, fcntl; sqlite.org/howtocorrupt.html §2.2), and the
 * next reader from outside would take the log files away. */
static bool file_ready(const char *path, enum database_use use, struct err *e)
{
    struct stat file;

    if (lstat(path, &file) != 0)
        return errno == ENOENT && use == DATABASE_OWN ? file_make(path, e)
                                                      : err_sys(e, "cannot open %s", path);
    if (S_ISLNK(file.st_mode))
        errno = ELOOP;
    if (S_ISLNK(file.st_mode) || access(path, R_OK | W_OK) != 0)
        return err_sys(e, "cannot open %s", path);
    if ((file.st_mode & 0777) != 0600 && chmod(path, 0600) != 0)
        return err_sys(e, "cannot close %s to others", path);
    return true;
}

static struct database *connect_to(
    const char *path, const struct database_form *form, enum database_use use, struct err *e)
{
    struct database *db = mem_new(sizeof *db);

    db->form = form;
    db->patience_ms = use == DATABASE_VISIT ? VISIT_PATIENCE_MS : PATIENCE_MS;
    db->path = mem_text(path);
    if (sqlite3_open_v2(path, &db->handle,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
            NULL) == SQLITE_OK)
        return db;
    err_set(e, ERR_SYSTEM, "cannot open %s: %s", path,
        db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
    database_close(db);
    return NULL;
}

/* PATH becomes PATH.broken-SECONDS, its log files with it, so that nothing is lost that could still
 * be read by somebody. */
bool database_set_aside(const char *path, const struct database_form *form, const char *why,
    int64_t now_s, struct err *e)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char from[4096], to[4096];

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(from, sizeof from, "%s%s", path, parts[i]);
        snprintf(to, sizeof to, "%s.broken-%lld%s", path, (long long)now_s, parts[i]);
        if (rename(from, to) != 0 && errno != ENOENT)
            return err_sys(e, "cannot move the broken %s aside", from);
    }
    log_warn("%s; moved to %s.broken-%lld, and a new one is begun: %s", why, path, (long long)now_s,
        form->lost);
    return true;
}

struct database *database_open(const char *path, const struct database_form *form,
    enum database_use use, int64_t now_s, struct err *e)
{
    for (int turn = 0;; turn++) {
        struct err why = {0};
        struct database *db = NULL;
        enum state state = STATE_FAILED;

        if (file_ready(path, use, &why) && (db = connect_to(path, form, use, &why)))
            state = settle(db, &why);
        if (state == STATE_FINE)
            return db;
        database_close(db);
        if (state == STATE_BROKEN && use == DATABASE_OWN && turn == 0 &&
            database_set_aside(path, form, why.text, now_s, &why))
            continue;
        if (e)
            *e = why;
        return NULL;
    }
}

void database_close(struct database *db)
{
    if (!db)
        return;
    statements_drop(db);
    sqlite3_close(db->handle);
    mem_free(db->path);
    mem_free(db);
}
