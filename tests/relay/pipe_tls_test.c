#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "cert/ca.h"
#include "cert/leaf.h"
#include "cert/leaf_key.h"
#include "mint_chain.h"
#include "net/pipe.h"
#include "phone.h"
#include "pipe_memory.h"
#include "pipe_tls.h"
#include "tls/contexts.h"
#include "tls/leg.h"

enum { MUCH = 2 * 1024 * 1024 };

/* A phone whose TLS to us is done, and what the owner of the pipe inside was told. */
struct line {
    struct ca *ca;
    struct leaf_keys *keys;
    struct leaf *leaf;
    struct tls_contexts *contexts;
    struct phone *phone;
    struct memory_pipe *network;
    struct pipe *pipe;
    size_t told[PIPE_RESET + 1];
    bool closes; /* the owner closes at what it is told next */
};

static void told(void *owner, struct pipe *p, enum pipe_event what)
{
    struct line *l = owner;

    assert_ptr_equal(p, l->pipe);
    l->told[what]++;
    if (!l->closes)
        return;
    l->pipe = NULL;
    pipe_close(p, false);
}

/* Until neither side has anything more to say. */
static void run(struct line *l)
{
    bool moved = true;

    while (moved) {
        moved = memory_pipe_turn(l->network);
        if (evbuffer_get_length(memory_pipe_sent(l->network)) > 0) {
            phone_feed(l->phone, memory_pipe_sent(l->network));
            moved = true;
        }
        enum phone_end end = phone_pump(l->phone);
        struct evbuffer *out = phone_out(l->phone);
        size_t n = evbuffer_get_length(out);
        if (n > 0)
            memory_pipe_feed(l->network, evbuffer_pullup(out, -1), n);
        evbuffer_drain(out, n);
        if (end == PHONE_FIN)
            memory_pipe_eof(l->network);
        else if (end == PHONE_RST)
            memory_pipe_reset(l->network);
        moved = moved || n > 0 || end != PHONE_GOES_ON;
    }
}

static void shaking(void *owner, struct pipe *p, enum pipe_event what)
{
    struct leg *leg = owner;

    (void)what;
    leg_feed(leg, p->in);
    leg_pump(leg, 0);
    evbuffer_add_buffer(p->out, leg_cipher_out(leg));
    pipe_send(p);
}

static struct line *line_with(const char *at_once)
{
    struct line *l = calloc(1, sizeof *l);
    struct phone_config config = {0};
    struct err e = {0};

    l->ca = ca_new_in_memory(MINT_AT - MINT_DAY, &e);
    l->keys = leaf_keys_new(&e);
    l->leaf = leaf_mint(l->ca, l->keys, "proxy.example", MINT_AT, &e);
    l->contexts = tls_contexts_new(&(struct tls_config){0}, &e);
    assert_non_null(l->contexts);
    config.host = "proxy.example";
    config.root_pem = ca_pem(l->ca);
    config.clock_s = MINT_AT;
    l->phone = phone_new(&config);
    l->network = memory_pipe_new();
    struct pipe *inner = memory_pipe_end(l->network);
    struct leg *leg = leg_client_new(
        l->contexts, &(struct leg_client_show){.leaf = l->leaf, .h1_only = true}, &e);
    assert_non_null(leg);
    inner->owner = leg;
    inner->event = shaking;
    pipe_want_read(inner, true);
    run(l);
    assert_true(phone_is_open(l->phone));
    if (*at_once) {
        phone_says(l->phone, at_once);
        run(l);
    }
    l->pipe = pipe_tls_new(inner, leg);
    l->pipe->owner = l;
    l->pipe->event = told;
    pipe_want_read(l->pipe, true);
    return l;
}

static struct line *line_new(void)
{
    return line_with("");
}

static void line_free(struct line *l)
{
    pipe_close(l->pipe, false);
    assert_true(memory_pipe_is_closed(l->network));
    phone_free(l->phone);
    memory_pipe_free(l->network);
    tls_contexts_free(l->contexts);
    leaf_unref(l->leaf);
    leaf_keys_free(l->keys);
    ca_free(l->ca);
    free(l);
}

static char *text_of(struct evbuffer *in)
{
    static char text[256];
    ssize_t n = evbuffer_remove(in, text, sizeof text - 1);

    text[n > 0 ? n : 0] = 0;
    return text;
}

static void plaintext_crosses_both_ways(void **state)
{
    struct line *l = line_new();

    (void)state;
    phone_says(l->phone, "hello");
    run(l);
    assert_int_equal(l->told[PIPE_BYTES], 1);
    assert_string_equal(text_of(l->pipe->in), "hello");
    evbuffer_add(l->pipe->out, "and you", 7);
    pipe_send(l->pipe);
    assert_int_equal(evbuffer_get_length(l->pipe->out), 0);
    run(l);
    assert_string_equal(phone_heard(l->phone), "and you");
    assert_int_equal(l->told[PIPE_EOF] + l->told[PIPE_RESET], 0);
    line_free(l);
}

static void what_came_behind_the_handshake_is_there_at_once(void **state)
{
    struct line *l = line_with("early");

    (void)state;
    assert_string_equal(text_of(l->pipe->in), "early");
    assert_int_equal(l->told[PIPE_BYTES], 0);
    line_free(l);
}

static void a_slow_network_leaves_bytes_where_they_are_seen(void **state)
{
    struct line *l = line_new();
    char *much = calloc(1, MUCH);

    (void)state;
    memset(much, 'x', MUCH);
    memory_pipe_hold(l->network, true);
    evbuffer_add(l->pipe->out, much, MUCH);
    pipe_send(l->pipe);
    pipe_shut(l->pipe);
    assert_true(evbuffer_get_length(l->pipe->out) > MUCH - 256 * 1024);
    assert_true(evbuffer_get_length(memory_pipe_end(l->network)->out) < 256 * 1024);
    assert_false(memory_pipe_is_shut(l->network));
    memory_pipe_hold(l->network, false);
    run(l);
    assert_int_equal(evbuffer_get_length(l->pipe->out), 0);
    assert_true(l->told[PIPE_SPACE] > 0);
    assert_int_equal(phone_heard_len(l->phone), MUCH);
    assert_true(memory_pipe_is_shut(l->network)); /* after the last byte */
    free(much);
    line_free(l);
}

static void an_owner_that_does_not_read_stops_the_network(void **state)
{
    struct line *l = line_new();
    char *much = calloc(1, MUCH);

    (void)state;
    memset(much, 'x', MUCH);
    for (size_t i = 0; i < 16; i++) {
        phone_says_n(l->phone, much, MUCH / 16);
        run(l);
    }
    size_t held = evbuffer_get_length(l->pipe->in);
    assert_true(held < MUCH / 2);
    assert_false(memory_pipe_is_reading(l->network));
    size_t taken = 0;
    while (taken < MUCH) {
        size_t n = evbuffer_get_length(l->pipe->in);

        assert_true(n > 0);
        evbuffer_drain(l->pipe->in, n);
        taken += n;
        run(l);
    }
    assert_int_equal(taken, MUCH);
    pipe_want_read(l->pipe, false);
    assert_false(memory_pipe_is_reading(l->network));
    free(much);
    line_free(l);
}

static void each_end_is_told_of_once(void **state)
{
    (void)state;
    for (int reset = 0; reset < 2; reset++) {
        struct line *l = line_new();

        if (reset)
            memory_pipe_reset(l->network);
        else
            memory_pipe_eof(l->network);
        run(l);
        run(l);
        assert_int_equal(l->told[reset ? PIPE_RESET : PIPE_EOF], 1);
        assert_int_equal(l->told[PIPE_EOF] + l->told[PIPE_RESET], 1);
        line_free(l);
    }
}

static void records_that_are_none_end_it(void **state)
{
    struct line *l = line_new();

    (void)state;
    memory_pipe_feed(l->network, "\x17\3\3\0\x20 this is not what was agreed....", 37);
    run(l);
    assert_int_equal(l->told[PIPE_RESET], 1);
    evbuffer_add(l->pipe->out, "too late", 8);
    pipe_send(l->pipe);
    line_free(l);
}

static void it_may_be_closed_inside_its_own_call(void **state)
{
    struct line *l = line_new();

    (void)state;
    l->closes = true;
    phone_says(l->phone, "hello");
    run(l);
    memory_pipe_eof(l->network);
    run(l);
    assert_int_equal(l->told[PIPE_BYTES], 1);
    assert_int_equal(l->told[PIPE_EOF], 0);
    assert_true(memory_pipe_is_closed(l->network));
    line_free(l);
}

static void a_reset_is_passed_on(void **state)
{
    struct line *l = line_new();

    (void)state;
    pipe_close(l->pipe, true);
    l->pipe = NULL;
    assert_true(memory_pipe_was_reset(l->network));
    line_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plaintext_crosses_both_ways),
        cmocka_unit_test(what_came_behind_the_handshake_is_there_at_once),
        cmocka_unit_test(a_slow_network_leaves_bytes_where_they_are_seen),
        cmocka_unit_test(an_owner_that_does_not_read_stops_the_network),
        cmocka_unit_test(each_end_is_told_of_once),
        cmocka_unit_test(records_that_are_none_end_it),
        cmocka_unit_test(it_may_be_closed_inside_its_own_call),
        cmocka_unit_test(a_reset_is_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
