#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

static const char *id_of(struct device_history *h, struct history_key key, int64_t now)
{
    static struct history_view views[4];
    static unsigned turn;
    struct history_view *view = &views[turn++ % 4];

    history_read(h, &key, now, view);
    return view->device_id;
}

static void an_app_that_names_no_device_is_on_the_one_that_was_seen_last_there(void **state)
{
    struct history_key app = on("10.0.0.2", "unknown"), pad = on("10.0.0.2", "iPad");
    struct device_claim none = {0};

    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    assert_string_equal(id_of(*state, app, NOW), id_of(*state, phone, NOW));
    device_seen(*state, &pad, &none, NOW + 1000);
    assert_int_equal(roll_len(*state), 2);
    assert_string_equal(id_of(*state, app, NOW), id_of(*state, pad, NOW));
    history_note(*state, &app, HISTORY_REFUSED, NOW + 2000);
    assert_int_equal(roll_len(*state), 2);
}

static void a_device_that_tells_at_last_what_it_is_keeps_its_past(void **state)
{
    struct history_key app = on("10.0.0.2", NULL);
    struct history_view view;

    history_note(*state, &app, HISTORY_ACCEPTED, NOW);
    history_note(*state, &phone, HISTORY_REFUSED, NOW + 1);
    assert_int_equal(roll_len(*state), 1);
    history_read(*state, &phone, NOW + 2, &view);
    assert_string_equal(view.family, "iPhone");
    assert_int_equal(view.device.accepted, 1);
    assert_int_equal(view.device.refused, 1);
}

static void what_names_another_kind_is_another_device(void **state)
{
    struct history_key other = on("10.0.0.2", "Mac");

    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    history_note(*state, &other, HISTORY_ACCEPTED, NOW);
    assert_int_equal(roll_len(*state), 2);
    assert_string_not_equal(id_of(*state, phone, NOW), id_of(*state, other, NOW));
}

static void an_address_has_few_kinds(void **state)
{
    char family[16];
    struct history_key key = on("10.0.0.2", family);

    for (int i = 0; i < 100; i++) {
        snprintf(family, sizeof family, "kind %d", i);
        history_note(*state, &key, HISTORY_ACCEPTED, NOW);
    }
    assert_int_equal(roll_len(*state), 8);
}

static void ten_thousand_devices_are_the_most_and_the_oldest_leave(void **state)
{
    char ip[32];
    struct history_key key = on(ip, "iPhone");
    struct device_setup setup;

    for (int i = 0; i < DEVICES_MOST + 50; i++) {
        snprintf(ip, sizeof ip, "10.%d.%d.1", i / 256, i % 256);
        device_probe(*state, &key, true, NOW + i);
    }
    assert_int_equal(roll_len(*state), DEVICES_MOST);
    snprintf(ip, sizeof ip, "10.0.49.1");
    assert_false(device_setup_read(*state, &key, &setup));
    snprintf(ip, sizeof ip, "10.0.50.1");
    assert_true(device_setup_read(*state, &key, &setup));
}

static void a_device_that_is_not_seen_for_long_is_forgotten(void **state)
{
    struct history_key other = on("10.0.0.3", "iPhone");
    struct device_setup setup;

    device_profile_fetched(*state, &phone, "ab", NOW);
    device_probe(*state, &other, true, NOW + (DEVICES_FORGET_DAYS - 1) * DAY);
    assert_true(device_setup_read(*state, &phone, &setup));
    device_probe(*state, &other, true, NOW + DEVICES_FORGET_DAYS * DAY);
    assert_false(device_setup_read(*state, &phone, &setup));
}

static void the_owner_names_a_device_and_forgets_it(void **state)
{
    struct history_view view;
    char id[DEVICE_ID_CAP];

    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    snprintf(id, sizeof id, "%s", id_of(*state, phone, NOW));
    assert_false(device_name(*state, "d-00000000", "x"));
    assert_true(device_name(*state, id, "Anna’s iPhone"));
    history_read(*state, &phone, NOW, &view);
    assert_string_equal(view.name, "Anna’s iPhone");
    assert_true(device_name(*state, id, NULL));
    history_read(*state, &phone, NOW, &view);
    assert_string_equal(view.name, "");
    assert_true(device_forget(*state, id));
    assert_false(device_forget(*state, id));
    history_read(*state, &phone, NOW + 5000, &view);
    assert_int_equal(view.device.accepted, 0);
    assert_int_equal(view.first_seen, (NOW + 5000) / 1000);
}

static void a_name_is_cut_at_a_whole_character(void **state)
{
    char name[DEVICE_NAME_CAP], longer[200] = "a";

    (void)state;
    for (int i = 0; i < 40; i++)
        memcpy(longer + 1 + 3 * i, "€", 4);
    device_name_cut(name, longer);
    assert_int_equal(strlen(name), 61);
    assert_memory_equal(name, longer, 61);
    device_name_cut(name, "ab\xff"
                          "cd");
    assert_string_equal(name, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_app_that_names_no_device_is_on_the_one_that_was_seen_last_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_device_that_tells_at_last_what_it_is_keeps_its_past, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_names_another_kind_is_another_device, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_has_few_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            ten_thousand_devices_are_the_most_and_the_oldest_leave, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_device_that_is_not_seen_for_long_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_owner_names_a_device_and_forgets_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_is_cut_at_a_whole_character, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
