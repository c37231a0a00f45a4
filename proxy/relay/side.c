#include "side.h"

#include <event2/buffer.h>

void side_pump(struct side *s)
{
    if (!s->pipe || !s->leg)
        return;
    leg_feed(s->leg, s->pipe->in);
    if ((s->eof || s->reset) && !s->eof_told) {
        s->eof_told = true;
        leg_eof(s->leg);
    }
    leg_pump(s->leg, SIDE_HIGH);
    side_flush(s);
}

bool side_read_on(struct side *s)
{
    if (!s->pipe || !s->leg || leg_cipher_pending(s->leg) == 0)
        return false;
    size_t before = evbuffer_get_length(leg_plain_in(s->leg));
    side_pump(s);
    return evbuffer_get_length(leg_plain_in(s->leg)) > before;
}

struct evbuffer *side_in(const struct side *s)
{
    if (s->leg)
        return leg_plain_in(s->leg);
    return s->pipe ? s->pipe->in : NULL;
}

struct evbuffer *side_out(const struct side *s)
{
    if (s->leg)
        return leg_plain_out(s->leg);
    return s->pipe ? s->pipe->out : NULL;
}

void side_flush(struct side *s)
{
    if (!s->pipe || s->reset)
        return;
    if (s->leg) {
        if (evbuffer_get_length(leg_plain_out(s->leg)) > 0)
            leg_pump(s->leg, SIDE_HIGH);
        evbuffer_add_buffer(s->pipe->out, leg_cipher_out(s->leg));
    }
    if (evbuffer_get_length(s->pipe->out) > 0)
        pipe_send(s->pipe);
}

size_t side_backlog(const struct side *s)
{
    size_t n = s->pipe ? evbuffer_get_length(s->pipe->out) : 0;

    if (!s->leg)
        return n;
    enum leg_state state = leg_state(s->leg);
    bool speaks =
        state != LEG_BROKEN && state != LEG_CLOSED && !leg_facts(s->leg)->close_notify_out;
    return n + evbuffer_get_length(leg_cipher_out(s->leg)) +
           (speaks ? evbuffer_get_length(leg_plain_out(s->leg)) : 0);
}

void side_shut(struct side *s)
{
    if (!s->pipe || s->shut)
        return;
    s->shut = true;
    if (s->leg) {
        leg_shut(s->leg);
        leg_pump(s->leg, SIDE_HIGH);
    }
    side_flush(s);
    if (!s->reset)
        pipe_shut(s->pipe);
}

void side_close(struct side *s, bool reset)
{
    pipe_close(s->pipe, reset);
    s->pipe = NULL;
    leg_free(s->leg);
    s->leg = NULL;
}

bool side_has_ended(const struct side *s)
{
    if (!s->pipe)
        return true;
    if (!s->leg)
        return s->eof || s->reset;
    enum leg_state state = leg_state(s->leg);
    if (state == LEG_BROKEN || state == LEG_CLOSED || leg_facts(s->leg)->close_notify_in)
        return true;
    return (s->eof || s->reset) && s->eof_told && leg_cipher_pending(s->leg) == 0;
}

bool side_is_over(const struct side *s)
{
    const struct evbuffer *in = side_in(s);

    return side_has_ended(s) && (!in || evbuffer_get_length(in) == 0);
}

void side_throttle(struct side *from, const struct side *to)
{
    if (!from->pipe)
        return;
    size_t waits = side_backlog(to);
    size_t unread =
        evbuffer_get_length(from->pipe->in) + (from->leg ? leg_cipher_pending(from->leg) : 0);
    bool full = waits > SIDE_HIGH || unread > SIDE_HIGH;
    bool empty = waits < SIDE_LOW && unread < SIDE_HIGH;

    if (!from->paused && full) {
        from->paused = true;
        pipe_want_read(from->pipe, false);
    } else if (from->paused && empty) {
        from->paused = false;
        pipe_want_read(from->pipe, true);
    }
}
