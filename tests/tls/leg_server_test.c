#include "ends.h"

#include "cert/chain.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

#define EACH_VERSION(v) for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++)

static void assert_is(const struct cert *got, const X509 *want)
{
    uint8_t *der = NULL;
    int n = i2d_X509(want, &der);

    assert_int_equal(got->der.len, n);
    assert_memory_equal(got->der.at, der, (size_t)n);
    OPENSSL_free(der);
}

static void the_chain_comes_out_as_the_site_sent_it(void **state)
{
    const struct world *w = *state;

    EACH_VERSION(v)
    {
        struct far site;
        struct err e = {0};
        struct leg *l = server_leg(w, versions[v]);
        X509 *root = X509_dup(ca_certificate(w->ca));

        far_site_init(&site, w, versions[v]);
        assert_int_equal(SSL_CTX_add_extra_chain_cert(site.ctx, root), 1);
        far_site_ready(&site);
        shake(l, &site);
        assert_int_equal(leg_state(l), LEG_OPEN);
        const struct leg_facts *f = leg_facts(l);
        assert_string_equal(f->version, v == 0 ? "TLSv1.2" : "TLSv1.3");
        assert_string_equal(f->group, "X25519");
        assert_true(f->server_hello && f->certificate && f->finished);
        assert_false(f->certificate_requested || f->resumed || f->alert.seen);
        struct cert_chain *chain = leg_give_chain(l, &e);
        assert_non_null(chain);
        assert_int_equal(chain->n, 2);
        assert_is(chain->at[0], leaf_certificate(w->leaf));
        assert_is(chain->at[1], root);
        assert_null(leg_give_chain(l, &e)); /* it is yours now */
        cert_chain_free(chain);
        leg_free(l);
        far_fini(&site);
    }
}

static int h2_choose(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *in,
    unsigned in_len, void *arg)
{
    (void)ssl;
    (void)arg;
    return SSL_select_next_proto((unsigned char **)(uintptr_t)out, n,
               (const unsigned char *)"\x02h2", 3, in, in_len) == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_NOACK;
}

static int staple_give(SSL *ssl, void *arg)
{
    unsigned char *copy = OPENSSL_memdup("staple", 6);

    (void)arg;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, 6);
    return SSL_TLSEXT_ERR_OK;
}

static int sct_give(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
    size_t *len, X509 *x, size_t depth, int *alert, void *arg)
{
    (void)ssl, (void)type, (void)context, (void)x, (void)alert, (void)arg;
    if (depth > 0)
        return 0;
    *out = (const unsigned char *)"\x00\x03"
                                  "abc";
    *len = 5;
    return 1;
}

static void name_protocol_staple_and_scts_are_asked_for(void **state)
{
    EACH_VERSION(v)
    {
        struct far site;
        size_t len = 0;
        struct leg *l = server_leg(*state, versions[v]);

        far_site_init(&site, *state, versions[v]);
        SSL_CTX_set_alpn_select_cb(site.ctx, h2_choose, NULL);
        SSL_CTX_set_tlsext_status_cb(site.ctx, staple_give);
        SSL_CTX_add_custom_ext(site.ctx, 18,
            SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE,
            sct_give, NULL, NULL, NULL, NULL);
        far_site_ready(&site);
        shake(l, &site);
        assert_int_equal(leg_state(l), LEG_OPEN);
        assert_string_equal(
            SSL_get_servername(site.ssl, TLSEXT_NAMETYPE_host_name), "shop.example");
        assert_string_equal(leg_facts(l)->alpn, "h2");
        const uint8_t *staple = leg_staple(l, &len);
        assert_int_equal(len, 6);
        assert_memory_equal(staple, "staple", 6);
        const uint8_t *scts = leg_scts(l, &len);
        assert_int_equal(len, 5);
        assert_memory_equal(scts,
            "\x00\x03"
            "abc",
            5);
        leg_free(l);
        far_fini(&site);
    }
}

static void a_site_without_extras_gives_none(void **state)
{
    struct err e = {0};
    struct far site;
    size_t len = 9;
    const struct world *w = *state;
    struct leg *l = leg_server_new(w->contexts, &(struct leg_server_ask){0}, &e);

    far_site_init(&site, w, 0);
    far_site_ready(&site);
    shake(l, &site);
    assert_int_equal(leg_state(l), LEG_OPEN);
    assert_null(SSL_get_servername(site.ssl, TLSEXT_NAMETYPE_host_name));
    assert_string_equal(leg_facts(l)->version, "TLSv1.3");
    assert_null(leg_staple(l, &len));
    assert_int_equal(len, 0);
    assert_null(leg_scts(l, &len));
    leg_free(l);
    far_fini(&site);
}

static void a_site_that_demands_our_certificate_is_told_apart(void **state)
{
    static const struct {
        enum leg_phase phase;
        uint8_t alert;
    } want[] = {{PHASE_AFTER_CERTIFICATE, 40}, {PHASE_AFTER_FINISH, 116}};

    EACH_VERSION(v)
    {
        for (int must = 0; must < 2; must++) {
            struct far site;
            struct leg *l = server_leg(*state, versions[v]);

            far_site_init(&site, *state, versions[v]);
            SSL_CTX_set_verify(
                site.ctx, SSL_VERIFY_PEER | (must ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
            far_site_ready(&site);
            shake(l, &site);
            leg_pump(l, 0);
            const struct leg_facts *f = leg_facts(l);
            assert_true(f->certificate_requested);
            assert_int_equal(leg_state(l), must ? LEG_BROKEN : LEG_OPEN);
            assert_int_equal(f->alert.seen, must);
            if (must) {
                assert_false(f->alert.from_client);
                assert_int_equal(f->alert.number, want[v].alert);
                assert_int_equal(f->alert.phase, want[v].phase);
            }
            leg_free(l);
            far_fini(&site);
        }
    }
}

static void what_the_site_cannot_agree_on_is_its_alert_before_the_server_hello(void **state)
{
    static const struct {
        int version;
        const char *ciphers;
        uint8_t alert;
    } cases[] = {
        {TLS1_1_VERSION, "ALL:@SECLEVEL=0", 70},
        {TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", 40},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct far site;
        struct leg *l = server_leg(*state, 0);

        far_site_init(&site, *state, cases[i].version);
        SSL_CTX_set_cipher_list(site.ctx, cases[i].ciphers);
        far_site_ready(&site);
        shake(l, &site);
        const struct leg_facts *f = leg_facts(l);
        assert_int_equal(leg_state(l), LEG_BROKEN);
        assert_true(f->alert.seen && f->alert.fatal);
        assert_false(f->alert.from_client || f->server_hello || f->certificate);
        assert_int_equal(f->alert.number, cases[i].alert);
        assert_int_equal(f->alert.phase, PHASE_BEFORE_SERVER_HELLO);
        leg_free(l);
        far_fini(&site);
    }
}

static void a_server_hello_of_tls_1_0_is_named_in_the_facts(void **state)
{
    uint8_t hello[5 + 4 + 38] = {22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1};
    struct leg *l = server_leg(*state, 0);

    hello[5 + 4 + 35] =
        0xc0; /* after version, random and an empty session id: ECDHE-ECDSA, no compression */
    hello[5 + 4 + 36] = 0x09;
    leg_pump(l, 0);
    feed_bytes(l, hello, sizeof hello);
    assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
    const struct leg_facts *f = leg_facts(l);
    assert_string_equal(f->version, "TLSv1.0");
    assert_true(f->server_hello && f->alert.seen && f->alert.from_client);
    assert_int_equal(f->alert.number, 70);
    leg_free(l);
}

static void a_site_that_ends_in_silence_or_speaks_plainly_gets_no_alert(void **state)
{
    static const struct {
        const char *bytes;
        bool not_tls;
    } cases[] = {
        {"", false},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", true},
        {"SSH-2.0-OpenSSH_9.2\r\n", true},
        {"\x16\x03\x03", false},
        {"\x16", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct leg *l = server_leg(*state, 0);

        assert_int_equal(leg_pump(l, 0), LEG_SHAKING);
        evbuffer_drain(leg_cipher_out(l), evbuffer_get_length(leg_cipher_out(l)));
        feed_bytes(l, cases[i].bytes, strlen(cases[i].bytes));
        leg_eof(l);
        assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
        const struct leg_facts *f = leg_facts(l);
        assert_int_equal(f->not_tls, cases[i].not_tls);
        assert_true(f->eof);
        assert_false(f->alert.seen || f->server_hello);
        assert_int_equal(evbuffer_get_length(leg_cipher_out(l)), 0);
        leg_free(l);
    }
}

static void a_server_flight_that_is_cut_anywhere_ends_in_order(void **state)
{
    EACH_VERSION(v)
    {
        for (size_t cut = 0; cut < 600; cut += 7) {
            struct far site;
            char *at = NULL;
            struct leg *l = server_leg(*state, versions[v]);

            far_site_init(&site, *state, versions[v]);
            far_site_ready(&site);
            leg_pump(l, 0);
            to_far(l, &site);
            far_shake(&site);
            size_t n = (size_t)BIO_get_mem_data(site.out, &at);
            feed_bytes(l, at, n < cut ? n : cut);
            leg_eof(l);
            assert_int_equal(leg_pump(l, 0), LEG_BROKEN);
            assert_false(leg_facts(l)->alert.seen || leg_facts(l)->finished);
            leg_free(l);
            far_fini(&site);
        }
    }
}

static void site_shakes_with(
    const struct world *w, struct far *site, struct leg *l, X509 *extra, int times, int version)
{
    far_site_init(site, w, version);
    for (int i = 0; i < times; i++)
        assert_int_equal(SSL_CTX_add1_chain_cert(site->ctx, extra), 1);
    far_site_ready(site);
    shake(l, site);
}

static void a_chain_of_two_hundred_is_taken_and_cut(void **state)
{
    const struct world *w = *state;

    EACH_VERSION(v)
    {
        struct far site;
        struct err e = {0};
        struct leg *l = server_leg(w, versions[v]);

        site_shakes_with(w, &site, l, leaf_certificate(w->leaf), 200, versions[v]);
        assert_int_equal(leg_state(l), LEG_OPEN);
        struct cert_chain *chain = leg_give_chain(l, &e);
        assert_non_null(chain);
        assert_int_equal(chain->n, CHAIN_MOST);
        assert_int_equal(chain->n_cut, 201 - CHAIN_MOST);
        cert_chain_free(chain);
        leg_free(l);
        far_fini(&site);
    }
}

static void a_certificate_of_a_megabyte_is_an_error_that_says_so(void **state)
{
    const struct world *w = *state;
    uint8_t *filler = OPENSSL_zalloc(1024 * 1024);
    X509 *large = X509_dup(leaf_certificate(w->leaf));
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    struct err e = {0};

    ASN1_OCTET_STRING_set(value, filler, 1024 * 1024);
    X509_EXTENSION *ext = X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, value);
    X509_add_ext(large, ext, -1);
    assert_true(ca_sign(w->ca, large, &e));
    EACH_VERSION(v)
    {
        struct far site;
        struct leg *l = server_leg(w, versions[v]);

        site_shakes_with(w, &site, l, large, 1, versions[v]);
        assert_int_equal(leg_state(l), LEG_BROKEN);
        assert_non_null(strstr(leg_facts(l)->error, "512 KiB"));
        assert_null(leg_give_chain(l, &e));
        leg_free(l);
        far_fini(&site);
    }
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(value);
    X509_free(large);
    OPENSSL_free(filler);
}

static void before_a_certificate_there_is_no_chain(void **state)
{
    struct err e = {0};
    struct leg *l = server_leg(*state, 0);

    assert_null(leg_give_chain(l, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    leg_pump(l, 0);
    assert_null(leg_give_chain(l, &e));
    leg_free(l);
}

static void a_retry_for_another_group_is_followed(void **state)
{
    struct far site;
    struct leg *l = server_leg(*state, 0);

    far_site_init(&site, *state, TLS1_3_VERSION);
    SSL_CTX_set1_groups_list(site.ctx, "P-384");
    far_site_ready(&site);
    shake(l, &site);
    assert_int_equal(leg_state(l), LEG_OPEN);
    assert_string_equal(leg_facts(l)->group, "secp384r1");
    leg_free(l);
    far_fini(&site);
}

static void no_session_is_taken_up_again(void **state)
{
    EACH_VERSION(v)
    {
        struct far site;

        far_site_init(&site, *state, versions[v]);
        for (int i = 0; i < 2; i++) {
            struct leg *l = server_leg(*state, versions[v]);

            far_site_ready(&site);
            shake(l, &site);
            assert_int_equal(leg_state(l), LEG_OPEN);
            assert_false(leg_facts(l)->resumed);
            assert_true(leg_facts(l)->certificate);
            leg_free(l);
            SSL_free(site.ssl);
            site.ssl = NULL;
            site.finished = false;
        }
        far_fini(&site);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_comes_out_as_the_site_sent_it),
        cmocka_unit_test(name_protocol_staple_and_scts_are_asked_for),
        cmocka_unit_test(a_site_without_extras_gives_none),
        cmocka_unit_test(a_site_that_demands_our_certificate_is_told_apart),
        cmocka_unit_test(what_the_site_cannot_agree_on_is_its_alert_before_the_server_hello),
        cmocka_unit_test(a_server_hello_of_tls_1_0_is_named_in_the_facts),
        cmocka_unit_test(a_site_that_ends_in_silence_or_speaks_plainly_gets_no_alert),
        cmocka_unit_test(a_server_flight_that_is_cut_anywhere_ends_in_order),
        cmocka_unit_test(a_chain_of_two_hundred_is_taken_and_cut),
        cmocka_unit_test(a_certificate_of_a_megabyte_is_an_error_that_says_so),
        cmocka_unit_test(before_a_certificate_there_is_no_chain),
        cmocka_unit_test(a_retry_for_another_group_is_followed),
        cmocka_unit_test(no_session_is_taken_up_again),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
