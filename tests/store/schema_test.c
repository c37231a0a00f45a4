#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "folder.h"
#include "store/database.h"
#include "store/schema.h"

static const struct database_form *const forms[] = {&schema_memory, &schema_traffic};

/* Everything that makes a schema, in one text. */
static void schema_of(
    const struct folder *f, const struct database_form *form, char *out, size_t cap)
{
    char path[128];
    struct err e = {0};

    snprintf(path, sizeof path, "%s/%s", f->dir, form->file);
    struct database *db = database_open(path, form, DATABASE_OWN, 0, &e);
    if (!db)
        fail_msg("%s", e.text);
    struct sqlite3_stmt *s =
        database_statement(db, "SELECT group_concat(sql, ';') FROM sqlite_schema", NULL);
    bool row;

    assert_true(database_step(db, s, &row, NULL) && row);
    snprintf(out, cap, "%s", (const char *)sqlite3_column_text(s, 0));
    sqlite3_reset(s);
    database_close(db);
    folder_files(f, form->file, unlink);
}

static void an_older_file_climbs_to_the_newest_step(void **state)
{
    struct folder *f = *state;
    static char fresh[20000], climbed[20000];

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (size_t have = 1; have < forms[i]->n_steps; have++) {
            struct database_form older = *forms[i];
            char path[128];

            older.n_steps = have;
            schema_of(f, forms[i], fresh, sizeof fresh);
            snprintf(path, sizeof path, "%s/%s", f->dir, older.file);
            database_close(database_open(path, &older, DATABASE_OWN, 0, NULL));
            schema_of(f, forms[i], climbed, sizeof climbed);
            assert_string_equal(climbed, fresh);
        }
}

static void each_file_has_a_name_and_says_what_is_lost_with_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        assert_true(strlen(forms[i]->file) > 3);
        assert_true(strlen(forms[i]->lost) > 3);
        assert_true(forms[i]->n_steps > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_older_file_climbs_to_the_newest_step, folder_make, folder_drop),
        cmocka_unit_test(each_file_has_a_name_and_says_what_is_lost_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
