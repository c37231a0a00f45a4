#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "store/database.h"
#include "store/schema.h"

static struct database *opened(const struct folder *f, enum database_use use)
{
    struct err e = {0};
    struct database *db = database_open(f->file, &schema_memory, use, 1700000000, &e);

    if (!db)
        fail_msg("%s", e.text);
    return db;
}

static int64_t number(struct database *db, const char *sql)
{
    struct sqlite3_stmt *s = database_statement(db, sql, NULL);
    bool row;

    assert_non_null(s);
    assert_true(database_step(db, s, &row, NULL));
    assert_true(row);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return n;
}

static void errand(struct database *db)
{
    assert_true(database_run(
        db, "INSERT INTO device_errand (device, verb, value) VALUES ('d','v','x')", NULL));
}

static void file_is(const struct folder *f, const void *bytes, size_t len)
{
    FILE *file = fopen(f->file, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static void a_new_file_has_the_schema_and_is_closed_to_others(void **state)
{
    struct database *db = opened(*state, DATABASE_OWN);
    struct folder *f = *state;
    struct stat st;

    assert_int_equal(number(db, "PRAGMA user_version"), (int64_t)schema_memory.n_steps);
    assert_int_equal(number(db, "SELECT count(*) FROM device"), 0);
    assert_int_equal(number(db, "PRAGMA auto_vacuum"), 2);
    errand(db);
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    char wal[128];
    snprintf(wal, sizeof wal, "%s-wal", f->file);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    database_close(db);
    assert_string_equal(f->told, "");
}

static void a_file_that_is_open_to_others_is_closed_to_them(void **state)
{
    struct folder *f = *state;
    struct stat st;

    database_close(opened(f, DATABASE_OWN));
    assert_int_equal(chmod(f->file, 0644), 0);
    database_close(opened(f, DATABASE_OWN));
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_command_makes_no_file(void **state)
{
    struct folder *f = *state;
    struct err e = {0};

    assert_null(database_open(f->file, &schema_memory, DATABASE_VISIT, 0, &e));
    assert_non_null(strstr(e.text, f->file));
    assert_int_equal(folder_files(f, "", NULL), 0);
}

static void what_is_no_database_is_moved_aside_and_told(void **state)
{
    static const char junk[] =
        "this is no database, and it is long enough to be taken for one by its size alone, "
        "which takes a hundred bytes at least";
    struct folder *f = *state;
    struct err e = {0};

    file_is(f, junk, sizeof junk);
    assert_null(database_open(f->file, &schema_memory, DATABASE_VISIT, 0, &e));
    assert_int_equal(folder_files(f, "broken", NULL), 0);
    struct database *db = opened(f, DATABASE_OWN);
    assert_int_equal(number(db, "SELECT count(*) FROM device"), 0);
    database_close(db);
    assert_int_equal(folder_files(f, "whytls.db.broken-1700000000", NULL), 1);
    assert_non_null(strstr(f->told, "moved to"));
}

static void damage_inside_is_found_at_the_start(void **state)
{
    struct folder *f = *state;
    struct database *db = opened(f, DATABASE_OWN);
    char bytes[3000];

    for (int i = 0; i < 500; i++)
        errand(db);
    database_close(db);
    memset(bytes, 0xa5, sizeof bytes);
    int fd = open(f->file, O_WRONLY);
    off_t end = lseek(fd, 0, SEEK_END);
    for (off_t at = 4096; at < end; at += 4096)
        assert_int_equal(pwrite(fd, bytes, sizeof bytes, at), sizeof bytes);
    close(fd);
    db = opened(f, DATABASE_OWN);
    assert_int_equal(number(db, "SELECT count(*) FROM device_errand"), 0);
    database_close(db);
    assert_int_equal(folder_files(f, "broken", NULL), 1);
}

static void a_later_schema_is_refused_and_left_alone(void **state)
{
    struct folder *f = *state;
    struct database *db = opened(f, DATABASE_OWN);
    struct err e = {0};

    errand(db);
    assert_true(database_run(db, "PRAGMA user_version=77", NULL));
    database_close(db);
    assert_null(database_open(f->file, &schema_memory, DATABASE_OWN, 0, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "later whytls (schema 77, this one knows "));
    assert_int_equal(folder_files(f, "broken", NULL), 0);
}

static void the_database_of_another_program_is_refused(void **state)
{
    struct folder *f = *state;
    sqlite3 *other;
    struct err e = {0};

    assert_int_equal(sqlite3_open(f->file, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "CREATE TABLE theirs (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_null(database_open(f->file, &schema_memory, DATABASE_OWN, 0, &e));
    assert_non_null(strstr(e.text, "not one of whytls"));
    assert_int_equal(folder_files(f, "broken", NULL), 0);
}

static void a_link_is_not_followed(void **state)
{
    struct folder *f = *state;
    struct err e = {0};

    assert_int_equal(symlink("/tmp/whytls-elsewhere.db", f->file), 0);
    assert_null(database_open(f->file, &schema_memory, DATABASE_OWN, 0, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
}

/* Another process: reads, and closes, which takes the log files away if it is the last one. */
static void visit_from_outside(const struct folder *f)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        sqlite3 *other;

        if (sqlite3_open(f->file, &other) != SQLITE_OK ||
            sqlite3_exec(other, "SELECT count(*) FROM device_errand", NULL, NULL, NULL) !=
                SQLITE_OK ||
            sqlite3_close(other) != SQLITE_OK)
            _exit(1);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_second_connection_leaves_the_first_ones_locks(void **state)
{
    struct database *first = opened(*state, DATABASE_OWN), *second;
    struct folder *f = *state;
    char log[128];
    struct stat st;

    errand(first);
    second = opened(*state, DATABASE_VISIT);
    visit_from_outside(f);
    snprintf(log, sizeof log, "%s-wal", f->file);
    assert_int_equal(stat(log, &st), 0);
    database_close(second);
    visit_from_outside(f);
    assert_int_equal(stat(log, &st), 0);
    errand(first);
    second = opened(*state, DATABASE_VISIT);
    assert_int_equal(number(second, "SELECT count(*) FROM device_errand"), 2);
    database_close(second);
    database_close(first);
}

static void two_see_what_the_other_commits(void **state)
{
    struct database *a = opened(*state, DATABASE_OWN), *b = opened(*state, DATABASE_VISIT);

    assert_true(database_was_changed(a)); /* the first answer says nothing */
    assert_false(database_was_changed(a));
    errand(a);
    assert_false(database_was_changed(a));
    errand(b);
    assert_true(database_was_changed(a));
    assert_false(database_was_changed(a));
    assert_int_equal(number(a, "SELECT count(*) FROM device_errand"), 2);
    database_close(a);
    database_close(b);
}

static void a_transaction_is_whole_or_nothing(void **state)
{
    struct database *db = opened(*state, DATABASE_OWN);
    struct err e = {0};

    assert_true(database_begin(db, NULL));
    errand(db);
    database_roll_back(db);
    database_roll_back(db);
    assert_int_equal(number(db, "SELECT count(*) FROM device_errand"), 0);
    assert_false(database_run(db, "INSERT INTO nowhere VALUES (1)", &e));
    assert_non_null(strstr(e.text, "nowhere"));
    assert_null(database_statement(db, "SELECT * FROM nowhere", &e));
    database_close(db);
}

static void free_pages_are_given_back(void **state)
{
    struct folder *f = *state;
    struct database *db = opened(f, DATABASE_OWN);
    struct stat full, empty;

    assert_true(database_begin(db, NULL));
    for (int i = 0; i < 20000; i++)
        errand(db);
    assert_true(database_commit(db, NULL));
    assert_true(database_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL));
    assert_int_equal(stat(f->file, &full), 0);
    assert_true(database_run(db, "DELETE FROM device_errand", NULL));
    assert_true(database_shrink(db, NULL));
    assert_true(database_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL));
    assert_int_equal(stat(f->file, &empty), 0);
    assert_true(empty.st_size * 4 < full.st_size);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_new_file_has_the_schema_and_is_closed_to_others, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_file_that_is_open_to_others_is_closed_to_them, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(a_command_makes_no_file, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            what_is_no_database_is_moved_aside_and_told, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            damage_inside_is_found_at_the_start, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_later_schema_is_refused_and_left_alone, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            the_database_of_another_program_is_refused, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(a_link_is_not_followed, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_second_connection_leaves_the_first_ones_locks, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(two_see_what_the_other_commits, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_transaction_is_whole_or_nothing, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(free_pages_are_given_back, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
