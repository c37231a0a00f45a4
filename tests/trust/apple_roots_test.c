#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "cert/facts.h"
#include "mint_chain.h"

#include "apple_roots.h"

static void the_shipped_lists_know_what_they_hold(void **state)
{
    /* ISRG Root X1 is trusted, TrustCor RootCert CA-2 removed and limited by dates, Chambers of
     * Commerce 2008 by usage. */
    static const char *const isrg =
        "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6";
    static const char *const trustcor =
        "0753e940378c1bd5e3836e395daea5cb839e5046f1bd0eae1951cf10fec7c965";
    static const char *const chambers =
        "063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0";
    struct err e = {0};
    struct apple_roots *a = apple_roots_open("/nowhere", &e);

    (void)state;
    assert_non_null(a);
    assert_int_equal(apple_roots_find(a, isrg)->use, APPLE_ROOT_TLS);
    assert_null(apple_roots_removed(a, isrg));
    assert_null(apple_roots_find(a, trustcor));
    assert_true(apple_roots_removed(a, trustcor)->root);
    assert_true(apple_roots_limit(a, trustcor)->has_dates);
    assert_int_equal(apple_roots_limit(a, trustcor)->until, 1669852800); /* 2022-12-01 */
    assert_true(apple_roots_limit(a, chambers)->has_usage && apple_roots_limit(a, chambers)->soft);
    assert_false(apple_roots_limit(a, chambers)->server);
    assert_true(apple_roots_limit(a, chambers)->email);
    assert_int_equal(apple_roots_find(a, chambers)->use, APPLE_ROOT_OTHER);
    assert_int_equal(apple_roots_facts(a, TABLE_ROOTS)->rows, 156);
    apple_roots_unref(a);
    apple_roots_unref(NULL);
}

static void an_issuer_that_was_not_sent_is_known_by_name_and_key(void **state)
{
    struct err e = {0};
    struct apple_roots *a = apple_roots_open("/nowhere", &e);
    struct cert_name issuer = {
        .text = (char[]){"CN=ISRG Root X1,O=Internet Security Research Group,C=US"}};
    struct cert c = {.aki = (char[]){"79b459e67bb6e5e40173800888c81a58f6e99b6e"}, .issuer = issuer};

    (void)state;
    assert_non_null(apple_roots_likely_issuer(a, &c));
    c.issuer.text = (char[]){"CN=Somebody Else"};
    assert_null(apple_roots_likely_issuer(a, &c));
    c.aki = NULL;
    assert_null(apple_roots_likely_issuer(a, &c));
    apple_roots_unref(a);
}

#define SHA "0000000000000000000000000000000000000000000000000000000000000001"

static void a_broken_row_is_named(void **state)
{
    static const struct {
        enum table_id id;
        const char *rows, *says;
    } cases[] = {
        {TABLE_ROOTS, "[{}]", "row 0: its sha256"},
        {TABLE_ROOTS,
            "[{\"sha256\":\"" SHA "\",\"key\":\"" SHA "\",\"name\":\"CN=a\",\"tls\":\"maybe\"}]",
            "its tls"},
        {TABLE_ROOTS, "[{\"sha256\":\"" SHA "\",\"name\":\"CN=a\",\"tls\":\"yes\"}]", "its key"},
        {TABLE_ROOTS, "[{\"sha256\":\"" SHA "\",\"key\":\"" SHA "\",\"name\":7,\"tls\":\"yes\"}]",
            "its name"},
        {TABLE_ROOTS,
            "[{\"sha256\":\"" SHA "\",\"key\":\"" SHA
            "\",\"name\":\"\",\"tls\":\"yes\",\"until\":\"soon\"}]",
            "until"},
        {TABLE_REMOVED,
            "[{\"sha256\":\"" SHA "\",\"name\":\"\"},{\"sha256\":\"" SHA "\",\"name\":\"\"}]",
            "row 1: its sha256 is there twice"},
        {TABLE_REMOVED, "[{\"sha256\":\"" SHA "\"}]", "its name"},
        {TABLE_LIMITS, "[{\"sha256\":\"" SHA "\",\"name\":\"\",\"usage\":\"all\"}]",
            "its name or usage"},
        {TABLE_LIMITS, "[{\"sha256\":\"" SHA "\",\"name\":\"\",\"from\":7}]", "its from"},
        {TABLE_CT_LOGS, "[{}]", "none of the tables"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        json_t *table =
            json_pack("{s:o}", table_name(cases[i].id), json_loads(cases[i].rows, 0, NULL));

        assert_non_null(table);
        assert_false(apple_roots_check(cases[i].id, table, &e));
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: “%s”", cases[i].rows, e.text);
        json_decref(table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_lists_know_what_they_hold),
        cmocka_unit_test(a_broken_row_is_named),
        cmocka_unit_test(an_issuer_that_was_not_sent_is_known_by_name_and_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
