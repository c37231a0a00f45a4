#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/loop.h"

#include "chain_kit.h"
#include "gatherer.h"

struct waiter {
    struct loop *loop;
    struct fetch_evidence *found;
    int calls, wanted;
};

static void came(void *arg, struct fetch_evidence *found)
{
    struct waiter *w = arg;

    evidence_free(w->found);
    w->found = found;
    if (++w->calls == w->wanted)
        loop_stop(w->loop);
}

static void hung(void *arg)
{
    (void)arg;
    fail_msg("nobody called back");
}

static void evidence_comes_to_the_loop_that_asked(void **state)
{
    struct kit k;
    struct waiter w = {.wanted = 3};

    (void)state;
    kit_init(&k, &(struct kit_spec){
                     .aia = "http://ca.web.test/lower", .upper_aia = "http://ca.web.test/upper"});
    w.loop = loop_new(clock_system(), NULL);
    struct loop_timer *guard = loop_every(w.loop, 30000, hung, NULL);
    struct gatherer *g = gatherer_loop_new(k.f, w.loop);
    struct evidence_ask ask = kit_ask(&k);
    for (int i = 0; i < 3; i++)
        assert_non_null(g->start(g, &ask, came, &w));
    assert_int_equal(w.calls, 0); /* never before it returned */
    loop_run(w.loop);
    assert_int_equal(w.found->fetched->n, 2);
    evidence_free(w.found);
    fetcher_stop(k.f);
    assert_null(g->start(g, &ask, came, &w));
    gatherer_loop_free(g);
    loop_timer_free(guard);
    loop_free(w.loop);
    kit_fini(&k);
}

static void one_that_is_cancelled_is_not_called_back(void **state)
{
    struct kit k;
    struct waiter cancelled = {.wanted = -1}, w = {.wanted = 1};

    (void)state;
    kit_init(&k, &(struct kit_spec){.aia = "http://ca.web.test/lower"});
    w.loop = loop_new(clock_system(), NULL);
    struct loop_timer *guard = loop_every(w.loop, 30000, hung, NULL);
    struct gatherer *g = gatherer_loop_new(k.f, w.loop);
    struct evidence_ask ask = kit_ask(&k);
    g->cancel(g, g->start(g, &ask, came, &cancelled));
    assert_non_null(g->start(g, &ask, came, &w));
    loop_run(w.loop);
    assert_int_equal(cancelled.calls, 0);
    evidence_free(w.found);
    /* What is still under way when all ends is freed by whoever meets it. */
    g->cancel(g, g->start(g, &ask, came, &cancelled));
    fetcher_stop(k.f);
    gatherer_loop_free(g);
    gatherer_loop_free(NULL);
    loop_timer_free(guard);
    loop_free(w.loop);
    kit_fini(&k);
}

static void who_waits_gets_it_at_once(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k, &(struct kit_spec){.aia = "http://ca.web.test/nowhere"});
    struct evidence_ask ask = kit_ask(&k);
    struct fetch_evidence *found = gather_and_wait(k.f, &ask);
    assert_int_equal(found->issuer, EVIDENCE_NOT_THERE);
    evidence_free(found);
    fetcher_stop(k.f);
    assert_null(gather_and_wait(k.f, &ask));
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_comes_to_the_loop_that_asked),
        cmocka_unit_test(one_that_is_cancelled_is_not_called_back),
        cmocka_unit_test(who_waits_gets_it_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
