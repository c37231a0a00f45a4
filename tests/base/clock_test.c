#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"

static void a_fake_clock_stands_still_until_it_is_advanced(void **state)
{
    struct clock c;

    (void)state;
    clock_fake_init(&c, 1700000000000);
    int64_t steady = clock_steady_ms(&c);
    assert_int_equal(clock_wall_ms(&c), 1700000000000);
    assert_int_equal(clock_wall_ms(&c), 1700000000000);
    clock_advance(&c, 1500);
    assert_int_equal(clock_wall_ms(&c), 1700000001500);
    assert_int_equal(clock_steady_ms(&c), steady + 1500);
}

static void the_systems_steady_clock_never_goes_back(void **state)
{
    const struct clock *c = clock_system();
    int64_t before = clock_steady_ms(c);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_steady_ms(c);

        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall_ms(c) > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fake_clock_stands_still_until_it_is_advanced),
        cmocka_unit_test(the_systems_steady_clock_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
