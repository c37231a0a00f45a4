#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "ca.h"
#include "ca_root_priv.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

static void two_installations_have_two_roots_with_two_names(void **state)
{
    struct err e = {0};
    unsigned digits = 0;
    struct ca *a = ca_new_in_memory(NOW_S, &e), *b = ca_new_in_memory(NOW_S, &e);

    (void)state;
    assert_string_not_equal(ca_sha256(a), ca_sha256(b));
    assert_int_equal(sscanf(ca_name(a), "whytls root %4X", &digits), 1);
    assert_int_equal(strlen(ca_name(a)), strlen("whytls root 0000"));
    ca_free(a);
    ca_free(b);
}

static void der_and_pem_are_the_same_certificate(void **state)
{
    struct err e = {0};
    size_t len = 0;
    struct ca *ca = ca_new_in_memory(NOW_S, &e);
    const uint8_t *der = ca_der(ca, &len);
    BIO *bio = BIO_new_mem_buf(ca_pem(ca), -1);
    X509 *from_pem = PEM_read_bio_X509(bio, NULL, NULL, NULL),
         *from_der = d2i_X509(NULL, &der, (long)len);

    (void)state;
    assert_int_equal(X509_cmp(from_pem, from_der), 0);
    assert_int_equal(X509_cmp(from_pem, ca_certificate(ca)), 0);
    X509_free(from_pem);
    X509_free(from_der);
    BIO_free(bio);
    ca_free(ca);
    ca_free(NULL);
}

static void a_signature_brings_issuer_and_key_id_of_the_root(void **state)
{
    struct err e = {0};
    struct ca *ca = ca_new_in_memory(NOW_S, &e);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *leaf = X509_new(), *root = X509_dup(ca_certificate(ca));

    (void)state;
    X509_set_version(leaf, X509_VERSION_3);
    X509_set_pubkey(leaf, key);
    ASN1_TIME_set(X509_getm_notBefore(leaf), NOW_S);
    ASN1_TIME_set(X509_getm_notAfter(leaf), NOW_S + DAY_S);
    assert_true(ca_sign(ca, leaf, &e));
    assert_int_equal(X509_verify(leaf, X509_get0_pubkey(root)), 1);
    assert_int_equal(X509_check_issued(root, leaf), X509_V_OK);
    assert_int_equal(
        ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf), X509_get0_subject_key_id(root)), 0);
    X509_free(leaf);
    X509_free(root);
    EVP_PKEY_free(key);
    ca_free(ca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_installations_have_two_roots_with_two_names),
        cmocka_unit_test(der_and_pem_are_the_same_certificate),
        cmocka_unit_test(a_signature_brings_issuer_and_key_id_of_the_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
