#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "chain.h"
#include "mint_chain.h"

static void a_chain_keeps_the_order_it_was_sent_in(void **state)
{
    struct mint *root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, root);
    size_t len[2];
    uint8_t *der[2] = {mint_der(leaf, &len[0]), mint_der(root, &len[1])};
    struct cert_span spans[] = {{der[0], len[0]}, {der[1], len[1]}};
    struct cert_chain *chain = cert_chain_from_ders(spans, 2, NULL);

    (void)state;
    assert_int_equal(chain->n, 2);
    assert_string_equal(chain->at[0]->summary, "leaf");
    assert_string_equal(chain->at[1]->summary, "Root");
    cert_chain_free(chain);
    mem_free(der[0]);
    mem_free(der[1]);
    mint_free(leaf);
    mint_free(root);
}

static void an_unreadable_one_is_named_by_its_place(void **state)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    size_t len;
    uint8_t *der = mint_der(leaf, &len);
    struct cert_span spans[] = {{der, len}, {(const uint8_t *)"junk", 4}};
    struct err e = {0};

    (void)state;
    assert_null(cert_chain_from_ders(spans, 2, &e));
    assert_memory_equal(e.text, "certificate 1: ", 15);
    assert_null(cert_chain_from_ders(spans, 0, &e));
    mem_free(der);
    mint_free(leaf);
}

static void of_two_hundred_certificates_one_hundred_are_looked_at(void **state)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    size_t len;
    uint8_t *der = mint_der(leaf, &len);
    struct cert_chain *chain = cert_chain_new();

    (void)state;
    for (int i = 0; i < 200; i++)
        assert_true(cert_chain_add(chain, der, len, NULL));
    assert_int_equal(chain->n, CHAIN_MOST);
    assert_int_equal(chain->n_cut, 100);
    cert_chain_free(chain);
    mem_free(der);
    mint_free(leaf);
}

static void a_giant_certificate_is_refused_in_one_line(void **state)
{
    struct cert_chain *chain = cert_chain_new();
    uint8_t *giant = mem_new(4 * 1024 * 1024);
    struct err e = {0};

    (void)state;
    assert_false(cert_chain_add(chain, giant, 4 * 1024 * 1024, &e));
    assert_string_equal(e.text, "certificate 0: it has 4194304 bytes, the limit is 2097152");
    assert_int_equal(chain->n, 0);
    mem_free(giant);
    cert_chain_free(chain);
}

static void pem_is_read_among_other_text(void **state)
{
    struct mint *a = mint_make(&(struct mint_spec){.cn = "a"}, NULL),
                *b = mint_make(&(struct mint_spec){.cn = "b"}, NULL);
    char pem[8192] = "subject=a\n";
    struct cert_chain *chain;

    (void)state;
    mint_pem(a, pem, sizeof(pem));
    strcat(pem, "\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC "
                "PARAMETERS-----\nissuer=b\n");
    mint_pem(b, pem, sizeof(pem));
    chain = cert_chain_from_bytes((const uint8_t *)pem, strlen(pem), NULL);
    assert_int_equal(chain->n, 2);
    assert_string_equal(chain->at[1]->summary, "b");
    cert_chain_free(chain);
    mint_free(a);
    mint_free(b);
}

static void der_is_read_one_after_another(void **state)
{
    struct mint *a = mint_make(&(struct mint_spec){.cn = "a"}, NULL);
    size_t len;
    uint8_t *der = mint_der(a, &len), *twice = mem_new(2 * len);
    struct cert_chain *chain;
    struct err e = {0};

    (void)state;
    memcpy(twice, der, len);
    memcpy(twice + len, der, len);
    chain = cert_chain_from_bytes(twice, 2 * len, NULL);
    assert_int_equal(chain->n, 2);
    cert_chain_free(chain);
    assert_null(cert_chain_from_bytes(twice, 2 * len - 1, &e));
    assert_non_null(strstr(e.text, "at byte "));
    mem_free(twice);
    mem_free(der);
    mint_free(a);
}

static void files_that_hold_none_say_so(void **state)
{
    static const struct {
        const char *bytes, *words;
    } cases[] = {
        {"", "it is empty"}, {"hello", "neither PEM nor DER"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no CERTIFICATE block"},
        {"\n\n-----BEGIN CERTIFICATE-----\nAAAA\n", "begins on line 3 has no end line"},
        {"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
            "certificate 1 (line 1): its Base64 is broken"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "certificate 1 (line 1): "},
        {"-----BEGIN CERTIFICATE\n", "has no end line"},
        {"-----BEGIN -----END CERTIFICATE-----\n", "has no end line"}, /* found by the fuzzer */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};

        assert_null(
            cert_chain_from_bytes((const uint8_t *)cases[i].bytes, strlen(cases[i].bytes), &e));
        if (!strstr(e.text, cases[i].words))
            fail_msg("“%s” does not say “%s”", e.text, cases[i].words);
    }
}

static void a_file_that_is_missing_is_named(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(cert_chain_from_file("/nowhere/chain.pem", &e));
    assert_non_null(strstr(e.text, "/nowhere/chain.pem"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_keeps_the_order_it_was_sent_in),
        cmocka_unit_test(an_unreadable_one_is_named_by_its_place),
        cmocka_unit_test(of_two_hundred_certificates_one_hundred_are_looked_at),
        cmocka_unit_test(a_giant_certificate_is_refused_in_one_line),
        cmocka_unit_test(pem_is_read_among_other_text),
        cmocka_unit_test(der_is_read_one_after_another),
        cmocka_unit_test(files_that_hold_none_say_so),
        cmocka_unit_test(a_file_that_is_missing_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
