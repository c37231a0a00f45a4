#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "har_timings.h"

/* Dialled at 10, shaken hands at 30 to 70, talking from 90 on. */
static struct flow *walked(void)
{
    struct flow *f = flow_new("x", 0);

    flow_exchange_add(f)->ms = 50;
    flow_exchange_add(f)->ms = 40;
    flow_tick(f, 0, "sniff");
    flow_tick(f, 10, "dial");
    flow_tick(f, 30, "server_tls");
    flow_tick(f, 70, "judge");
    flow_tick(f, 90, "talk");
    f->ms = 400;
    return f;
}

static void check(const struct har_timings *t, const struct har_timings *wanted)
{
    assert_int_equal(t->begins, wanted->begins);
    assert_int_equal(t->blocked, wanted->blocked);
    assert_int_equal(t->connect, wanted->connect);
    assert_int_equal(t->ssl, wanted->ssl);
    assert_int_equal(t->wait, wanted->wait);
}

static void the_first_exchange_carries_the_making_of_its_connection(void **state)
{
    struct flow *f = walked();
    struct har_timings t;

    (void)state;
    har_timings_exchange(f, 0, 95, &t);
    check(&t, &(struct har_timings){10, 25, 60, 40, 50});
    assert_int_equal(har_timings_total(&t), 135);
    har_timings_exchange(f, 1, 200, &t);
    check(&t, &(struct har_timings){200, -1, -1, -1, 40});
    assert_int_equal(har_timings_total(&t), 40);
    flow_free(f);
}

static void a_connection_that_stood_open_was_not_made_for_it(void **state)
{
    struct flow *f = walked();
    struct har_timings t;

    (void)state;
    har_timings_exchange(f, 0, 30000, &t);
    check(&t, &(struct har_timings){30000, -1, -1, -1, 50});
    flow_free(f);
}

static void a_failed_flow_waits_for_the_rest_of_its_time(void **state)
{
    struct flow *f = walked();
    struct har_timings t;

    (void)state;
    f->n_exchanges = 0;
    har_timings_failed(f, &t);
    check(&t, &(struct har_timings){0, 10, 60, 40, 330});
    f->n_ticks = 2;
    har_timings_failed(f, &t);
    check(&t, &(struct har_timings){0, 10, 390, -1, 0});
    f->n_ticks = 0;
    har_timings_failed(f, &t);
    check(&t, &(struct har_timings){0, -1, -1, -1, 400});
    flow_free(f);
}

static void a_time_line_that_runs_backwards_tells_nothing(void **state)
{
    struct flow *f = walked();
    struct har_timings t;

    (void)state;
    f->ticks[3].at_ms = 5;
    har_timings_exchange(f, 0, 95, &t);
    check(&t, &(struct har_timings){95, -1, -1, -1, 50});
    har_timings_failed(f, &t);
    check(&t, &(struct har_timings){0, -1, -1, -1, 400});
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_exchange_carries_the_making_of_its_connection),
        cmocka_unit_test(a_connection_that_stood_open_was_not_made_for_it),
        cmocka_unit_test(a_failed_flow_waits_for_the_rest_of_its_time),
        cmocka_unit_test(a_time_line_that_runs_backwards_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
