#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/text.h"
#include "device/history.h"
#include "device/memory.h"
#include "device_list.h"
#include "term.h"

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

static const struct term plain = {.utf8 = true, .width = 120};

/* A phone in the middle of its set-up, with all that can be told of one. */
static void live(struct device_history *h, char id[static DEVICE_ID_CAP])
{
    static const struct refusal alert = {.way = REFUSAL_ALERT, .alert = 46, .version = 0x0304},
                                fin = {.way = REFUSAL_FIN, .version = 0x0303, .finished = true};
    struct history_key safari = phone, push = phone;
    struct history_view view;

    safari.app = "Safari";
    safari.host = "a.example";
    safari.is_browser = true;
    push.host = "push.bank.example";
    device_profile_fetched(h, &phone, "7f3a19c4", NOW - 3 * HOUR);
    device_probe(h, &phone, true, NOW - 2 * HOUR);
    device_clock(h, &phone, -4000, NOW - 2 * HOUR);
    history_note(h, &safari, HISTORY_ACCEPTED, NOW - HOUR);
    history_note_refusal(h, &phone, &alert, NOW - 60000);
    history_note_refusal(h, &phone, &alert, NOW - 50000);
    history_note_refusal(h, &push, &fin, NOW - 40000);
    history_note(h, &push, HISTORY_TUNNEL_WORKED, NOW - 30000);
    device_seen(
        h, &phone, &(struct device_claim){.os_version = "26.1", .app_version = "9.0"}, NOW - 8000);
    for (int i = 0; i < 1420; i++)
        device_apple_passed(h, &phone, NOW - 8000);
    for (int i = 0; i < 3; i++)
        device_relay_asked(h, &phone, NOW - 8000);
    history_read(h, &phone, NOW, &view);
    memcpy(id, view.device_id, DEVICE_ID_CAP);
}

static void says(
    const struct term *t, struct device_history *h, const char *id, const char *const *words)
{
    struct text out = {0};

    device_list_write(t, h, id, NOW, &out);
    for (; *words; words++)
        if (!strstr(text_str(&out), *words))
            fail_msg("no \"%s\" in:\n%s", *words, text_str(&out));
    text_fini(&out);
}

static void nobody_yet_is_a_sentence(void **state)
{
    says(&plain, *state, NULL,
        (const char *const[]){"No device yet. Start the proxy with whytls run", NULL});
}

static void a_card_tells_all_that_is_known(void **state)
{
    char id[DEVICE_ID_CAP];

    live(*state, id);
    assert_true(device_name(*state, id, "Anna’s iPhone"));
    says(&plain, *state, NULL,
        (const char *const[]){"1 device: 1 read, 0 need a step, 0 seen only.",
            "● reading       Anna’s iPhone", id,
            "192.168.1.44, iPhone, iOS 26.1, as its apps say; last seen 8 seconds ago",
            "profile fetched 3 hours ago, root 7f3a…; test page trusted 2 hours ago",
            "4 seconds behind, read by the", "1 accepted us, 2 refused us",
            "◆ sync.bank.example alert 46 certificate_unknown", "2 in a row",
            "◆ push.bank.example closed, TLS 1.2, after the", "works when passed unread",
            "Bankly 9.0 (refuses at 2 of 2)", "Safari", "Private Relay was asked for 3 times",
            "1,420 connections to Apple services passed through unread", NULL});
}

static void names_from_outside_cannot_move_the_cursor(void **state)
{
    struct history_key key = phone;
    char id[DEVICE_ID_CAP];
    struct text out = {0};

    live(*state, id);
    key.app = "Evil\033[2J\xe2\x80\xae";
    history_note(*state, &key, HISTORY_REFUSED, NOW);
    device_list_write(&plain, *state, NULL, NOW, &out);
    assert_null(strchr(text_str(&out), '\033'));
    assert_null(strstr(text_str(&out), "\xe2\x80\xae"));
    assert_non_null(strstr(text_str(&out), "U+202E"));
    text_fini(&out);
}

static void a_list_is_short_and_one_device_is_told_whole(void **state)
{
    char id[DEVICE_ID_CAP], host[32], more[80];
    struct history_key key = phone;

    live(*state, id);
    key.host = host;
    for (int i = 0; i < 10; i++) {
        snprintf(host, sizeof host, "pin-%d.example", i);
        history_note(*state, &key, HISTORY_REFUSED, NOW);
    }
    snprintf(more, sizeof more, "and 8 more: whytls devices show %s", id);
    says(&plain, *state, NULL, (const char *const[]){"pin-9.example", more, NULL});
    says(&plain, *state, id, (const char *const[]){"pin-0.example", "sync.bank.example", NULL});
}

static void the_json_has_every_host(void **state)
{
    static const char *const words[] = {"{\"v\":1,\"devices\":[{\"id\":\"d-", "\"name\":null",
        "\"ip\":\"192.168.1.44\"", "\"family\":\"iPhone\"", "\"os_version\":\"26.1\"",
        "\"state\":\"reading\"", "\"first_seen\":\"2023-11-14T19:13:20.000Z\"",
        "\"root_sha256\":\"7f3a19c4\"", "\"probe\":\"trusted\"",
        "\"clock\":{\"state\":\"right\",\"offset_ms\":-4000",
        "\"hosts_accepted\":1,\"hosts_refused\":2", "\"apple_passed\":1420",
        "\"name\":\"Bankly\",\"version\":\"9.0\"",
        "\"how\":{\"ended\":\"alert\",\"alert\":46,\"alert_name\":\"certificate_unknown\","
        "\"version\":\"TLSv1.3\"",
        "\"how\":{\"ended\":\"fin\",\"version\":\"TLSv1.2\",\"after_handshake\":true}",
        "\"how\":null"};
    char id[DEVICE_ID_CAP];
    struct text out = {0};
    struct json_out json;

    live(*state, id);
    json_init(&json, &out);
    json_object(&json);
    json_put_int(&json, "v", 1);
    device_list_json(*state, NULL, NOW, &json);
    json_object_end(&json);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(text_str(&out), words[i]))
            fail_msg("no %s in:\n%s", words[i], text_str(&out));
    text_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_yet_is_a_sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_card_tells_all_that_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            names_from_outside_cannot_move_the_cursor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_list_is_short_and_one_device_is_told_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_json_has_every_host, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
