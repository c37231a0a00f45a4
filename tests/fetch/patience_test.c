#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "patience_priv.h"

static void a_host_that_is_late_twice_rests_for_a_minute(void **state)
{
    struct patience *p = patience_new();

    (void)state;
    patience_timed_out(p, "slow.example", 1000);
    assert_false(patience_is_over(p, "slow.example", 1000));
    patience_timed_out(p, "slow.example", 4000);
    assert_true(patience_is_over(p, "slow.example", 4000));
    assert_true(patience_is_over(p, "slow.example", 4000 + PATIENCE_REST_MS - 1));
    assert_false(patience_is_over(p, "slow.example", 4000 + PATIENCE_REST_MS));
    assert_false(patience_is_over(p, "other.example", 4000));
    patience_free(p);
}

static void an_answer_clears_it(void **state)
{
    struct patience *p = patience_new();

    (void)state;
    patience_timed_out(p, "slow.example", 0);
    patience_answered(p, "slow.example");
    patience_timed_out(p, "slow.example", 10);
    assert_false(patience_is_over(p, "slow.example", 10));
    patience_free(p);
}

static void old_lateness_does_not_count(void **state)
{
    struct patience *p = patience_new();

    (void)state;
    patience_timed_out(p, "slow.example", 0);
    patience_timed_out(p, "slow.example", PATIENCE_REST_MS);
    assert_false(patience_is_over(p, "slow.example", PATIENCE_REST_MS));
    patience_free(p);
}

static void many_hosts_take_no_more_room(void **state)
{
    struct patience *p = patience_new();
    char host[32];

    (void)state;
    for (int i = 0; i < 3 * PATIENCE_HOSTS_MOST; i++) {
        snprintf(host, sizeof host, "h%d.example", i);
        patience_timed_out(p, host, 0);
        patience_timed_out(p, host, 0);
        assert_true(patience_is_over(p, host, 0));
    }
    patience_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_is_late_twice_rests_for_a_minute),
        cmocka_unit_test(an_answer_clears_it),
        cmocka_unit_test(old_lateness_does_not_count),
        cmocka_unit_test(many_hosts_take_no_more_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
