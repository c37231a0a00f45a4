#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>
#include <semaphore.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "flow/flow.h"
#include "store/sink.h"
#include "store/writer.h"

/* A sink that counts, and can hold the store's thread until the test lets it go. */
struct counter {
    size_t flows, flushes, closed, in_order;
    size_t flows_at_last_flush;
    bool holds;
    sem_t entered, go;
};

static void counter_flow(void *arg, const struct flow *f)
{
    struct counter *c = arg;
    char id[32];

    snprintf(id, sizeof id, "%zu", c->flows++);
    c->in_order += !strcmp(id, f->id);
    if (c->holds) {
        sem_post(&c->entered);
        sem_wait(&c->go);
    }
}

static void counter_flush(void *arg)
{
    struct counter *c = arg;

    c->flushes++;
    c->flows_at_last_flush = c->flows;
}

static void counter_close(void *arg)
{
    struct counter *c = arg;

    c->closed++;
}

static struct store *store(struct counter *c, size_t waiting_most, const struct clock *clock)
{
    const struct sink sinks[] = {
        {.flow = counter_flow, .flush = counter_flush, .close = counter_close, .arg = c},
        {0},
    };
    struct err e = {0};
    struct store *s = store_start(&(struct store_config){sinks, 2, waiting_most, clock}, &e);

    sem_init(&c->entered, 0, 0);
    sem_init(&c->go, 0, 0);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static struct flow *flow(size_t i)
{
    char id[32];

    snprintf(id, sizeof id, "%zu", i);
    return flow_new(id, 0);
}

static void stopping_drains_flushes_and_closes(void **state)
{
    (void)state;
    struct counter c = {0};
    struct store *s = store(&c, 0, NULL);

    for (size_t i = 0; i < 5000; i++)
        assert_true(store_hand(s, flow(i)));
    store_stop(s);
    assert_int_equal(c.flows, 5000);
    assert_int_equal(c.in_order, 5000);
    assert_int_equal(c.flows_at_last_flush, 5000);
    assert_int_equal(c.closed, 1);
    store_stop(NULL);
}

static void remember_line(void *arg, enum log_level level, const char *line)
{
    (void)level;
    snprintf(arg, 200, "%s", line);
}

static void a_full_store_turns_flows_away_and_says_how_many(void **state)
{
    (void)state;
    struct counter c = {.holds = true};
    char line[200] = "";
    struct clock clock;

    clock_fake_init(&clock, 0);
    log_set_sink(remember_line, line);
    struct store *s = store(&c, 2, &clock);

    assert_true(store_hand(s, flow(0)));
    sem_wait(&c.entered); /* the thread has taken it and is held, so the mailbox is empty */
    assert_true(store_hand(s, flow(1)));
    assert_true(store_hand(s, flow(2)));
    assert_false(store_hand(s, flow(3)));
    assert_false(store_hand(s, flow(4)));
    assert_int_equal(store_refused(s), 2);
    for (int i = 0; i < 3; i++)
        sem_post(&c.go);
    store_stop(s);
    log_set_sink(NULL, NULL);
    assert_int_equal(c.flows, 3);
    assert_non_null(strstr(line, "flows not recorded: 2, in all 2"));
}

struct poster {
    struct store *store;
    size_t taken;
};

static void *post_many(void *arg)
{
    struct poster *p = arg;

    for (size_t i = 0; i < 500; i++)
        p->taken += store_hand(p->store, flow(i));
    return NULL;
}

static void many_threads_hand_in_and_nothing_is_lost_uncounted(void **state)
{
    (void)state;
    struct counter c = {0};
    struct store *s = store(&c, 100, NULL);
    struct poster posters[4];
    pthread_t threads[4];
    size_t taken = 0;

    for (int i = 0; i < 4; i++) {
        posters[i] = (struct poster){s, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, &posters[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        taken += posters[i].taken;
    }
    assert_int_equal(taken + store_refused(s), 2000);
    store_stop(s);
    assert_int_equal(c.flows, taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_drains_flushes_and_closes),
        cmocka_unit_test(a_full_store_turns_flows_away_and_says_how_many),
        cmocka_unit_test(many_threads_hand_in_and_nothing_is_lost_uncounted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
