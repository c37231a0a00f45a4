#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "leaf_key.h"
#include "leaf_key_priv.h"

static void the_key_is_p256_and_new_each_time(void **state)
{
    struct err e = {0};
    char group[32];
    struct leaf_keys *a = leaf_keys_new(&e), *b = leaf_keys_new(&e);

    (void)state;
    assert_int_equal(EVP_PKEY_get_group_name(leaf_keys_p256(a), group, sizeof group, NULL), 1);
    assert_string_equal(group, "prime256v1");
    assert_int_equal(EVP_PKEY_eq(leaf_keys_p256(a), leaf_keys_p256(b)), 0);
    leaf_keys_free(a);
    leaf_keys_free(b);
    leaf_keys_free(NULL);
}

/* The key is written into certificates by hand, so OpenSSL's own way must come to the same bytes.
 */
static void key_and_key_id_are_as_openssl_would_write_them(void **state)
{
    struct err e = {0};
    struct leaf_keys *k = leaf_keys_new(&e);
    X509 *ours = X509_new(), *theirs = X509_new();
    uint8_t *a = NULL, *b = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;

    (void)state;
    assert_true(leaf_keys_put(k, ours, NULL, true));
    X509_set_pubkey(theirs, leaf_keys_p256(k));
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(ours), &a),
        m = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(theirs), &b);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, (size_t)n);
    assert_int_equal(X509_pubkey_digest(theirs, EVP_sha1(), digest, &digest_len), 1);
    ASN1_OCTET_STRING *id = X509_get_ext_d2i(ours, NID_subject_key_identifier, NULL, NULL);
    assert_non_null(id);
    assert_int_equal(ASN1_STRING_length(id), digest_len);
    assert_memory_equal(ASN1_STRING_get0_data(id), digest, digest_len);
    ASN1_OCTET_STRING_free(id);
    OPENSSL_free(a);
    OPENSSL_free(b);
    X509_free(ours);
    X509_free(theirs);
    leaf_keys_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_p256_and_new_each_time),
        cmocka_unit_test(key_and_key_id_are_as_openssl_would_write_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
