#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "history.h"
#include "memory.h"
#include "roll.h"

#define NOW ((int64_t)1700000000000)
#define DAY ((int64_t)24 * 3600 * 1000)

static const struct history_key phone = {
    .ip = "10.0.0.2", .family = "iPhone", .app = "Acme", .host = "a.example"};

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

static struct history_key on(const char *ip, const char *family)
{
    struct history_key key = phone;

    key.ip = ip;
    key.family = family;
    return key;
}

static void a_stranger_has_no_set_up(void **state)
{
    struct device_setup setup = {.probe_ms = 7};

    assert_false(device_setup_read(*state, &phone, &setup));
    assert_int_equal(setup.probe_ms, 0);
    assert_string_equal(device_clock_state(&setup, NOW), "unchecked");
}

static void each_step_of_the_set_up_is_remembered(void **state)
{
    const struct history_key page = {.ip = "10.0.0.2", .family = "iPhone"};
    struct device_setup setup;

    device_profile_fetched(*state, &page, "7f3a", NOW);
    device_probe(*state, &page, false, NOW + 1);
    device_clock(*state, &page, -1500, NOW + 2);
    assert_true(device_setup_read(*state, &page, &setup));
    assert_int_equal(setup.first_seen_ms, NOW);
    assert_int_equal(setup.profile_fetched_ms, NOW);
    assert_string_equal(setup.root_sha256_hex, "7f3a");
    assert_int_equal(setup.probe, DEVICE_PROBE_REFUSED);
    assert_int_equal(setup.probe_ms, NOW + 1);
    assert_true(setup.clock_known);
    assert_int_equal(setup.clock_offset_ms, -1500);
    assert_int_equal(setup.clock_read_ms, NOW + 2);
    assert_int_equal(setup.accepted_ms, 0);
    device_probe(*state, &page, true, NOW + 3);
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW + 4);
    assert_true(device_setup_read(*state, &page, &setup));
    assert_int_equal(setup.probe, DEVICE_PROBE_TRUSTED);
    assert_int_equal(setup.accepted_ms, NOW + 4);
}

static void a_clock_is_wrong_beyond_five_minutes_and_a_reading_lasts_a_week(void **state)
{
    static const struct {
        int64_t offset_ms, age_ms;
        const char *state;
    } cases[] = {
        {0, 0, "right"},
        {300000, 0, "right"},
        {-300000, 0, "right"},
        {300001, 0, "wrong"},
        {-300001, 0, "wrong"},
        {INT64_MAX, 0, "wrong"},
        {INT64_MIN + 1, 0, "wrong"},
        {-400 * DAY, 7 * DAY - 1, "wrong"},
        {-400 * DAY, 7 * DAY, "unchecked"},
    };
    struct device_setup setup;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        device_clock(*state, &phone, cases[i].offset_ms, NOW);
        assert_true(device_setup_read(*state, &phone, &setup));
        assert_string_equal(device_clock_state(&setup, NOW + cases[i].age_ms), cases[i].state);
    }
}

static void a_root_that_is_too_long_is_cut(void **state)
{
    char hex[200];
    struct device_setup setup;

    memset(hex, 'a', sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    device_profile_fetched(*state, &phone, hex, NOW);
    assert_true(device_setup_read(*state, &phone, &setup));
    assert_int_equal(strlen(setup.root_sha256_hex), 64);
    device_profile_fetched(*state, &phone, NULL, NOW);
    assert_true(device_setup_read(*state, &phone, &setup));
    assert_string_equal(setup.root_sha256_hex, "");
}

static void a_kernel_is_believed_and_a_browser_only_when_it_says_more(void **state)
{
    static const struct {
        const char *claim;
        bool by_kernel;
        const char *then;
    } cases[] = {
        {"", false, ""},
        {"18.1.2", false, "18.1.2"},
        {"18.1", true, "18.1.2"}, /* the same release, told less exactly */
        {"17.0", false, "18.1.2"},
        {"26.0", true, "26.0"},
        {"18.6", false, "26.0"}, /* Safari of iOS 26 */
        {"26.1", false, "26.1"},
        {"26.0", true, "26.0"},
        {"nonsense", false, "26.0"},
    };
    struct history_view view;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device_claim claim = {.os_version = cases[i].claim, .by_kernel = cases[i].by_kernel};

        device_seen(*state, &phone, &claim, NOW);
        history_read(*state, &phone, NOW, &view);
        assert_string_equal(view.os_version, cases[i].then);
    }
}

static void asking_for_private_relay_is_counted(void **state)
{
    struct history_view view;

    history_read(*state, &phone, NOW, &view);
    assert_true(view.last_seen == HISTORY_NEVER);
    device_relay_asked(*state, &phone, NOW);
    device_relay_asked(*state, &phone, NOW + 5000);
    history_read(*state, &phone, NOW + 9000, &view);
    assert_int_equal(view.relay_asked, 2);
    assert_int_equal(view.last_seen, NOW / 1000 + 5);
}

static void an_app_has_the_version_that_it_said_last(void **state)
{
    size_t n;

    device_seen(*state, &phone, &(struct device_claim){.app_version = "1"}, NOW);
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    device_seen(*state, &phone, &(struct device_claim){.app_version = "4.2"}, NOW);
    device_seen(*state, &phone, &(struct device_claim){0}, NOW);
    struct device_row *devices = roll_devices(*state, &n);
    struct host_row *hosts = roll_hosts(*state, devices[0].id, &n);
    assert_int_equal(n, 1);
    assert_string_equal(hosts[0].app_version, "4.2");
    mem_free(devices);
    mem_free(hosts);
}

static void connections_to_apple_are_counted_by_device(void **state)
{
    struct history_key other = on("10.0.0.3", "iPhone");
    size_t n;

    for (int i = 0; i < 142; i++)
        device_apple_passed(*state, &phone, NOW + i);
    device_apple_passed(*state, &other, NOW);
    struct device_row *devices = roll_devices(*state, &n);
    assert_int_equal(n, 2);
    assert_int_equal(devices[0].apple_passed, 1);
    assert_int_equal(devices[1].apple_passed, 142);
    assert_int_equal(devices[1].apple_passed_ms, NOW + 141);
    mem_free(devices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stranger_has_no_set_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_step_of_the_set_up_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_clock_is_wrong_beyond_five_minutes_and_a_reading_lasts_a_week, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_root_that_is_too_long_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_kernel_is_believed_and_a_browser_only_when_it_says_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asking_for_private_relay_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_app_has_the_version_that_it_said_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            connections_to_apple_are_counted_by_device, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
