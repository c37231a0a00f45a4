/* Threads visit while the main thread puts another instance in its place. */
#include "samples.h"

#include <stdatomic.h>

#include <pthread.h>
#include <sched.h>

#include "hook/hook.h"
#include "plugin/plugins.h"

enum { THREADS = 4, INSTANCES = 20 };

struct traffic {
    struct plugins *all;
    atomic_bool over;
    atomic_uint visits;
};

static void *traffic_run(void *arg)
{
    struct traffic *t = arg;
    struct hooks *h = hooks_new();

    plugins_attach(t->all, 0, h);
    while (!atomic_load(&t->over)) {
        struct flow *f = flow_new("x", 0);

        f->client_leg = FLOW_MAKE(f, client_leg);
        hook_fire(h, MOMENT_HELLO, f, NULL);
        if (flow_fact_get(f, "verbs.count"))
            atomic_fetch_add(&t->visits, 1);
        flow_free(f);
    }
    hooks_free(h);
    return NULL;
}

static void instance_put(struct plugins *all)
{
    struct values values;
    struct err e = {0};

    assert_true(values_read(all->at[0], &all->config, &values, &e));
    plugin_replace(all->at[0], instance_load(all->at[0], &values));
    instances_bury(all);
}

static void threads_go_over_between_two_visits(void **state)
{
    struct traffic t = {.all = sample_load(SAMPLE("verbs"))};
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, traffic_run, &t), 0);
    for (unsigned i = 0; i < INSTANCES; i++) {
        unsigned seen = atomic_load(&t.visits);

        instance_put(t.all);
        while (atomic_load(&t.visits) < seen + 10)
            sched_yield();
    }
    atomic_store(&t.over, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    instances_bury(t.all);
    assert_null(t.all->graveyard);
    assert_int_equal(atomic_load(&t.all->at[0]->current->refs), 1);
    assert_null(t.all->posts);
    plugins_free(t.all);
}

static void one_that_does_not_listen_takes_no_place(void **state)
{
    static const struct plugin_given idle = {
        .plugin = "verbs", .name = "greeting", .kind = GIVEN_TEXT, .text = "idle", .where = "test"};
    struct hooks *h = hooks_new();
    struct plugins *all;
    struct err e = {0};

    (void)state;
    assert_true(sample_try(SAMPLE("verbs"), &idle, 1, &all, &e));
    plugins_attach(all, 0, h);
    assert_false(hook_wants(h, MOMENT_HELLO));
    hooks_free(h);
    plugins_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_go_over_between_two_visits),
        cmocka_unit_test(one_that_does_not_listen_takes_no_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
