#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "lab.h"
#include "quirk.h"

/* A server with the quirk of a host and a certificate of its own, and a client that takes anything,
 * over memory. */
struct meeting {
    SSL_CTX *at_server, *at_client;
    SSL *server, *client;
};

static X509 *certificate_make(EVP_PKEY *key)
{
    X509 *x = X509_new();

    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    return x;
}

static void meet(struct meeting *m, const struct quirk *q, bool rsa)
{
    EVP_PKEY *key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    X509 *x = certificate_make(key);
    BIO *left, *right;

    m->at_server = SSL_CTX_new(TLS_server_method());
    m->at_client = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(m->at_server, 0);
    SSL_CTX_set_security_level(m->at_client, 0);
    SSL_CTX_set_options(m->at_client, SSL_OP_LEGACY_SERVER_CONNECT);
    assert_int_equal(SSL_CTX_use_certificate(m->at_server, x), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(m->at_server, key), 1);
    assert_true(quirk_put(q, m->at_server));
    m->server = SSL_new(m->at_server);
    m->client = SSL_new(m->at_client);
    SSL_set_tlsext_host_name(m->client, q->host);
    assert_int_equal(BIO_new_bio_pair(&left, 0, &right, 0), 1);
    SSL_set_bio(m->server, left, left);
    SSL_set_bio(m->client, right, right);
    SSL_set_accept_state(m->server);
    SSL_set_connect_state(m->client);
    assert_true(quirk_dress(q, m->server));
    X509_free(x);
    EVP_PKEY_free(key);
}

/* The reason with which the client failed; 0: it did not. */
static int shake(struct meeting *m)
{
    int reason = 0;

    for (int i = 0; i < 10 && !reason; i++) {
        ERR_clear_error();
        int done = SSL_do_handshake(m->client);
        if (done != 1 && SSL_get_error(m->client, done) == SSL_ERROR_SSL)
            reason = ERR_GET_REASON(ERR_peek_last_error());
        ERR_clear_error();
        SSL_do_handshake(m->server);
    }
    ERR_clear_error();
    return reason;
}

static void part(struct meeting *m)
{
    SSL_free(m->server);
    SSL_free(m->client);
    SSL_CTX_free(m->at_server);
    SSL_CTX_free(m->at_client);
}

static void every_site_of_that_way_has_its_quirk(void **state)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        assert_true((entries[i].way == WAY_QUIRK) == (quirk_of(entries[i].host) != NULL));
}

static void each_breaks_the_handshake_in_its_way(void **state)
{
    static const struct {
        const char *host;
        bool rsa;
        int reason; /* of the client; 0: it goes on */
    } cases[] = {
        {"key-cert-mismatch.lab.test", false, SSL_R_BAD_SIGNATURE},
        {"alpn-mismatch.lab.test", false, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL},
        {"sni-rejected.lab.test", false, SSL_R_TLSV1_UNRECOGNIZED_NAME},
        {"h2-protocol-error.lab.test", false, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL},
        {"weak-dh.lab.test", true, 0},
        {"weak-cipher-only.lab.test", true, 0},
        {"no-shared-sigalg.lab.test", true, 0},
        {"legacy-renegotiation.lab.test", false, 0},
        {"truncation-close.lab.test", false, 0},
        {"record-corruption.lab.test", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct meeting m;

        meet(&m, quirk_of(cases[i].host), cases[i].rsa);
        SSL_set_alpn_protos(m.client, (const unsigned char *)"\x08http/1.1", 9);
        print_message("%s\n", cases[i].host);
        assert_int_equal(shake(&m), cases[i].reason);
        assert_int_equal(SSL_is_init_finished(m.client), cases[i].reason == 0);
        part(&m);
    }
}

static void what_it_settles_for_is_what_it_is_named_for(void **state)
{
    struct meeting m;
    EVP_PKEY *theirs = NULL;
    int nid;

    (void)state;
    meet(&m, quirk_of("weak-dh.lab.test"), true);
    assert_int_equal(shake(&m), 0);
    assert_int_equal(SSL_get_peer_tmp_key(m.client, &theirs), 1);
    assert_int_equal(EVP_PKEY_get_bits(theirs), 1024);
    EVP_PKEY_free(theirs);
    part(&m);

    meet(&m, quirk_of("no-shared-sigalg.lab.test"), true);
    assert_int_equal(shake(&m), 0);
    assert_int_equal(SSL_get_peer_signature_nid(m.client, &nid), 1);
    assert_int_equal(nid, NID_sha1);
    part(&m);

    meet(&m, quirk_of("legacy-renegotiation.lab.test"), false);
    assert_int_equal(shake(&m), 0);
    assert_int_equal(SSL_get_secure_renegotiation_support(m.client), 0);
    part(&m);

    meet(&m, quirk_of("record-corruption.lab.test"), false);
    assert_int_equal(shake(&m), 0);
    assert_int_equal(SSL_write(m.server, "hello", 5), 5);
    char byte;
    assert_int_equal(SSL_get_error(m.client, SSL_read(m.client, &byte, 1)), SSL_ERROR_SSL);
    ERR_clear_error();
    part(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_site_of_that_way_has_its_quirk),
        cmocka_unit_test(each_breaks_the_handshake_in_its_way),
        cmocka_unit_test(what_it_settles_for_is_what_it_is_named_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
