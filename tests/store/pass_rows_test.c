#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "device/passes.h"
#include "folder.h"
#include "store/database.h"
#include "store/pass_rows.h"
#include "store/schema.h"

enum { NOW = 1000000 };

static struct database *opened(const struct folder *f)
{
    struct err e = {0};
    char *path = database_path(f->dir, &schema_memory);
    struct database *db = database_open(path, &schema_memory, DATABASE_OWN, NOW / 1000, &e);

    mem_free(path);
    if (!db)
        fail_msg("%s", e.text);
    return db;
}

static void put(struct database *db, const char *host, int64_t until_ms)
{
    struct pass one;

    assert_true(pass_make(&one, host, NOW, until_ms, "ui", NULL));
    assert_true(pass_rows_put(db, &one, NULL));
}

static size_t count(struct passes *p, int64_t now_ms)
{
    size_t n;

    mem_free(passes_all(p, now_ms, &n));
    return n;
}

static void what_passes_outlives_a_restart(void **state)
{
    struct database *db = opened(*state);
    struct passes *p = passes_new();

    put(db, "a.example", 0);
    put(db, "b.example", NOW + 50);
    put(db, "b.example", NOW + 5000);
    put(db, "c.example", NOW + 10);
    put(db, "d.example", 0);
    assert_true(pass_rows_drop(db, "d.example", NULL));
    database_close(db);
    db = opened(*state);
    assert_true(pass_rows_load(db, p, NOW + 100, NULL));
    assert_true(passes_has(p, "a.example", NOW + 100));
    assert_true(passes_has(p, "b.example", NOW + 100));
    assert_int_equal(count(p, NOW), 2);
    passes_free(p);
    database_close(db);
}

static void a_row_that_is_not_ours_is_left_out(void **state)
{
    struct database *db = opened(*state);
    struct passes *p = passes_new();

    assert_true(database_run(db, "INSERT INTO pass VALUES ('*', 1, 0, 'x')", NULL));
    put(db, "a.example", 0);
    assert_true(pass_rows_read(db, p, NOW, NULL));
    assert_int_equal(count(p, NOW), 1);
    passes_free(p);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_passes_outlives_a_restart, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_row_that_is_not_ours_is_left_out, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
