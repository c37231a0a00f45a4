#include "request.h"

#include <stdio.h>

#include "ends.h"

#include "cert/chain.h"
#include "cert/signer.h"
#include "identities.h"
#include "support/mint_chain.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

#define EACH_VERSION(v) for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++)

static struct mint *ca, *anna;
static struct identities *all;

static int make(void **state)
{
    struct err e = {0};

    ca = mint_make(&(struct mint_spec){.subject = "O=Acme/CN=Clients", .ca = true}, NULL);
    anna = mint_make(&(struct mint_spec){.cn = "anna", .eku = "clientAuth"}, ca);
    all = identities_new();
    struct signer signer = {.chain = mint_chain(anna, NULL), .key = anna->key};
    EVP_PKEY_up_ref(anna->key);
    return identities_take(all, &signer, "shop.example", &e) ? world_make(state) : -1;
}

static int done(void **state)
{
    identities_free(all);
    mint_free(anna);
    mint_free(ca);
    return world_free(state);
}

static int any(int ok, X509_STORE_CTX *store)
{
    (void)ok, (void)store;
    return 1;
}

static struct leg *asked_leg(const struct world *w, int version, const char *host, bool late)
{
    struct err e = {0};
    struct leg *l = leg_server_new(w->contexts,
        &(struct leg_server_ask){.sni = "shop.example",
            .min_version = (uint16_t)version,
            .max_version = (uint16_t)version,
            .host = host,
            .identities = all,
            .late_request = late},
        &e);

    assert_non_null(l);
    return l;
}

static void asking_site(struct far *site, const struct world *w, int version)
{
    far_site_init(site, w, version);
    SSL_CTX_set_verify(site->ctx, SSL_VERIFY_PEER, any);
}

static void the_identity_of_this_host_is_sent(void **state)
{
    static const struct {
        const char *host;
        enum request_choice choice;
        enum leg_certificate sent;
    } rows[] = {
        {"shop.example", REQUEST_CHOSEN, CERTIFICATE_SENT},
        {"mail.example", REQUEST_NO_IDENTITY, CERTIFICATE_NONE},
        {NULL, REQUEST_NO_IDENTITY, CERTIFICATE_NONE},
    };

    EACH_VERSION(v)
    {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct far site;
            struct leg *l = asked_leg(*state, versions[v], rows[i].host, false);

            asking_site(&site, *state, versions[v]);
            far_site_ready(&site);
            shake(l, &site);
            assert_int_equal(leg_state(l), LEG_OPEN);
            const struct leg_request *r = leg_request(l);
            assert_non_null(r);
            assert_int_equal(r->choice, rows[i].choice);
            assert_int_equal(leg_facts(l)->client_certificate, rows[i].sent);
            assert_int_equal(r->n_accepts_all, 0);
            assert_false(r->late);
            X509 *got = SSL_get0_peer_certificate(site.ssl);
            assert_int_equal(got != NULL, rows[i].sent == CERTIFICATE_SENT);
            if (got)
                assert_int_equal(X509_cmp(got, anna->x509), 0);
            leg_free(l);
            far_fini(&site);
        }
    }
}

static void nobody_asked_nothing_is_told(void **state)
{
    struct far site;
    struct leg *l = asked_leg(*state, 0, "shop.example", true);

    far_site_init(&site, *state, 0);
    far_site_ready(&site);
    assert_null(leg_request(l));
    shake(l, &site);
    assert_null(leg_request(l));
    assert_int_equal(leg_facts(l)->client_certificate, CERTIFICATE_UNSAID);
    leg_free(l);
    far_fini(&site);
}

static void acceptable_cas_are_told_and_bounded(void **state)
{
    EACH_VERSION(v)
    {
        struct far site;
        struct leg *l = asked_leg(*state, versions[v], "shop.example", false);

        asking_site(&site, *state, versions[v]);
        SSL_CTX_add_client_CA(site.ctx, ca->x509);
        for (int i = 0; i < 150; i++) {
            char cn[32];
            X509 *x = X509_dup(ca->x509);

            snprintf(cn, sizeof cn, "CA %d", i);
            X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "OU", MBSTRING_UTF8,
                (const unsigned char *)cn, -1, -1, 0);
            SSL_CTX_add_client_CA(site.ctx, x);
            X509_free(x);
        }
        far_site_ready(&site);
        shake(l, &site);
        assert_int_equal(leg_state(l), LEG_OPEN);
        const struct leg_request *r = leg_request(l);
        assert_int_equal(r->n_accepts_all, 151);
        assert_int_equal(r->n_accepts, REQUEST_ACCEPTS_MOST);
        assert_string_equal(r->accepts[0], "CN=Clients,O=Acme");
        assert_string_equal(r->accepts[1], "OU=CA 0,CN=Clients,O=Acme");
        assert_int_equal(r->choice, REQUEST_CHOSEN);
        leg_free(l);
        far_fini(&site);
    }
}

static void one_by_no_acceptable_ca_is_kept_back(void **state)
{
    const struct world *w = *state;
    struct far site;
    struct leg *l = asked_leg(w, 0, "shop.example", false);

    asking_site(&site, w, 0);
    SSL_CTX_add_client_CA(site.ctx, leaf_certificate(w->leaf));
    far_site_ready(&site);
    shake(l, &site);
    assert_int_equal(leg_request(l)->choice, REQUEST_NO_FIT);
    assert_int_equal(leg_facts(l)->client_certificate, CERTIFICATE_NONE);
    leg_free(l);
    far_fini(&site);
}

static void a_key_that_the_site_does_not_take_is_not_sent(void **state)
{
    EACH_VERSION(v)
    {
        struct far site;
        struct leg *l = asked_leg(*state, versions[v], "shop.example", false);

        asking_site(&site, *state, versions[v]);
        SSL_CTX_set1_client_sigalgs_list(site.ctx, "RSA-PSS+SHA256");
        far_site_ready(&site);
        shake(l, &site);
        assert_int_equal(leg_request(l)->choice, REQUEST_CHOSEN);
        assert_int_equal(leg_facts(l)->client_certificate, CERTIFICATE_NONE);
        leg_free(l);
        far_fini(&site);
    }
}

static void a_site_may_ask_after_the_handshake(void **state)
{
    for (int willing = 0; willing < 2; willing++) {
        struct far site;
        struct leg *l = asked_leg(*state, TLS1_3_VERSION, "shop.example", willing);
        char byte;

        far_site_init(&site, *state, TLS1_3_VERSION);
        SSL_CTX_set_session_id_context(site.ctx, (const unsigned char *)"x", 1);
        far_site_ready(&site);
        shake(l, &site);
        assert_false(leg_facts(l)->certificate_requested);
        SSL_set_verify(site.ssl, SSL_VERIFY_PEER, any);
        assert_int_equal(SSL_verify_client_post_handshake(site.ssl), willing);
        if (willing) {
            assert_int_equal(SSL_do_handshake(site.ssl), 1);
            from_far(l, &site);
            assert_int_equal(leg_pump(l, 0), LEG_OPEN);
            to_far(l, &site);
            assert_int_equal(far_read(&site, &byte, 1), -1);
            assert_true(leg_request(l)->late);
            assert_int_equal(leg_facts(l)->client_certificate, CERTIFICATE_SENT);
            assert_non_null(SSL_get0_peer_certificate(site.ssl));
        }
        ERR_clear_error();
        leg_free(l);
        far_fini(&site);
    }
}

static void plaintext_waits_for_a_late_request_that_came_in_part(void **state)
{
    struct far site;
    struct leg *l = asked_leg(*state, TLS1_3_VERSION, "shop.example", true);
    char *at, bytes[8];

    far_site_init(&site, *state, TLS1_3_VERSION);
    SSL_CTX_set_session_id_context(site.ctx, (const unsigned char *)"x", 1);
    for (int i = 0; i < 250; i++) { /* some 20 KiB: two records */
        X509 *x = X509_dup(ca->x509);
        char ou[64];

        snprintf(ou, sizeof ou, "%040d", i);
        X509_NAME_add_entry_by_txt(
            X509_get_subject_name(x), "OU", MBSTRING_UTF8, (const unsigned char *)ou, -1, -1, 0);
        SSL_CTX_add_client_CA(site.ctx, x);
        X509_free(x);
    }
    SSL_CTX_add_client_CA(site.ctx, ca->x509);
    far_site_ready(&site);
    shake(l, &site);
    SSL_set_verify(site.ssl, SSL_VERIFY_PEER, any);
    assert_int_equal(SSL_verify_client_post_handshake(site.ssl), 1);
    assert_int_equal(SSL_do_handshake(site.ssl), 1);
    size_t n = (size_t)BIO_get_mem_data(site.out, &at);
    assert_true(n > 16500);
    feed_bytes(l, at, 16500); /* the first record, and a bit of the second */
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    evbuffer_add(leg_plain_out(l), "hello", 5);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    feed_bytes(l, at + 16500, n - 16500);
    assert_int_equal(leg_pump(l, 0), LEG_OPEN);
    to_far(l, &site);
    assert_int_equal(far_read(&site, bytes, sizeof bytes), 5);
    assert_int_equal(leg_facts(l)->client_certificate, CERTIFICATE_SENT);
    leg_free(l);
    far_fini(&site);
}

static void a_client_is_asked_and_its_certificate_is_kept(void **state)
{
    const struct world *w = *state;

    EACH_VERSION(v)
    {
        for (int shows = 0; shows < 2; shows++) {
            struct far phone;
            struct err e = {0};
            struct leg *l = leg_client_new(w->contexts,
                &(struct leg_client_show){.leaf = w->leaf, .asks_certificate = true}, &e);

            far_phone_init(&phone, versions[v]);
            if (shows)
                assert_int_equal(
                    SSL_CTX_use_cert_and_key(phone.ctx, anna->x509, anna->key, NULL, 1), 1);
            far_phone_ready(&phone);
            shake(l, &phone);
            assert_int_equal(leg_state(l), LEG_OPEN);
            assert_true(leg_facts(l)->certificate_requested);
            assert_int_equal(
                leg_facts(l)->client_certificate, shows ? CERTIFICATE_SENT : CERTIFICATE_NONE);
            assert_null(leg_request(l));
            struct cert_chain *chain = leg_give_chain(l, &e);
            assert_int_equal(chain != NULL, shows);
            if (chain)
                assert_string_equal(chain->at[0]->subject.cn, "anna");
            cert_chain_free(chain);
            leg_free(l);
            far_fini(&phone);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_identity_of_this_host_is_sent),
        cmocka_unit_test(nobody_asked_nothing_is_told),
        cmocka_unit_test(acceptable_cas_are_told_and_bounded),
        cmocka_unit_test(one_by_no_acceptable_ca_is_kept_back),
        cmocka_unit_test(a_key_that_the_site_does_not_take_is_not_sent),
        cmocka_unit_test(a_site_may_ask_after_the_handshake),
        cmocka_unit_test(plaintext_waits_for_a_late_request_that_came_in_part),
        cmocka_unit_test(a_client_is_asked_and_its_certificate_is_kept),
    };

    return cmocka_run_group_tests(tests, make, done);
}
