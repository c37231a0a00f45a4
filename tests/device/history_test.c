#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <malloc.h>

#include <cmocka.h>

#include "base/mem.h"

#include "history.h"
#include "roll.h"

#define NOW ((int64_t)1700000000000)
#define HOUR ((int64_t)3600 * 1000)
#define NEVER HISTORY_NEVER

static const struct history_key phone_app_a = {
    .ip = "10.0.0.2", .family = "iPhone", .app = "Acme", .host = "a.example"};

static struct history_key at_host(const char *host)
{
    struct history_key key = phone_app_a;

    key.host = host;
    return key;
}

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

static struct history_view read_at(struct device_history *h, struct history_key key, int64_t now)
{
    struct history_view view;

    history_read(h, &key, now, &view);
    return view;
}

static void a_stranger_has_no_past(void **state)
{
    struct history_view view = read_at(*state, phone_app_a, NOW);

    assert_int_equal(view.device.accepted, 0);
    assert_int_equal(view.host.streak, 0);
    assert_true(view.device.last_accepted == NEVER);
    assert_int_equal(view.first_seen, NOW / 1000);
}

static void connections_side_by_side_meet_a_device_once(void **state)
{
    struct history_view first, second;

    assert_true(history_meet(*state, &phone_app_a, NOW, &first));
    assert_false(history_meet(*state, &phone_app_a, NOW + 1, &second));
    assert_true(first.last_seen == NEVER);
    assert_int_equal(second.last_seen, NOW / 1000);
    assert_string_equal(first.device_id, second.device_id);
    assert_int_equal(read_at(*state, phone_app_a, NOW).first_seen, NOW / 1000);
    assert_true(history_meet(*state, &phone_app_a, NOW + 25 * HOUR, &second));
    assert_int_equal(second.last_seen, NOW / 1000);
    assert_false(history_meet(*state, &phone_app_a, NOW + 25 * HOUR, &second));
}

static void the_five_tallies_tell_who_did_what(void **state)
{
    struct history_key browser = phone_app_a, other_app = at_host("b.example"),
                       other_phone = phone_app_a;

    browser.app = "Safari";
    browser.is_browser = true;
    other_app.app = "Bank";
    other_phone.ip = "10.0.0.3";
    history_note(*state, &phone_app_a, HISTORY_REFUSED, NOW);
    history_note(*state, &browser, HISTORY_ACCEPTED, NOW + 1000);
    history_note(*state, &other_app, HISTORY_ACCEPTED, NOW + 2000);
    history_note(*state, &other_phone, HISTORY_ACCEPTED, NOW + 3000);
    struct history_view view = read_at(*state, phone_app_a, NOW + 4000);

    assert_int_equal(view.device.accepted, 2);
    assert_int_equal(view.device.refused, 1);
    assert_int_equal(view.device.hosts_accepted, 2);
    assert_int_equal(view.app.accepted, 0);
    assert_int_equal(view.app.refused, 1);
    assert_int_equal(view.host.refused, 1);
    assert_int_equal(view.browser.accepted, 1);
    assert_int_equal(view.others.accepted, 1);
    assert_int_equal(view.others.refused, 0);
}

static void two_apps_at_one_host_are_one_host(void **state)
{
    struct history_key other_app = phone_app_a;

    other_app.app = "Bank";
    history_note(*state, &phone_app_a, HISTORY_ACCEPTED, NOW);
    history_note(*state, &other_app, HISTORY_ACCEPTED, NOW);
    assert_int_equal(read_at(*state, phone_app_a, NOW).device.hosts_accepted, 1);
}

static void a_streak_grows_until_an_acceptance(void **state)
{
    for (int i = 0; i < 3; i++)
        history_note(*state, &phone_app_a, HISTORY_REFUSED, NOW + i);
    assert_int_equal(read_at(*state, phone_app_a, NOW + 5).host.streak, 3);
    history_note(*state, &phone_app_a, HISTORY_ACCEPTED, NOW + 6);
    assert_int_equal(read_at(*state, phone_app_a, NOW + 7).host.streak, 0);
}

static void counts_are_of_a_day_and_times_of_longer(void **state)
{
    history_note(*state, &phone_app_a, HISTORY_ACCEPTED, NOW);
    struct history_view view = read_at(*state, phone_app_a, NOW + 25 * HOUR);

    assert_int_equal(view.host.accepted, 0);
    assert_int_equal(view.host.last_accepted, NOW / 1000);
    assert_int_equal(read_at(*state, phone_app_a, NOW + 23 * HOUR).host.accepted, 1);
}

static void a_tunnel_that_worked_is_remembered(void **state)
{
    history_note(*state, &phone_app_a, HISTORY_TUNNEL_WORKED, NOW);
    struct history_view view = read_at(*state, phone_app_a, NOW);

    assert_int_equal(view.host.tunnel_worked, NOW / 1000);
    assert_int_equal(view.host.accepted, 0);
}

static void success_beside_is_by_app_and_host(void **state)
{
    struct history_key elsewhere = at_host("b.example");

    history_note(*state, &phone_app_a, HISTORY_ACCEPTED, NOW);
    assert_true(history_accepted_since(*state, &phone_app_a, NOW - 1));
    assert_false(history_accepted_since(*state, &phone_app_a, NOW + 1));
    assert_false(history_accepted_since(*state, &elsewhere, NOW - 1));
}

static void the_oldest_rows_leave_when_it_is_full(void **state)
{
    char host[32], ip[32];
    struct history_key key = phone_app_a;

    key.host = host;
    key.ip = ip;
    for (int i = 0; i < HISTORY_ROWS_MOST + 100; i++) {
        snprintf(ip, sizeof ip, "10.0.1.%d", i / 1000);
        snprintf(host, sizeof host, "h%d.example", i);
        history_note(*state, &key, HISTORY_ACCEPTED, NOW + i);
    }
    assert_int_equal(read_at(*state, key, NOW).device.hosts_accepted, 100);
    snprintf(ip, sizeof ip, "10.0.1.0");
    snprintf(host, sizeof host, "h99.example");
    assert_true(read_at(*state, key, NOW).host.last_accepted == NEVER);
    assert_int_equal(read_at(*state, key, NOW).device.hosts_accepted, 900);
}

/* 0 with the address sanitizer, whose heap is its own. */
static size_t heap_used(void)
{
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

/* 10,000 devices, each at so many hosts of its own, by an app of its own. */
static void offer(struct device_history *h, int hosts, const char *longer)
{
    char host[256], app[256], ip[32];
    struct history_key key = phone_app_a;

    key.host = host;
    key.ip = ip;
    key.app = app;
    for (int i = 0; i < hosts; i++) {
        for (int phone = 0; phone < 10000; phone++) {
            snprintf(ip, sizeof ip, "10.9.%d.%d", phone / 256, phone % 256);
            snprintf(app, sizeof app, "app %d of phone %d%s", *longer ? i : i % 5, phone, longer);
            snprintf(host, sizeof host, "www-%d.some-site-%d.%s.example", phone, i, longer);
            history_note(h, &key, phone % 3 ? HISTORY_ACCEPTED : HISTORY_REFUSED, NOW + i);
        }
    }
}

/* A peer decides how many there are; we decide what is kept. The whole offer takes some seconds,
 * and much longer with the sanitizers, which see no more in it. */
static void ten_thousand_devices_at_a_thousand_hosts_stay_within_bounds(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const int hosts = 11;
#else
    const int hosts = 1000;
#endif
    size_t before = heap_used(), n;

    offer(*state, hosts, "");
    print_message(
        "%d devices at %d hosts each: %zu KiB\n", 10000, hosts, (heap_used() - before) / 1024);
    assert_true(heap_used() - before < HISTORY_BYTES_USUAL);
    assert_int_equal(roll_len(*state), 10000);
    struct device_row *devices = roll_devices(*state, &n);
    struct host_row *rows = roll_hosts(*state, devices[0].id, &n);
    assert_int_equal(n, HISTORY_ROWS_MOST / 10000);
    mem_free(rows);
    mem_free(devices);
}

static void the_longest_names_stay_within_bounds(void **state)
{
    char longest[200];
    size_t before = heap_used();

    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    offer(*state, 11, longest);
    print_message("with the longest names: %zu KiB\n", (heap_used() - before) / 1024);
    assert_true(heap_used() - before < HISTORY_BYTES_MOST);
}

static void how_it_was_refused_is_remembered(void **state)
{
    static const struct refusal how = {.way = REFUSAL_ALERT, .alert = 48, .version = 0x0304};
    size_t n;

    history_note_refusal(*state, &phone_app_a, &how, NOW);
    struct history_view view = read_at(*state, phone_app_a, NOW);
    assert_int_equal(view.host.refused, 1);
    struct host_row *rows = roll_hosts(*state, view.device_id, &n);
    assert_memory_equal(&rows[0].refusal, &how, sizeof how);
    mem_free(rows);
    for (unsigned way = REFUSAL_ALERT; way < N_REFUSAL_WAYS; way++)
        assert_int_equal(refusal_way_of(refusal_way_name((enum refusal_way)way)), way);
    assert_int_equal(refusal_way_of("clean"), REFUSAL_UNKNOWN);
    assert_int_equal(refusal_way_of(NULL), REFUSAL_UNKNOWN);
    assert_null(refusal_way_name(REFUSAL_UNKNOWN));
}

static void an_acceptance_outlives_its_row(void **state)
{
    struct history_key key = phone_app_a;
    char host[32];

    history_note(*state, &phone_app_a, HISTORY_ACCEPTED, NOW);
    key.host = host;
    for (int i = 0; i < HISTORY_DEVICE_MOST; i++) {
        snprintf(host, sizeof host, "%d.example", i);
        history_note(*state, &key, HISTORY_REFUSED, NOW + 1000 + i);
    }
    struct history_view view = read_at(*state, phone_app_a, NOW + 9000);
    assert_true(view.host.last_accepted == NEVER);
    assert_int_equal(view.device.last_accepted, NOW / 1000);
    assert_int_equal(view.device.streak, HISTORY_DEVICE_MOST);
    assert_int_equal(view.setup.accepted_ms, NOW);
}

static void a_phone_that_asks_for_ever_new_hosts_pushes_out_only_itself(void **state)
{
    struct history_key quiet = phone_app_a, busy = phone_app_a;
    char host[32];

    busy.ip = "10.0.0.66";
    busy.host = host;
    history_note(*state, &quiet, HISTORY_ACCEPTED, NOW);
    for (int i = 0; i < 3 * HISTORY_DEVICE_MOST; i++) {
        snprintf(host, sizeof host, "%d.example", i);
        history_note(*state, &busy, HISTORY_ACCEPTED, NOW + i);
    }
    assert_int_equal(read_at(*state, busy, NOW).device.hosts_accepted, HISTORY_DEVICE_MOST);
    assert_int_equal(read_at(*state, quiet, NOW).host.accepted, 1);
}

static void what_is_used_again_stays(void **state)
{
    struct history_key first = at_host("first.example"), other = phone_app_a;
    char host[32];

    other.host = host;
    history_note(*state, &first, HISTORY_REFUSED, NOW);
    for (int i = 0; i < HISTORY_DEVICE_MOST + 10; i++) {
        snprintf(host, sizeof host, "%d.example", i);
        history_note(*state, &other, HISTORY_ACCEPTED, NOW);
        if (i % 100 == 0)
            history_note(*state, &first, HISTORY_REFUSED, NOW);
    }
    assert_true(read_at(*state, first, NOW).host.refused > 1);
    assert_int_equal(read_at(*state, at_host("0.example"), NOW).host.accepted, 0);
}

static void ninety_days_are_forgotten_even_in_a_row_that_lives(void **state)
{
    const int64_t later = NOW + 91 * 24 * HOUR;

    history_note(*state, &phone_app_a, HISTORY_REFUSED, NOW);
    history_note(*state, &phone_app_a, HISTORY_ACCEPTED, later);
    struct history_view view = read_at(*state, phone_app_a, later);
    assert_true(view.host.last_refused == NEVER);
    assert_int_equal(view.host.last_accepted, later / 1000);
}

static void unknown_names_are_names_too(void **state)
{
    struct history_key nobody = {.ip = "10.0.0.3", .host = "a.example"};

    history_note(*state, &nobody, HISTORY_REFUSED, NOW);
    assert_int_equal(read_at(*state, nobody, NOW).host.refused, 1);
    assert_int_equal(read_at(*state, phone_app_a, NOW).others.refused, 1);
}

static void an_id_is_of_the_address_and_the_family(void **state)
{
    struct history_key other = phone_app_a;

    struct history_view a = read_at(*state, phone_app_a, NOW),
                        b = read_at(*state, at_host("b.example"), NOW);
    assert_string_equal(a.device_id, b.device_id);
    assert_memory_equal(a.device_id, "d-", 2);
    other.family = "iPad";
    assert_string_not_equal(read_at(*state, other, NOW).device_id, a.device_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stranger_has_no_past, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            connections_side_by_side_meet_a_device_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_five_tallies_tell_who_did_what, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_apps_at_one_host_are_one_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_streak_grows_until_an_acceptance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_are_of_a_day_and_times_of_longer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tunnel_that_worked_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(success_beside_is_by_app_and_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_oldest_rows_leave_when_it_is_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            ten_thousand_devices_at_a_thousand_hosts_stay_within_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_names_stay_within_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_it_was_refused_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_acceptance_outlives_its_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_phone_that_asks_for_ever_new_hosts_pushes_out_only_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_used_again_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            ninety_days_are_forgotten_even_in_a_row_that_lives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_names_are_names_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_is_of_the_address_and_the_family, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
