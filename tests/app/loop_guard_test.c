#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "loop_guard.h"

static void a_port_of_ours_is_known_for_a_while(void **state)
{
    struct clock clock;

    (void)state;
    clock_fake_init(&clock, 0);
    struct loop_guard *g = loop_guard_new(&clock);
    assert_false(loop_guard_knows(g, 40000));
    loop_guard_begun(g, 40000);
    assert_true(loop_guard_knows(g, 40000));
    assert_false(loop_guard_knows(g, 40001));
    clock_advance(&clock, LOOP_GUARD_MS);
    assert_true(loop_guard_knows(g, 40000));
    clock_advance(&clock, 1);
    assert_false(loop_guard_knows(g, 40000));
    loop_guard_begun(g, 65535);
    loop_guard_begun(g, 0);
    assert_true(loop_guard_knows(g, 65535));
    assert_true(loop_guard_knows(g, 0));
    loop_guard_free(g);
    loop_guard_free(NULL);
}

static void addresses_of_this_machine_are_known(void **state)
{
    static const struct {
        const char *address;
        bool ours;
    } cases[] = {
        {"127.0.0.1", true},
        {"127.9.9.9", true},
        {"::1", true},
        {"0.0.0.0", true},
        {"::", true},
        {"192.0.2.1", false}, /* RFC 5737: documentation */
        {"2001:db8::1", false},
    };
    struct clock clock;

    (void)state;
    clock_fake_init(&clock, 0);
    struct own_addresses *own = own_addresses_new(&clock);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sockaddr_storage a;

        assert_true(addr_parse(cases[i].address, 0, &a));
        assert_int_equal(own_addresses_have(own, (struct sockaddr *)&a), cases[i].ours);
        clock_advance(&clock, OWN_ADDRESSES_MS);
    }
    own_addresses_free(own);
    own_addresses_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_of_ours_is_known_for_a_while),
        cmocka_unit_test(addresses_of_this_machine_are_known),
    };

    return cmocka_run_group_tests_name("app/loop_guard", tests, NULL, NULL);
}
