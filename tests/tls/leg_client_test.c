#include "ends.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

#define EACH_VERSION(v) for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++)

static void phone_and_leg_agree_and_the_facts_say_on_what(void **state)
{
    static const char *const names[] = {"TLSv1.2", "TLSv1.3"};
    static const char *const ciphers[] = {
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"};

    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = client_leg(*state, "shop.example 1", NULL);

        far_phone_init(&phone, versions[v]);
        far_phone_ready(&phone);
        assert_int_equal(leg_state(l), LEG_IDLE);
        shake(l, &phone);
        const struct leg_facts *f = leg_facts(l);
        assert_true(phone.finished);
        assert_int_equal(leg_state(l), LEG_OPEN);
        assert_string_equal(f->version, names[v]);
        assert_string_equal(f->cipher, ciphers[v]);
        assert_string_equal(f->group, "X25519");
        assert_string_equal(f->alpn, "");
        assert_true(f->server_hello && f->certificate && f->finished);
        assert_false(f->resumed || f->alert.seen || f->certificate_requested || f->not_tls);
        leg_free(l);
        far_fini(&phone);
    }
}

static void the_leaf_alone_is_sent(void **state)
{
    const struct world *w = *state;
    struct far phone;
    struct leg *l = client_leg(w, NULL, NULL);

    far_phone_init(&phone, TLS1_3_VERSION);
    far_phone_ready(&phone);
    shake(l, &phone);
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(phone.ssl);
    assert_int_equal(sk_X509_num(chain), 1);
    assert_int_equal(X509_cmp(sk_X509_value(chain, 0), leaf_certificate(w->leaf)), 0);
    leg_free(l);
    far_fini(&phone);
}

static void a_client_that_does_not_know_our_root_sends_alert_48_instead_of_finished(void **state)
{
    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = client_leg(*state, NULL, NULL);

        far_phone_init(&phone, versions[v]);
        SSL_CTX_set_verify(phone.ctx, SSL_VERIFY_PEER, NULL);
        far_phone_ready(&phone);
        shake(l, &phone);
        const struct leg_facts *f = leg_facts(l);
        assert_int_equal(leg_state(l), LEG_BROKEN);
        assert_true(f->alert.seen && f->alert.from_client && f->alert.fatal);
        assert_int_equal(f->alert.number, 48);
        assert_int_equal(f->alert.phase, PHASE_AFTER_CERTIFICATE);
        assert_false(f->finished || f->eof);
        assert_true(f->certificate);
        assert_string_not_equal(f->version, "");
        assert_string_not_equal(f->cipher, "");
        assert_string_not_equal(f->error, "");
        leg_free(l);
        far_fini(&phone);
    }
}

static void an_alert_after_finished_is_told_apart(void **state)
{
    static const uint8_t garbage[] = {
        23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};

    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = client_leg(*state, NULL, NULL);
        char byte;

        far_phone_init(&phone, versions[v]);
        far_phone_ready(&phone);
        shake(l, &phone);
        BIO_write(phone.in, garbage, sizeof garbage);
        far_read(&phone, &byte, 1); /* the phone complains about it */
        from_far(l, &phone);
        assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
        const struct leg_facts *f = leg_facts(l);
        assert_true(f->finished && f->alert.seen && f->alert.from_client);
        assert_int_equal(f->alert.number, 20);
        assert_int_equal(f->alert.phase, PHASE_AFTER_FINISH);
        leg_free(l);
        far_fini(&phone);
    }
}

static void a_connection_that_ends_before_finished_leaves_no_alert(void **state)
{
    EACH_VERSION(v)
    {
        struct far phone;
        struct leg *l = client_leg(*state, NULL, NULL);

        far_phone_init(&phone, versions[v]);
        far_phone_ready(&phone);
        far_shake(&phone);
        from_far(l, &phone);
        assert_int_equal(leg_pump(l, 0), LEG_SHAKING);
        evbuffer_drain(leg_cipher_out(l), evbuffer_get_length(leg_cipher_out(l)));
        leg_eof(l);
        assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
        const struct leg_facts *f = leg_facts(l);
        assert_true(f->eof && f->server_hello && f->certificate);
        assert_false(f->alert.seen || f->finished);
        assert_int_equal(evbuffer_get_length(leg_cipher_out(l)), 0);
        leg_free(l);
        far_fini(&phone);
    }
}

static void half_a_hello_and_an_end_is_before_the_server_hello(void **state)
{
    struct far phone;
    struct leg *l = client_leg(*state, NULL, NULL);
    char *at = NULL;

    far_phone_init(&phone, 0);
    far_phone_ready(&phone);
    far_shake(&phone);
    long n = BIO_get_mem_data(phone.out, &at);
    for (long i = 0; i < n / 2; i++) {
        feed_bytes(l, at + i, 1);
        assert_int_equal(leg_pump(l, 0), LEG_SHAKING);
    }
    leg_eof(l);
    assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
    assert_false(leg_facts(l)->server_hello || leg_facts(l)->alert.seen || leg_facts(l)->not_tls);
    assert_string_equal(leg_facts(l)->version, "");
    leg_free(l);
    far_fini(&phone);
}

static void what_we_cannot_agree_on_is_our_alert_before_the_server_hello(void **state)
{
    static const struct {
        const char *ciphers, *groups;
        int version;
        uint8_t alert;
    } cases[] = {
        {"ECDHE-RSA-AES128-GCM-SHA256", NULL, TLS1_2_VERSION, 40},
        {NULL, "P-521", TLS1_3_VERSION, 40},
        {"ALL:@SECLEVEL=0", NULL, TLS1_1_VERSION, 70},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct far phone;
        struct leg *l = client_leg(*state, NULL, NULL);

        far_phone_init(&phone, cases[i].version);
        if (cases[i].ciphers)
            SSL_CTX_set_cipher_list(phone.ctx, cases[i].ciphers);
        if (cases[i].groups)
            SSL_CTX_set1_groups_list(phone.ctx, cases[i].groups);
        far_phone_ready(&phone);
        shake(l, &phone);
        const struct leg_facts *f = leg_facts(l);
        assert_int_equal(leg_state(l), LEG_BROKEN);
        assert_true(f->alert.seen && f->alert.fatal);
        assert_false(f->alert.from_client || f->server_hello);
        assert_int_equal(f->alert.number, cases[i].alert);
        assert_int_equal(f->alert.phase, PHASE_BEFORE_SERVER_HELLO);
        leg_free(l);
        far_fini(&phone);
    }
}

static void alpn_answers_what_the_site_chose_when_it_is_offered(void **state)
{
    static const uint8_t both[] = "\x02h2\x08http/1.1", h1[] = "\x08http/1.1",
                         spdy[] = "\x06spdy/3";
    const struct world *w = *state;
    static const struct {
        const char *chosen;
        bool h1_only;
        const uint8_t *offer;
        unsigned offer_len;
        const char *answer;
    } cases[] = {
        {"h2", false, both, sizeof both - 1, "h2"},
        {"http/1.1", false, both, sizeof both - 1, "http/1.1"},
        {"h2", false, h1, sizeof h1 - 1, ""},
        {NULL, true, both, sizeof both - 1, "http/1.1"},
        {NULL, true, spdy, sizeof spdy - 1, ""},
        {NULL, false, both, sizeof both - 1, ""},
        {"h2", false, NULL, 0, ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err e = {0};
        struct far phone;
        struct leg *l = leg_client_new(w->contexts,
            &(struct leg_client_show){
                .leaf = w->leaf, .alpn = cases[i].chosen, .h1_only = cases[i].h1_only},
            &e);

        far_phone_init(&phone, 0);
        if (cases[i].offer)
            SSL_CTX_set_alpn_protos(phone.ctx, cases[i].offer, cases[i].offer_len);
        far_phone_ready(&phone);
        shake(l, &phone);
        assert_true(phone.finished);
        assert_string_equal(leg_facts(l)->alpn, cases[i].answer);
        leg_free(l);
        far_fini(&phone);
    }
}

static int session_keep(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION **kept = SSL_get_app_data(ssl);

    SSL_SESSION_free(*kept);
    *kept = session;
    return 1;
}

/* One connection of a phone that keeps its session; with `resume` it offers that one. Gives what
 * the leg says. */
static bool phone_comes(
    const struct world *w, SSL_CTX *ctx, SSL_SESSION **kept, SSL_SESSION *resume, const char *scope)
{
    struct far phone = {.ctx = ctx};
    struct leg *l = client_leg(w, scope, NULL);
    char byte;

    far_phone_ready(&phone);
    SSL_set_app_data(phone.ssl, kept);
    if (resume)
        assert_int_equal(SSL_set_session(phone.ssl, resume), 1);
    shake(l, &phone);
    assert_true(phone.finished);
    leg_pump(l, 0);
    to_far(l, &phone);
    far_read(&phone, &byte, 1); /* takes the ticket */
    bool resumed = leg_facts(l)->resumed;
    assert_int_equal(SSL_session_reused(phone.ssl), resumed);
    assert_int_equal(leg_facts(l)->certificate, !resumed);
    SSL_shutdown(phone.ssl);
    SSL_free(phone.ssl);
    leg_free(l);
    return resumed;
}

static void a_ticket_opens_its_own_scope_and_no_other(void **state)
{
    EACH_VERSION(v)
    {
        struct far phone;
        SSL_SESSION *kept = NULL, *first;

        far_phone_init(&phone, versions[v]);
        SSL_CTX_set_session_cache_mode(
            phone.ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(phone.ctx, session_keep);
        assert_false(phone_comes(*state, phone.ctx, &kept, NULL, "shop.example 1"));
        assert_non_null(kept);
        first = kept;
        kept = NULL;
        assert_false(phone_comes(*state, phone.ctx, &kept, first, "bank.example 1"));
        assert_false(phone_comes(*state, phone.ctx, &kept, first, NULL));
        assert_true(phone_comes(*state, phone.ctx, &kept, first, "shop.example 1"));
        SSL_SESSION_free(first);
        SSL_SESSION_free(kept);
        far_fini(&phone);
    }
}

static void without_a_scope_no_ticket_is_given(void **state)
{
    EACH_VERSION(v)
    {
        struct far phone;
        SSL_SESSION *kept = NULL;

        far_phone_init(&phone, versions[v]);
        SSL_CTX_set_session_cache_mode(
            phone.ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(phone.ctx, session_keep);
        assert_false(phone_comes(*state, phone.ctx, &kept, NULL, NULL));
        assert_true(!kept || !SSL_SESSION_has_ticket(kept));
        SSL_SESSION_free(kept);
        far_fini(&phone);
    }
}

static void what_is_no_tls_is_said_so_and_gets_no_alert(void **state)
{
    static const char *const cases[] = {
        "GET / HTTP/1.1\r\n\r\n", "\x16\x02\x01", "\x80\x2e\x01\x03", "S"};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct leg *l = client_leg(*state, NULL, NULL);

        feed_bytes(l, cases[i], strlen(cases[i]));
        assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
        assert_true(leg_facts(l)->not_tls);
        assert_false(leg_facts(l)->alert.seen);
        assert_int_equal(evbuffer_get_length(leg_cipher_out(l)), 0);
        leg_free(l);
    }
}

static void a_stale_error_of_another_connection_does_no_harm(void **state)
{
    struct far phone;
    struct leg *l = client_leg(*state, NULL, NULL);

    far_phone_init(&phone, 0);
    far_phone_ready(&phone);
    far_shake(&phone);
    from_far(l, &phone);
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    assert_int_equal(leg_pump(l, 0), LEG_SHAKING);
    shake(l, &phone);
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    far_write(&phone, "x", 1);
    from_far(l, &phone);
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    leg_free(l);
    far_fini(&phone);
}

static void early_data_is_neither_offered_nor_taken(void **state)
{
    const struct world *w = *state;
    struct far phone;
    SSL_SESSION *kept = NULL;

    far_phone_init(&phone, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(phone.ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(phone.ctx, session_keep);
    phone_comes(w, phone.ctx, &kept, NULL, "shop.example 1");
    assert_non_null(kept);
    assert_int_equal(SSL_SESSION_get_max_early_data(kept), 0);
    SSL_SESSION_free(kept);
    far_fini(&phone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phone_and_leg_agree_and_the_facts_say_on_what),
        cmocka_unit_test(the_leaf_alone_is_sent),
        cmocka_unit_test(a_client_that_does_not_know_our_root_sends_alert_48_instead_of_finished),
        cmocka_unit_test(an_alert_after_finished_is_told_apart),
        cmocka_unit_test(a_connection_that_ends_before_finished_leaves_no_alert),
        cmocka_unit_test(half_a_hello_and_an_end_is_before_the_server_hello),
        cmocka_unit_test(what_we_cannot_agree_on_is_our_alert_before_the_server_hello),
        cmocka_unit_test(alpn_answers_what_the_site_chose_when_it_is_offered),
        cmocka_unit_test(a_ticket_opens_its_own_scope_and_no_other),
        cmocka_unit_test(without_a_scope_no_ticket_is_given),
        cmocka_unit_test(what_is_no_tls_is_said_so_and_gets_no_alert),
        cmocka_unit_test(a_stale_error_of_another_connection_does_no_harm),
        cmocka_unit_test(early_data_is_neither_offered_nor_taken),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
