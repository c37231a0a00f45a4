#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/asn1t.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/mem.h"

#include "identity_priv.h"
#include "mint_identity.h"

enum { ROUNDS = 10000 };

struct look {
    struct identity out;
    struct identity_reading reading;
    char name[IDENTITY_ALGORITHM_CAP];
};

/* Takes the algorithm. */
static bool looked(struct look *l, X509_ALGOR *a)
{
    memset(l, 0, sizeof(*l));
    l->reading = (struct identity_reading){.out = &l->out, .rounds_left = ROUNDS, .blind = true};
    assert_non_null(a);
    bool good = identity_pbe_look(&l->reading, a, l->name);

    X509_ALGOR_free(a);
    return good;
}

static X509_ALGOR *pbe1(int nid, int rounds)
{
    return PKCS5_pbe_set(nid, rounds, NULL, 0);
}

static X509_ALGOR *pbe2(const EVP_CIPHER *cipher, int rounds)
{
    return PKCS5_pbe2_set_iv(cipher, rounds, NULL, 0, NULL, NID_hmacWithSHA256);
}

static X509_ALGOR *bare(const char *oid, int type, void *value)
{
    X509_ALGOR *a = X509_ALGOR_new();

    assert_int_equal(X509_ALGOR_set0(a, OBJ_txt2obj(oid, 0), type, value), 1);
    return a;
}

static void the_first_schemes_have_a_name_and_an_age(void **state)
{
    static const struct {
        int nid;
        const char *name;
        enum identity_crypto crypto;
    } rows[] = {
        {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "3des", IDENTITY_CRYPTO_OLD},
        {NID_pbe_WithSHA1And2_Key_TripleDES_CBC, "2des", IDENTITY_CRYPTO_OLD},
        {NID_pbe_WithSHA1And40BitRC2_CBC, "rc2-40", IDENTITY_CRYPTO_LEGACY},
        {NID_pbe_WithSHA1And128BitRC2_CBC, "rc2-128", IDENTITY_CRYPTO_LEGACY},
        {NID_pbe_WithSHA1And40BitRC4, "rc4-40", IDENTITY_CRYPTO_LEGACY},
        {NID_pbe_WithSHA1And128BitRC4, "rc4-128", IDENTITY_CRYPTO_LEGACY},
        {NID_pbeWithMD5AndDES_CBC, "des", IDENTITY_CRYPTO_LEGACY},
        {NID_pbeWithSHA1AndRC2_CBC, "rc2-64", IDENTITY_CRYPTO_LEGACY},
    };
    struct look l;

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        if (!looked(&l, pbe1(rows[n].nid, 2048)) || strcmp(l.name, rows[n].name) != 0 ||
            l.out.crypto != rows[n].crypto)
            fail_msg("%s: %s, %s", rows[n].name, l.name, identity_crypto_name(l.out.crypto));
        assert_int_equal(l.out.rounds, 2048);
        assert_int_equal(l.reading.rounds_left, ROUNDS - 2048);
    }
}

static void the_second_scheme_is_called_by_its_cipher(void **state)
{
    OSSL_LIB_CTX *lib = mint_identity_ciphers();
    EVP_CIPHER *old = lib ? EVP_CIPHER_fetch(lib, "DES-CBC", NULL) : NULL;
    const struct {
        const EVP_CIPHER *cipher;
        const char *name;
        enum identity_crypto crypto;
    } rows[] = {
        {EVP_aes_128_cbc(), "aes-128-cbc", IDENTITY_CRYPTO_MODERN},
        {EVP_aes_256_cbc(), "aes-256-cbc", IDENTITY_CRYPTO_MODERN},
        {EVP_des_ede3_cbc(), "des-ede3-cbc", IDENTITY_CRYPTO_MODERN},
        {old, "des-cbc", IDENTITY_CRYPTO_LEGACY},
    };
    struct look l;

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        if (!rows[n].cipher)
            continue;
        if (!looked(&l, pbe2(rows[n].cipher, 600)) || strcmp(l.name, rows[n].name) != 0 ||
            l.out.crypto != rows[n].crypto)
            fail_msg("%s: %s, %s", rows[n].name, l.name, identity_crypto_name(l.out.crypto));
        assert_true(l.out.is_modern);
        assert_int_equal(l.out.rounds, 600);
    }
    EVP_CIPHER_free(old);
}

static void rounds_are_spent_and_no_more_than_there_are(void **state)
{
    struct look l;

    (void)state;
    assert_true(looked(&l, pbe2(EVP_aes_256_cbc(), ROUNDS)));
    assert_int_equal(l.reading.rounds_left, 0);
    assert_false(identity_spend(&l.reading, 1));
    assert_int_equal(l.out.state, IDENTITY_TOO_COSTLY);
    assert_false(looked(&l, pbe2(EVP_aes_256_cbc(), ROUNDS + 1)));
    assert_int_equal(l.out.state, IDENTITY_TOO_COSTLY);
    assert_string_equal(l.name, "aes-256-cbc");
    assert_false(looked(&l, pbe1(NID_pbe_WithSHA1And40BitRC2_CBC, 2147483647)));
    assert_int_equal(l.out.state, IDENTITY_TOO_COSTLY);
    assert_string_equal(l.name, "rc2-40");
    assert_int_equal(l.reading.rounds_left, ROUNDS);
}

static X509_ALGOR *with_rounds(const char *rounds)
{
    PBEPARAM *p = PBEPARAM_new();
    BIGNUM *n = NULL;
    ASN1_STRING *packed = NULL;

    assert_true(BN_dec2bn(&n, rounds) > 0);
    assert_non_null(BN_to_ASN1_INTEGER(n, p->iter));
    assert_int_equal(ASN1_OCTET_STRING_set(p->salt, (const unsigned char *)"saltsalt", 8), 1);
    assert_non_null(ASN1_item_pack(p, ASN1_ITEM_rptr(PBEPARAM), &packed));
    BN_free(n);
    PBEPARAM_free(p);
    return bare("PBE-SHA1-3DES", V_ASN1_SEQUENCE, packed);
}

static void a_count_that_is_none_is_no_reason_to_begin(void **state)
{
    static const struct {
        const char *rounds;
        enum identity_state state;
    } rows[] = {
        {"0", IDENTITY_CORRUPT},
        {"-5", IDENTITY_CORRUPT},
        {"-9223372036854775808", IDENTITY_CORRUPT},
        {"9223372036854775807", IDENTITY_TOO_COSTLY},
        {"9223372036854775808", IDENTITY_TOO_COSTLY},
        {"115792089237316195423570985008687907853269984665640564039457584007913129639936",
            IDENTITY_TOO_COSTLY},
        {"-115792089237316195423570985008687907853269984665640564039457584007913129639936",
            IDENTITY_TOO_COSTLY},
    };
    struct look l;

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
        if (looked(&l, with_rounds(rows[n].rounds)) || l.out.state != rows[n].state)
            fail_msg("%s: %s", rows[n].rounds, identity_state_name(l.out.state));
}

static X509_ALGOR *scrypt(void)
{
    return PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, 16384, 8, 1);
}

static void what_nobody_reads_is_called_by_its_name_or_number(void **state)
{
    const struct {
        X509_ALGOR *a;
        enum identity_state state;
        const char *name, *detail;
    } rows[] = {
        {bare("1.3.6.1.4.1.99999.7", V_ASN1_NULL, NULL), IDENTITY_UNSUPPORTED,
            "1.3.6.1.4.1.99999.7", "1.3.6.1.4.1.99999.7"},
        {bare("AES-256-CBC", V_ASN1_UNDEF, NULL), IDENTITY_UNSUPPORTED, "aes-256-cbc", "encrypted"},
        {scrypt(), IDENTITY_UNSUPPORTED, "aes-256-cbc", "id-scrypt"},
        {bare("PBES2", V_ASN1_UNDEF, NULL), IDENTITY_CORRUPT, "pbes2", "parameters"},
        {bare("PBES2", V_ASN1_NULL, NULL), IDENTITY_CORRUPT, "pbes2", "parameters"},
        {bare("PBE-SHA1-RC2-40", V_ASN1_UNDEF, NULL), IDENTITY_CORRUPT, "rc2-40", "parameters"},
        {bare("PBE-SHA1-3DES", V_ASN1_NULL, NULL), IDENTITY_CORRUPT, "3des", "parameters"},
    };
    struct look l;

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
        if (looked(&l, rows[n].a) || l.out.state != rows[n].state ||
            strcmp(l.name, rows[n].name) != 0 || !strstr(l.out.detail, rows[n].detail))
            fail_msg(
                "row %zu: %s, %s: %s", n, identity_state_name(l.out.state), l.name, l.out.detail);
}

static void a_number_of_endless_length_is_cut(void **state)
{
    struct look l;
    char oid[400] = "1.3.6.1.4.1";

    (void)state;
    for (int n = 0; n < 60; n++)
        strcat(oid, ".65535");
    assert_false(looked(&l, bare(oid, V_ASN1_NULL, NULL)));
    assert_true(strlen(l.name) < IDENTITY_ALGORITHM_CAP);
    assert_true(strlen(l.out.detail) < IDENTITY_DETAIL_CAP);
}

static void a_container_of_an_older_kind_makes_the_whole_older(void **state)
{
    struct look l;
    X509_ALGOR *aes = pbe2(EVP_aes_256_cbc(), 1);
    X509_ALGOR *rc2 = pbe1(NID_pbe_WithSHA1And40BitRC2_CBC, 1);

    (void)state;
    assert_true(looked(&l, pbe1(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 5)));
    assert_int_equal(l.out.crypto, IDENTITY_CRYPTO_OLD);
    assert_true(identity_pbe_look(&l.reading, aes, l.name));
    assert_int_equal(l.out.crypto, IDENTITY_CRYPTO_MODERN);
    assert_true(identity_pbe_look(&l.reading, rc2, l.name));
    assert_int_equal(l.out.crypto, IDENTITY_CRYPTO_LEGACY);
    assert_true(l.out.is_modern && l.out.is_legacy);
    assert_int_equal(l.out.rounds, 5);
    X509_ALGOR_free(aes);
    X509_ALGOR_free(rc2);
}

static PKCS12 *sealed(const EVP_MD *digest, int rounds)
{
    PKCS12 *p12 = PKCS12_init(NID_pkcs7_data);
    STACK_OF(PKCS7) *none = sk_PKCS7_new_null();

    assert_int_equal(PKCS12_pack_authsafes(p12, none), 1);
    assert_int_equal(PKCS12_set_mac(p12, "x", 1, NULL, 0, rounds, digest), 1);
    sk_PKCS7_free(none);
    return p12;
}

static void a_seal_is_paid_for_each_password_that_may_be_tried(void **state)
{
    const struct {
        const EVP_MD *digest;
        int rounds;
        const char *name;
        enum identity_crypto crypto;
    } rows[] = {
        {EVP_sha1(), 1, "hmac-sha1", IDENTITY_CRYPTO_OLD},
        {EVP_sha1(), 2048, "hmac-sha1", IDENTITY_CRYPTO_OLD},
        {EVP_sha256(), 2048, "hmac-sha256", IDENTITY_CRYPTO_MODERN},
        {EVP_md5(), 10, "hmac-md5", IDENTITY_CRYPTO_MODERN},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        PKCS12 *p12 = sealed(rows[n].digest, rows[n].rounds);
        struct identity out = {0};
        struct identity_reading r = {.out = &out, .rounds_left = ROUNDS, .blind = true};

        assert_true(identity_mac_look(&r, p12));
        assert_string_equal(out.mac, rows[n].name);
        assert_int_equal(out.crypto, rows[n].crypto);
        assert_int_equal(r.rounds_left, ROUNDS - 3 * rows[n].rounds);
        r.rounds_left = 3 * rows[n].rounds - 1;
        assert_false(identity_mac_look(&r, p12));
        assert_int_equal(out.state, IDENTITY_TOO_COSTLY);
        PKCS12_free(p12);
    }
}

static void a_seal_of_an_unknown_kind_is_not_read(void **state)
{
    PKCS12 *p12 = sealed(EVP_sha256(), 1);
    const X509_ALGOR *algorithm = NULL;
    struct identity out = {0};
    struct identity_reading r = {.out = &out, .rounds_left = ROUNDS, .blind = true};

    (void)state;
    PKCS12_get0_mac(NULL, &algorithm, NULL, NULL, p12);
    /* PBMAC1, RFC 9579 */
    assert_int_equal(X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)algorithm,
                         OBJ_txt2obj("1.2.840.113549.1.5.14", 1), V_ASN1_NULL, NULL),
        1);
    assert_false(identity_mac_look(&r, p12));
    assert_int_equal(out.state, IDENTITY_UNSUPPORTED);
    assert_true(out.is_modern);
    assert_string_equal(out.mac, "hmac-pbmac1");
    PKCS12_free(p12);
}

static void old_ciphers_stay_inside_their_own_context(void **state)
{
    (void)state;
    if (!mint_identity_ciphers())
        skip();
    assert_non_null(identity_old_ciphers());
    assert_ptr_equal(identity_old_ciphers(), identity_old_ciphers());
    EVP_CIPHER *here = EVP_CIPHER_fetch(identity_old_ciphers(), "RC2-40-CBC", NULL);
    EVP_CIPHER *everywhere = EVP_CIPHER_fetch(NULL, "RC2-40-CBC", NULL);

    assert_non_null(here);
    assert_null(everywhere);
    EVP_CIPHER_free(here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_schemes_have_a_name_and_an_age),
        cmocka_unit_test(the_second_scheme_is_called_by_its_cipher),
        cmocka_unit_test(rounds_are_spent_and_no_more_than_there_are),
        cmocka_unit_test(a_count_that_is_none_is_no_reason_to_begin),
        cmocka_unit_test(what_nobody_reads_is_called_by_its_name_or_number),
        cmocka_unit_test(a_number_of_endless_length_is_cut),
        cmocka_unit_test(a_container_of_an_older_kind_makes_the_whole_older),
        cmocka_unit_test(a_seal_is_paid_for_each_password_that_may_be_tried),
        cmocka_unit_test(a_seal_of_an_unknown_kind_is_not_read),
        cmocka_unit_test(old_ciphers_stay_inside_their_own_context),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
