/* Each faulty leaf is held against the good one: it differs in its fault, and in nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ca.h"
#include "facts.h"
#include "leaf.h"
#include "leaf_fault.h"
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

static struct leaf *mint(const struct world *w, const char *host, const char *cause)
{
    struct err e = {0};
    const struct leaf_fault *fault = leaf_fault_find(cause);

    assert_non_null(fault);
    struct leaf *l = leaf_mint_faulty(w->ca, w->keys, host, fault, NOW_S, &e);
    if (!l)
        fail_msg("%s: %s", cause, e.text);
    return l;
}

enum trait {
    DATES = 1 << 0,
    NAMES = 1 << 1,
    ISSUER = 1 << 2,
    LIFETIME = 1 << 3,
    KEY = 1 << 4,
    DIGEST = 1 << 5,
    PURPOSE = 1 << 6,
};

static bool is_signed_by(const struct cert *c, const struct ca *ca)
{
    EVP_PKEY *key = X509_get0_pubkey(ca_certificate(ca));

    return X509_verify(c->x509, key) == 1;
}

/* What is not as it should be on this leaf for shop.example. */
static unsigned traits_of(const struct world *w, const struct cert *c)
{
    unsigned odd = 0;

    if (c->not_before > NOW_S || c->not_after < NOW_S)
        odd |= DATES;
    if (c->dns.n != 1 || strcmp(c->dns.at[0], "shop.example") != 0)
        odd |= NAMES;
    if (!is_signed_by(c, w->ca))
        odd |= ISSUER;
    if (c->not_after - c->not_before > 398LL * DAY_S)
        odd |= LIFETIME;
    if (c->key_type != CERT_KEY_EC || c->key_bits != 256)
        odd |= KEY;
    if (c->hash != CERT_HASH_SHA256)
        odd |= DIGEST;
    if (c->eku_names.n != 1 || strcmp(c->eku_names.at[0], "serverAuth") != 0)
        odd |= PURPOSE;
    assert_false(c->is_ca);
    assert_int_equal(c->key_usage, CERT_USE_DIGITAL_SIGNATURE);
    assert_non_null(c->ski);
    return odd;
}

static void a_leaf_differs_from_a_good_one_in_its_fault_alone(void **state)
{
    static const struct {
        const char *cause;
        unsigned odd;
    } cases[] = {
        {"cert-expired-leaf", DATES},
        {"cert-not-yet-valid", DATES},
        {"name-mismatch", NAMES},
        {"self-signed-leaf", ISSUER},
        {"untrusted-root", ISSUER},
        {"validity-too-long", LIFETIME},
        {"weak-key-rsa", KEY},
        {"weak-signature-sha1", DIGEST},
        {"san-missing-cn-only", NAMES},
        {"eku-missing", PURPOSE},
    };
    const struct world *w = *state;
    size_t n = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct leaf *l = mint(w, "shop.example", cases[i].cause);

        assert_string_equal(leaf_fault_at(n++)->cause, cases[i].cause);
        if (traits_of(w, leaf_facts(l)) != cases[i].odd)
            fail_msg("%s: %#x", cases[i].cause, traits_of(w, leaf_facts(l)));
        leaf_unref(l);
    }
    assert_null(leaf_fault_at(n)); /* every fault is among the cases */
}

static void the_faults_are_those_that_their_causes_name(void **state)
{
    const struct world *w = *state;
    struct leaf *expired = mint(w, "shop.example", "cert-expired-leaf");
    struct leaf *early = mint(w, "shop.example", "cert-not-yet-valid");
    struct leaf *own = mint(w, "shop.example", "self-signed-leaf");
    struct leaf *stranger = mint(w, "shop.example", "untrusted-root");
    struct leaf *weak = mint(w, "shop.example", "weak-key-rsa");
    struct leaf *old = mint(w, "shop.example", "weak-signature-sha1");
    struct leaf *cn = mint(w, "shop.example", "san-missing-cn-only");
    struct leaf *bare = mint(w, "shop.example", "eku-missing");

    assert_true(leaf_facts(expired)->not_after < NOW_S);
    assert_true(leaf_facts(early)->not_before > NOW_S);
    assert_true(leaf_facts(own)->self_signed);
    assert_null(leaf_issuer(own));
    assert_true(is_signed_by(leaf_facts(stranger), leaf_issuer(stranger)));
    assert_int_equal(leaf_facts(weak)->key_type, CERT_KEY_RSA);
    assert_int_equal(leaf_facts(weak)->key_bits, 1024);
    assert_int_equal(EVP_PKEY_get_bits(leaf_key(weak)), 1024);
    assert_int_equal(leaf_facts(old)->hash, CERT_HASH_SHA1);
    assert_false(leaf_facts(cn)->has_san);
    assert_string_equal(leaf_facts(cn)->subject.cn, "shop.example");
    assert_false(leaf_facts(bare)->has_eku);

    struct leaf *const all[] = {expired, early, own, stranger, weak, old, cn, bare};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        leaf_unref(all[i]);
}

static void a_long_host_gets_what_no_common_name_is_needed_for(void **state)
{
    static const char host[] =
        "a-label-that-is-long-enough-to-fill.a-common-name-with-its-64-octets"
        ".shop.example";
    const struct world *w = *state;
    struct err e = {0};
    struct leaf *own = mint(w, host, "self-signed-leaf"),
                *late = mint(w, host, "cert-expired-leaf");

    assert_true(leaf_facts(own)->self_signed);
    assert_false(leaf_facts(own)->issuer.empty);
    assert_string_equal(leaf_facts(own)->dns.at[0], host);
    assert_true(leaf_facts(late)->subject.empty);
    assert_null(
        leaf_mint_faulty(w->ca, w->keys, host, leaf_fault_find("san-missing-cn-only"), NOW_S, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    leaf_unref(own);
    leaf_unref(late);
}

static void an_address_is_named_as_one(void **state)
{
    const struct world *w = *state;
    struct leaf *l = mint(w, "192.0.2.7", "cert-expired-leaf");

    assert_int_equal(leaf_facts(l)->dns.n, 0);
    assert_string_equal(leaf_facts(l)->ips.at[0], "192.0.2.7");
    leaf_unref(l);
}

static void what_cannot_be_certified_or_found_is_said(void **state)
{
    const struct world *w = *state;
    struct err e = {0};

    assert_null(leaf_fault_find("cert-revoked"));
    assert_null(leaf_fault_find(""));
    assert_null(leaf_mint_faulty(w->ca, w->keys, "", leaf_fault_at(0), NOW_S, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_true(leaf_keys_expect_faults(w->keys, NOW_S, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_differs_from_a_good_one_in_its_fault_alone),
        cmocka_unit_test(the_faults_are_those_that_their_causes_name),
        cmocka_unit_test(a_long_host_gets_what_no_common_name_is_needed_for),
        cmocka_unit_test(an_address_is_named_as_one),
        cmocka_unit_test(what_cannot_be_certified_or_found_is_said),
    };

    return cmocka_run_group_tests(tests, make, unmake);
}
