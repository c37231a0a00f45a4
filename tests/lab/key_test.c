#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "key.h"

static void keys_are_of_the_asked_kind(void **state)
{
    static const struct {
        enum recipe_key kind;
        int bits;
        const char *is;
    } cases[] = {{KEY_P256, 256, "EC"}, {KEY_RSA1024, 1024, "RSA"}, {KEY_RSA2048, 2048, "RSA"},
        {KEY_RSA_PSS, 2048, "RSA-PSS"}, {KEY_P224, 224, "EC"}, {KEY_P256_SPELT, 256, "EC"},
        {KEY_ED25519, 256, "ED25519"}, {KEY_DSA, 1024, "DSA"}, {KEY_RSA2052, 2052, "RSA"},
        {KEY_ROCA, 2048, "RSA"}, {KEY_PUBLISHED, 256, "EC"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        EVP_PKEY *key = key_make(cases[i].kind, &e);
        EVP_PKEY_CTX *ctx;

        assert_non_null(key);
        assert_true(EVP_PKEY_is_a(key, cases[i].is));
        assert_int_equal(EVP_PKEY_get_bits(key), cases[i].bits);
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        assert_int_equal(EVP_PKEY_pairwise_check(ctx), 1);
        EVP_PKEY_CTX_free(ctx);
        EVP_PKEY_free(key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_are_of_the_asked_kind)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
