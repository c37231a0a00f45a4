#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"

static void the_innermost_text_stays_and_context_comes_in_front(void **state)
{
    struct err e = {0};

    (void)state;
    assert_false(err_set(&e, ERR_INPUT, "%s: no certificate", "ca.pem"));
    assert_false(err_wrap(&e, "loading the %s", "CA"));
    assert_false(err_wrap(&e, "starting"));
    assert_string_equal(e.text, "starting: loading the CA: ca.pem: no certificate");
    assert_int_equal(e.kind, ERR_INPUT);
}

static void a_system_error_keeps_its_number_and_its_words(void **state)
{
    struct err e = {.lib = 7};

    (void)state;
    errno = ENOENT;
    assert_false(err_sys(&e, "%s", "ca.pem"));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_int_equal(e.sys, ENOENT);
    assert_int_equal(e.lib, 0);
    assert_string_equal(e.text, "ca.pem: No such file or directory");
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    assert_false(err_set(NULL, ERR_USAGE, "x"));
    assert_false(err_sys(NULL, "x"));
    assert_false(err_wrap(NULL, "x"));
}

static void long_texts_are_cut_and_end(void **state)
{
    struct err e = {0};
    char text[2 * sizeof e.text];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&e, ERR_CONFIG, "%s", text);
    err_wrap(&e, "%s", text);
    errno = EPERM;
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    err_sys(&e, "%s", text);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_innermost_text_stays_and_context_comes_in_front),
        cmocka_unit_test(a_system_error_keeps_its_number_and_its_words),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(long_texts_are_cut_and_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
