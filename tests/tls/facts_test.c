#include "ends.h"

#include "contexts_priv.h"
#include "leg_priv.h"

/* The message callback is called as OpenSSL calls it. */
static void alert(struct leg *l, int write, int version, uint8_t level, uint8_t number)
{
    const uint8_t bytes[] = {level, number};

    leg_see_message(write, version, SSL3_RT_ALERT, bytes, sizeof bytes, l->ssl, l);
}

static void an_alert_is_told_with_sender_weight_and_number(void **state)
{
    static const struct {
        enum leg_side side;
        int write, version;
        uint8_t level, number;
        bool seen, from_client, fatal;
    } cases[] = {
        {LEG_CLIENT, 0, TLS1_2_VERSION, 2, 46, true, true, true},
        {LEG_CLIENT, 1, TLS1_2_VERSION, 2, 40, true, false, true},
        {LEG_SERVER, 0, TLS1_2_VERSION, 2, 40, true, false, true},
        {LEG_SERVER, 1, TLS1_3_VERSION, 2, 50, true, true, true},
        {LEG_CLIENT, 0, TLS1_3_VERSION, 1, 46, true, true, true},  /* the level counts no more */
        {LEG_CLIENT, 0, TLS1_2_VERSION, 1, 46, true, true, false}, /* a complaint all the same */
        {LEG_CLIENT, 0, TLS1_2_VERSION, 1, 90, true, true, false}, /* user_canceled */
        {LEG_CLIENT, 0, TLS1_3_VERSION, 1, 90, true, true, false},
        {LEG_SERVER, 0, TLS1_2_VERSION, 1, 112, false, false,
            false}, /* unrecognized_name, and goes on */
        {LEG_CLIENT, 0, TLS1_2_VERSION, 1, 100, false, false, false}, /* no_renegotiation */
        {LEG_CLIENT, 0, TLS1_3_VERSION, 1, 0, false, false, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct leg *l =
            cases[i].side == LEG_CLIENT ? client_leg(*state, NULL, NULL) : server_leg(*state, 0);

        alert(l, cases[i].write, cases[i].version, cases[i].level, cases[i].number);
        const struct leg_alert *a = &leg_facts(l)->alert;
        assert_int_equal(a->seen, cases[i].seen);
        assert_int_equal(a->from_client, cases[i].from_client);
        assert_int_equal(a->fatal, cases[i].fatal);
        assert_int_equal(a->number, cases[i].seen ? cases[i].number : 0);
        leg_free(l);
    }
}

static void the_first_fatal_alert_stays_and_beats_a_warning(void **state)
{
    struct leg *l = client_leg(*state, NULL, NULL);

    alert(l, 0, TLS1_2_VERSION, 1, 90);
    alert(l, 0, TLS1_2_VERSION, 2, 46);
    alert(l, 1, TLS1_2_VERSION, 2, 80);
    alert(l, 0, TLS1_2_VERSION, 1, 90);
    assert_int_equal(leg_facts(l)->alert.number, 46);
    assert_true(leg_facts(l)->alert.fatal);
    leg_free(l);
}

static void close_notify_is_noted_for_each_way_and_is_no_alert(void **state)
{
    struct leg *l = client_leg(*state, NULL, NULL);

    alert(l, 0, TLS1_3_VERSION, 1, 0);
    assert_true(leg_facts(l)->close_notify_in);
    assert_false(leg_facts(l)->close_notify_out || leg_facts(l)->alert.seen);
    alert(l, 1, TLS1_3_VERSION, 1, 0);
    assert_true(leg_facts(l)->close_notify_out);
    leg_free(l);
}

static void server_hello(struct leg *l, uint8_t major, uint8_t minor, bool retry)
{
    static const uint8_t random[] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d,
        0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07,
        0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
    uint8_t message[HANDSHAKE_HEADER + 40] = {2, 0, 0, 40, major, minor};

    if (retry)
        memcpy(message + 6, random, sizeof random);
    leg_see_message(0, TLS1_2_VERSION, SSL3_RT_HANDSHAKE, message, sizeof message, l->ssl, l);
}

static void a_retry_is_no_server_hello(void **state)
{
    struct leg *l = server_leg(*state, 0);

    server_hello(l, 3, 3, true);
    assert_false(leg_facts(l)->server_hello);
    server_hello(l, 3, 3, false);
    assert_true(leg_facts(l)->server_hello);
    assert_string_equal(leg_facts(l)->version, "");
    leg_free(l);
}

static void a_version_that_is_too_old_is_kept_by_name(void **state)
{
    static const char *const names[] = {"SSLv3", "TLSv1.0", "TLSv1.1"};

    for (uint8_t minor = 0; minor < 3; minor++) {
        struct leg *l = server_leg(*state, 0);

        server_hello(l, 3, minor, false);
        assert_string_equal(leg_facts(l)->version, names[minor]);
        leg_break_for(l, "test");
        assert_string_equal(leg_facts(l)->version, names[minor]);
        leg_free(l);
    }
}

static void phases_follow_hello_and_finish(void **state)
{
    struct leg *l = server_leg(*state, 0);

    server_hello(l, 3, 3, false);
    alert(l, 0, TLS1_3_VERSION, 2, 40);
    assert_int_equal(leg_facts(l)->alert.phase, PHASE_AFTER_CERTIFICATE);
    leg_free(l);
    assert_string_equal(leg_phase_name(PHASE_BEFORE_SERVER_HELLO), "before-server-hello");
    assert_string_equal(leg_phase_name(PHASE_AFTER_CERTIFICATE), "after-certificate");
    assert_string_equal(leg_phase_name(PHASE_AFTER_FINISH), "after-finish");
}

static void short_messages_are_passed_over(void **state)
{
    static const uint8_t bytes[] = {2, 0, 0, 1, 3};
    struct leg *l = server_leg(*state, 0);

    for (size_t n = 0; n <= sizeof bytes; n++)
        leg_see_message(0, TLS1_2_VERSION, SSL3_RT_HANDSHAKE, bytes, n, l->ssl, l);
    leg_see_message(0, TLS1_2_VERSION, SSL3_RT_ALERT, bytes, 1, l->ssl, l);
    assert_false(leg_facts(l)->server_hello || leg_facts(l)->alert.seen);
    leg_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_is_told_with_sender_weight_and_number),
        cmocka_unit_test(the_first_fatal_alert_stays_and_beats_a_warning),
        cmocka_unit_test(close_notify_is_noted_for_each_way_and_is_no_alert),
        cmocka_unit_test(a_retry_is_no_server_hello),
        cmocka_unit_test(a_version_that_is_too_old_is_kept_by_name),
        cmocka_unit_test(phases_follow_hello_and_finish),
        cmocka_unit_test(short_messages_are_passed_over),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
