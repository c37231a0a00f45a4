#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "facts.h"
#include "mint_chain.h"

static void a_leaf_is_read_into_its_facts(void **state)
{
    struct mint *root =
        mint_make(&(struct mint_spec){.subject = "C=DE/O=Acme/CN=Acme Root", .ca = true}, NULL);
    struct mint *leaf =
        mint_make(&(struct mint_spec){.subject = "C=DE/O=Acme/OU=Shop/CN=shop.example",
                      .dns = {"shop.example", "*.shop.example"},
                      .ips = {"192.0.2.7", "2001:db8::1"},
                      .serial = 0xabcdef,
                      .aia = "http://ca.example/root.crt"},
            root);
    const struct cert *c = leaf->cert;

    (void)state;
    assert_string_equal(c->subject.text, "CN=shop.example,OU=Shop,O=Acme,C=DE");
    assert_string_equal(c->subject.cn, "shop.example");
    assert_string_equal(c->subject.ou, "Shop");
    assert_string_equal(c->issuer.o, "Acme");
    assert_string_equal(c->summary, "shop.example");
    assert_string_equal(c->serial, "abcdef");
    assert_int_equal(c->version, 3);
    assert_int_equal(c->not_before, MINT_AT - 30 * MINT_DAY);
    assert_int_equal(cert_lifetime(c), 90 * MINT_DAY);
    assert_int_equal(c->dns.n, 2);
    assert_string_equal(c->dns.at[1], "*.shop.example");
    assert_int_equal(c->ips.n, 2);
    assert_string_equal(c->ips.at[1], "2001:db8::1");
    assert_string_equal(c->key_text, "P-256");
    assert_string_equal(c->signature, "ecdsa-sha256");
    assert_int_equal(c->hash, CERT_HASH_SHA256);
    assert_true(c->has_key_usage && c->key_usage == CERT_USE_DIGITAL_SIGNATURE);
    assert_string_equal(c->key_usage_names.at[0], "digitalSignature");
    assert_true(cert_has_eku(c, "1.3.6.1.5.5.7.3.1"));
    assert_string_equal(c->eku_names.at[0], "serverAuth");
    assert_string_equal(c->aki, root->cert->ski);
    assert_string_equal(c->aia.at[0], "http://ca.example/root.crt");
    assert_false(c->is_ca || c->self_issued || c->self_signed);
    assert_true(root->cert->is_ca && root->cert->self_signed);
    assert_int_equal(root->cert->path_len, -1);
    assert_true(cert_is_signed_by(c, root->cert));
    assert_false(cert_is_signed_by(root->cert, c));
    assert_non_null(cert_extension(c, "2.5.29.17"));
    mint_free(leaf);
    mint_free(root);
}

static void keys_and_signatures_have_their_names(void **state)
{
    static const struct {
        enum mint_key key;
        const char *hash, *key_text, *signature;
        enum cert_key_type type;
        enum cert_hash hash_is;
    } cases[] = {
        {MINT_P384, "SHA384", "P-384", "ecdsa-sha384", CERT_KEY_EC, CERT_HASH_SHA384},
        {MINT_P224, "SHA1", "P-224", "ecdsa-sha1", CERT_KEY_EC, CERT_HASH_SHA1},
        {MINT_P192, "SHA256", "P-192", "ecdsa-sha256", CERT_KEY_EC, CERT_HASH_SHA256},
        {MINT_RSA1024, "MD5", "RSA-1024", "rsa-md5", CERT_KEY_RSA, CERT_HASH_MD5},
        {MINT_RSA2048, "SHA1", "RSA-2048", "rsa-sha1", CERT_KEY_RSA, CERT_HASH_SHA1},
        {MINT_ED25519, NULL, "Ed25519", "ed25519", CERT_KEY_ED25519, CERT_HASH_NONE},
        {MINT_DSA, "SHA256", "DSA-1024", "dsa-sha256", CERT_KEY_DSA, CERT_HASH_SHA256},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_make(
            &(struct mint_spec){.key = cases[i].key, .hash = cases[i].hash, .ca = true}, NULL);

        assert_non_null(m->cert);
        assert_string_equal(m->cert->key_text, cases[i].key_text);
        assert_string_equal(m->cert->signature, cases[i].signature);
        assert_int_equal(m->cert->key_type, cases[i].type);
        assert_int_equal(m->cert->hash, cases[i].hash_is);
        mint_free(m);
    }
}

static void an_explicit_curve_is_told_from_a_named_one(void **state)
{
    struct mint *m = mint_make(&(struct mint_spec){.key = MINT_P256_EXPLICIT}, NULL);

    (void)state;
    assert_true(m->cert->key_explicit);
    mint_free(m);
}

static void the_summary_follows_apples_order(void **state)
{
    static const struct {
        const char *subject, *dns, *summary;
    } cases[] = {
        {"O=Acme/CN=first/CN=second", NULL, "second, first"},
        {"CN=shop/description=front door", NULL, "shop (front door)"},
        {"O=Acme/emailAddress=a@b.example", "d.example", "a@b.example"},
        {"O=Acme/OU=Unit", "d.example", "d.example"},
        {"O=Acme/OU=Unit", NULL, "Unit"},
        {"C=DE/O=Acme", NULL, "Acme"},
        {"C=DE/ST=Here", NULL, "Here"},
        {"", NULL, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mint *m = mint_make(
            &(struct mint_spec){.subject = cases[i].subject, .dns = {cases[i].dns}}, NULL);

        assert_string_equal(m->cert->summary, cases[i].summary);
        mint_free(m);
    }
}

static void a_nul_in_a_name_never_shortens_it(void **state)
{
    struct mint *m = mint_make(
        &(struct mint_spec){
            .dns_hex = "7777772e62616e6b2e6578616d706c65002e6576696c2e6578616d706c65"},
        NULL);

    (void)state;
    assert_string_equal(m->cert->dns.at[0], "www.bank.example\\x00.evil.example");
    mint_free(m);
}

static void what_is_no_certificate_is_refused_with_a_reason(void **state)
{
    struct mint *m = mint_make(&(struct mint_spec){.cn = "x"}, NULL);
    size_t len;
    uint8_t *der = mint_der(m, &len), *longer = mem_new(len + 1),
            *giant = mem_new(CERT_BYTES_MOST + 1);
    struct err e = {0};

    (void)state;
    memcpy(longer, der, len);
    assert_null(cert_parse(longer, len + 1, &e));
    assert_non_null(strstr(e.text, "bytes follow"));
    assert_null(cert_parse(der, len - 1, &e));
    assert_null(cert_parse(der, 0, &e));
    assert_non_null(strstr(e.text, "empty"));
    assert_null(cert_parse(giant, CERT_BYTES_MOST + 1, &e));
    assert_non_null(strstr(e.text, "limit"));
    assert_null(cert_parse((const uint8_t *)"hello", 5, &e));
    mem_free(giant);
    mem_free(longer);
    mem_free(der);
    mint_free(m);
}

/* Cut and turned bytes at every place: never a crash, and what is still read has all its parts. */
static void damage_anywhere_is_survived(void **state)
{
    struct mint *m = mint_make(
        &(struct mint_spec){
            .dns = {"a.example"}, .ips = {"192.0.2.1"}, .permitted = "DNS:example", .ca = true},
        NULL);
    size_t len;
    uint8_t *der = mint_der(m, &len);

    (void)state;
    for (size_t i = 0; i < len; i++) {
        struct cert *c;

        der[i] ^= 0x55;
        c = cert_parse(der, len, NULL);
        if (c)
            assert_true(c->summary && c->serial && c->key_text && c->signature && c->subject.text &&
                        c->issuer.text);
        cert_unref(c);
        der[i] ^= 0x55;
        cert_unref(cert_parse(der, i, NULL));
    }
    mem_free(der);
    mint_free(m);
}

static void the_last_reference_frees(void **state)
{
    struct mint *m = mint_make(&(struct mint_spec){.cn = "x"}, NULL);
    const struct cert *c = cert_ref(m->cert);

    (void)state;
    mint_free(m);
    assert_string_equal(c->summary, "x"); /* AddressSanitizer would tell */
    cert_unref(c);
}

static void equal_names_alone_do_not_make_self_signed(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *other = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, root);
    struct mint *loose =
        mint_make(&(struct mint_spec){.cn = "Loose", .ca = true, .wrong_aki = true}, NULL);

    (void)state;
    assert_true(other->cert->self_issued);
    assert_false(other->cert->self_signed);
    assert_true(loose->cert->self_issued);
    assert_false(loose->cert->self_signed); /* its authority key id is another's */
    mint_free(loose);
    mint_free(other);
    mint_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_read_into_its_facts),
        cmocka_unit_test(keys_and_signatures_have_their_names),
        cmocka_unit_test(an_explicit_curve_is_told_from_a_named_one),
        cmocka_unit_test(the_summary_follows_apples_order),
        cmocka_unit_test(a_nul_in_a_name_never_shortens_it),
        cmocka_unit_test(what_is_no_certificate_is_refused_with_a_reason),
        cmocka_unit_test(damage_anywhere_is_survived),
        cmocka_unit_test(the_last_reference_frees),
        cmocka_unit_test(equal_names_alone_do_not_make_self_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
