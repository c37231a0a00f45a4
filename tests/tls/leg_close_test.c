#include "ends.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

#define EACH_VERSION(v) for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++)

static struct leg *open_leg(const struct world *w, struct far *phone, int version)
{
    struct leg *l = client_leg(w, NULL, NULL);

    far_phone_init(phone, version);
    far_phone_ready(phone);
    shake(l, phone);
    assert_int_equal(leg_state(l), LEG_OPEN);
    return l;
}

static void a_peer_that_said_close_notify_still_gets_all_that_is_written(void **state)
{
    static const uint8_t zeros[100000];
    static char got[sizeof zeros];

    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = open_leg(*state, &phone, versions[v]);

        far_write(&phone, "GET", 3);
        SSL_shutdown(phone.ssl);
        from_far(l, &phone);
        leg_eof(l);
        assert_int_equal(leg_pump(l, 0), LEG_OPEN);
        assert_true(leg_facts(l)->close_notify_in);
        assert_int_equal(evbuffer_get_length(leg_plain_in(l)), 3);
        evbuffer_add(leg_plain_out(l), zeros, sizeof zeros);
        leg_shut(l);
        assert_int_equal(leg_pump(l, 0), LEG_CLOSED);
        to_far(l, &phone);
        size_t sum = 0;
        for (int n; (n = far_read(&phone, got, sizeof got)) > 0;)
            sum += (size_t)n;
        assert_int_equal(sum, sizeof zeros);
        assert_int_equal(phone.error, SSL_ERROR_ZERO_RETURN);
        leg_free(l);
        far_fini(&phone);
    }
}

static void after_our_close_notify_reading_goes_on(void **state)
{
    EACH_VERSION(v)
    {
        struct far phone;
        char byte;
        struct leg *l = open_leg(*state, &phone, versions[v]);

        leg_shut(l);
        assert_int_equal(leg_pump(l, 0), LEG_OPEN);
        assert_true(leg_facts(l)->close_notify_out);
        to_far(l, &phone);
        assert_int_equal(far_read(&phone, &byte, 1), 0);
        assert_int_equal(phone.error, SSL_ERROR_ZERO_RETURN);
        far_write(&phone, "more", 4);
        from_far(l, &phone);
        assert_int_equal(leg_pump(l, 0), LEG_OPEN);
        assert_int_equal(evbuffer_get_length(leg_plain_in(l)), 4);
        SSL_shutdown(phone.ssl);
        from_far(l, &phone);
        assert_int_equal(leg_pump(l, 0), LEG_CLOSED);
        leg_free(l);
        far_fini(&phone);
    }
}

static void an_end_after_our_close_notify_is_in_order_and_before_it_is_not(void **state)
{
    EACH_VERSION(v)
    {
        for (int shut = 0; shut < 2; shut++) {
            struct far phone;
            struct leg *l = open_leg(*state, &phone, versions[v]);

            if (shut)
                leg_shut(l);
            far_write(&phone, "last", 4);
            from_far(l, &phone);
            leg_eof(l);
            assert_int_equal(leg_pump(l, 0), shut ? LEG_CLOSED : LEG_BROKEN);
            assert_int_equal(
                evbuffer_get_length(leg_plain_in(l)), 4); /* what came stays readable */
            assert_false(leg_facts(l)->alert.seen || leg_facts(l)->close_notify_in);
            assert_true(leg_facts(l)->eof);
            leg_free(l);
            far_fini(&phone);
        }
    }
}

static void an_end_waits_for_what_the_bound_held_back(void **state)
{
    static const uint8_t zeros[16384];
    struct far phone;
    struct leg *l = open_leg(*state, &phone, TLS1_3_VERSION);

    far_write(&phone, zeros, sizeof zeros);
    far_write(&phone, zeros, sizeof zeros);
    SSL_shutdown(phone.ssl);
    from_far(l, &phone);
    leg_eof(l);
    assert_int_equal(leg_pump(l, 1), LEG_OPEN);
    assert_int_equal(evbuffer_get_length(leg_plain_in(l)), sizeof zeros);
    evbuffer_drain(leg_plain_in(l), sizeof zeros);
    assert_int_equal(leg_pump(l, 1), LEG_OPEN);
    evbuffer_drain(leg_plain_in(l), sizeof zeros);
    assert_int_equal(leg_pump(l, 1), LEG_OPEN);
    assert_true(leg_facts(l)->close_notify_in);
    leg_free(l);
    far_fini(&phone);
}

static void a_refusal_before_the_server_hello_carries_the_number_asked_for(void **state)
{
    for (int hello = 0; hello < 2; hello++) {
        struct far phone;
        struct leg *l = client_leg(*state, NULL, NULL);

        far_phone_init(&phone, 0);
        far_phone_ready(&phone);
        far_shake(&phone);
        if (hello)
            from_far(l, &phone);
        leg_refuse(l, SSL_AD_UNRECOGNIZED_NAME);
        assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
        const struct leg_facts *f = leg_facts(l);
        assert_true(f->alert.seen && f->alert.fatal);
        assert_false(f->alert.from_client);
        assert_int_equal(f->alert.number, 112);
        to_far(l, &phone);
        ERR_clear_error();
        assert_int_equal(SSL_do_handshake(phone.ssl), -1);
        assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), SSL_R_TLSV1_UNRECOGNIZED_NAME);
        leg_free(l);
        far_fini(&phone);
    }
}

static void a_refusal_later_just_ends_the_leg(void **state)
{
    struct far phone;
    struct leg *l = open_leg(*state, &phone, TLS1_3_VERSION);

    leg_refuse(l, SSL_AD_ACCESS_DENIED);
    assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
    assert_int_equal(evbuffer_get_length(leg_cipher_out(l)), 0);
    assert_false(leg_facts(l)->alert.seen);
    leg_free(l);
    far_fini(&phone);
}

static void after_the_end_nothing_is_taken_in(void **state)
{
    struct leg *l = client_leg(*state, NULL, NULL);

    leg_refuse(l, 40);
    feed_bytes(l, "abc", 3);
    assert_int_equal(leg_cipher_pending(l), 0);
    leg_free(l);
    leg_free(NULL);
}

static void the_first_bytes_of_what_is_no_tls_are_shown_harmlessly(void **state)
{
    static const char first[] = "HTTP/1.1 400 Bad\x1b[31m Request\r\n";
    struct leg *l = server_leg(*state, 0);

    leg_pump(l, 0);
    feed_bytes(l, first, sizeof first - 1);
    assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
    assert_non_null(strstr(leg_facts(l)->error, "HTTP/1.1 400 Bad"));
    assert_null(strchr(leg_facts(l)->error, '\x1b'));
    leg_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_said_close_notify_still_gets_all_that_is_written),
        cmocka_unit_test(after_our_close_notify_reading_goes_on),
        cmocka_unit_test(an_end_after_our_close_notify_is_in_order_and_before_it_is_not),
        cmocka_unit_test(an_end_waits_for_what_the_bound_held_back),
        cmocka_unit_test(a_refusal_before_the_server_hello_carries_the_number_asked_for),
        cmocka_unit_test(a_refusal_later_just_ends_the_leg),
        cmocka_unit_test(after_the_end_nothing_is_taken_in),
        cmocka_unit_test(the_first_bytes_of_what_is_no_tls_are_shown_harmlessly),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
