#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cause.h"
#include "unseen.h"

static void every_row_names_a_cause_once_and_says_why(void **state)
{
    struct causes *causes;
    struct err e = {0};
    size_t n;
    const struct unseen *rows = unseen_causes(&n);

    (void)state;
    assert_true(causes_new(&(struct path_names){0}, &causes, &e));
    for (size_t i = 0; i < n; i++) {
        assert_non_null(cause_find(causes, rows[i].cause));
        assert_true(strlen(rows[i].why) > 20);
        assert_ptr_equal(unseen_why(rows[i].cause), rows[i].why);
    }
    causes_free(causes);
}

static void what_can_be_seen_has_no_reason(void **state)
{
    (void)state;
    assert_null(unseen_why("cert-expired-leaf"));
    assert_null(unseen_why("no-such-cause"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_a_cause_once_and_says_why),
        cmocka_unit_test(what_can_be_seen_has_no_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
