#include "side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "support/pipe_memory.h"

struct ends {
    struct memory_pipe *a, *b;
    struct side from, to;
};

static void told(void *owner, struct pipe *p, enum pipe_event what)
{
    struct side *s = owner;

    (void)p;
    s->eof = s->eof || what == PIPE_EOF;
    s->reset = s->reset || what == PIPE_RESET;
}

static struct memory_pipe *put(struct side *s)
{
    struct memory_pipe *m = memory_pipe_new();

    *s = (struct side){.pipe = memory_pipe_end(m)};
    s->pipe->event = told;
    s->pipe->owner = s;
    pipe_want_read(s->pipe, true);
    return m;
}

static void begin(struct ends *e)
{
    e->a = put(&e->from);
    e->b = put(&e->to);
}

static void end(struct ends *e)
{
    side_close(&e->from, false);
    side_close(&e->to, true);
    assert_false(memory_pipe_was_reset(e->a));
    assert_true(memory_pipe_was_reset(e->b));
    memory_pipe_free(e->a);
    memory_pipe_free(e->b);
}

static void what_is_not_connected_is_over_and_takes_every_call(void **state)
{
    struct side none = {0};

    (void)state;
    side_pump(&none);
    side_flush(&none);
    side_shut(&none);
    side_throttle(&none, &none);
    assert_null(side_in(&none));
    assert_null(side_out(&none));
    assert_int_equal(side_backlog(&none), 0);
    assert_true(side_has_ended(&none));
    assert_true(side_is_over(&none));
    side_close(&none, true);
}

static void without_tls_the_plaintext_is_the_pipes_own(void **state)
{
    struct ends e;

    (void)state;
    begin(&e);
    memory_pipe_feed_text(e.a, "in");
    assert_int_equal(evbuffer_get_length(side_in(&e.from)), 2);
    evbuffer_add(side_out(&e.from), "out", 3);
    assert_int_equal(side_backlog(&e.from), 3);
    side_flush(&e.from);
    assert_int_equal(side_backlog(&e.from), 0);
    assert_string_equal(memory_pipe_take_text(e.a), "out");
    end(&e);
}

static void an_end_is_not_over_before_all_was_taken(void **state)
{
    struct ends e;

    (void)state;
    begin(&e);
    memory_pipe_feed_text(e.a, "last words");
    memory_pipe_eof(e.a);
    assert_true(side_has_ended(&e.from));
    assert_false(side_is_over(&e.from));
    evbuffer_drain(side_in(&e.from), 10);
    assert_true(side_is_over(&e.from));
    end(&e);
}

static void our_end_is_sent_once_and_behind_what_waits(void **state)
{
    struct ends e;

    (void)state;
    begin(&e);
    memory_pipe_hold(e.a, true);
    evbuffer_add(side_out(&e.from), "bye", 3);
    side_shut(&e.from);
    side_shut(&e.from);
    assert_false(memory_pipe_is_shut(e.a));
    memory_pipe_hold(e.a, false);
    assert_true(memory_pipe_is_shut(e.a));
    assert_string_equal(memory_pipe_take_text(e.a), "bye");
    end(&e);
}

static void nothing_is_sent_into_a_reset(void **state)
{
    struct ends e;

    (void)state;
    begin(&e);
    memory_pipe_reset(e.a);
    evbuffer_add(side_out(&e.from), "x", 1);
    side_flush(&e.from);
    side_shut(&e.from);
    assert_string_equal(memory_pipe_take_text(e.a), "");
    end(&e);
}

static void one_side_is_read_only_as_fast_as_the_other_takes(void **state)
{
    static char block[SIDE_HIGH + 1];
    struct ends e;

    (void)state;
    begin(&e);
    memory_pipe_hold(e.b, true);
    evbuffer_add(side_out(&e.to), block, SIDE_HIGH);
    side_throttle(&e.from, &e.to);
    assert_true(memory_pipe_is_reading(e.a));
    evbuffer_add(side_out(&e.to), block, 1);
    side_throttle(&e.from, &e.to);
    assert_false(memory_pipe_is_reading(e.a));
    evbuffer_drain(side_out(&e.to),
        SIDE_HIGH - SIDE_LOW); /* no flutter: it goes on well below where it stopped */
    side_throttle(&e.from, &e.to);
    assert_false(memory_pipe_is_reading(e.a));
    evbuffer_drain(side_out(&e.to), 2);
    side_throttle(&e.from, &e.to);
    assert_true(memory_pipe_is_reading(e.a));
    end(&e);
}

static void what_is_not_taken_stops_the_reading_as_well(void **state)
{
    static char block[SIDE_HIGH + 1];
    struct ends e;

    (void)state;
    begin(&e);
    memory_pipe_feed(e.a, block, sizeof block);
    side_throttle(&e.from, &e.to);
    assert_false(memory_pipe_is_reading(e.a));
    evbuffer_drain(side_in(&e.from), 2);
    side_throttle(&e.from, &e.to);
    assert_true(memory_pipe_is_reading(e.a));
    end(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_connected_is_over_and_takes_every_call),
        cmocka_unit_test(without_tls_the_plaintext_is_the_pipes_own),
        cmocka_unit_test(an_end_is_not_over_before_all_was_taken),
        cmocka_unit_test(our_end_is_sent_once_and_behind_what_waits),
        cmocka_unit_test(nothing_is_sent_into_a_reset),
        cmocka_unit_test(one_side_is_read_only_as_fast_as_the_other_takes),
        cmocka_unit_test(what_is_not_taken_stops_the_reading_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
