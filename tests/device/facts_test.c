#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "device/facts.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/roll.h"

#define NOW ((int64_t)1700000000000)
#define HOUR ((int64_t)3600 * 1000)

static const struct history_key phone = {
    .ip = "192.168.1.44", .family = "iPhone", .app = "Bankly", .host = "sync.bank.example"};

static int set_up(void **state)
{
    *state = device_history_new();
    return 0;
}

static int tear_down(void **state)
{
    device_history_free(*state);
    return 0;
}

static struct history_key at(const char *app, const char *host)
{
    struct history_key key = phone;

    key.app = app;
    key.host = host;
    return key;
}

static enum device_state state_now(struct device_history *h, int64_t now_ms)
{
    size_t n;
    struct device_row *rows = roll_devices(h, &n);
    struct device_facts f;

    assert_int_equal(n, 1);
    device_facts_read(h, rows, now_ms, &f);
    enum device_state state = f.state;
    device_facts_fini(&f);
    mem_free(rows);
    return state;
}

static void a_phone_goes_through_its_states(void **state)
{
    const struct history_key page = {.ip = phone.ip, .family = phone.family};

    device_seen(*state, &page, &(struct device_claim){0}, NOW);
    assert_int_equal(state_now(*state, NOW), DEVICE_SEEN);
    device_profile_fetched(*state, &page, "7f3a", NOW + 1);
    assert_int_equal(state_now(*state, NOW), DEVICE_SET_UP_BEGUN);
    history_note(*state, &phone, HISTORY_REFUSED, NOW + 2);
    assert_int_equal(state_now(*state, NOW), DEVICE_REFUSES);
    device_probe(*state, &page, true, NOW + 3);
    assert_int_equal(state_now(*state, NOW), DEVICE_READ);
    device_probe(*state, &page, false, NOW + 4);
    assert_int_equal(state_now(*state, NOW), DEVICE_REFUSES);
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW + 5);
    assert_int_equal(state_now(*state, NOW), DEVICE_READ);
}

static void one_host_that_refuses_does_not_make_a_phone_refuse(void **state)
{
    struct history_key safari = at("Safari", "a.example");

    history_note(*state, &safari, HISTORY_ACCEPTED, NOW);
    for (int i = 0; i < 3; i++)
        history_note(*state, &phone, HISTORY_REFUSED, NOW + 1 + i);
    assert_int_equal(state_now(*state, NOW), DEVICE_READ);
    history_note(*state, &phone, HISTORY_REFUSED, NOW + 5);
    assert_int_equal(state_now(*state, NOW), DEVICE_REFUSES);
    history_note(*state, &safari, HISTORY_ACCEPTED, NOW + 6);
    assert_int_equal(state_now(*state, NOW), DEVICE_READ);
}

static void a_clock_that_is_off_comes_first_until_the_phone_accepts(void **state)
{
    history_note(*state, &phone, HISTORY_REFUSED, NOW);
    device_clock(*state, &phone, -400 * 24 * HOUR, NOW + 1);
    assert_int_equal(state_now(*state, NOW + 2), DEVICE_CLOCK_WRONG);
    assert_int_equal(state_now(*state, NOW + 8 * 24 * HOUR), DEVICE_REFUSES);
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW + 2);
    assert_int_equal(state_now(*state, NOW + 3), DEVICE_READ);
}

static void hosts_and_apps_are_counted_once(void **state)
{
    struct history_key cases[] = {at("Safari", "a.example"), at("Safari", "b.example"),
        at("Bankly", "a.example"), at("Bankly", "c.example")};
    size_t n;

    history_note(*state, &cases[0], HISTORY_ACCEPTED, NOW);
    history_note(*state, &cases[1], HISTORY_ACCEPTED, NOW + 1);
    history_note(*state, &cases[2], HISTORY_REFUSED, NOW + 2);
    history_note(*state, &cases[3], HISTORY_REFUSED, NOW + 3);
    history_note(*state, &cases[3], HISTORY_ACCEPTED, NOW + 4);
    struct device_row *rows = roll_devices(*state, &n);
    struct device_facts f;
    device_facts_read(*state, rows, NOW + 5, &f);
    assert_int_equal(f.n_hosts, 4);
    assert_int_equal(f.n_accepted, 3);
    assert_int_equal(f.n_refused, 1);
    assert_int_equal(f.n_apps, 2);
    assert_string_equal(f.apps[0].name, "Bankly");
    assert_int_equal(f.apps[0].hosts, 2);
    assert_int_equal(f.apps[0].hosts_refused, 1);
    assert_int_equal(f.apps[1].hosts_refused, 0);
    device_facts_fini(&f);
    mem_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_phone_goes_through_its_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            one_host_that_refuses_does_not_make_a_phone_refuse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_clock_that_is_off_comes_first_until_the_phone_accepts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hosts_and_apps_are_counted_once, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
