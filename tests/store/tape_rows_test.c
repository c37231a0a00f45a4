#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "tape_rows.h"
#include "tls/tape.h"
#include "traffic.h"

static void tapes_come_back(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f = traffic_flow("one", "a.example");
    struct tape *tape[2];
    struct err e = {0};

    f->tape[1] = tape_new();
    tape_add_secret(f->tape[1], "CLIENT_RANDOM 00 11");
    tape_add_secret(f->tape[1], "SECOND 22 33");
    tape_add(f->tape[1], false, "\0in", 3);
    tape_add(f->tape[1], true, "out", 3);
    f->tape[1]->cut = true;
    traffic_add(db, &f, 1);
    assert_true(tape_rows_read(db, 1, tape, &e));
    assert_null(tape[0]);
    assert_int_equal(tape[1]->n, 2);
    assert_true(tape[1]->cut && tape[1]->pieces[1].ours);
    assert_memory_equal(tape[1]->bytes.at, "\0inout", 6);
    assert_string_equal(text_str(&tape[1]->secrets), "CLIENT_RANDOM 00 11\nSECOND 22 33\n");
    tape_free(tape[1]);
    assert_true(tape_rows_read(db, 2, tape, &e));
    assert_null(tape[1]);
    database_close(db);
}

static void broken_tapes_are_an_error(void **state)
{
    static const char *const broken[] = {
        "", "\x03", "\xff\xff\xff\x7f", "\x01\x01\xff\xff\x7f", "\x01\x01\x01\x7f", "\x01\x01\x01"};
    struct database *db = traffic_opened(*state);
    struct tape *tape[2];
    struct err e = {0};

    for (int i = 0; i < (int)(sizeof broken / sizeof *broken); i++) {
        sqlite3_stmt *s = database_statement(db, "INSERT INTO tape VALUES (?1, ?2)", &e);
        bool row;

        sqlite3_bind_int(s, 1, i + 1);
        sqlite3_bind_blob(s, 2, broken[i], (int)strlen(broken[i]), SQLITE_STATIC);
        assert_true(database_step(db, s, &row, &e));
        assert_false(tape_rows_read(db, i + 1, tape, &e));
        tape_free(tape[0]);
        tape_free(tape[1]);
    }
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tapes_come_back, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(broken_tapes_are_an_error, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
