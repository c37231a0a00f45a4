#include "ends.h"

#include "leg_priv.h"

enum { BODY = 10 * 1024 * 1024, BOUND = 64 * 1024 };

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

static uint8_t body_at(size_t i)
{
    return (uint8_t)(i * 2654435761u >> 13);
}

static void a_large_body_comes_in_whole_past_a_reader_with_a_bound(void **state)
{
    static uint8_t piece[30000];

    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = open_leg(*state, &phone, versions[v]);
        struct evbuffer *in = leg_plain_in(l);
        size_t sent = 0, got = 0;

        while (got < BODY) {
            if (sent < BODY) {
                size_t n = BODY - sent < sizeof piece ? BODY - sent : sizeof piece;
                for (size_t i = 0; i < n; i++)
                    piece[i] = body_at(sent + i);
                far_write(&phone, piece, n);
                sent += n;
                from_far(l, &phone);
            }
            assert_int_equal(leg_pump(l, BOUND), LEG_OPEN);
            assert_true(evbuffer_get_length(in) < BOUND + RECORD_PLAIN_MOST);
            if (sent % 7 == 0 && sent < BODY)
                continue; /* a taker that is slower than the giver */
            size_t n = evbuffer_get_length(in);
            uint8_t *at = evbuffer_pullup(in, -1);
            for (size_t i = 0; i < n; i++)
                if (at[i] != body_at(got + i))
                    fail_msg("byte %zu differs", got + i);
            evbuffer_drain(in, n);
            got += n;
        }
        assert_int_equal(leg_facts(l)->plain_in, BODY);
        leg_free(l);
        far_fini(&phone);
    }
}

static void a_large_body_goes_out_whole(void **state)
{
    static uint8_t piece[50000], back[50000];

    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = open_leg(*state, &phone, versions[v]);
        size_t sent = 0, got = 0;

        while (got < BODY) {
            size_t n = BODY - sent < sizeof piece ? BODY - sent : sizeof piece;
            for (size_t i = 0; i < n; i++)
                piece[i] = body_at(sent + i);
            /* In odd pieces, as they come from another leg. */
            for (size_t at = 0, step; at < n; at += step) {
                step = 1 + (sent + at) % 5000;
                step = step < n - at ? step : n - at;
                evbuffer_add(leg_plain_out(l), piece + at, step);
            }
            sent += n;
            assert_int_equal(leg_pump(l, BOUND), LEG_OPEN);
            assert_int_equal(evbuffer_get_length(leg_plain_out(l)), 0);
            to_far(l, &phone);
            for (int r; (r = far_read(&phone, back, sizeof back)) > 0; got += (size_t)r)
                for (size_t i = 0; i < (size_t)r; i++)
                    if (back[i] != body_at(got + i))
                        fail_msg("byte %zu differs", got + i);
        }
        assert_int_equal(got, BODY);
        assert_int_equal(leg_facts(l)->plain_out, BODY);
        leg_free(l);
        far_fini(&phone);
    }
}

static void plaintext_that_waits_goes_out_once_the_handshake_is_done(void **state)
{
    struct far phone;
    struct leg *l = client_leg(*state, NULL, NULL);
    char got[16];

    evbuffer_add(leg_plain_out(l), "early", 5);
    leg_shut(l);
    far_phone_init(&phone, 0);
    far_phone_ready(&phone);
    shake(l, &phone);
    assert_true(phone.finished);
    assert_int_equal(far_read(&phone, got, sizeof got), 5);
    assert_int_equal(far_read(&phone, got, sizeof got), 0);
    leg_free(l);
    far_fini(&phone);
}

static void a_record_is_left_alone_until_it_is_whole(void **state)
{
    struct far phone;
    struct leg *l = open_leg(*state, &phone, TLS1_3_VERSION);
    char *at = NULL;

    far_write(&phone, "GET / HTTP/1.1\r\n", 16);
    long n = BIO_get_mem_data(phone.out, &at);
    for (long i = 0; i < n; i++) {
        assert_int_equal(evbuffer_get_length(leg_plain_in(l)), 0);
        assert_int_equal(leg_cipher_pending(l), i);
        feed_bytes(l, at + i, 1);
        assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    }
    assert_int_equal(evbuffer_get_length(leg_plain_in(l)), 16);
    assert_int_equal(leg_cipher_pending(l), 0);
    leg_free(l);
    far_fini(&phone);
}

/* OpenSSL reads on after a key update or a ticket; what it took of the next record must not be lost
 * to the leg's count. */
static void part_of_a_record_behind_a_key_update_is_left_alone_too(void **state)
{
    for (size_t part = 1; part < 30; part++) {
        struct far phone;
        struct leg *l = open_leg(*state, &phone, TLS1_3_VERSION);
        char *at = NULL;

        SSL_key_update(phone.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(phone.ssl);
        long update = BIO_get_mem_data(phone.out, &at);
        far_write(&phone, "GET / HTTP/1.1\r\n", 16);
        long n = BIO_get_mem_data(phone.out, &at);
        assert_true(n > update + (long)part);
        feed_bytes(l, at, (size_t)update + part);
        assert_int_equal(leg_pump(l, 0), LEG_OPEN);
        assert_int_equal(leg_cipher_pending(l), part);
        feed_bytes(l, at + update + part, (size_t)n - (size_t)update - part);
        assert_int_equal(leg_pump(l, 0), LEG_OPEN);
        assert_int_equal(evbuffer_get_length(leg_plain_in(l)), 16);
        leg_free(l);
        far_fini(&phone);
    }
}

/* From the first hello on, through tickets and key updates: the far end's bytes arrive in slices of
 * any length. */
static void it_does_not_matter_how_the_bytes_are_cut(void **state)
{
    static uint8_t piece[20000];

    for (unsigned seed = 1; seed < 60; seed++) {
        struct far site;
        struct leg *l = server_leg(*state, versions[seed % 2]);
        struct evbuffer *late = evbuffer_new();
        unsigned dice = seed * 2654435761u;
        size_t sent = 0, got = 0, most = 1u + seed * 37u;

        far_site_init(&site, *state, versions[seed % 2]);
        far_site_ready(&site);
        while (got < 10 * sizeof piece) {
            char *at = NULL;
            size_t n;

            leg_pump(l, BOUND);
            assert_true(leg_state(l) < LEG_CLOSED);
            to_far(l, &site);
            far_shake(&site);
            if (site.finished && sent < 10 * sizeof piece && evbuffer_get_length(late) < 4096) {
                for (size_t i = 0; i < sizeof piece; i++)
                    piece[i] = body_at(sent + i);
                if (SSL_version(site.ssl) == TLS1_3_VERSION)
                    SSL_key_update(site.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
                far_write(&site, piece, sizeof piece);
                sent += sizeof piece;
            }
            n = (size_t)BIO_get_mem_data(site.out, &at);
            evbuffer_add(late, at, n);
            (void)BIO_reset(site.out);
            dice = dice * 1664525u + 1013904223u;
            n = 1 + (dice >> 8) % most;
            struct evbuffer *slice = evbuffer_new();
            evbuffer_remove_buffer(late, slice, n);
            leg_feed(l, slice);
            evbuffer_free(slice);
            leg_pump(l, BOUND);
            n = evbuffer_get_length(leg_plain_in(l));
            const uint8_t *plain = evbuffer_pullup(leg_plain_in(l), -1);
            for (size_t i = 0; i < n; i++)
                if (plain[i] != body_at(got + i))
                    fail_msg("seed %u: byte %zu differs", seed, got + i);
            evbuffer_drain(leg_plain_in(l), n);
            got += n;
        }
        evbuffer_free(late);
        leg_free(l);
        far_fini(&site);
    }
}

static void an_idle_leg_keeps_no_room_for_plaintext(void **state)
{
    struct far phone;
    struct leg *l = open_leg(*state, &phone, TLS1_3_VERSION);
    struct evbuffer_iovec space;

    SSL_key_update(phone.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(phone.ssl);
    from_far(l, &phone);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    assert_int_equal(leg_cipher_pending(l), 0);
    /* A block that stayed behind would be handed out here. */
    assert_int_equal(evbuffer_reserve_space(leg_plain_in(l), 1, &space, 1), 1);
    assert_true(space.iov_len < RECORD_HEADER * 200);
    leg_free(l);
    far_fini(&phone);
}

static void key_updates_both_ways_are_taken(void **state)
{
    struct far phone;
    struct leg *l = open_leg(*state, &phone, TLS1_3_VERSION);
    char got[4];

    assert_int_equal(SSL_key_update(phone.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    far_write(&phone, "one", 3);
    from_far(l, &phone);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    evbuffer_add(leg_plain_out(l), "two", 3);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    to_far(l, &phone);
    assert_int_equal(far_read(&phone, got, sizeof got), 3);
    assert_int_equal(evbuffer_get_length(leg_plain_in(l)), 3);
    leg_free(l);
    far_fini(&phone);
}

static void renegotiation_is_refused_and_the_connection_goes_on(void **state)
{
    struct far phone;
    struct leg *l = open_leg(*state, &phone, TLS1_2_VERSION);
    char byte;

    assert_int_equal(SSL_renegotiate(phone.ssl), 1);
    SSL_do_handshake(phone.ssl);
    from_far(l, &phone);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    assert_true(to_far(l, &phone) > 0); /* no_renegotiation, a warning */
    assert_false(leg_facts(l)->alert.seen && leg_facts(l)->alert.fatal);
    far_read(&phone, &byte, 1);
    leg_free(l);
    far_fini(&phone);
}

static void garbage_after_the_handshake_is_our_alert(void **state)
{
    static const struct {
        uint8_t bytes[8];
        size_t len;
        uint8_t alert[2]; /* in TLS 1.2 and 1.3; 0: none, it just ends */
    } cases[] = {
        {{23, 3, 3, 0, 3, 1, 2, 3}, 8, {20, 20}}, /* bad_record_mac: too short for a tag */
        {{23, 3, 3, 0xff, 0xff}, 5, {22, 22}},    /* record_overflow */
        {{99, 3, 3, 0, 1, 0}, 6, {20, 10}},       /* unexpected_message */
        {{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T'}, 8, {0, 0}},
    };

    EACH_VERSION(v)
    {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct far phone;
            struct leg *l = open_leg(*state, &phone, versions[v]);

            feed_bytes(l, cases[i].bytes, cases[i].len);
            leg_eof(l);
            assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
            const struct leg_facts *f = leg_facts(l);
            assert_false(f->alert.from_client);
            assert_string_not_equal(f->error, "");
            assert_true(f->finished);
            assert_false(f->not_tls);
            if (cases[i].alert[v]) {
                assert_true(f->alert.seen);
                assert_int_equal(f->alert.number, cases[i].alert[v]);
                assert_int_equal(f->alert.phase, PHASE_AFTER_FINISH);
                assert_true(evbuffer_get_length(leg_cipher_out(l)) > 0);
            }
            leg_free(l);
            far_fini(&phone);
        }
    }
}

/* Cuts what the phone says at every point: whatever is missing, the leg ends without an alert of
 * ours. */
static void a_conversation_that_is_cut_anywhere_ends_in_order(void **state)
{
    EACH_VERSION(v)
    {
        for (size_t cut = 0; cut < 700; cut += 13) {
            struct far phone;
            struct leg *l = client_leg(*state, NULL, NULL);
            size_t left = cut;

            far_phone_init(&phone, versions[v]);
            far_phone_ready(&phone);
            for (int turn = 0; turn < 4; turn++) {
                char *at = NULL;

                far_shake(&phone);
                size_t n = (size_t)BIO_get_mem_data(phone.out, &at);
                n = n < left ? n : left;
                feed_bytes(l, at, n);
                left -= n;
                (void)BIO_reset(phone.out);
                leg_pump(l, 0);
                to_far(l, &phone);
            }
            leg_eof(l);
            assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
            assert_false(leg_facts(l)->alert.seen);
            assert_true(leg_facts(l)->eof);
            leg_free(l);
            far_fini(&phone);
        }
    }
}

/* Every byte of a hello spoilt in turn: no crash, and an end that says something. */
static void a_spoilt_hello_never_opens_a_leg_without_a_peer(void **state)
{
    struct far phone;
    char *hello = NULL;

    far_phone_init(&phone, 0);
    far_phone_ready(&phone);
    far_shake(&phone);
    long n = BIO_get_mem_data(phone.out, &hello);
    for (long i = 0; i < n; i++) {
        struct leg *l = client_leg(*state, NULL, NULL);

        hello[i] = (char)(hello[i] ^ 0x55);
        feed_bytes(l, hello, (size_t)n);
        hello[i] = (char)(hello[i] ^ 0x55);
        leg_pump(l, 0);
        leg_eof(l);
        assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
        assert_string_not_equal(leg_facts(l)->error, "");
        leg_free(l);
    }
    far_fini(&phone);
}

static void two_legs_of_ours_talk_to_each_other(void **state)
{
    EACH_VERSION(v)
    {
        struct leg *site = client_leg(*state, NULL, "h2"), *us = server_leg(*state, versions[v]);

        for (int turn = 0; turn < 6; turn++) {
            leg_pump(us, 0);
            leg_feed(site, leg_cipher_out(us));
            leg_pump(site, 0);
            leg_feed(us, leg_cipher_out(site));
        }
        assert_int_equal(leg_state(site), LEG_OPEN);
        assert_int_equal(leg_state(us), LEG_OPEN);
        assert_string_equal(leg_facts(us)->alpn, "h2");
        assert_string_equal(leg_facts(site)->cipher, leg_facts(us)->cipher);
        leg_free(us);
        leg_free(site);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_body_comes_in_whole_past_a_reader_with_a_bound),
        cmocka_unit_test(a_large_body_goes_out_whole),
        cmocka_unit_test(plaintext_that_waits_goes_out_once_the_handshake_is_done),
        cmocka_unit_test(a_record_is_left_alone_until_it_is_whole),
        cmocka_unit_test(part_of_a_record_behind_a_key_update_is_left_alone_too),
        cmocka_unit_test(it_does_not_matter_how_the_bytes_are_cut),
        cmocka_unit_test(an_idle_leg_keeps_no_room_for_plaintext),
        cmocka_unit_test(key_updates_both_ways_are_taken),
        cmocka_unit_test(renegotiation_is_refused_and_the_connection_goes_on),
        cmocka_unit_test(garbage_after_the_handshake_is_our_alert),
        cmocka_unit_test(a_conversation_that_is_cut_anywhere_ends_in_order),
        cmocka_unit_test(a_spoilt_hello_never_opens_a_leg_without_a_peer),
        cmocka_unit_test(two_legs_of_ours_talk_to_each_other),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
