#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <event2/buffer.h>

#include <cmocka.h>

#include "loopback.h"
#include "pipe.h"
#include "pipe_socket.h"

enum { BULK = 8 * 1024 * 1024 };

struct owner {
    struct bench bench;
    struct pipe *pipe;
    int peer;
    int bytes, space, eof, reset; /* events */
    size_t got;
    uint32_t sum;
    bool keep; /* leave what came in `in` */
    bool close_on_bytes;
    enum pipe_event stop_on;
};

static void take(struct owner *o)
{
    uint8_t buf[4096];
    int n;

    while ((n = evbuffer_remove(o->pipe->in, buf, sizeof buf)) > 0) {
        for (int i = 0; i < n; i++)
            o->sum = o->sum * 31 + buf[i];
        o->got += (size_t)n;
    }
}

static void told(void *owner, struct pipe *p, enum pipe_event what)
{
    struct owner *o = owner;

    assert_ptr_equal(p, o->pipe);
    switch (what) {
    case PIPE_BYTES:
        o->bytes++;
        if (!o->keep)
            take(o);
        break;
    case PIPE_SPACE:
        o->space++;
        break;
    case PIPE_EOF:
        o->eof++;
        break;
    case PIPE_RESET:
        o->reset++;
        break;
    }
    if (what == PIPE_BYTES && o->close_on_bytes) {
        pipe_close(o->pipe, true);
        o->pipe = NULL;
    }
    if (what == o->stop_on)
        loop_stop(o->bench.loop);
}

static void owner_init(struct owner *o, enum pipe_event stop_on)
{
    int ours;

    *o = (struct owner){.stop_on = stop_on};
    bench_init(&o->bench);
    loopback_pair(&ours, &o->peer);
    o->pipe = pipe_socket_new(o->bench.loop, ours);
    o->pipe->owner = o;
    o->pipe->event = told;
}

static void owner_fini(struct owner *o)
{
    pipe_close(o->pipe, true);
    if (o->peer >= 0)
        close(o->peer);
    bench_fini(&o->bench);
}

static void *send_bulk(void *arg)
{
    struct owner *o = arg;
    uint8_t *bytes = malloc(BULK);

    for (size_t i = 0; i < BULK; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 9));
    for (size_t at = 0; at < BULK;) {
        ssize_t n = write(o->peer, bytes + at, BULK - at);

        if (n <= 0)
            break;
        at += (size_t)n;
    }
    free(bytes);
    shutdown(o->peer, SHUT_WR);
    return NULL;
}

static uint32_t bulk_sum(void)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < BULK; i++)
        sum = sum * 31 + (uint8_t)(i * 7 + (i >> 9));
    return sum;
}

static void much_arrives_whole_and_in_order(void **state)
{
    (void)state;
    struct owner o;
    pthread_t thread;

    owner_init(&o, PIPE_EOF);
    pipe_want_read(o.pipe, true);
    assert_int_equal(pthread_create(&thread, NULL, send_bulk, &o), 0);
    bench_run(&o.bench);
    pthread_join(thread, NULL);
    assert_int_equal(o.got, BULK);
    assert_int_equal(o.sum, bulk_sum());
    assert_int_equal(o.eof, 1);
    owner_fini(&o);
}

static void *read_bulk(void *arg)
{
    struct owner *o = arg;
    uint8_t buf[65536];
    ssize_t n;

    while ((n = read(o->peer, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            o->sum = o->sum * 31 + buf[i];
        o->got += (size_t)n;
    }
    return NULL;
}

static void add_bulk(struct evbuffer *out)
{
    uint8_t *bytes = malloc(BULK);

    for (size_t i = 0; i < BULK; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 9));
    evbuffer_add(out, bytes, BULK);
    free(bytes);
}

static void much_is_sent_then_space_is_told_once(void **state)
{
    (void)state;
    struct owner o;
    pthread_t thread;

    owner_init(&o, PIPE_SPACE);
    add_bulk(o.pipe->out);
    pipe_send(o.pipe);
    assert_true(evbuffer_get_length(o.pipe->out) > 0); /* more than a socket holds */
    assert_int_equal(pthread_create(&thread, NULL, read_bulk, &o), 0);
    bench_run(&o.bench);
    assert_int_equal(o.space, 1);
    assert_int_equal(evbuffer_get_length(o.pipe->out), 0);
    pipe_shut(o.pipe);
    pthread_join(thread, NULL);
    assert_int_equal(o.got, BULK);
    assert_int_equal(o.sum, bulk_sum());
    owner_fini(&o);
}

static void a_little_is_sent_at_once_and_shut_comes_after_it(void **state)
{
    (void)state;
    struct owner o;
    char buf[8];

    owner_init(&o, PIPE_EOF);
    evbuffer_add(o.pipe->out, "hello", 5);
    pipe_send(o.pipe);
    assert_int_equal(evbuffer_get_length(o.pipe->out), 0);
    pipe_shut(o.pipe);
    assert_int_equal(read(o.peer, buf, sizeof buf), 5);
    assert_int_equal(read(o.peer, buf, sizeof buf), 0);
    assert_int_equal(o.space, 0);
    owner_fini(&o);
}

static void a_pipe_that_still_sends_goes_with_its_loop(void **state)
{
    (void)state;
    struct owner o;

    owner_init(&o, PIPE_EOF);
    add_bulk(o.pipe->out);
    pipe_close(o.pipe, false); /* nobody reads: it lingers */
    bench_fini(&o.bench);
    close(o.peer);
}

static void *read_all_then_stop(void *arg)
{
    struct owner *o = arg;

    read_bulk(o);
    loop_stop(o->bench.loop);
    return NULL;
}

static void what_waits_at_the_close_arrives(void **state)
{
    (void)state;
    struct owner o;
    pthread_t thread;

    owner_init(&o, PIPE_EOF);
    /* Unread bytes of the peer must not turn our end into a RST that eats what we sent. */
    assert_int_equal(write(o.peer, "unread", 6), 6);
    add_bulk(o.pipe->out);
    pipe_close(o.pipe, false);
    o.pipe = NULL;
    assert_int_equal(pthread_create(&thread, NULL, read_all_then_stop, &o), 0);
    bench_run(&o.bench);
    pthread_join(thread, NULL);
    assert_int_equal(o.got, BULK);
    assert_int_equal(o.sum, bulk_sum());
    owner_fini(&o);
}

static void closing_hard_resets(void **state)
{
    (void)state;
    struct owner o;
    char byte;

    owner_init(&o, PIPE_EOF);
    pipe_close(o.pipe, true);
    o.pipe = NULL;
    assert_int_equal(read(o.peer, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    owner_fini(&o);
}

static void the_end_of_the_peer_still_lets_us_write(void **state)
{
    (void)state;
    struct owner o;
    char buf[4];

    owner_init(&o, PIPE_EOF);
    pipe_want_read(o.pipe, true);
    shutdown(o.peer, SHUT_WR);
    bench_run(&o.bench);
    assert_int_equal(o.eof, 1);
    assert_int_equal(o.reset, 0);
    evbuffer_add(o.pipe->out, "yes", 3);
    pipe_send(o.pipe);
    assert_int_equal(read(o.peer, buf, sizeof buf), 3);
    owner_fini(&o);
}

static void a_reset_is_told_after_what_came_before_it(void **state)
{
    (void)state;
    struct owner o;

    owner_init(&o, PIPE_RESET);
    pipe_want_read(o.pipe, true);
    assert_int_equal(write(o.peer, "alert", 5), 5);
    loopback_reset(o.peer);
    o.peer = -1;
    bench_run(&o.bench);
    assert_int_equal(o.got, 5);
    assert_int_equal(o.reset, 1);
    assert_int_equal(o.eof, 0);
    owner_fini(&o);
}

/* The client says why it refuses and leaves; our next write fails before we have read that. */
static void a_failed_send_does_not_lose_the_last_words_of_the_peer(void **state)
{
    (void)state;
    struct owner o;

    owner_init(&o, PIPE_RESET);
    pipe_want_read(o.pipe, true);
    assert_int_equal(write(o.peer, "alert", 5), 5);
    loopback_reset(o.peer);
    o.peer = -1;
    for (int i = 0; i < 3; i++) { /* the first may still find the socket whole */
        evbuffer_add(o.pipe->out, "x", 1);
        pipe_send(o.pipe);
    }
    assert_int_equal(o.reset, 0); /* never from inside our own call */
    bench_run(&o.bench);
    assert_int_equal(o.got, 5);
    assert_int_equal(o.reset, 1);
    owner_fini(&o);
}

struct pause_check {
    struct owner *owner;
    int turns;
};

/* Many turns of the loop, during which a pipe that nobody reads must stay silent. */
static void turn(void *arg)
{
    struct pause_check *c = arg;

    if (++c->turns < 100) {
        loop_post(c->owner->bench.loop, turn, c);
        return;
    }
    assert_int_equal(c->owner->bytes, 0);
    assert_int_equal(c->owner->eof, 0);
    pipe_want_read(c->owner->pipe, true);
}

static void nothing_is_told_before_it_is_wanted(void **state)
{
    (void)state;
    struct owner o;
    struct pause_check c = {.owner = &o};

    owner_init(&o, PIPE_EOF);
    assert_int_equal(write(o.peer, "early", 5), 5);
    shutdown(o.peer, SHUT_WR);
    loop_post(o.bench.loop, turn, &c);
    bench_run(&o.bench);
    assert_int_equal(o.got, 5);
    assert_int_equal(o.eof, 1);
    owner_fini(&o);
}

static void drain_later(void *arg)
{
    struct pause_check *c = arg;

    if (evbuffer_get_length(c->owner->pipe->in) < PIPE_IN_MOST) {
        loop_post(c->owner->bench.loop, drain_later, c);
        return;
    }
    assert_true(evbuffer_get_length(c->owner->pipe->in) <= PIPE_IN_MOST + 65536);
    c->owner->keep = false;
    take(c->owner); /* that alone makes it read on */
}

static void unread_bytes_are_bounded(void **state)
{
    (void)state;
    struct owner o;
    struct pause_check c = {.owner = &o};
    pthread_t thread;

    owner_init(&o, PIPE_EOF);
    o.keep = true;
    pipe_want_read(o.pipe, true);
    assert_int_equal(pthread_create(&thread, NULL, send_bulk, &o), 0);
    loop_post(o.bench.loop, drain_later, &c);
    bench_run(&o.bench);
    pthread_join(thread, NULL);
    assert_int_equal(o.got, BULK);
    owner_fini(&o);
}

static void a_pipe_may_be_closed_from_its_own_event(void **state)
{
    (void)state;
    struct owner o;

    owner_init(&o, PIPE_BYTES);
    o.close_on_bytes = true;
    pipe_want_read(o.pipe, true);
    assert_int_equal(write(o.peer, "x", 1), 1);
    bench_run(&o.bench);
    assert_null(o.pipe);
    owner_fini(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(much_arrives_whole_and_in_order),
        cmocka_unit_test(much_is_sent_then_space_is_told_once),
        cmocka_unit_test(a_little_is_sent_at_once_and_shut_comes_after_it),
        cmocka_unit_test(what_waits_at_the_close_arrives),
        cmocka_unit_test(a_pipe_that_still_sends_goes_with_its_loop),
        cmocka_unit_test(closing_hard_resets),
        cmocka_unit_test(the_end_of_the_peer_still_lets_us_write),
        cmocka_unit_test(a_reset_is_told_after_what_came_before_it),
        cmocka_unit_test(a_failed_send_does_not_lose_the_last_words_of_the_peer),
        cmocka_unit_test(nothing_is_told_before_it_is_wanted),
        cmocka_unit_test(unread_bytes_are_bounded),
        cmocka_unit_test(a_pipe_may_be_closed_from_its_own_event),
    };

    return cmocka_run_group_tests_name("net/pipe_socket", tests, NULL, NULL);
}
