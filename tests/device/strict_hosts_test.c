#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "strict_hosts.h"

enum { NOW = 1795165200, YEAR = 31536000 };

static void headers_are_read_as_the_rfc_says(void **state)
{
    static const struct {
        const char *header;
        int64_t for_s, below_s; /* how long it holds: for the host, for a name under it */
    } cases[] = {
        {"max-age=31536000", YEAR, 0},
        {"max-age=\"60\"", 60, 0},
        {" Max-Age = 60 ; includesubdomains", 60, 60},
        {"includeSubDomains; max-age=60; preload", 60, 60},
        {"max-age=99999999999999999999", INT64_C(315360000), 0},
        {"max-age=0", 0, 0},
        {"max-age=-1", 0, 0},
        {"max-age=", 0, 0},
        {"max-age", 0, 0},
        {"max-ages=60", 0, 0},
        {"", 0, 0},
        {";;=;", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strict_hosts *s = strict_hosts_new();
        int64_t own, below;

        strict_hosts_note(s, "shop.example", cases[i].header, NOW);
        own = strict_hosts_until(s, "shop.example", NOW);
        below = strict_hosts_until(s, "www.shop.example", NOW);
        assert_int_equal(own, cases[i].for_s ? NOW + cases[i].for_s : 0);
        assert_int_equal(below, cases[i].below_s ? NOW + cases[i].below_s : 0);
        assert_int_equal(strict_hosts_until(s, "example", NOW), 0);
        strict_hosts_free(s);
    }
}

static void the_last_word_counts_and_ends_with_its_time(void **state)
{
    struct strict_hosts *s = strict_hosts_new();

    (void)state;
    strict_hosts_note(s, "shop.example", "max-age=60", NOW);
    assert_int_equal(strict_hosts_until(s, "shop.example", NOW + 59), NOW + 60);
    assert_int_equal(strict_hosts_until(s, "shop.example", NOW + 60), 0);
    strict_hosts_note(s, "shop.example", "max-age=120", NOW + 1);
    assert_int_equal(strict_hosts_until(s, "shop.example", NOW + 60), NOW + 121);
    strict_hosts_note(s, "shop.example", "max-age=0", NOW + 2);
    assert_int_equal(strict_hosts_until(s, "shop.example", NOW + 3), 0);
    strict_hosts_free(s);
}

static void addresses_are_not_remembered(void **state)
{
    struct strict_hosts *s = strict_hosts_new();

    (void)state;
    strict_hosts_note(s, "192.0.2.1", "max-age=60", NOW);
    assert_int_equal(strict_hosts_until(s, "192.0.2.1", NOW), 0);
    strict_hosts_free(s);
}

static void who_came_first_leaves_first(void **state)
{
    struct strict_hosts *s = strict_hosts_new();
    char host[32];

    (void)state;
    for (int i = 0; i <= STRICT_HOSTS_MOST; i++) {
        snprintf(host, sizeof host, "h%d.example", i);
        strict_hosts_note(s, host, "max-age=60", NOW);
    }
    assert_int_equal(strict_hosts_until(s, "h0.example", NOW), 0);
    assert_int_equal(strict_hosts_until(s, "h1.example", NOW), NOW + 60);
    assert_int_equal(strict_hosts_until(s, host, NOW), NOW + 60);
    strict_hosts_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_as_the_rfc_says),
        cmocka_unit_test(the_last_word_counts_and_ends_with_its_time),
        cmocka_unit_test(addresses_are_not_remembered),
        cmocka_unit_test(who_came_first_leaves_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
