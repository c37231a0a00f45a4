#include "talk_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "pipe_memory.h"
#include "relay/relay.h"

struct caller {
    struct talk *talk;
    struct memory_pipe *pipe;
    struct phone *phone;
    bool held;
};

static struct caller *caller_make(struct talk *t)
{
    struct caller *c = mem_new(sizeof *c);

    assert_true(t->n_callers < CALLERS_MOST);
    c->talk = t;
    c->pipe = memory_pipe_new();
    t->callers[t->n_callers++] = c;
    return c;
}

struct caller *caller_new_from(struct talk *t, const char *ip)
{
    struct caller *c = caller_make(t);

    relays_accept(t->relays, memory_pipe_end(c->pipe), ip, (uint16_t)(40000 + t->n_callers), false);
    return c;
}

struct caller *caller_new_balanced(struct talk *t, const char *balancer)
{
    static const struct relay_door door = {.ip = "10.0.0.1", .port = 8081, .behind_balancer = true};
    struct caller *c = caller_make(t);

    relays_accept_at(t->relays, memory_pipe_end(c->pipe), balancer,
        (uint16_t)(40000 + t->n_callers), false, &door);
    return c;
}

struct caller *caller_new_turned(struct talk *t, const char *ip, uint16_t port, bool is_us)
{
    const struct relay_sent_to to = {.ip = ip, .port = port, .is_us = is_us};
    struct caller *c = caller_make(t);

    relays_accept_transparent(t->relays, memory_pipe_end(c->pipe), "10.0.0.7",
        (uint16_t)(40000 + t->n_callers), false, &to);
    return c;
}

struct caller *caller_new(struct talk *t)
{
    return caller_new_from(t, "10.0.0.7");
}

void talk_next_is_ours(struct talk *t)
{
    t->own_port = (uint16_t)(40001 + t->n_callers);
}

void caller_sends_n(struct caller *c, const void *bytes, size_t n)
{
    memory_pipe_feed(c->pipe, bytes, n);
    talk_run(c->talk);
}

void caller_sends(struct caller *c, const char *text)
{
    caller_sends_n(c, text, strlen(text));
}

const char *caller_gets(struct caller *c)
{
    return memory_pipe_take_text(c->pipe);
}

void caller_asks_as(struct caller *c, const char *authority, const char *agent)
{
    char request[600];

    snprintf(request, sizeof request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n",
        authority, authority, agent);
    caller_sends(c, request);
    assert_string_equal(caller_gets(c), "HTTP/1.1 200 Connection Established\r\n\r\n");
}

void caller_asks(struct caller *c, const char *authority)
{
    caller_asks_as(c, authority, "Acme/1.0 CFNetwork/1490 Darwin/23.6.0");
}

void caller_shakes(struct caller *c, const struct phone_config *config)
{
    c->phone = phone_new(config);
    talk_run(c->talk);
}

struct phone *caller_phone(struct caller *c)
{
    return c->phone;
}

void caller_says(struct caller *c, const char *text)
{
    assert_true(phone_is_open(c->phone));
    phone_says(c->phone, text);
    talk_run(c->talk);
}

const char *caller_heard(struct caller *c)
{
    return phone_heard(c->phone);
}

void caller_closes(struct caller *c)
{
    memory_pipe_eof(c->pipe);
    talk_run(c->talk);
}

void caller_resets(struct caller *c)
{
    memory_pipe_reset(c->pipe);
    talk_run(c->talk);
}

void caller_holds(struct caller *c, bool hold)
{
    c->held = hold;
    memory_pipe_hold(c->pipe, hold);
    talk_run(c->talk);
}

void caller_sips(struct caller *c, size_t n)
{
    memory_pipe_trickle(c->pipe, n);
    talk_run(c->talk);
}

bool caller_is_reading(const struct caller *c)
{
    return memory_pipe_is_reading(c->pipe);
}

bool caller_saw_end(const struct caller *c)
{
    return memory_pipe_is_shut(c->pipe) || memory_pipe_is_closed(c->pipe);
}

size_t caller_backlog(struct caller *c)
{
    return evbuffer_get_length(memory_pipe_end(c->pipe)->out);
}

static bool caller_turn(struct caller *c)
{
    bool moved = memory_pipe_turn(c->pipe);

    if (!c->phone)
        return moved;
    moved = evbuffer_get_length(memory_pipe_sent(c->pipe)) > 0 || moved;
    phone_feed(c->phone, memory_pipe_sent(c->pipe));
    enum phone_end end = phone_pump(c->phone);
    moved = memory_pipe_feed_all(c->pipe, phone_out(c->phone)) || moved;
    if (end == PHONE_FIN)
        memory_pipe_eof(c->pipe);
    else if (end == PHONE_RST)
        memory_pipe_reset(c->pipe);
    return moved || end != PHONE_GOES_ON;
}

bool callers_turn(struct talk *t)
{
    bool moved = false;

    for (size_t i = 0; i < t->n_callers; i++)
        moved = caller_turn(t->callers[i]) || moved;
    return moved;
}

void callers_free(struct talk *t)
{
    for (size_t i = 0; i < t->n_callers; i++) {
        assert_true(memory_pipe_is_closed(t->callers[i]->pipe));
        phone_free(t->callers[i]->phone);
        memory_pipe_free(t->callers[i]->pipe);
        mem_free(t->callers[i]);
    }
}
