#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "lab.h"
#include "pki.h"
#include "recipe.h"
#include "site.h"

enum { NOW_S = 1795165200 };

struct world {
    struct pki *pki;
    struct sites sites;
};

static int world_make(void **state)
{
    static struct world w;
    struct err e = {0};

    w.pki = pki_make(NOW_S, &e);
    *state = &w;
    return w.pki && sites_init(&w.sites, w.pki, &e) ? 0 : -1;
}

static int world_free(void **state)
{
    struct world *w = *state;

    sites_fini(&w->sites);
    pki_free(w->pki);
    return 0;
}

static SSL_CTX *ctx_of(struct world *w, const char *host)
{
    struct err e = {0};
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(entries[i].host, host) == 0)
            return sites_at(&w->sites, entries[i].way == WAY_TLS ? 0 : i, &e);
    return NULL;
}

/* A handshake over memory, as a client that offers what the case says and believes everything. */
struct meeting {
    const char *host, *sni;
    int least, most; /* versions; 0: OpenSSL's */
    const char *ciphers;
    /* what came of it */
    bool done;
    int alert; /* the last one that the client got, or 0 */
    int version;
    char protocol[16];
    char leaf_name[64]; /* its CN */
};

static void note_alert(const SSL *ssl, int where, int value)
{
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL)
        ((struct meeting *)SSL_get_app_data(ssl))->alert = value & 0xff;
}

static void turns(SSL *client, SSL *server)
{
    char byte;

    for (int i = 0; i < 8; i++) {
        if (!SSL_is_init_finished(client))
            SSL_do_handshake(client);
        else
            SSL_read(client, &byte, 1); /* the answer to our Finished, if any */
        SSL_do_handshake(server);
        ERR_clear_error();
    }
}

static void meet(struct world *w, struct meeting *m)
{
    static const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    BIO *a, *b;
    const unsigned char *protocol;
    unsigned len;

    assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
    SSL_CTX_set_min_proto_version(ctx, m->least);
    SSL_CTX_set_max_proto_version(ctx, m->most);
    assert_int_equal(SSL_CTX_set_cipher_list(ctx, m->ciphers ? m->ciphers : "DEFAULT"), 1);
    SSL_CTX_set_alpn_protos(ctx, protocols, sizeof protocols - 1);
    SSL_CTX_set_info_callback(ctx, note_alert);
    SSL *client = SSL_new(ctx), *server = SSL_new(ctx_of(w, m->host));
    SSL_set_app_data(client, m);
    SSL_set_bio(client, a, a);
    SSL_set_bio(server, b, b);
    if (m->sni)
        SSL_set_tlsext_host_name(client, m->sni);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    turns(client, server);
    m->done = SSL_is_init_finished(client) && SSL_is_init_finished(server);
    m->version = SSL_version(client);
    SSL_get0_alpn_selected(client, &protocol, &len);
    memcpy(m->protocol, protocol ? (const char *)protocol : "", len);
    X509 *leaf = SSL_get0_peer_certificate(client);
    if (leaf)
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(leaf), NID_commonName, m->leaf_name, sizeof m->leaf_name);
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(ctx);
}

static const char *subject_of(const char *host)
{
    struct recipe r;

    recipe_of_site(host, &r);
    return r.nameless ? "" : r.common_name ? r.common_name : host;
}

static bool is_readable(const char *host)
{
    struct recipe r;

    recipe_of_site(host, &r);
    return r.spoils != SPOILS_FORM;
}

static void sni_picks_the_certificate(void **state)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++) {
        struct meeting m = {
            .host = "good.lab.test", .sni = entries[i].host, .ciphers = "DEFAULT@SECLEVEL=0"};

        if (entries[i].way != WAY_TLS || !is_readable(entries[i].host))
            continue;
        meet(*state, &m);
        assert_true(m.done);
        assert_string_equal(m.leaf_name, subject_of(entries[i].certificate));
        assert_int_equal(m.version, TLS1_3_VERSION);
        assert_string_equal(m.protocol, "http/1.1");
    }
}

static void every_certificate_is_shown_in_tls12_too(void **state)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++) {
        struct meeting m = {.host = "good.lab.test",
            .sni = entries[i].host,
            .most = TLS1_2_VERSION,
            .ciphers = "DEFAULT@SECLEVEL=0"};

        if (entries[i].way != WAY_TLS || !is_readable(entries[i].host))
            continue;
        meet(*state, &m);
        assert_true(m.done);
        assert_string_equal(m.leaf_name, subject_of(entries[i].certificate));
    }
}

static void without_sni_the_healthy_site_answers_and_a_strange_name_is_refused(void **state)
{
    struct meeting none = {.host = "good.lab.test"},
                   strange = {.host = "good.lab.test", .sni = "elsewhere.example"};

    meet(*state, &none);
    assert_true(none.done);
    assert_string_equal(none.leaf_name, "good.lab.test");
    meet(*state, &strange);
    assert_false(strange.done);
    assert_int_equal(strange.alert, SSL_AD_UNRECOGNIZED_NAME);
}

static void each_way_fails_the_client_with_its_alert(void **state)
{
    static const struct {
        const char *host;
        int least, most;
        const char *ciphers;
        bool done;
        int alert, version; /* 0: not looked at */
    } cases[] = {
        {"tls12.lab.test", 0, 0, NULL, true, 0, TLS1_2_VERSION},
        {"tls12.lab.test", TLS1_3_VERSION, 0, NULL, false, SSL_AD_PROTOCOL_VERSION, 0},
        {"tls-version-too-low.lab.test", TLS1_2_VERSION, 0, NULL, false, SSL_AD_PROTOCOL_VERSION,
            0},
        {"tls-version-too-low.lab.test", TLS1_VERSION, TLS1_VERSION, "DEFAULT@SECLEVEL=0", true, 0,
            TLS1_VERSION},
        {"tls-version-too-low.lab.test", TLS1_VERSION, TLS1_1_VERSION, "DEFAULT@SECLEVEL=0", true,
            0, TLS1_1_VERSION},
        {"no-shared-cipher.lab.test", 0, 0, NULL, false, SSL_AD_HANDSHAKE_FAILURE, 0},
        {"no-shared-cipher.lab.test", 0, 0, "ALL@SECLEVEL=0", false, SSL_AD_HANDSHAKE_FAILURE, 0},
        {"no-shared-cipher.lab.test", 0, 0, "NULL-SHA256@SECLEVEL=0", true, 0, TLS1_2_VERSION},
        {"mtls-required.lab.test", 0, 0, NULL, false, SSL_AD_CERTIFICATE_REQUIRED, TLS1_3_VERSION},
        {"mtls-required.lab.test", 0, TLS1_2_VERSION, NULL, false, SSL_AD_HANDSHAKE_FAILURE, 0},
        {"mtls-403.lab.test", 0, 0, NULL, true, 0, TLS1_3_VERSION},
        {"mtls-required-tls12.lab.test", 0, 0, NULL, false, SSL_AD_HANDSHAKE_FAILURE,
            TLS1_2_VERSION},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct meeting m = {.host = cases[i].host,
            .sni = cases[i].host,
            .least = cases[i].least,
            .most = cases[i].most,
            .ciphers = cases[i].ciphers};

        meet(*state, &m);
        assert_int_equal(m.done, cases[i].done);
        assert_int_equal(m.alert, cases[i].alert);
        if (cases[i].version)
            assert_int_equal(m.version, cases[i].version);
    }
}

static void each_entry_with_a_certificate_has_a_context_of_its_own(void **state)
{
    struct world *w = *state;
    struct err e = {0};

    for (size_t i = 0; i < w->sites.n; i++) {
        SSL_CTX *ctx = sites_at(&w->sites, i, &e);

        if (sites_has(&w->sites, i) != (ctx != NULL))
            fail_msg("%s", e.text);
        assert_ptr_equal(sites_at(&w->sites, i, &e), ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_entry_with_a_certificate_has_a_context_of_its_own),
        cmocka_unit_test(sni_picks_the_certificate),
        cmocka_unit_test(every_certificate_is_shown_in_tls12_too),
        cmocka_unit_test(without_sni_the_healthy_site_answers_and_a_strange_name_is_refused),
        cmocka_unit_test(each_way_fails_the_client_with_its_alert),
    };

    return cmocka_run_group_tests(tests, world_make, world_free);
}
