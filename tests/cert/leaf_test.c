#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "ca.h"
#include "facts.h"
#include "leaf.h"
#include "leaf_key.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

struct world {
    struct ca *ca;
    struct leaf_keys *keys;
};

static int make(void **state)
{
    static struct world w;
    struct err e = {0};

    w.ca = ca_new_in_memory(NOW_S, &e);
    w.keys = leaf_keys_new(&e);
    *state = &w;
    return w.ca && w.keys ? 0 : -1;
}

static int unmake(void **state)
{
    struct world *w = *state;

    leaf_keys_free(w->keys);
    ca_free(w->ca);
    return 0;
}

static struct leaf *mint(const struct world *w, const char *host)
{
    struct err e = {0};
    struct leaf *l = leaf_mint(w->ca, w->keys, host, NOW_S, &e);

    if (!l)
        fail_msg("%s", e.text);
    return l;
}

static void a_leaf_is_what_ios_wants_of_one(void **state)
{
    const struct world *w = *state;
    struct leaf *l = mint(w, "shop.example");
    const struct cert *c = leaf_facts(l);

    assert_int_equal(c->version, 3);
    assert_int_equal(c->not_before, NOW_S - 2 * DAY_S);
    assert_int_equal(cert_lifetime(c), 45LL * DAY_S);
    assert_int_equal(leaf_until(l), c->not_after);
    assert_int_equal(c->dns.n, 1);
    assert_string_equal(c->dns.at[0], "shop.example");
    assert_int_equal(c->ips.n + c->emails.n + c->uris.n, 0);
    assert_string_equal(c->subject.cn, "shop.example");
    assert_false(c->san_critical || c->is_ca);
    assert_true(c->has_basic_constraints && c->has_eku && c->has_key_usage);
    assert_int_equal(c->key_usage, CERT_USE_DIGITAL_SIGNATURE);
    assert_int_equal(c->eku_oids.n, 1);
    assert_string_equal(c->eku_oids.at[0], "1.3.6.1.5.5.7.3.1");
    assert_int_equal(c->key_type, CERT_KEY_EC);
    assert_int_equal(c->hash, CERT_HASH_SHA256);
    assert_int_equal(strlen(c->serial), 32);
    assert_false(c->has_duplicate_extension || c->has_unreadable_extension || c->self_signed);
    assert_int_equal(EVP_PKEY_eq(leaf_key(l), c->key), 1);
    leaf_unref(l);
}

static void issuer_and_key_id_are_the_roots_byte_for_byte(void **state)
{
    const struct world *w = *state;
    struct leaf *l = mint(w, "shop.example");
    struct err e = {0};
    size_t len = 0;
    const uint8_t *der = ca_der(w->ca, &len);
    struct cert *root = cert_parse(der, len, &e);
    const struct cert *c = leaf_facts(l);

    assert_non_null(root);
    assert_int_equal(c->issuer.der.len, root->subject.der.len);
    assert_memory_equal(c->issuer.der.at, root->subject.der.at, root->subject.der.len);
    assert_non_null(c->aki);
    assert_string_equal(c->aki, root->ski);
    assert_true(cert_is_signed_by(c, root));
    cert_unref(root);
    leaf_unref(l);
}

static void openssl_accepts_the_leaf_for_its_host_only(void **state)
{
    static const struct {
        const char *host, *asked;
        bool ip, ok;
    } cases[] = {
        {"shop.example", "shop.example", false, true},
        {"shop.example", "www.shop.example", false, false},
        {"xn--bcher-kva.example", "xn--bcher-kva.example", false, true},
        {"192.0.2.7", "192.0.2.7", true, true},
        {"192.0.2.7", "192.0.2.8", true, false},
        {"2001:db8::1", "2001:db8::1", true, true},
        {"localhost", "localhost", false, true},
    };
    const struct world *w = *state;
    X509_STORE *store = X509_STORE_new();
    X509 *root = X509_dup(ca_certificate(w->ca));

    X509_STORE_add_cert(store, root);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct leaf *l = mint(w, cases[i].host);
        X509_STORE_CTX *ctx = X509_STORE_CTX_new();

        X509_STORE_CTX_init(ctx, store, leaf_certificate(l), NULL);
        X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);
        X509_VERIFY_PARAM_set_time(p, NOW_S);
        X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_X509_STRICT);
        X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_SSL_SERVER);
        if (cases[i].ip)
            X509_VERIFY_PARAM_set1_ip_asc(p, cases[i].asked);
        else
            X509_VERIFY_PARAM_set1_host(p, cases[i].asked, 0);
        assert_int_equal(X509_verify_cert(ctx) == 1, cases[i].ok);
        X509_STORE_CTX_free(ctx);
        leaf_unref(l);
    }
    X509_free(root);
    X509_STORE_free(store);
}

static void an_address_is_an_ip_entry_and_no_dns_name(void **state)
{
    struct leaf *l = mint(*state, "2001:db8::1");

    assert_int_equal(leaf_facts(l)->dns.n, 0);
    assert_int_equal(leaf_facts(l)->n_raw_ips, 1);
    assert_int_equal(leaf_facts(l)->raw_ips[0].len, 16);
    leaf_unref(l);
}

static void a_host_too_long_for_a_common_name_has_a_critical_san_instead(void **state)
{
    static const char at_64[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbb.example";
    static const char over[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbb.example";
    struct leaf *l = mint(*state, at_64);

    assert_int_equal(sizeof at_64 - 1, 64);
    assert_string_equal(leaf_facts(l)->subject.cn, at_64);
    leaf_unref(l);
    l = mint(*state, over);
    assert_true(leaf_facts(l)->subject.empty && leaf_facts(l)->san_critical);
    assert_string_equal(leaf_facts(l)->dns.at[0], over);
    leaf_unref(l);
}

static void commas_and_colons_in_a_host_name_no_second_one(void **state)
{
    struct leaf *l = mint(*state, "a.example,DNS:bank.example");

    assert_int_equal(leaf_facts(l)->dns.n, 1);
    assert_string_equal(leaf_facts(l)->dns.at[0], "a.example,DNS:bank.example");
    leaf_unref(l);
}

static void what_is_no_host_gets_no_leaf(void **state)
{
    const struct world *w = *state;
    struct err e = {0};
    char large[300];

    memset(large, 'a', sizeof large);
    large[sizeof large - 1] = '\0';
    assert_null(leaf_mint(w->ca, w->keys, "", NOW_S, &e));
    assert_null(leaf_mint(w->ca, w->keys, large, NOW_S, &e));
    assert_int_equal(e.kind, ERR_INPUT);
}

static void a_leaf_does_not_outlive_its_root(void **state)
{
    const struct world *w = *state;
    struct err e = {0};
    int64_t late = ca_until(w->ca) - 10LL * DAY_S;
    struct leaf *l = leaf_mint(w->ca, w->keys, "shop.example", late, &e);

    assert_int_equal(leaf_until(l), ca_until(w->ca));
    leaf_unref(l);
}

static void two_leaves_of_one_host_have_two_serials(void **state)
{
    struct leaf *a = mint(*state, "shop.example"), *b = mint(*state, "shop.example");

    assert_string_not_equal(leaf_facts(a)->serial, leaf_facts(b)->serial);
    leaf_unref(a);
    leaf_unref(b);
}

static void a_reference_keeps_a_leaf(void **state)
{
    struct leaf *l = mint(*state, "shop.example");
    struct leaf *same = leaf_ref(l);

    assert_ptr_equal(l, same);
    leaf_unref(l);
    assert_string_equal(leaf_facts(same)->dns.at[0], "shop.example");
    leaf_unref(same);
    leaf_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_what_ios_wants_of_one),
        cmocka_unit_test(issuer_and_key_id_are_the_roots_byte_for_byte),
        cmocka_unit_test(openssl_accepts_the_leaf_for_its_host_only),
        cmocka_unit_test(an_address_is_an_ip_entry_and_no_dns_name),
        cmocka_unit_test(a_host_too_long_for_a_common_name_has_a_critical_san_instead),
        cmocka_unit_test(commas_and_colons_in_a_host_name_no_second_one),
        cmocka_unit_test(what_is_no_host_gets_no_leaf),
        cmocka_unit_test(a_leaf_does_not_outlive_its_root),
        cmocka_unit_test(two_leaves_of_one_host_have_two_serials),
        cmocka_unit_test(a_reference_keeps_a_leaf),
    };

    return cmocka_run_group_tests(tests, make, unmake);
}
