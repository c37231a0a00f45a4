/* store/database.h - a SQLite file of an installation (store/schema.h says which there are). Home
 * of SQLite, with those who keep rows.
 *
 * A database is used by one thread at a time: in the proxy the store's. Another process may read
 * and write the same file meanwhile. What was committed outlives a kill at any moment (a
 * write-ahead log); a power cut may cost the last seconds, never the file. */
#ifndef WHYTLS_STORE_DATABASE_H
#define WHYTLS_STORE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct database;
struct database_form; /* schema.h */
struct sqlite3;       /* SQLite's */
struct sqlite3_stmt;  /* SQLite's */

enum database_use {
    DATABASE_OWN,   /* the proxy: made when it is missing; a broken file is moved aside, and told */
    DATABASE_VISIT, /* a command: the file must be there, and a broken one is an error */
};

/* Where in the folder a file of this form lies; freed with mem_free. */
char *database_path(const char *folder, const struct database_form *form);
/* Brings a file of an earlier whytls up to the form's last step. NULL and *e: the file cannot be
 * opened, is of another program or of a later whytls, or is broken (DATABASE_VISIT). `now_s` names
 * what is moved aside. */
struct database *database_open(const char *path, const struct database_form *form,
    enum database_use use, int64_t now_s, struct err *e) MUST_USE;
/* For a file that turned out to be broken, and is closed: PATH becomes PATH.broken-SECONDS, and the
 * operator is told. */
bool database_set_aside(const char *path, const struct database_form *form, const char *why,
    int64_t now_s, struct err *e) MUST_USE;
/* NULL is legal. */
void database_close(struct database *db);

/* Borrowed: for those who keep rows. */
struct sqlite3 *database_handle(const struct database *db);
/* A statement, prepared once and kept until the close; `sql` is a literal, its address the key.
 * NULL and *e. */
struct sqlite3_stmt *database_statement(
    struct database *db, const char *sql, struct err *e) MUST_USE;
/* Runs the statements of sql that give no rows. */
bool database_run(struct database *db, const char *sql, struct err *e) MUST_USE;
/* One step of a statement. True: there is a row (*row), or it is done. A statement that is done, or
 * failed, is reset and its values are cleared. */
bool database_step(
    struct database *db, struct sqlite3_stmt *statement, bool *row, struct err *e) MUST_USE;
/* A transaction that may write at once, waiting a bounded time for others. */
bool database_begin(struct database *db, struct err *e) MUST_USE;
bool database_commit(struct database *db, struct err *e) MUST_USE;
void database_roll_back(struct database *db);
/* Says once, after another process has written to the file, that it has. */
bool database_was_changed(struct database *db);
/* The last call failed because the file is broken. */
bool database_is_damaged(const struct database *db);
/* Gives free pages back to the file system. */
bool database_shrink(struct database *db, struct err *e) MUST_USE;

#endif
