/* What rules remember comes back after a restart, as it was. */
#include "store/rule_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"
#include "script/limit.h"
#include "script/memory.h"
#include "store/database.h"
#include "store/schema.h"

#define NOW ((int64_t)1700000000)
#define DAY ((int64_t)86400)

static struct database *opened(const struct folder *f)
{
    struct err e = {0};
    struct database *db = database_open(f->file, &schema_memory, DATABASE_OWN, NOW, &e);

    if (!db)
        fail_msg("%s", e.text);
    return db;
}

static struct memory_row row_of(const char *place, const char *key, const char *text, int64_t used)
{
    struct memory_row row = {.used_s = used};

    snprintf(row.place, sizeof row.place, "%s", place);
    snprintf(row.key, sizeof row.key, "%s", key);
    snprintf(row.value.text, sizeof row.value.text, "%s", text);
    return row;
}

/* As a rule would have written it: filled in, and said to have changed. */
static void put(struct memory *m, const struct memory_row *row)
{
    memory_fill(m, row);
    memory_hand_back(m, row, 1);
}

static size_t all_of(struct database *db, struct memory_row *rows, size_t cap)
{
    struct memory *m = memory_new();
    struct err e = {0};
    struct memory_row ask[64];
    size_t n = 0;

    if (!rule_rows_load(db, m, NOW, &e))
        fail_msg("%s", e.text);
    /* What was loaded has not changed: nothing is to be saved. */
    assert_int_equal(memory_take_changes(m, ask, 64), 0);
    for (size_t i = 0; i < cap; i++)
        memory_hand_back(m, &rows[i], 1);
    n = memory_take_changes(m, ask, 64);
    if (cap && n)
        memcpy(rows, ask, (n < cap ? n : cap) * sizeof *rows);
    memory_unref(m);
    return n;
}

static void every_type_comes_back(void **state)
{
    struct database *db = opened(*state);
    struct memory *m = memory_new();
    struct err e = {0};
    struct memory_row rows[5];
    size_t n;

    for (int i = 0; i < 5; i++) {
        char key[2] = {(char)('a' + i), '\0'};

        rows[i] = row_of("p/x\thost\ta.example", key, i ? "" : "it's \"text\"", NOW);
        rows[i].value.type = (enum memory_type)i;
        rows[i].value.integer = i == MEMORY_BOOLEAN ? 1 : i == MEMORY_TEXT ? 0 : INT64_MIN + i;
        if (i == MEMORY_NUMBER) {
            rows[i].value.number = 0.1;
            rows[i].value.integer = 0;
        }
        put(m, &rows[i]);
    }
    assert_true(rule_rows_save(db, m, &n, &e));
    assert_int_equal(n, 5);
    memory_unref(m);
    struct memory_row got[5];

    memcpy(got, rows, sizeof got);
    assert_int_equal(all_of(db, got, 5), 5);
    for (size_t i = 0; i < 5; i++) {
        const struct memory_row *wanted = &rows[got[i].key[0] - 'a'];

        assert_int_equal(got[i].value.type, wanted->value.type);
        assert_string_equal(got[i].value.text, wanted->value.text);
        assert_true(got[i].value.integer == wanted->value.integer);
        assert_true(got[i].value.number == wanted->value.number);
    }
    database_close(db);
}

static void a_key_that_was_taken_away_is_gone(void **state)
{
    struct database *db = opened(*state);
    struct memory *m = memory_new();
    struct err e = {0};
    struct memory_row row = row_of("p/x\trule\t*", "k", "v", NOW);
    size_t n;

    put(m, &row);
    assert_true(rule_rows_save(db, m, &n, &e));
    assert_int_equal(all_of(db, &row, 1), 1);
    row.value.none = true;
    put(m, &row);
    assert_true(rule_rows_save(db, m, &n, &e));
    assert_int_equal(all_of(db, &row, 1), 0);
    memory_unref(m);
    database_close(db);
}

static void what_cannot_be_saved_counts_as_changed_again(void **state)
{
    struct database *db = opened(*state);
    struct memory *m = memory_new();
    struct err e = {0};
    struct memory_row row = row_of("p/x\trule\t*", "k", "v", NOW);
    size_t n;

    put(m, &row);
    assert_true(database_run(db, "ALTER TABLE rule_memory RENAME TO elsewhere", &e));
    assert_false(rule_rows_save(db, m, &n, &e));
    assert_true(database_run(db, "ALTER TABLE elsewhere RENAME TO rule_memory", &e));
    assert_true(rule_rows_save(db, m, &n, &e));
    assert_int_equal(n, 1);
    memory_unref(m);
    database_close(db);
}

static void rows_that_we_never_wrote_are_left_out(void **state)
{
    struct database *db = opened(*state);
    struct memory_row row = row_of("p/x\trule\t*", "k", "v", NOW);
    struct err e = {0};

    assert_true(database_run(db,
        "INSERT INTO rule_memory VALUES ('p/x\trule', '*', 'k', 9, 'v', 1700000000);"
        "INSERT INTO rule_memory VALUES ('p/x\trule', '*', 'k2', -1, 'v', 1700000000);"
        "INSERT INTO rule_memory VALUES ('p/x\trule', '*', 'k3', 0, zeroblob(5000), 1700000000)",
        &e));
    assert_int_equal(all_of(db, &row, 1), 0);
    database_close(db);
}

static void the_old_the_many_and_those_of_forgotten_devices_are_dropped(void **state)
{
    struct database *db = opened(*state);
    struct memory *m = memory_new();
    struct err e = {0};
    struct memory_row rows[] = {
        row_of("p/x\thost\told.example", "k", "v", NOW - 91 * DAY),
        row_of("p/x\thost\tnew.example", "k", "v", NOW - DAY),
        row_of("p/x\tdevice\tgone", "k", "v", NOW - DAY),
        row_of("p/x\tdevice\tfresh", "k", "v", NOW - 10),
    };
    size_t n;

    for (size_t i = 0; i < 4; i++)
        put(m, &rows[i]);
    for (int i = 0; i < LIMIT_MEMORY_RECORDS + 20; i++) {
        char place[64];

        snprintf(place, sizeof place, "p/y\thost\t%d.example", i);
        struct memory_row row = row_of(place, "k", "v", NOW - DAY + i);

        put(m, &row);
    }
    while (rule_rows_save(db, m, &n, &e) && n)
        continue;
    assert_true(rule_rows_age(db, NOW, &e));
    memory_unref(m);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(all_of(db, &rows[i], 1), i % 2);
    struct memory_row first = row_of("p/y\thost\t19.example", "k", "v", NOW),
                      kept = row_of("p/y\thost\t20.example", "k", "v", NOW);

    assert_int_equal(all_of(db, &first, 1), 0);
    assert_int_equal(all_of(db, &kept, 1), 1);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_comes_back, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_key_that_was_taken_away_is_gone, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            what_cannot_be_saved_counts_as_changed_again, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            rows_that_we_never_wrote_are_left_out, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            the_old_the_many_and_those_of_forgotten_devices_are_dropped, folder_make, folder_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
