#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto_err_priv.h"

static void the_reason_is_told_and_the_queue_is_empty_afterwards(void **state)
{
    struct err e = {0};

    (void)state;
    ERR_raise(ERR_LIB_EVP, EVP_R_INVALID_KEY_LENGTH);
    assert_false(crypto_err(&e, "making a key"));
    assert_string_equal(e.text, "making a key: invalid key length");
    assert_int_equal(e.kind, ERR_CRYPTO);
    assert_int_not_equal(e.lib, 0);
    assert_int_equal(ERR_peek_error(), 0);
}

static void without_a_reason_the_context_stands_alone(void **state)
{
    struct err e = {0};

    (void)state;
    ERR_clear_error();
    assert_false(crypto_err(&e, "making a key"));
    assert_string_equal(e.text, "making a key");
    assert_false(crypto_err(NULL, "nobody asks"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_is_told_and_the_queue_is_empty_afterwards),
        cmocka_unit_test(without_a_reason_the_context_stands_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
