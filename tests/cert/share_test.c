#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#include "facts.h"
#include "mint_chain.h"

static void the_same_bytes_give_the_same_certificate(void **state)
{
    struct mint *m = mint_make(&(struct mint_spec){.cn = "x"}, NULL);
    size_t len;
    uint8_t *der = mint_der(m, &len);
    const struct cert *a = cert_share(der, len, NULL), *b = cert_share(der, len, NULL);

    (void)state;
    assert_non_null(a);
    assert_ptr_equal(a, b);
    assert_true(cert_same(a, m->cert));
    cert_unref(a);
    cert_unref(b);
    mem_free(der);
    mint_free(m);
}

static void many_certificates_push_out_the_oldest_and_all_stay_whole(void **state)
{
    struct mint *m = mint_make(&(struct mint_spec){.cn = "x"}, NULL);
    size_t len;
    uint8_t *der = mint_der(m, &len);
    const struct cert *first = cert_share(der, len, NULL);

    (void)state;
    /* Another signature is another certificate: its last bytes are changed. */
    for (unsigned i = 1; i < 4000; i++) {
        const struct cert *c;

        der[len - 1] = (uint8_t)i;
        der[len - 2] = (uint8_t)(i >> 8);
        c = cert_share(der, len, NULL);
        assert_non_null(c);
        cert_unref(c);
    }
    assert_string_equal(first->summary, "x");
    cert_unref(first);
    mem_free(der);
    mint_free(m);
}

static void what_cannot_be_read_is_not_kept(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(cert_share((const uint8_t *)"x", 1, &e));
    assert_null(cert_share((const uint8_t *)"x", 0, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_give_the_same_certificate),
        cmocka_unit_test(many_certificates_push_out_the_oldest_and_all_stay_whole),
        cmocka_unit_test(what_cannot_be_read_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
