#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hook/wake.h"

static void keys_belong_to_moments(void **state)
{
    const char *near;

    (void)state;
    assert_int_equal(wake_key_find(MOMENT_JUDGED, "check", &near), WAKE_CHECK);
    assert_int_equal(wake_key_find(MOMENT_HELLO, "check", &near), N_WAKE_KEYS);
    assert_int_equal(wake_key_find(MOMENT_JUDGED, "chek", &near), N_WAKE_KEYS);
    assert_string_equal(near, "check");
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++) {
        assert_true(wake_key_is_at(WAKE_HOST, m));
        assert_true(wake_key_is_at(WAKE_HAS, m));
        assert_true(wake_key_is_at(WAKE_ENTRY, m));
    }
    for (enum wake_key key = WAKE_HOST; key < N_WAKE_KEYS; key++)
        assert_true(*wake_key_name(key) && *wake_key_about(key));
}

static void a_filter_is_bounded_and_checked(void **state)
{
    struct wake *w = wake_new(MOMENT_JUDGED);
    struct err e = {0};

    (void)state;
    assert_true(wake_is_always(w));
    assert_false(wake_add_has(w, "target.hots", NULL, &e));
    assert_non_null(strstr(e.text, "did you mean 'host'?"));
    for (int i = 0; i < WAKE_VALUES_MOST; i++)
        assert_true(wake_add_word(w, WAKE_CLASS, "Expired", &e));
    assert_false(wake_add_word(w, WAKE_CLASS, "Expired", &e));
    assert_false(wake_is_always(w));
    assert_int_equal(wake_moment(w), MOMENT_JUDGED);
    wake_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_belong_to_moments),
        cmocka_unit_test(a_filter_is_bounded_and_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
