#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fold.h"
#include "term.h"

static void expect(const char *lines, int width, const char *wanted)
{
    const struct term terminal = {.utf8 = true, .is_tty = true, .width = width},
                      file = {.width = width};
    struct text out = {0};

    fold_add(&terminal, lines, &out);
    assert_string_equal(text_str(&out), wanted);
    text_clear(&out);
    fold_add(&file, lines, &out);
    assert_string_equal(text_str(&out), lines);
    text_fini(&out);
}

static void what_fits_stays_as_it_is(void **state)
{
    (void)state;
    expect("a  b\n\n  c   d\n", 9, "a  b\n\n  c   d\n");
    expect("“…” is 6", 8, "“…” is 6");
    expect("", 20, "");
}

static void the_rest_stands_under_the_last_column(void **state)
{
    (void)state;
    expect("  -n N    the newest of all\nend\n", 20,
        "  -n N    the newest\n"
        "          of all\n"
        "end\n");
}

static void without_a_column_it_stands_two_deeper_than_an_indented_line(void **state)
{
    (void)state;
    expect("  one two three four five", 12, "  one two\n    three\n    four\n    five");
    expect("one two three", 8, "one two\nthree");
}

static void a_column_far_to_the_right_is_no_place_for_it(void **state)
{
    (void)state;
    expect("a name that is long   and what it is", 20,
        "a name that is long\n"
        "and what it is");
}

static void a_word_wider_than_the_window_is_left_whole(void **state)
{
    (void)state;
    expect("  see https://shop.example/a/b/c now", 20,
        "  see\n    https://shop.example/a/b/c\n    now");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays_as_it_is),
        cmocka_unit_test(the_rest_stands_under_the_last_column),
        cmocka_unit_test(without_a_column_it_stands_two_deeper_than_an_indented_line),
        cmocka_unit_test(a_column_far_to_the_right_is_no_place_for_it),
        cmocka_unit_test(a_word_wider_than_the_window_is_left_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
