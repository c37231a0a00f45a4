#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "ca_root_priv.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

static X509 *root;
static EVP_PKEY *key;

static int make(void **state)
{
    struct err e = {0};

    (void)state;
    return ca_root_make(NOW_S, &key, &root, &e) ? 0 : -1;
}

static int unmake(void **state)
{
    (void)state;
    X509_free(root);
    EVP_PKEY_free(key);
    return 0;
}

static void the_root_is_what_phones_want_of_a_root(void **state)
{
    int critical = -1;
    char group[32];
    ASN1_TIME *from = ASN1_TIME_set(NULL, NOW_S - 2 * DAY_S),
              *to = ASN1_TIME_set(NULL, NOW_S + 730LL * DAY_S);

    (void)state;
    assert_int_equal(X509_get_version(root), X509_VERSION_3);
    BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(root, NID_basic_constraints, &critical, NULL);
    assert_non_null(basic);
    assert_int_equal(critical, 1);
    assert_true(basic->ca);
    assert_int_equal(ASN1_INTEGER_get(basic->pathlen), 0);
    BASIC_CONSTRAINTS_free(basic);
    assert_int_equal(X509_get_key_usage(root), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
    assert_int_equal(X509_get_ext_by_critical(root, 1, -1) >= 0, 1);
    assert_int_equal(ASN1_STRING_length(X509_get0_subject_key_id(root)), 20);
    assert_int_equal(X509_NAME_cmp(X509_get_subject_name(root), X509_get_issuer_name(root)), 0);
    assert_int_equal(X509_verify(root, key), 1);
    assert_int_equal(EVP_PKEY_get_group_name(key, group, sizeof group, NULL), 1);
    assert_string_equal(group, "prime256v1");
    assert_int_equal(ASN1_TIME_compare(X509_get0_notBefore(root), from), 0);
    assert_int_equal(ASN1_TIME_compare(X509_get0_notAfter(root), to), 0);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
}

static void a_serial_has_sixteen_octets_and_is_positive(void **state)
{
    ASN1_INTEGER *a = ASN1_INTEGER_new(), *b = ASN1_INTEGER_new();

    (void)state;
    for (int i = 0; i < 200; i++) {
        assert_true(serial_draw(a));
        assert_int_equal(ASN1_STRING_length(a), SERIAL_BYTES);
        uint8_t first = ASN1_STRING_get0_data(a)[0];
        assert_true(first >= 0x40 && first < 0x80);
    }
    assert_true(serial_draw(b));
    assert_int_not_equal(ASN1_STRING_cmp(a, b), 0);
    ASN1_INTEGER_free(a);
    ASN1_INTEGER_free(b);
}

/* Removes an extension and signs again. */
static X509 *root_without(int nid)
{
    X509 *x = X509_dup(root);
    int at = X509_get_ext_by_NID(x, nid, -1);

    X509_EXTENSION_free(X509_delete_ext(x, at));
    X509_sign(x, key, EVP_sha256());
    return x;
}

static void what_cannot_be_our_root_is_said_why(void **state)
{
    struct err e = {0};
    EVP_PKEY *other = EVP_EC_gen("P-256"), *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509 *no_ca = root_without(NID_basic_constraints),
         *no_id = root_without(NID_subject_key_identifier);

    (void)state;
    assert_true(ca_root_check(key, root, &e));
    assert_false(ca_root_check(other, root, &e));
    assert_non_null(strstr(e.text, "root.key"));
    assert_false(ca_root_check(key, no_ca, &e));
    assert_non_null(strstr(e.text, "CA certificate"));
    assert_false(ca_root_check(key, no_id, &e));
    assert_non_null(strstr(e.text, "subject key identifier"));
    X509 *odd = X509_dup(root);
    X509_set_pubkey(odd, edwards);
    X509_sign(odd, edwards, NULL);
    assert_false(ca_root_check(edwards, odd, &e));
    assert_non_null(strstr(e.text, "neither EC nor RSA"));
    X509_free(odd);
    X509_free(no_ca);
    X509_free(no_id);
    EVP_PKEY_free(other);
    EVP_PKEY_free(edwards);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_what_phones_want_of_a_root),
        cmocka_unit_test(a_serial_has_sixteen_octets_and_is_positive),
        cmocka_unit_test(what_cannot_be_our_root_is_said_why),
    };

    return cmocka_run_group_tests(tests, make, unmake);
}
