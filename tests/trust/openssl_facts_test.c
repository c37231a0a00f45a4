#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "openssl_facts.h"

static void the_library_says_what_it_is_and_can_do(void **state)
{
    struct openssl_facts f;

    (void)state;
    openssl_facts_read(&f);
    assert_ptr_equal(strstr(f.version, "OpenSSL 3."), f.version);
    assert_non_null(strchr(f.directory, '/'));
    assert_true(f.p256 && f.ed25519 && f.sha1);
}

static void asking_leaves_the_process_as_it_was(void **state)
{
    struct openssl_facts f;

    (void)state;
    openssl_facts_read(&f);
    EVP_MD *legacy = EVP_MD_fetch(NULL, "MD4", NULL), *usual = EVP_MD_fetch(NULL, "SHA256", NULL);
    assert_null(legacy); /* the legacy provider stayed in its own context */
    assert_non_null(usual);
    EVP_MD_free(usual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_library_says_what_it_is_and_can_do),
        cmocka_unit_test(asking_leaves_the_process_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
