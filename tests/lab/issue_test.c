#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "issue.h"
#include "key.h"

enum { NOW_S = 1795165200 };

static void a_certificate_is_what_its_recipe_says(void **state)
{
    struct err e = {0};
    struct recipe r;
    EVP_PKEY *key = key_make(KEY_P256, &e);

    (void)state;
    recipe_of_site("self-signed-leaf.lab.test", &r);
    X509 *cert = issue_cert(&(struct issue_order){.recipe = &r, .key = key, .now_s = NOW_S}, &e);
    assert_non_null(cert);
    time_t now = NOW_S;
    assert_int_equal(X509_get_version(cert), X509_VERSION_3);
    assert_int_equal(X509_cmp_time(X509_get0_notBefore(cert), &now), -1);
    assert_int_equal(X509_cmp_time(X509_get0_notAfter(cert), &now), 1);
    assert_int_equal(X509_check_host(cert, "self-signed-leaf.lab.test", 0,
                         X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL),
        1);
    assert_int_equal(X509_verify(cert, key), 1);
    assert_int_equal(
        ASN1_OCTET_STRING_cmp(X509_get0_subject_key_id(cert), X509_get0_authority_key_id(cert)), 0);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void a_recipe_that_makes_no_sense_is_refused_with_its_name(void **state)
{
    struct err e = {0};
    struct recipe r;
    EVP_PKEY *key = key_make(KEY_P256, &e);

    (void)state;
    recipe_of_site("good.lab.test", &r);
    r.extended_key_usage = "no-such-purpose";
    assert_null(issue_cert(&(struct issue_order){.recipe = &r, .key = key, .now_s = NOW_S}, &e));
    assert_int_equal(e.kind, ERR_CRYPTO);
    assert_non_null(strstr(e.text, "good.lab.test"));
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_what_its_recipe_says),
        cmocka_unit_test(a_recipe_that_makes_no_sense_is_refused_with_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
