#include "samples.h"

#include <stdatomic.h>

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>

/* What the sample counts. */
struct keeper {
    atomic_uint *taken, *flushed, *bytes;
    atomic_bool *refuses;
};

static struct keeper keeper_find(void)
{
    void *opened = dlopen(SAMPLE("keeper"), RTLD_NOW | RTLD_NOLOAD);
    struct keeper k = {dlsym(opened, "keeper_taken"), dlsym(opened, "keeper_flushed"),
        dlsym(opened, "keeper_bytes"), dlsym(opened, "keeper_refuses")};

    assert_non_null(k.refuses);
    atomic_store(k.taken, 0);
    atomic_store(k.flushed, 0);
    atomic_store(k.bytes, 0);
    atomic_store(k.refuses, false);
    return k;
}

static const struct outlet_limits quick = {1000, 1 << 20, 1};

static void what_was_put_is_taken_and_flushed(void **state)
{
    struct plugins *all = sample_load(SAMPLE("keeper"));
    struct keeper k = keeper_find();
    struct err e = {0};

    (void)state;
    struct outlet *o = outlet_start(all->at[0], &quick, &e);

    assert_non_null(o);
    for (int i = 0; i < 100; i++)
        outlet_put(o, "id", "{\"v\":1}", 7);
    while (atomic_load(k.taken) < 100)
        sched_yield();
    outlet_stop(o);
    assert_int_equal(atomic_load(k.taken), 100);
    assert_int_equal(atomic_load(k.bytes), 700);
    assert_true(atomic_load(k.flushed) > 0);
    plugins_free(all);
}

static void a_full_queue_drops_its_oldest_and_counts_them(void **state)
{
    struct plugins *all = sample_load(SAMPLE("keeper"));
    struct keeper k = keeper_find();
    struct err e = {0};

    (void)state;
    atomic_store(k.refuses, true);
    struct outlet *o = outlet_start(all->at[0], &(struct outlet_limits){10, 1 << 20, 5}, &e);

    for (int i = 0; i < 300; i++)
        outlet_put(o, "id", "x", 1);
    while (outlet_dropped(o) < 290) /* those on offer come back, and are the oldest */
        sched_yield();
    atomic_store(k.refuses, false);
    while (atomic_load(k.taken) < 10)
        sched_yield();
    outlet_stop(o);
    assert_int_equal(atomic_load(k.taken), 10);
    plugins_free(all);
}

static void bytes_are_bounded_as_well(void **state)
{
    static char line[4096];
    struct plugins *all = sample_load(SAMPLE("keeper"));
    struct keeper k = keeper_find();
    struct err e = {0};

    (void)state;
    memset(line, 'x', sizeof line);
    atomic_store(k.refuses, true);
    struct outlet *o = outlet_start(all->at[0], &(struct outlet_limits){1000, 16384, 5}, &e);

    for (int i = 0; i < 300; i++)
        outlet_put(o, "id", line, sizeof line);
    while (outlet_dropped(o) < 296)
        sched_yield();
    outlet_stop(o);
    plugins_free(all);
}

static void *put_many(void *arg)
{
    for (int i = 0; i < 500; i++)
        outlet_put(arg, "id", "{}", 2);
    return NULL;
}

static void many_threads_may_put(void **state)
{
    struct plugins *all = sample_load(SAMPLE("keeper"));
    struct keeper k = keeper_find();
    pthread_t threads[4];
    struct err e = {0};

    (void)state;
    struct outlet *o = outlet_start(all->at[0], &(struct outlet_limits){100000, 1 << 20, 1}, &e);

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, o), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    while (atomic_load(k.taken) < 2000)
        sched_yield();
    outlet_stop(o);
    assert_int_equal(atomic_load(k.bytes), 4000);
    plugins_free(all);
}

static void flows_reach_every_sink_as_lines_of_the_log(void **state)
{
    struct plugins *all = sample_load(SAMPLE("keeper"));
    struct keeper k = keeper_find();
    struct flow *f = flow_new("x", 0);
    struct err e = {0};

    (void)state;
    assert_false(plugins_have_sinks(all));
    plugins_take_flow(all, f); /* nobody is there yet */
    assert_true(plugins_start(all, &e));
    assert_true(plugins_have_sinks(all));
    plugins_take_flow(all, f);
    plugins_stop(all);
    assert_int_equal(atomic_load(k.taken), 1);
    assert_true(atomic_load(k.bytes) > 100);
    flow_free(f);
    plugins_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_taken_and_flushed),
        cmocka_unit_test(a_full_queue_drops_its_oldest_and_counts_them),
        cmocka_unit_test(bytes_are_bounded_as_well),
        cmocka_unit_test(many_threads_may_put),
        cmocka_unit_test(flows_reach_every_sink_as_lines_of_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
