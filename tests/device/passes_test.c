#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "passes.h"

enum { NOW = 1000000 };

static void put(struct passes *p, const char *host, int64_t until_ms)
{
    struct err e = {0};
    struct pass one;

    if (!pass_make(&one, host, NOW, until_ms, "ui", &e))
        fail_msg("%s: %s", host, e.text);
    assert_true(passes_put(p, &one));
}

static void one_host_passes_and_no_other(void **state)
{
    struct passes *p = passes_new();

    (void)state;
    put(p, "Shop.Example.", 0);
    assert_true(passes_has(p, "shop.example", NOW));
    assert_false(passes_has(p, "www.shop.example", NOW));
    assert_false(passes_has(p, "example", NOW));
    assert_true(passes_drop(p, "shop.example"));
    assert_false(passes_drop(p, "shop.example"));
    assert_false(passes_has(p, "shop.example", NOW));
    passes_free(p);
}

static void a_pass_ends_when_it_says(void **state)
{
    struct passes *p = passes_new();
    size_t n;

    (void)state;
    put(p, "shop.example", NOW + 10);
    assert_true(passes_has(p, "shop.example", NOW + 9));
    assert_false(passes_has(p, "shop.example", NOW + 10));
    mem_free(passes_all(p, NOW + 10, &n));
    assert_int_equal(n, 0);
    put(p, "shop.example", 0); /* said again, without an end */
    assert_true(passes_has(p, "shop.example", NOW + 10));
    passes_free(p);
}

static void what_is_no_single_host_is_refused(void **state)
{
    static const char *const odd[] = {"", "*", "*.shop.example", "shop example", "a/b",
        "shop.example:443", "http://shop.example", "..", "<img>"};
    struct err e = {0};
    struct pass one;

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (pass_make(&one, odd[i], NOW, 0, "ui", &e))
            fail_msg("%s", odd[i]);
    assert_false(pass_make(&one, "shop.example", NOW, NOW, "ui", &e));
    assert_string_equal(e.text, "until is over already");
    assert_true(pass_make(&one, "192.0.2.7", NOW, 0, "ui", &e));
    assert_true(pass_make(&one, "2001:DB8::7", NOW, 0, "ui", &e));
    assert_string_equal(one.host, "2001:db8::7");
}

static void they_are_listed_by_their_hosts_and_bounded(void **state)
{
    struct passes *p = passes_new();
    char host[32];
    struct pass one;
    size_t n;

    (void)state;
    for (int i = PASSES_MOST; i > 0; i--) {
        snprintf(host, sizeof host, "h%04d.example", i);
        put(p, host, 0);
    }
    assert_true(pass_make(&one, "more.example", NOW, 0, "ui", NULL));
    assert_false(passes_put(p, &one));
    put(p, "h0007.example", NOW + 1); /* one that is there may change */
    struct pass *all = passes_all(p, NOW, &n);
    assert_int_equal(n, PASSES_MOST);
    assert_string_equal(all[0].host, "h0001.example");
    assert_string_equal(all[n - 1].host, "h1000.example");
    mem_free(all);
    passes_free(p);
}

static void those_that_are_over_make_room(void **state)
{
    struct passes *p = passes_new();
    char host[32];
    struct pass one;
    size_t n;

    (void)state;
    for (int i = 0; i < PASSES_MOST; i++) {
        snprintf(host, sizeof host, "h%04d.example", i);
        put(p, host, i < 3 ? NOW + 10 : 0);
    }
    assert_true(pass_make(&one, "early.example", NOW + 9, 0, "ui", NULL));
    assert_false(passes_put(p, &one));
    assert_true(pass_make(&one, "more.example", NOW + 10, 0, "ui", NULL));
    assert_true(passes_put(p, &one));
    mem_free(passes_all(p, NOW, &n));
    assert_int_equal(n, PASSES_MOST - 3 + 1);
    assert_false(passes_drop(p, "h0001.example"));
    assert_true(passes_has(p, "h0003.example", NOW + 10));
    passes_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_host_passes_and_no_other),
        cmocka_unit_test(a_pass_ends_when_it_says),
        cmocka_unit_test(what_is_no_single_host_is_refused),
        cmocka_unit_test(they_are_listed_by_their_hosts_and_bounded),
        cmocka_unit_test(those_that_are_over_make_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
