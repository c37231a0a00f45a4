#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/certificate_filter.h"
#include "store/certificate_look.h"
#include "store/filter.h"

enum { NOW_S = 1000 * 86400 };

static const struct certificate_row row = {.sha256 = "7f3a00ff",
    .subject = "CN=www.shop.example,O=100% Shop",
    .issuer = "CN=Example Trust R4",
    .names = "www.shop.example *.cdn.shop.example",
    .not_after = NOW_S + 10 * 86400};

static void each_atom_finds_it_or_leaves_it_out(void **state)
{
    static const struct {
        const char *filter;
        bool wanted;
    } cases[] = {
        {"", true},
        {"~d www.shop.example", true},
        {"~d shop.example", true},
        {"~d SHOP.example", true},
        {"~d example", true},
        {"~d op.example", false},
        {"~d a.cdn.shop.example", true},
        {"~d a.b.cdn.shop.example", false},
        {"~issuer \"trust r4\"", true},
        {"~issuer R5", false},
        {"~subject 100%", true},
        {"~subject 100_", false},
        {"~subject shop*Shop", true},
        {"~sha 3A00", true},
        {"~sha 3b", false},
        {"~ends 14d", true},
        {"~ends 9d", false},
        {"cdn.shop", true},
        {"R4", true},
        {"7f3a", true},
        {"nothing", false},
        {"!nothing & ~ends 14d", true},
        {"nothing | R4", true},
        {"(nothing | R4) ~sha ff", true},
        {"!(R4 ~sha ff)", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter_fault fault;
        struct filter *f = filter_parse_about(
            FILTER_ABOUT_CERTIFICATES, cases[i].filter, NOW_S * INT64_C(1000), &fault);

        if (!f)
            fail_msg("%s: %s", cases[i].filter, fault.text);
        if (certificate_fits(&row, f) != cases[i].wanted)
            fail_msg("%s", cases[i].filter);
        filter_free(f);
    }
}

static void no_filter_lets_any_through(void **state)
{
    (void)state;
    assert_true(certificate_fits(&row, NULL));
    assert_true(certificate_fits(&(struct certificate_row){.names = NULL}, NULL));
}

static void what_a_certificate_does_not_say_does_not_fit(void **state)
{
    struct filter_fault fault;
    struct filter *f = filter_parse_about(FILTER_ABOUT_CERTIFICATES, "~d a | b", 0, &fault);

    (void)state;
    assert_false(certificate_fits(&(struct certificate_row){.names = NULL}, f));
    filter_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_atom_finds_it_or_leaves_it_out),
        cmocka_unit_test(no_filter_lets_any_through),
        cmocka_unit_test(what_a_certificate_does_not_say_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
