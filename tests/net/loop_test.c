#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loopback.h"

struct poster {
    struct bench bench;
    int called, last, wrong;
};

struct letter {
    struct poster *to;
    int number;
};

enum { LETTERS = 1000 };

static void took(void *arg)
{
    const struct letter *one = arg;

    one->to->wrong += one->number != one->to->last;
    one->to->last++;
    if (++one->to->called == LETTERS)
        loop_stop(one->to->bench.loop);
}

static struct letter letters[LETTERS];

static void *post_all(void *arg)
{
    struct poster *p = arg;

    for (int i = 0; i < LETTERS; i++) {
        letters[i] = (struct letter){.to = p, .number = i};
        if (!loop_post(p->bench.loop, took, &letters[i]))
            p->wrong++;
    }
    return NULL;
}

static void letters_of_another_thread_arrive_in_order(void **state)
{
    (void)state;
    struct poster p = {0};
    pthread_t thread;

    bench_init(&p.bench);
    assert_int_equal(pthread_create(&thread, NULL, post_all, &p), 0);
    bench_run(&p.bench);
    pthread_join(thread, NULL);
    assert_int_equal(p.called, LETTERS);
    assert_int_equal(p.wrong, 0);
    bench_fini(&p.bench);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void a_stopped_loop_takes_no_letters_and_returns_at_once(void **state)
{
    (void)state;
    struct bench b;

    bench_init(&b);
    assert_true(loop_post(b.loop, nothing, NULL));
    loop_stop(b.loop);
    assert_false(loop_post(b.loop, nothing, NULL));
    bench_run(&b);
    bench_fini(&b);
}

static void letters_nobody_fetched_are_freed(void **state)
{
    (void)state;
    struct bench b;

    bench_init(&b);
    assert_true(loop_post(b.loop, nothing, NULL));
    bench_fini(&b);
}

struct ticks {
    struct bench bench;
    struct loop_timer *timer;
    int n;
};

static void tick(void *arg)
{
    struct ticks *t = arg;

    if (++t->n < 3)
        return;
    loop_timer_free(t->timer); /* from inside its own call */
    t->timer = NULL;
    loop_stop(t->bench.loop);
}

static void a_timer_comes_again_until_it_is_freed(void **state)
{
    (void)state;
    struct ticks t = {0};

    bench_init(&t.bench);
    t.timer = loop_every(t.bench.loop, 1, tick, &t);
    bench_run(&t.bench);
    assert_int_equal(t.n, 3);
    bench_fini(&t.bench);
}

struct watching {
    struct bench bench;
    struct loop_watch *watch;
    int fd;
    char byte;
};

static void readable(void *arg)
{
    struct watching *w = arg;

    assert_int_equal(read(w->fd, &w->byte, 1), 1);
    loop_watch_free(w->watch);
    loop_stop(w->bench.loop);
}

static void a_descriptor_is_watched(void **state)
{
    (void)state;
    struct watching w = {0};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    bench_init(&w.bench);
    w.fd = ends[0];
    w.watch = loop_watch_fd(w.bench.loop, ends[0], readable, &w);
    assert_int_equal(write(ends[1], "x", 1), 1);
    bench_run(&w.bench);
    assert_int_equal(w.byte, 'x');
    bench_fini(&w.bench);
    close(ends[0]);
    close(ends[1]);
}

static void the_clock_is_the_one_given(void **state)
{
    (void)state;
    struct clock clock;
    struct bench b;

    clock_fake_init(&clock, 42);
    bench_init_clock(&b, &clock);
    assert_ptr_equal(loop_clock(b.loop), &clock);
    bench_fini(&b);
    loop_free(NULL);
    loop_timer_free(NULL);
    loop_watch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_another_thread_arrive_in_order),
        cmocka_unit_test(a_stopped_loop_takes_no_letters_and_returns_at_once),
        cmocka_unit_test(letters_nobody_fetched_are_freed),
        cmocka_unit_test(a_timer_comes_again_until_it_is_freed),
        cmocka_unit_test(a_descriptor_is_watched),
        cmocka_unit_test(the_clock_is_the_one_given),
    };

    return cmocka_run_group_tests_name("net/loop", tests, NULL, NULL);
}
