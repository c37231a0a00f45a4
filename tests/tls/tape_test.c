#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tape.h"

static void turns_are_told_apart(void **state)
{
    struct tape *t = tape_new();

    (void)state;
    tape_add(t, false, "ab", 2);
    tape_add(t, false, "c", 1);
    tape_add(t, true, "d", 1);
    tape_add(t, true, "", 0);
    tape_add(t, false, "e", 1);
    assert_int_equal(t->n, 3);
    assert_int_equal(t->pieces[0].len, 3);
    assert_true(t->pieces[1].ours);
    assert_string_equal(text_str(&t->bytes), "abcde");
    tape_free(t);
    tape_free(NULL);
}

static void past_a_bound_nothing_more_is_kept(void **state)
{
    struct tape *t = tape_new();
    char *many = mem_new(TAPE_BYTES_MOST);

    (void)state;
    tape_add(t, true, many, TAPE_BYTES_MOST - 1);
    tape_add(t, true, many, 2);
    assert_true(t->cut);
    tape_add(t, true, many, 1);
    assert_int_equal(t->bytes.len, TAPE_BYTES_MOST - 1);
    tape_free(t);
    t = tape_new();
    for (size_t i = 0; i < 2 * TAPE_PIECES_MOST; i++)
        tape_add(t, i % 2, "x", 1);
    assert_int_equal(t->n, TAPE_PIECES_MOST);
    assert_true(t->cut);
    mem_free(many);
    tape_free(t);
}

static void secrets_are_lines_and_bounded(void **state)
{
    struct tape *t = tape_new();

    (void)state;
    tape_add_secret(t, "CLIENT_RANDOM 00 11");
    assert_string_equal(text_str(&t->secrets), "CLIENT_RANDOM 00 11\n");
    for (int i = 0; i < 1000; i++)
        tape_add_secret(t, "CLIENT_RANDOM 00 11");
    assert_true(t->secrets.len <= TAPE_SECRETS_MOST);
    assert_int_equal(t->secrets.len % 20, 0);
    tape_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_are_told_apart),
        cmocka_unit_test(past_a_bound_nothing_more_is_kept),
        cmocka_unit_test(secrets_are_lines_and_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
