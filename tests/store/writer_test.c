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
#include "flow/spoken.h"
#include "store/sink.h"
#include "store/writer.h"
#include "tls/tape.h"

/* A sink that counts, and can hold the store's thread until the test lets it go. */
struct counter {
    size_t flows, flushes, closed, in_order;
    size_t flows_at_last_flush;
    bool holds;
    sem_t entered, go;
    char told[400]; /* of each flow, what was said on it: "heads bodies; none; " */
};

static void remember_said(struct counter *c, const struct flow *f)
{
    const struct spoken *s = f->spoken;
    size_t len = strlen(c->told);

    snprintf(c->told + len, sizeof c->told - len, "%s%s%s%s; ", s && s->heads_len ? "heads " : "",
        s && s->bodies_len ? "bodies " : "", s && s->bodies_dropped ? "dropped " : "",
        f->tape[0] ? "tape" : "");
}

static void counter_flow(void *arg, const struct flow *f)
{
    struct counter *c = arg;
    char id[32];

    snprintf(id, sizeof id, "%zu", c->flows++);
    c->in_order += !strcmp(id, f->id);
    remember_said(c, f);
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

/* --- what was said goes before the record --- */

enum { SAID_MESSAGES = SPOKEN_BODIES_MOST / SPOKEN_BODY_MOST };

/* One exchange: a head each way, a short body, and a tape of the client's leg. */
static struct flow *speaking_flow(size_t i)
{
    struct flow *f = flow(i);

    f->spoken = spoken_new();
    spoken_head(f->spoken, 0, SPOKEN_REQUEST, "GET / HTTP/1.1\r\n\r\n", 18);
    spoken_head(f->spoken, 0, SPOKEN_RESPONSE, "HTTP/1.1 200\r\n\r\n", 16);
    spoken_body(f->spoken, 0, SPOKEN_RESPONSE, "hello", 5);
    f->tape[0] = tape_new();
    tape_add(f->tape[0], true, "x", 1);
    return f;
}

/* As many bodies as one flow may have, without heads. */
static struct flow *talkative_flow(size_t i)
{
    static const char much[SPOKEN_BODY_MOST];
    struct flow *f = flow(i);

    f->spoken = spoken_new();
    for (size_t n = 0; n < SAID_MESSAGES; n++)
        assert_true(spoken_body(f->spoken, n, SPOKEN_RESPONSE, much, sizeof much));
    return f;
}

static void release(struct counter *c, size_t n)
{
    while (n--)
        sem_post(&c->go);
}

static void bodies_and_tapes_go_when_half_of_the_room_is_taken(void **state)
{
    (void)state;
    struct counter c = {.holds = true};
    char line[200] = "";
    struct clock clock;

    clock_fake_init(&clock, 0);
    log_set_sink(remember_line, line);
    struct store *s = store(&c, 4, &clock);

    assert_true(store_hand(s, speaking_flow(0)));
    sem_wait(&c.entered); /* held with the first: the others wait */
    for (size_t i = 1; i < 5; i++)
        assert_true(store_hand(s, i == 4 ? flow(i) : speaking_flow(i)));
    assert_int_equal(store_stripped(s), 0);
    release(&c, 5);
    store_stop(s);
    assert_string_equal(c.told, "heads bodies tape; heads bodies tape; heads bodies tape; "
                                "heads bodies tape; ; ");

    c = (struct counter){.holds = true};
    s = store(&c, 4, &clock);
    assert_true(store_hand(s, flow(0)));
    sem_wait(&c.entered);
    for (size_t i = 1; i < 4; i++)
        assert_true(store_hand(s, flow(i)));
    assert_true(store_hand(s, speaking_flow(4)));
    assert_int_equal(store_stripped(s), 1);
    assert_false(store_hand(s, speaking_flow(5))); /* then the record itself */
    assert_int_equal(store_refused(s), 1);
    release(&c, 5);
    store_stop(s);
    log_set_sink(NULL, NULL);
    assert_string_equal(c.told, "; ; ; ; heads dropped ; ");
}

/* A flow of which nothing was said is not counted, however full the store. */
static void only_those_that_lost_something_are_counted(void **state)
{
    (void)state;
    struct counter c = {.holds = true};
    struct store *s = store(&c, 4, NULL);

    assert_true(store_hand(s, flow(0)));
    sem_wait(&c.entered);
    for (size_t i = 1; i < 5; i++)
        assert_true(store_hand(s, flow(i)));
    assert_int_equal(store_stripped(s), 0);
    release(&c, 5);
    store_stop(s);
}

static void bodies_go_past_their_bound_and_then_heads(void **state)
{
    (void)state;
    struct counter c = {.holds = true};
    char line[200] = "";
    struct clock clock;
    size_t n = STORE_SPOKEN_MOST / SPOKEN_BODIES_MOST;

    clock_fake_init(&clock, 0);
    log_set_sink(remember_line, line);
    struct store *s = store(&c, 0, &clock);

    assert_true(store_hand(s, flow(0)));
    sem_wait(&c.entered);
    for (size_t i = 1; i < n; i++)
        assert_true(store_hand(s, talkative_flow(i)));
    assert_true(store_hand(s, speaking_flow(n))); /* there is room still */
    assert_int_equal(store_stripped(s), 0);
    assert_true(store_hand(s, talkative_flow(n + 1))); /* its bodies are too much */
    assert_int_equal(store_stripped(s), 1);
    assert_true(store_hand(s, speaking_flow(n + 2)));
    assert_int_equal(store_stripped(s), 1);
    release(&c, n + 3);
    store_stop(s);
    log_set_sink(NULL, NULL);
    assert_int_equal(c.in_order, n + 3);
    assert_non_null(strstr(c.told, "heads bodies tape; dropped ; heads bodies tape; "));
    assert_non_null(strstr(line, "recorded without what was said on them: 1, in all 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_drains_flushes_and_closes),
        cmocka_unit_test(a_full_store_turns_flows_away_and_says_how_many),
        cmocka_unit_test(many_threads_hand_in_and_nothing_is_lost_uncounted),
        cmocka_unit_test(bodies_and_tapes_go_when_half_of_the_room_is_taken),
        cmocka_unit_test(only_those_that_lost_something_are_counted),
        cmocka_unit_test(bodies_go_past_their_bound_and_then_heads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
