#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "base/mem.h"

#include "identity.h"
#include "identity_priv.h"
#include "mint_chain.h"
#include "mint_identity.h"
#include "mint_revocation.h"

static struct mint *leaf, *other;

static int build(void **state)
{
    (void)state;
    leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    other = mint_make(&(struct mint_spec){.cn = "other"}, NULL);
    return 0;
}

static int tear(void **state)
{
    (void)state;
    mint_free(leaf);
    mint_free(other);
    return 0;
}

/* Takes the bytes. */
static struct identity *read_it(struct cert_span file)
{
    struct identity *i = identity_read(file, "secret");

    mem_free((void *)(uintptr_t)file.at);
    return i;
}

static PKCS12_SAFEBAG *key_bag(const struct mint *m)
{
    return PKCS12_SAFEBAG_create0_p8inf(EVP_PKEY2PKCS8(m->key));
}

static void push(STACK_OF(PKCS12_SAFEBAG) * bags, PKCS12_SAFEBAG *bag)
{
    assert_non_null(bag);
    assert_true(sk_PKCS12_SAFEBAG_push(bags, bag) > 0);
}

static STACK_OF(PKCS12_SAFEBAG) * bags_new(void)
{
    return sk_PKCS12_SAFEBAG_new_null();
}

static void more_bags_than_anybody_packs_are_refused(void **state)
{
    unsigned char secret[] = "x";

    (void)state;
    for (int over = 0; over < 2; over++) {
        STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();

        for (int n = 0; n < IDENTITY_BAGS_MOST + over; n++)
            push(
                bags, PKCS12_SAFEBAG_create_secret(NID_pkcs7_data, V_ASN1_OCTET_STRING, secret, 1));
        struct identity *i = read_it(mint_identity_of_bags(bags));

        assert_int_equal(i->state, over ? IDENTITY_TOO_COSTLY : IDENTITY_OPENED);
        assert_true(!over == !*i->detail);
        identity_free(i);
    }
}

/* SafeBag { safeContentsBag, [0] SafeContents { bag } } (RFC 7292 §4.2.6), spelt out: OpenSSL reads
 * it, and offers no way to make one. Takes the bag. */
static PKCS12_SAFEBAG *bag_around(PKCS12_SAFEBAG *bag)
{
    static const uint8_t oid[] = {
        0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x06};
    unsigned char *der = NULL, body[8192], *at = body;
    int len = i2d_PKCS12_SAFEBAG(bag, &der);
    int list = ASN1_object_size(1, len, V_ASN1_SEQUENCE), tagged = ASN1_object_size(1, list, 0);

    assert_true(len > 0 && (size_t)len + 64 < sizeof(body));
    ASN1_put_object(&at, 1, (int)sizeof(oid) + tagged, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    memcpy(at, oid, sizeof(oid));
    at += sizeof(oid);
    ASN1_put_object(&at, 1, list, 0, V_ASN1_CONTEXT_SPECIFIC);
    ASN1_put_object(&at, 1, len, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    memcpy(at, der, (size_t)len);
    at += len;
    OPENSSL_free(der);
    PKCS12_SAFEBAG_free(bag);
    const unsigned char *from = body;

    return d2i_PKCS12_SAFEBAG(NULL, &from, at - body);
}

static void bags_in_bags_are_read_so_deep_and_no_deeper(void **state)
{
    static const struct {
        int depth;
        enum identity_state state;
    } rows[] = {
        {1, IDENTITY_OPENED},
        {IDENTITY_NEST_MOST, IDENTITY_OPENED},
        {IDENTITY_NEST_MOST + 1, IDENTITY_TOO_COSTLY},
        {12, IDENTITY_TOO_COSTLY},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
        PKCS12_SAFEBAG *bag = PKCS12_SAFEBAG_create_cert(leaf->x509);

        for (int depth = 0; depth < rows[n].depth; depth++)
            bag = bag_around(bag);
        push(bags, bag);
        struct identity *i = read_it(mint_identity_of_bags(bags));

        if (i->state != rows[n].state)
            fail_msg("%d deep: %s %s", rows[n].depth, identity_state_name(i->state), i->detail);
        assert_int_equal(i->chain->n, i->state == IDENTITY_OPENED);
        identity_free(i);
    }
}

static void bags_without_end_in_one_another_are_no_file(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
    PKCS12_SAFEBAG *bag = PKCS12_SAFEBAG_create_cert(leaf->x509);

    (void)state;
    for (int depth = 0; depth < 60 && bag; depth++)
        bag = bag_around(bag); /* OpenSSL itself stops */
    if (bag)
        push(bags, bag);
    struct identity *i = read_it(mint_identity_of_bags(bags));

    assert_true(bag ? i->state != IDENTITY_OPENED : i->chain->n == 0);
    identity_free(i);
}

static void certificates_and_keys_beyond_the_limit_are_counted(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();

    (void)state;
    for (int n = 0; n < IDENTITY_CERTS_MOST + 3; n++)
        push(bags, PKCS12_SAFEBAG_create_cert(other->x509));
    for (int n = 0; n < IDENTITY_KEYS_MOST + 2; n++)
        push(bags, key_bag(n == 0 ? other : leaf));
    struct identity *i = read_it(mint_identity_of_bags(bags));

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_int_equal(i->chain->n, IDENTITY_CERTS_MOST);
    assert_int_equal(i->n_keys, IDENTITY_KEYS_MOST);
    assert_int_equal(i->n_unread, 5);
    assert_int_equal(i->n_identities, 1);
    assert_true(i->key_fits);
    identity_free(i);
}

static PKCS12_SAFEBAG *cert_bag_of(int kind, const char *bytes)
{
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();

    assert_int_equal(
        ASN1_OCTET_STRING_set(octets, (const unsigned char *)bytes, (int)strlen(bytes)), 1);
    PKCS12_SAFEBAG *bag =
        PKCS12_item_pack_safebag(octets, ASN1_ITEM_rptr(ASN1_OCTET_STRING), kind, NID_certBag);

    ASN1_OCTET_STRING_free(octets);
    return bag;
}

static void what_is_no_certificate_is_counted_and_passed_over(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
    struct cert_span list = mint_crl(&(struct mint_crl_spec){.issuer = other});
    const unsigned char *at = list.at;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)list.len);
    unsigned char secret[] = "password";

    (void)state;
    push(bags, cert_bag_of(NID_x509Certificate, "no certificate"));
    push(bags, cert_bag_of(NID_sdsiCertificate, "of a kind that nobody has"));
    push(bags, PKCS12_SAFEBAG_create_crl(crl));
    push(bags, PKCS12_SAFEBAG_create_secret(NID_pkcs7_data, V_ASN1_OCTET_STRING, secret, 8));
    push(bags, PKCS12_SAFEBAG_create_cert(leaf->x509));
    push(bags, key_bag(leaf));
    struct identity *i = read_it(mint_identity_of_bags(bags));

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_int_equal(i->n_unread, 2);
    assert_int_equal(i->chain->n, 1);
    assert_true(i->key_fits);
    identity_free(i);
    X509_CRL_free(crl);
    mem_free((void *)(uintptr_t)list.at);
}

static void a_kind_of_key_that_openssl_does_not_read_is_told(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
    PKCS8_PRIV_KEY_INFO *p8 = PKCS8_PRIV_KEY_INFO_new();
    unsigned char *octets = OPENSSL_memdup("\x04\x02hi", 4), mark = 1;

    (void)state;
    assert_int_equal(
        PKCS8_pkey_set0(p8, OBJ_txt2obj("1.3.6.1.4.1.99999.8", 1), 0, V_ASN1_NULL, NULL, octets, 4),
        1);
    push(bags, PKCS12_SAFEBAG_create_cert(other->x509));
    push(bags, PKCS12_SAFEBAG_create_cert(leaf->x509));
    push(bags, PKCS12_SAFEBAG_create0_p8inf(p8));
    assert_int_equal(PKCS12_add_localkeyid(sk_PKCS12_SAFEBAG_value(bags, 1), &mark, 1), 1);
    assert_int_equal(PKCS12_add_localkeyid(sk_PKCS12_SAFEBAG_value(bags, 2), &mark, 1), 1);
    struct identity *i = read_it(mint_identity_of_bags(bags));

    assert_int_equal(i->state, IDENTITY_OPENED);
    assert_non_null(i->odd_key);
    assert_int_equal(i->n_keys, 1);
    assert_int_equal(i->n_identities, 0);
    assert_null(i->key);
    assert_false(i->key_fits);
    assert_true(cert_same(i->chain->at[0], leaf->cert));
    identity_free(i);
}

static void marks_of_any_length_are_compared_without_harm(void **state)
{
    unsigned char mark[200] = {7};
    const struct {
        int of_cert, of_key;
        bool first; /* is the marked one put first? */
    } rows[] = {{0, 0, false}, {1, 0, false}, {63, 63, true}, {64, 64, true}, {200, 200, true}};

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
        struct mint *third = mint_make(&(struct mint_spec){.cn = "third"}, NULL);

        push(bags, PKCS12_SAFEBAG_create_cert(other->x509));
        push(bags, PKCS12_SAFEBAG_create_cert(leaf->x509));
        push(bags, key_bag(third));
        PKCS12_add_localkeyid(sk_PKCS12_SAFEBAG_value(bags, 1), mark, rows[n].of_cert);
        PKCS12_add_localkeyid(sk_PKCS12_SAFEBAG_value(bags, 2), mark, rows[n].of_key);
        struct identity *i = read_it(mint_identity_of_bags(bags));

        assert_int_equal(i->state, IDENTITY_OPENED);
        if (cert_same(i->chain->at[0], leaf->cert) != rows[n].first)
            fail_msg("row %zu: %s is first", n, i->chain->at[0]->summary);
        identity_free(i);
        mint_free(third);
    }
}

static void names_of_any_script_are_read(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
    PKCS12_SAFEBAG *bag = PKCS12_SAFEBAG_create_cert(leaf->x509);

    (void)state;
    assert_int_equal(PKCS12_add_friendlyname_utf8(bag, "Schl\xc3\xbcssel \xe9\x8d\xb5", -1), 1);
    push(bags, bag);
    struct identity *i = read_it(mint_identity_of_bags(bags));

    assert_string_equal(i->name, "Schl\xc3\xbcssel \xe9\x8d\xb5");
    identity_free(i);
}

static struct cert_span of_container(PKCS7 *container)
{
    STACK_OF(PKCS7) *containers = sk_PKCS7_new_null();

    assert_non_null(container);
    assert_true(sk_PKCS7_push(containers, container) > 0);
    return mint_identity_of(containers);
}

/* Of this kind, and without content, which is optional (RFC 5652 §3). */
static PKCS7 *container_of(int kind)
{
    PKCS7 *p7 = PKCS7_new();

    p7->type = OBJ_nid2obj(kind);
    return p7;
}

static PKCS7 *data_of(const char *bytes)
{
    PKCS7 *p7 = PKCS7_new();

    assert_int_equal(PKCS7_set_type(p7, NID_pkcs7_data), 1);
    assert_int_equal(
        ASN1_OCTET_STRING_set(p7->d.data, (const unsigned char *)bytes, (int)strlen(bytes)), 1);
    return p7;
}

static void a_container_of_another_kind_is_told(void **state)
{
    struct {
        const char *name;
        struct cert_span file;
        enum identity_state state;
    } rows[] = {
        {"enveloped", of_container(container_of(NID_pkcs7_enveloped)), IDENTITY_UNSUPPORTED},
        {"signed", of_container(container_of(NID_pkcs7_signed)), IDENTITY_UNSUPPORTED},
        {"no bags in it", of_container(data_of("no bags")), IDENTITY_CORRUPT},
        {"nothing in it", of_container(data_of("")), IDENTITY_CORRUPT},
        {"no content", of_container(container_of(NID_pkcs7_data)), IDENTITY_CORRUPT},
        {"encrypted nothing", of_container(container_of(NID_pkcs7_encrypted)), IDENTITY_CORRUPT},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct identity *i = read_it(rows[n].file);

        if (i->state != rows[n].state || !*i->detail)
            fail_msg("%s: %s: %s", rows[n].name, identity_state_name(i->state), i->detail);
        identity_free(i);
    }
}

static void a_seal_over_what_is_closed_by_another_password_is_told(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = bags_new();
    STACK_OF(PKCS7) *containers = NULL;

    (void)state;
    push(bags, PKCS12_SAFEBAG_create_cert(leaf->x509));
    assert_int_equal(PKCS12_add_safe(&containers, bags, NID_aes_256_cbc, 1, "other"), 1);
    PKCS12 *p12 = PKCS12_add_safes(containers, 0);

    assert_int_equal(PKCS12_set_mac(p12, "secret", -1, NULL, 0, 1, EVP_sha256()), 1);
    struct identity *i = read_it(mint_identity_bytes(p12));

    assert_int_equal(i->state, IDENTITY_UNSUPPORTED);
    assert_non_null(strstr(i->detail, "fits its seal"));
    assert_int_equal(i->password, IDENTITY_PASSWORD_NONE);
    assert_int_equal(i->chain->n, 0);
    identity_free(i);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(containers, PKCS7_free);
}

/* Keys that are hidden inside an encrypted container are seen with the password only. */
static void rounds_of_a_key_inside_an_encrypted_container_are_bounded_too(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    STACK_OF(PKCS7) *containers = NULL;
    const X509_ALGOR *algorithm = NULL;
    PKCS12_SAFEBAG *bag =
        PKCS12_add_key(&bags, leaf->key, 0, 1, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "secret");

    (void)state;
    X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, NULL);
    X509_ALGOR *costly = PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2000000000, NULL, 0);

    assert_int_equal(X509_ALGOR_copy((X509_ALGOR *)(uintptr_t)algorithm, costly), 1);
    X509_ALGOR_free(costly);
    assert_int_equal(PKCS12_add_safe(&containers, bags, NID_aes_256_cbc, 1, "secret"), 1);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    struct identity *i = read_it(mint_identity_of(containers));

    assert_int_equal(i->state, IDENTITY_TOO_COSTLY);
    assert_non_null(strstr(i->detail, "2000000000"));
    identity_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_bags_than_anybody_packs_are_refused),
        cmocka_unit_test(bags_in_bags_are_read_so_deep_and_no_deeper),
        cmocka_unit_test(bags_without_end_in_one_another_are_no_file),
        cmocka_unit_test(certificates_and_keys_beyond_the_limit_are_counted),
        cmocka_unit_test(what_is_no_certificate_is_counted_and_passed_over),
        cmocka_unit_test(a_kind_of_key_that_openssl_does_not_read_is_told),
        cmocka_unit_test(marks_of_any_length_are_compared_without_harm),
        cmocka_unit_test(names_of_any_script_are_read),
        cmocka_unit_test(a_container_of_another_kind_is_told),
        cmocka_unit_test(a_seal_over_what_is_closed_by_another_password_is_told),
        cmocka_unit_test(rounds_of_a_key_inside_an_encrypted_container_are_bounded_too),
    };

    return cmocka_run_group_tests(tests, build, tear);
}
