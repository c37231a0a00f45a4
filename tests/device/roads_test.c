#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "roads.h"

enum { NOW = 1000000000 };

static int make(void **state)
{
    *state = roads_new();
    return 0;
}

static int drop(void **state)
{
    roads_free(*state);
    return 0;
}

static int64_t ago(struct roads *r, const char *ip, const char *to, int64_t now_ms)
{
    struct roads_view view;

    roads_read(r, ip, to, now_ms, &view);
    return view.quic_ago_ms;
}

static void quic_is_remembered_for_its_address_and_a_while(void **state)
{
    struct roads_view view;

    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.1", NOW), -1);
    roads_note_quic(*state, "10.0.0.7", "192.0.2.1", true, NOW);
    roads_read(*state, "10.0.0.7", "192.0.2.1", NOW + 120, &view);
    assert_int_equal(view.quic_ago_ms, 120);
    assert_true(view.quic_refused);
    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.2", NOW), -1);
    assert_int_equal(ago(*state, "10.0.0.8", "192.0.2.1", NOW), -1);
    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.1", NOW + ROADS_QUIC_MS), ROADS_QUIC_MS);
    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.1", NOW + ROADS_QUIC_MS + 1), -1);
    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.1", NOW - 1), -1); /* the clock was set */
    roads_note_quic(*state, "10.0.0.7", "192.0.2.1", false, NOW + 20000);
    roads_read(*state, "10.0.0.7", "192.0.2.1", NOW + 20001, &view);
    assert_int_equal(view.quic_ago_ms, 1);
    assert_false(view.quic_refused);
}

static void the_last_addresses_of_a_device_are_kept(void **state)
{
    char to[32];

    for (int i = 0; i <= ROADS_QUIC_MOST; i++) {
        snprintf(to, sizeof to, "192.0.2.%d", i);
        roads_note_quic(*state, "10.0.0.7", to, true, NOW);
    }
    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.0", NOW), -1);
    assert_int_equal(ago(*state, "10.0.0.7", "192.0.2.1", NOW), 0);
    assert_int_equal(ago(*state, "10.0.0.7", to, NOW), 0);
}

static void a_bypass_is_given_once_an_hour(void **state)
{
    assert_int_equal(roads_take_bypass(*state, "10.0.0.7", NOW), 0);
    roads_note_proxied(*state, "10.0.0.7", NOW);
    assert_int_equal(roads_take_bypass(*state, "10.0.0.8", NOW + 1), 0);
    assert_int_equal(roads_take_bypass(*state, "10.0.0.7", NOW + 1), NOW);
    assert_int_equal(roads_take_bypass(*state, "10.0.0.7", NOW + 2), 0);
    roads_note_proxied(*state, "10.0.0.7", NOW + ROADS_PROXIED_MS);
    assert_int_equal(roads_take_bypass(*state, "10.0.0.7", NOW + 1 + ROADS_PROXIED_MS), 0);
    assert_int_equal(
        roads_take_bypass(*state, "10.0.0.7", NOW + 2 + ROADS_PROXIED_MS), NOW + ROADS_PROXIED_MS);
    assert_int_equal(roads_take_bypass(*state, "10.0.0.7", NOW + 4 * (int64_t)ROADS_PROXIED_MS), 0);
}

static void of_too_many_devices_the_first_is_forgotten(void **state)
{
    char ip[32];

    for (int i = 0; i <= ROADS_MOST; i++) {
        snprintf(ip, sizeof ip, "10.1.%d.%d", i / 256, i % 256);
        roads_note_quic(*state, ip, "192.0.2.1", true, NOW);
    }
    assert_int_equal(ago(*state, "10.1.0.0", "192.0.2.1", NOW), -1);
    assert_int_equal(ago(*state, "10.1.0.1", "192.0.2.1", NOW), 0);
    assert_int_equal(ago(*state, ip, "192.0.2.1", NOW), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quic_is_remembered_for_its_address_and_a_while, make, drop),
        cmocka_unit_test_setup_teardown(the_last_addresses_of_a_device_are_kept, make, drop),
        cmocka_unit_test_setup_teardown(a_bypass_is_given_once_an_hour, make, drop),
        cmocka_unit_test_setup_teardown(of_too_many_devices_the_first_is_forgotten, make, drop),
    };

    return cmocka_run_group_tests_name("device/roads", tests, NULL, NULL);
}
