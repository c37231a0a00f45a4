#include "host_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_pattern_is_one_host_all_below_one_or_any(void **state)
{
    static const struct {
        const char *pattern, *host;
        bool matches;
    } rows[] = {
        {"shop.example", "shop.example", true},
        {"Shop.Example.", "shop.example", true},
        {"shop.example", "www.shop.example", false},
        {"*.shop.example", "www.shop.example", true},
        {"*.shop.example", "a.b.shop.example", true},
        {"*.shop.example", "shop.example", false},
        {"*.shop.example", "evil-shop.example", false},
        {"*.example", "shop.example", true},
        {"*", "shop.example", true},
        {"", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.1", true},
        {"[2001:db8::1]", "2001:db8::1", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pattern[HOST_CAP];
        struct err e = {0};

        assert_true(host_pattern_read(rows[i].pattern, strlen(rows[i].pattern), pattern, &e));
        if (host_pattern_matches(pattern, rows[i].host) != rows[i].matches)
            fail_msg("%s and %s", rows[i].pattern, rows[i].host);
    }
}

static void what_is_no_pattern_is_refused_with_its_text(void **state)
{
    static const char *const rows[] = {
        "a b", "*.*.example", "shop.*", "*.192.0.2.1", "*.", "**", "w*.example", "/etc/passwd"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pattern[HOST_CAP];
        struct err e = {0};

        if (host_pattern_read(rows[i], strlen(rows[i]), pattern, &e))
            fail_msg("%s was taken", rows[i]);
        assert_int_equal(e.kind, ERR_USAGE);
        assert_non_null(strstr(e.text, rows[i]));
        assert_string_equal(pattern, "");
    }
}

static void only_so_many_bytes_are_read(void **state)
{
    char pattern[HOST_CAP];
    struct err e = {0};

    (void)state;
    assert_true(host_pattern_read("shop.example%10.0.0.1", 12, pattern, &e));
    assert_string_equal(pattern, "shop.example");
}

static void a_list_matches_when_one_of_them_does(void **state)
{
    static struct host_patterns all;
    struct err e = {0};

    (void)state;
    assert_false(host_patterns_match(NULL, "shop.example"));
    assert_false(host_patterns_match(&all, "shop.example"));
    assert_true(host_patterns_add(&all, "shop.example", &e));
    assert_true(host_patterns_add(&all, "*.bank.example", &e));
    assert_false(host_patterns_add(&all, "no host", &e));
    assert_int_equal(all.n, 2);
    assert_true(host_patterns_match(&all, "shop.example"));
    assert_true(host_patterns_match(&all, "www.bank.example"));
    assert_false(host_patterns_match(&all, "bank.example"));
    while (all.n < HOST_PATTERNS_MOST)
        assert_true(host_patterns_add(&all, "x.example", &e));
    assert_false(host_patterns_add(&all, "x.example", &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_one_host_all_below_one_or_any),
        cmocka_unit_test(what_is_no_pattern_is_refused_with_its_text),
        cmocka_unit_test(only_so_many_bytes_are_read),
        cmocka_unit_test(a_list_matches_when_one_of_them_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
