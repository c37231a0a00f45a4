#include "pipe_tls.h"

#include <event2/buffer.h>

#include "base/mem.h"
#include "net/pipe.h"
#include "tls/leg.h"

enum {
    IN_MOST = 320 * 1024, /* unread plaintext; above it the inner pipe is not read */
    STEP = 64 * 1024,     /* of plaintext turned into records at a time … */
    OUT_MOST = 64 * 1024, /* … while the inner pipe has no more than this to send */
};

struct tls_pipe {
    struct pipe pipe; /* first: a pipe of these ops is its tls_pipe */
    struct pipe *inner;
    struct leg *leg;
    struct evbuffer_cb_entry *relief; /* while reading is paused because `in` is full */
    bool wanted;
    bool shut_asked, shut;
    bool over;      /* PIPE_EOF or PIPE_RESET was told */
    unsigned depth; /* of calls to the owner */
    bool dead;      /* closed inside one: freed after it */
};

static struct tls_pipe *tls_pipe_of(struct pipe *p)
{
    return (struct tls_pipe *)p;
}

static void relieved(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg);

static void update_reading(struct tls_pipe *t)
{
    if (!t->relief && evbuffer_get_length(t->pipe.in) >= IN_MOST)
        t->relief = evbuffer_add_cb(t->pipe.in, relieved, t);
    pipe_want_read(t->inner, t->wanted && !t->relief);
}

static void relieved(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
    struct tls_pipe *t = arg;

    (void)info;
    if (!t->relief || evbuffer_get_length(in) > IN_MOST / 2)
        return;
    evbuffer_remove_cb_entry(in, t->relief);
    t->relief = NULL;
    update_reading(t);
}

/* What the leg has for the peer: records, and its own words (KeyUpdate, alerts). */
static void pass_out(struct tls_pipe *t)
{
    evbuffer_add_buffer(t->inner->out, leg_cipher_out(t->leg));
    if (evbuffer_get_length(t->inner->out) > 0)
        pipe_send(t->inner);
}

/* Only so much is turned into records as the transport takes: what waits, waits in `out`, where the
 * owner sees it. */
static void push(struct tls_pipe *t)
{
    while (evbuffer_get_length(t->pipe.out) > 0 && evbuffer_get_length(t->inner->out) <= OUT_MOST) {
        evbuffer_remove_buffer(t->pipe.out, leg_plain_out(t->leg), STEP);
        leg_pump(t->leg, 0);
        pass_out(t);
        if (leg_state(t->leg) == LEG_BROKEN) {
            evbuffer_drain(t->pipe.out, evbuffer_get_length(t->pipe.out));
            return;
        }
    }
    if (t->shut_asked && !t->shut && evbuffer_get_length(t->pipe.out) == 0) {
        t->shut = true;
        leg_shut(t->leg);
        leg_pump(t->leg, 0);
        pass_out(t);
        pipe_shut(t->inner);
    }
}

/* True when there is more to read than before. */
static bool pull(struct tls_pipe *t)
{
    leg_feed(t->leg, t->inner->in);
    leg_pump(t->leg, 0);
    bool more = evbuffer_get_length(leg_plain_in(t->leg)) > 0;
    evbuffer_add_buffer(t->pipe.in, leg_plain_in(t->leg));
    return more;
}

static void tell(struct tls_pipe *t, enum pipe_event what)
{
    if (what == PIPE_EOF || what == PIPE_RESET) {
        if (t->over)
            return;
        t->over = true;
    }
    if (t->pipe.event)
        t->pipe.event(t->pipe.owner, &t->pipe, what);
}

static void tell_end(struct tls_pipe *t, bool transport_ended)
{
    if (leg_state(t->leg) == LEG_BROKEN && !transport_ended)
        tell(t, PIPE_RESET);
    else if (transport_ended || leg_facts(t->leg)->close_notify_in)
        tell(t, PIPE_EOF);
}

static void take_event(struct tls_pipe *t, enum pipe_event what)
{
    switch (what) {
    case PIPE_SPACE:
        push(t);
        if (evbuffer_get_length(t->pipe.out) == 0 && evbuffer_get_length(t->inner->out) == 0)
            tell(t, PIPE_SPACE);
        return;
    case PIPE_RESET:
        tell(t, PIPE_RESET);
        return;
    case PIPE_EOF:
        leg_eof(t->leg);
        break;
    case PIPE_BYTES:
        break;
    }
    bool more = pull(t);
    pass_out(t);
    update_reading(t);
    if (more)
        tell(t, PIPE_BYTES);
    if (!t->dead)
        tell_end(t, what == PIPE_EOF);
}

static void destroy(struct tls_pipe *t)
{
    leg_free(t->leg);
    evbuffer_free(t->pipe.in);
    evbuffer_free(t->pipe.out);
    mem_free(t);
}

static void inner_event(void *owner, struct pipe *inner, enum pipe_event what)
{
    struct tls_pipe *t = owner;

    (void)inner;
    t->depth++;
    take_event(t, what);
    t->depth--;
    if (t->depth == 0 && t->dead)
        destroy(t);
}

static void tls_sent(struct pipe *p)
{
    push(tls_pipe_of(p));
}

static void tls_want_read(struct pipe *p, bool want)
{
    tls_pipe_of(p)->wanted = want;
    update_reading(tls_pipe_of(p));
}

static void tls_shut(struct pipe *p)
{
    tls_pipe_of(p)->shut_asked = true;
    push(tls_pipe_of(p));
}

static void tls_close(struct pipe *p, bool reset)
{
    struct tls_pipe *t = tls_pipe_of(p);

    if (!reset && leg_state(t->leg) != LEG_BROKEN) {
        evbuffer_add_buffer(leg_plain_out(t->leg), t->pipe.out);
        leg_shut(t->leg);
        leg_pump(t->leg, 0);
        evbuffer_add_buffer(t->inner->out, leg_cipher_out(t->leg));
    }
    pipe_close(t->inner, reset);
    if (t->relief)
        evbuffer_remove_cb_entry(t->pipe.in, t->relief);
    t->relief = NULL;
    p->event = NULL;
    t->dead = true;
    if (t->depth == 0)
        destroy(t);
}

struct pipe *pipe_tls_new(struct pipe *inner, struct leg *leg)
{
    static const struct pipe_ops ops = {
        .sent = tls_sent, .want_read = tls_want_read, .shut = tls_shut, .close = tls_close};
    struct tls_pipe *t = mem_new(sizeof *t);

    t->pipe = (struct pipe){.ops = &ops, .in = evbuffer_new(), .out = evbuffer_new()};
    t->inner = inner;
    t->leg = leg;
    inner->owner = t;
    inner->event = inner_event;
    bool more = pull(t);
    (void)more;
    pass_out(t);
    return &t->pipe;
}
