#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "resolve_cache.h"

static struct resolve_answer answer_of(uint32_t address)
{
    struct resolve_answer a = {.n = 1};

    a.addresses[0].v4.sin_family = AF_INET;
    a.addresses[0].v4.sin_addr.s_addr = address;
    return a;
}

static void answers_live_as_long_as_they_say(void **state)
{
    (void)state;
    static const struct {
        enum resolve_error error;
        int64_t ttl_s, lives_ms;
    } cases[] = {
        {RESOLVE_OK, 60, 60000},
        {RESOLVE_OK, 0, 1000},
        {RESOLVE_OK, -5, 1000},
        {RESOLVE_OK, 999999, 3600000},
        {RESOLVE_NXDOMAIN, 600, 5000},
        {RESOLVE_SERVFAIL, 600, 5000},
        {RESOLVE_TIMEOUT, 600, 5000},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct resolve_cache *c = resolve_cache_new(4);
        struct resolve_answer a = answer_of(7);

        a.error = cases[i].error;
        resolve_cache_put(c, "a", &a, cases[i].ttl_s, 1000);
        const struct resolve_answer *got = resolve_cache_get(c, "a", 1000 + cases[i].lives_ms - 1);
        assert_non_null(got);
        assert_int_equal(got->error, cases[i].error);
        assert_int_equal(got->addresses[0].v4.sin_addr.s_addr, 7);
        assert_null(resolve_cache_get(c, "a", 1000 + cases[i].lives_ms));
        assert_int_equal(resolve_cache_len(c), 0);
        resolve_cache_free(c);
    }
}

static void the_longest_unused_goes_first(void **state)
{
    (void)state;
    struct resolve_cache *c = resolve_cache_new(3);
    struct resolve_answer a = answer_of(1);

    resolve_cache_put(c, "a", &a, 60, 0);
    resolve_cache_put(c, "b", &a, 60, 0);
    resolve_cache_put(c, "c", &a, 60, 0);
    assert_non_null(resolve_cache_get(c, "a", 1));
    resolve_cache_put(c, "d", &a, 60, 0);
    assert_int_equal(resolve_cache_len(c), 3);
    assert_null(resolve_cache_get(c, "b", 1));
    assert_non_null(resolve_cache_get(c, "a", 1));
    assert_non_null(resolve_cache_get(c, "c", 1));
    assert_non_null(resolve_cache_get(c, "d", 1));
    resolve_cache_free(c);
}

static void a_new_answer_takes_the_place_of_the_old(void **state)
{
    (void)state;
    struct resolve_cache *c = resolve_cache_new(2);
    struct resolve_answer a = answer_of(1), b = answer_of(2);
    char alias[] = "edge.example.net";

    b.aliases[b.n_aliases++] = alias;
    resolve_cache_put(c, "a", &a, 60, 0);
    resolve_cache_put(c, "a", &b, 60, 0);
    alias[0] = '?'; /* the cache has its own copy */
    const struct resolve_answer *got = resolve_cache_get(c, "a", 1);
    assert_int_equal(resolve_cache_len(c), 1);
    assert_int_equal(got->addresses[0].v4.sin_addr.s_addr, 2);
    assert_string_equal(got->aliases[0], "edge.example.net");
    resolve_cache_free(c);
    resolve_cache_free(NULL);
    resolve_answer_free(NULL);
}

static void many_names_stay_within_the_bound(void **state)
{
    (void)state;
    struct resolve_cache *c = resolve_cache_new(100);
    struct resolve_answer a = answer_of(1);
    char name[32];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "%d.test", i);
        resolve_cache_put(c, name, &a, 60, 0);
        assert_true(resolve_cache_len(c) <= 100);
    }
    assert_non_null(resolve_cache_get(c, "4999.test", 1));
    assert_non_null(resolve_cache_get(c, "4900.test", 1));
    assert_null(resolve_cache_get(c, "4899.test", 1));
    resolve_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_live_as_long_as_they_say),
        cmocka_unit_test(the_longest_unused_goes_first),
        cmocka_unit_test(a_new_answer_takes_the_place_of_the_old),
        cmocka_unit_test(many_names_stay_within_the_bound),
    };

    return cmocka_run_group_tests_name("net/resolve_cache", tests, NULL, NULL);
}
