#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cert/ca.h"
#include "device/history.h"
#include "device/memory.h"
#include "site.h"
#include "state.h"

#define SAFARI                                                                                     \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "    \
    "Gecko) Version/26.1 Mobile/15E148 Safari/604.1"

enum { NOW = 1700000000 };
#define NOW_MS (NOW * 1000LL)

static const struct history_key phone = {.ip = "192.168.1.31", .family = "iPhone"};

struct scene {
    struct ca *ca;
    struct device_history *history;
    struct site_ask ask;
};

static int set_up(void **state)
{
    static struct scene s;
    struct err e = {0};

    s.ca = ca_new_in_memory(NOW - 86400, &e);
    s.history = device_history_new();
    s.ask = (struct site_ask){.method = "GET",
        .path = "/state.json",
        .agent = SAFARI,
        .through = true,
        .now_ms = NOW_MS,
        .history = s.history,
        .key = &phone};
    *state = &s;
    return s.ca ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    ca_free(s->ca);
    device_history_free(s->history);
    return 0;
}

static void look(const struct scene *s, const char *path, struct state_view *view)
{
    struct site_ask ask = s->ask;

    ask.path = path;
    *view = (struct state_view){0};
    state_look(
        &(struct state_ask){.ca = s->ca, .ask = &ask, .host = "192.168.1.20", .port = 8080}, view);
}

static void check(const struct scene *s, const char *path, const char *expected)
{
    struct state_view view;
    char found[N_STEPS + 1] = "";

    look(s, path, &view);
    for (int i = 0; i < N_STEPS; i++)
        found[i] = step_state_name(view.steps[i].state)[0];
    slots_fini(&view.slots);
    assert_string_equal(found, expected);
}

static void the_clock_of_the_page_is_read_and_remembered(void **state)
{
    const struct scene *s = *state;
    struct state_view view;
    struct device_setup setup;

    look(s, "/state.json?t=1699999999600&waited=1", &view);
    assert_true(view.clock_known);
    assert_int_equal(view.skew_ms, -400);
    assert_string_equal(slots_get(&view.slots, "clock"), "0.4 s behind");
    slots_fini(&view.slots);
    assert_true(device_setup_read(s->history, &phone, &setup));
    assert_true(setup.clock_known);
    assert_int_equal(setup.clock_offset_ms, -400);
    look(s, "/", &view); /* the page itself is asked for without a clock */
    assert_int_equal(view.skew_ms, -400);
    slots_fini(&view.slots);
}

static void odd_numbers_are_none(void **state)
{
    static const char *const paths[] = {"/", "/?", "/?t", "/?t=", "/?t=x", "/?t=-1", "/?t=1x",
        "/?t=1.5", "/?t=1000000000000000", "/?tt=1", "/?x=t=1", "/#?t=1", "/?a#t=1"};
    const struct scene *s = *state;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct state_view view;

        look(s, paths[i], &view);
        if (view.clock_known)
            fail_msg("%s", paths[i]);
        slots_fini(&view.slots);
    }
}

static void each_step_shows_once_it_is_done(void **state)
{
    struct scene *s = *state;

    s->ask.through = false;
    check(s, "/?t=1700000000000", "pwlll");
    check(s, "/?waited=60&t=1700000000000", "pflll");
    s->ask.through = true;
    check(s, "/?t=1700000000000", "ppwll");
    device_profile_fetched(s->history, &phone, ca_sha256(s->ca), NOW_MS - 60000);
    check(s, "/?t=1700000000000", "pppww");
    device_probe(s->history, &phone, false, NOW_MS - 1000);
    check(s, "/?t=1700000000000&waited=19", "pppww");
    check(s, "/?t=1700000000000&waited=20", "pppwf");
    device_probe(s->history, &phone, true, NOW_MS - 500);
    check(s, "/?t=1700000000000", "ppppp");
    check(s, "/", "ppppp");
}

static void what_is_old_or_of_another_root_does_not_count(void **state)
{
    struct scene *s = *state;

    device_profile_fetched(s->history, &phone, "00ff", NOW_MS - 60000);
    check(s, "/?t=1700000000000", "ppwll");
    device_probe(s->history, &phone, true, NOW_MS - 11 * 60000);
    check(s, "/?t=1700000000000", "ppwll");
    device_probe(s->history, &phone, true, NOW_MS);
    check(s, "/?t=1700000000000", "ppppp");
    struct err e = {0};
    ca_free(s->ca);
    s->ca = ca_new_in_memory(NOW + 60, &e); /* made after the test page was accepted */
    s->ask.now_ms = NOW_MS + 61000;
    check(s, "/?t=1700000061000", "ppwll");
}

static void the_next_test_page_is_a_new_one(void **state)
{
    const struct scene *s = *state;
    struct state_view one, two;
    struct text json = {0};

    look(s, "/", &one);
    look(s, "/", &two);
    assert_true(site_is_probe(one.probe));
    assert_string_not_equal(one.probe, two.probe);
    state_json(&two, &json);
    assert_non_null(strstr(text_str(&json), two.probe));
    assert_non_null(strstr(text_str(&json), "\"skew_s\":null"));
    text_fini(&json);
    slots_fini(&one.slots);
    slots_fini(&two.slots);
}

static void the_json_says_what_the_page_says(void **state)
{
    struct scene *s = *state;
    struct state_view view;
    struct text json = {0};

    s->ask.through = false;
    s->ask.agent = "<script>";
    look(s, "/?t=1734560000000", &view);
    state_json(&view, &json);
    assert_true(text_starts(text_str(&json),
        "{\"v\":1,\"through\":false,\"ready\":false,\"skew_s\":34560000,\"probe\":null,\"steps\":["
        "{\"state\":\"failed\",\"why\":\"safari\"},{\"state\":\"later\",\"why\":\"\"},"));
    assert_non_null(strstr(text_str(&json), "\"browser\":\"\\u003cscript\\u003e\""));
    assert_non_null(strstr(text_str(&json), "\"clock\":\"400 days ahead\""));
    assert_non_null(strstr(text_str(&json), "\"address\":\"http://192.168.1.20:8080/\""));
    text_fini(&json);
    slots_fini(&view.slots);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_clock_of_the_page_is_read_and_remembered),
        TEST(odd_numbers_are_none),
        TEST(each_step_shows_once_it_is_done),
        TEST(what_is_old_or_of_another_root_does_not_count),
        TEST(the_next_test_page_is_a_new_one),
        TEST(the_json_says_what_the_page_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
