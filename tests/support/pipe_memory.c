#include "pipe_memory.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct memory_pipe {
    struct pipe pipe;
    struct evbuffer *coming; /* from the peer, not told yet */
    struct evbuffer *sent;   /* at the peer */
    struct text taken;
    bool eof_due, reset_due, eof_told, reset_told;
    bool wanted, held, space_due;
    bool shut_asked, shut, closed, was_reset;
};

static void push(struct memory_pipe *m)
{
    if (m->held || m->reset_told)
        return;
    evbuffer_add_buffer(m->sent, m->pipe.out);
    m->shut = m->shut_asked;
}

static void memory_sent(struct pipe *p)
{
    struct memory_pipe *m = (struct memory_pipe *)p;

    if (m->held)
        m->space_due = true;
    push(m);
}

static void memory_want_read(struct pipe *p, bool want)
{
    ((struct memory_pipe *)p)->wanted = want;
}

static void memory_shut(struct pipe *p)
{
    struct memory_pipe *m = (struct memory_pipe *)p;

    m->shut_asked = true;
    push(m);
}

static void memory_close(struct pipe *p, bool reset)
{
    struct memory_pipe *m = (struct memory_pipe *)p;

    m->held = false;
    if (!reset) {
        m->shut_asked = true;
        push(m);
    }
    m->was_reset = reset;
    m->closed = true;
    p->event = NULL;
    p->owner = NULL;
}

struct memory_pipe *memory_pipe_new(void)
{
    static const struct pipe_ops ops = {.sent = memory_sent,
        .want_read = memory_want_read,
        .shut = memory_shut,
        .close = memory_close};
    struct memory_pipe *m = mem_new(sizeof *m);

    m->pipe = (struct pipe){.ops = &ops, .in = evbuffer_new(), .out = evbuffer_new()};
    m->coming = evbuffer_new();
    m->sent = evbuffer_new();
    return m;
}

void memory_pipe_free(struct memory_pipe *m)
{
    if (!m)
        return;
    evbuffer_free(m->pipe.in);
    evbuffer_free(m->pipe.out);
    evbuffer_free(m->coming);
    evbuffer_free(m->sent);
    text_fini(&m->taken);
    mem_free(m);
}

struct pipe *memory_pipe_end(struct memory_pipe *m)
{
    return &m->pipe;
}

static bool tell(struct memory_pipe *m, enum pipe_event what)
{
    if (!m->pipe.event)
        return false;
    m->pipe.event(m->pipe.owner, &m->pipe, what);
    return true;
}

bool memory_pipe_turn(struct memory_pipe *m)
{
    if (m->closed || m->reset_told)
        return false;
    if (m->space_due && !m->held) {
        m->space_due = false;
        return tell(m, PIPE_SPACE);
    }
    if (m->wanted && evbuffer_get_length(m->coming) > 0) {
        evbuffer_add_buffer(m->pipe.in, m->coming);
        return tell(m, PIPE_BYTES);
    }
    if (m->reset_due && evbuffer_get_length(m->coming) == 0) {
        m->reset_told = true;
        return tell(m, PIPE_RESET);
    }
    if (m->wanted && m->eof_due && !m->eof_told) {
        m->eof_told = true;
        return tell(m, PIPE_EOF);
    }
    return false;
}

static void turns(struct memory_pipe *m)
{
    while (memory_pipe_turn(m)) {
    }
}

void memory_pipe_feed(struct memory_pipe *m, const void *bytes, size_t n)
{
    evbuffer_add(m->coming, bytes, n);
    turns(m);
}

bool memory_pipe_feed_all(struct memory_pipe *m, struct evbuffer *from)
{
    size_t n = evbuffer_get_length(from);

    if (n == 0)
        return false;
    evbuffer_add_buffer(m->coming, from);
    turns(m);
    return true;
}

void memory_pipe_feed_text(struct memory_pipe *m, const char *text)
{
    memory_pipe_feed(m, text, strlen(text));
}

void memory_pipe_eof(struct memory_pipe *m)
{
    m->eof_due = true;
    turns(m);
}

void memory_pipe_reset(struct memory_pipe *m)
{
    m->reset_due = true;
    turns(m);
}

struct evbuffer *memory_pipe_sent(struct memory_pipe *m)
{
    return m->sent;
}

const char *memory_pipe_take_text(struct memory_pipe *m)
{
    size_t n = evbuffer_get_length(m->sent);

    text_clear(&m->taken);
    if (n > 0)
        text_add_n(&m->taken, (const char *)evbuffer_pullup(m->sent, -1), n);
    evbuffer_drain(m->sent, n);
    return text_str(&m->taken);
}

void memory_pipe_hold(struct memory_pipe *m, bool hold)
{
    m->held = hold;
    push(m);
    turns(m);
}

void memory_pipe_trickle(struct memory_pipe *m, size_t n)
{
    if (!m->closed)
        evbuffer_remove_buffer(m->pipe.out, m->sent, n);
}

bool memory_pipe_is_reading(const struct memory_pipe *m)
{
    return m->wanted;
}

bool memory_pipe_is_shut(const struct memory_pipe *m)
{
    return m->shut;
}

bool memory_pipe_is_closed(const struct memory_pipe *m)
{
    return m->closed;
}

bool memory_pipe_was_reset(const struct memory_pipe *m)
{
    return m->was_reset;
}
