#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "ca.h"
#include "facts.h"
#include "leaf.h"
#include "leaf_cache.h"
#include "leaf_fault.h"
#include "leaf_key.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

struct world {
    struct ca *ca;
    struct leaf_keys *keys;
};

static int make(void **state)
{
    static struct world w;
    struct err e = {0};

    w.ca = ca_new_in_memory(NOW_S, &e);
    w.keys = leaf_keys_new(&e);
    *state = &w;
    return w.ca && w.keys ? 0 : -1;
}

static int unmake(void **state)
{
    struct world *w = *state;

    leaf_keys_free(w->keys);
    ca_free(w->ca);
    return 0;
}

/* The host's leaf, whose reference is given up at once: good for comparing while the cache holds
 * it. */
static const struct leaf *look(struct leaf_cache *c, const char *host, int64_t now_s)
{
    struct err e = {0};
    struct leaf *l = leaf_cache_get(c, host, now_s, &e);

    assert_non_null(l);
    leaf_unref(l);
    return l;
}

static void a_host_gets_the_same_leaf_again_and_another_host_another(void **state)
{
    const struct world *w = *state;
    struct leaf_cache *c = leaf_cache_new(w->ca, w->keys, 0);
    const struct leaf *first = look(c, "shop.example", NOW_S);

    assert_ptr_equal(look(c, "shop.example", NOW_S + DAY_S), first);
    assert_ptr_not_equal(look(c, "bank.example", NOW_S), first);
    leaf_cache_free(c);
    leaf_cache_free(NULL);
}

static void a_leaf_with_less_than_a_day_or_a_date_ahead_is_made_anew(void **state)
{
    static const struct {
        int64_t later_s;
        bool same;
    } cases[] = {{42LL * DAY_S, true}, {42LL * DAY_S + 1, false}, {-2LL * DAY_S, true},
        {-2LL * DAY_S - 1, false}};
    const struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err e = {0};
        struct leaf_cache *c = leaf_cache_new(w->ca, w->keys, 0);
        struct leaf *first = leaf_cache_get(c, "shop.example", NOW_S, &e);

        assert_int_equal(look(c, "shop.example", NOW_S + cases[i].later_s) == first, cases[i].same);
        leaf_unref(first);
        leaf_cache_free(c);
    }
}

static void each_fault_has_a_leaf_of_its_own_which_is_made_anew_after_a_day(void **state)
{
    const struct world *w = *state;
    struct err e = {0};
    struct leaf_cache *c = leaf_cache_new(w->ca, w->keys, 0);
    const struct leaf_fault *early = leaf_fault_find("cert-not-yet-valid");
    struct leaf *usual = leaf_cache_get(c, "shop.example", NOW_S, &e);
    struct leaf *first = leaf_cache_get_faulty(c, "shop.example", early, NOW_S, &e);
    struct leaf *same = leaf_cache_get_faulty(c, "shop.example", early, NOW_S + DAY_S, &e);
    struct leaf *later = leaf_cache_get_faulty(c, "shop.example", early, NOW_S + DAY_S + 1, &e);

    assert_ptr_not_equal(first, usual);
    assert_ptr_equal(first, same);
    assert_ptr_not_equal(first, later);
    assert_ptr_equal(look(c, "shop.example", NOW_S), usual);
    leaf_unref(usual);
    leaf_unref(first);
    leaf_unref(same);
    leaf_unref(later);
    leaf_cache_free(c);
}

static void the_one_not_used_for_longest_goes_first(void **state)
{
    const struct world *w = *state;
    struct err e = {0};
    struct leaf_cache *c = leaf_cache_new(w->ca, w->keys, 2);
    struct leaf *a = leaf_cache_get(c, "a.example", NOW_S, &e),
                *b = leaf_cache_get(c, "b.example", NOW_S, &e);

    assert_ptr_equal(look(c, "a.example", NOW_S), a);
    look(c, "c.example", NOW_S);
    assert_ptr_equal(look(c, "a.example", NOW_S), a);
    assert_ptr_not_equal(look(c, "b.example", NOW_S), b);
    assert_string_equal(leaf_facts(b)->dns.at[0], "b.example"); /* who holds it keeps it */
    leaf_unref(a);
    leaf_unref(b);
    leaf_cache_free(c);
}

static void a_host_that_cannot_be_certified_is_an_error_and_leaves_nothing(void **state)
{
    const struct world *w = *state;
    struct err e = {0};
    struct leaf_cache *c = leaf_cache_new(w->ca, w->keys, 0);

    assert_null(leaf_cache_get(c, "", NOW_S, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    look(c, "a.example", NOW_S);
    leaf_cache_free(c);
}

enum { N_THREADS = 4, N_HOSTS = 40, N_ROUNDS = 200 };

static void *hammer(void *arg)
{
    struct leaf_cache *c = arg;
    intptr_t wrong = 0;

    for (int i = 0; i < N_ROUNDS; i++) {
        struct err e = {0};
        char host[32];

        snprintf(host, sizeof host, "h%d.example", i * 7 % N_HOSTS);
        struct leaf *l = leaf_cache_get(c, host, NOW_S, &e);
        wrong += !l || strcmp(leaf_facts(l)->dns.at[0], host) != 0;
        leaf_unref(l);
    }
    return (void *)wrong;
}

static void threads_share_it(void **state)
{
    const struct world *w = *state;
    struct leaf_cache *c = leaf_cache_new(w->ca, w->keys, 32);
    pthread_t threads[N_THREADS];

    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, c), 0);
    for (int i = 0; i < N_THREADS; i++) {
        void *wrong = NULL;

        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    leaf_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_gets_the_same_leaf_again_and_another_host_another),
        cmocka_unit_test(a_leaf_with_less_than_a_day_or_a_date_ahead_is_made_anew),
        cmocka_unit_test(each_fault_has_a_leaf_of_its_own_which_is_made_anew_after_a_day),
        cmocka_unit_test(the_one_not_used_for_longest_goes_first),
        cmocka_unit_test(a_host_that_cannot_be_certified_is_an_error_and_leaves_nothing),
        cmocka_unit_test(threads_share_it),
    };

    return cmocka_run_group_tests(tests, make, unmake);
}
