#include "pipe_socket.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop_priv.h"
#include "loss_priv.h"

enum {
    /* From here on a read goes straight into the evbuffer; below, it is copied out of the loop's
     * scratch, so that a peer that sends byte by byte cannot pin 64 KiB with each. */
    BULK_FROM = 16 * 1024,
    READ_MOST = 65536 - 64, /* with libevent's chain header, one allocation of 64 KiB */
    LINGER_S = 5,
    LINGER_BYTES = 256 * 1024, /* thrown away while waiting for the peer's FIN */
};

struct socket_pipe {
    struct pipe pipe;
    struct loop *loop; /* borrowed */
    struct loop_orphan orphan;
    struct event read, write, late;
    struct evbuffer_cb_entry *relief; /* while reading is paused because `in` is full */
    size_t thrown;
    int fd;
    unsigned depth; /* of calls to the owner */
    bool bulk;
    bool wanted, reading; /* the owner's wish; the read event is in the loop */
    bool writing;         /* the write event is in the loop */
    bool eof;
    bool broken; /* a send failed; what the peer sent before is still to be read */
    bool over;   /* PIPE_RESET was told */
    bool shut_asked, shut;
    bool lingering;
    bool dead; /* closed inside a call to the owner: freed after it */
};

static struct socket_pipe *pipe_of(struct pipe *p)
{
    return (struct socket_pipe *)p;
}

static void destroy(struct socket_pipe *s)
{
    evbuffer_free(s->pipe.in);
    evbuffer_free(s->pipe.out);
    mem_free(s);
}

/* Ends the socket and frees the pipe, at the latest when the owner's call returns. */
static void finish(struct socket_pipe *s)
{
    event_del(&s->read);
    event_del(&s->write);
    if (s->lingering) {
        event_del(&s->late);
        loop_orphan_remove(&s->orphan);
    }
    close(s->fd);
    s->dead = true;
    if (s->depth == 0)
        destroy(s);
}

/* Always the last thing a callback of the loop does. */
static void tell(struct socket_pipe *s, enum pipe_event what)
{
    if (!s->pipe.event)
        return;
    s->depth++;
    s->pipe.event(s->pipe.owner, &s->pipe, what);
    s->depth--;
    if (s->depth == 0 && s->dead)
        destroy(s);
}

static void update_reading(struct socket_pipe *s)
{
    bool on = s->wanted && !s->relief && !s->eof && !s->over && !s->lingering;

    /* Without interest the descriptor is not in epoll at all: a FIN or RST that is not asked for
     * cannot spin. */
    if (on && !s->reading)
        event_add(&s->read, NULL);
    else if (!on && s->reading)
        event_del(&s->read);
    s->reading = on;
}

static void relieved(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
    struct socket_pipe *s = arg;

    (void)info;
    if (!s->relief || evbuffer_get_length(in) > PIPE_IN_MOST / 2)
        return;
    evbuffer_remove_cb_entry(in, s->relief);
    s->relief = NULL;
    update_reading(s);
}

static void send_failed(struct socket_pipe *s)
{
    s->broken = true;
    evbuffer_drain(s->pipe.out, evbuffer_get_length(s->pipe.out));
    /* The caller may be the owner: tell it from the loop. */
    event_active(&s->read, EV_READ, 1);
}

static void flush(struct socket_pipe *s)
{
    while (evbuffer_get_length(s->pipe.out) > 0) {
        errno = 0;
        if (evbuffer_write(s->pipe.out, s->fd) > 0)
            continue;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            send_failed(s);
            return;
        }
        s->writing = true;
        event_add(&s->write, NULL);
        return;
    }
    if (s->shut_asked && !s->shut) {
        s->shut = true;
        shutdown(s->fd, SHUT_WR);
    }
}

static void sock_sent(struct pipe *p)
{
    struct socket_pipe *s = pipe_of(p);

    if (s->broken || s->over || s->shut) {
        evbuffer_drain(p->out, evbuffer_get_length(p->out));
        return;
    }
    if (!s->writing)
        flush(s);
}

static void sock_want_read(struct pipe *p, bool want)
{
    struct socket_pipe *s = pipe_of(p);

    s->wanted = want;
    update_reading(s);
}

static void sock_shut(struct pipe *p)
{
    struct socket_pipe *s = pipe_of(p);

    s->shut_asked = true;
    if (!s->broken && !s->over && !s->writing)
        flush(s);
}

static ssize_t read_bulk(struct socket_pipe *s)
{
    struct evbuffer_iovec space;

    if (evbuffer_reserve_space(s->pipe.in, READ_MOST, &space, 1) != 1) {
        errno = ENOMEM;
        return -1;
    }
    size_t cap = space.iov_len < READ_MOST ? space.iov_len : READ_MOST;
    ssize_t n = recv(s->fd, space.iov_base, cap, 0);
    space.iov_len = n > 0 ? (size_t)n : 0;
    int kept = errno;
    evbuffer_commit_space(s->pipe.in, &space, 1);
    errno = kept;
    return n;
}

static ssize_t read_small(struct socket_pipe *s)
{
    uint8_t *scratch = loop_scratch(s->loop);
    ssize_t n = recv(s->fd, scratch, READ_MOST, 0);

    if (n > 0)
        evbuffer_add(s->pipe.in, scratch, (size_t)n);
    return n;
}

static void reset_seen(struct socket_pipe *s)
{
    s->over = true;
    update_reading(s);
    if (s->writing)
        event_del(&s->write);
    s->writing = false;
    evbuffer_drain(s->pipe.out, evbuffer_get_length(s->pipe.out));
    tell(s, PIPE_RESET);
}

static void bytes_seen(struct socket_pipe *s, size_t n)
{
    s->bulk = n >= BULK_FROM;
    if (!s->relief && evbuffer_get_length(s->pipe.in) >= PIPE_IN_MOST) {
        s->relief = evbuffer_add_cb(s->pipe.in, relieved, s);
        update_reading(s);
    }
    if (s->broken)
        event_active(&s->read, EV_READ, 1);
    tell(s, PIPE_BYTES);
}

/* The owner let go: throw away what comes until the peer is done as well. */
static void linger_read(struct socket_pipe *s)
{
    ssize_t n = recv(s->fd, loop_scratch(s->loop), LOOP_SCRATCH, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR) && !s->broken)
        return;
    if (n > 0)
        s->thrown += (size_t)n;
    if (n <= 0 || s->thrown > LINGER_BYTES)
        finish(s);
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
    struct socket_pipe *s = arg;

    (void)fd;
    (void)what;
    if (s->lingering) {
        linger_read(s);
        return;
    }
    if (s->over)
        return;
    bool room = evbuffer_get_length(s->pipe.in) < PIPE_IN_MOST;
    ssize_t n = !room ? -1 : s->bulk ? read_bulk(s) : read_small(s);
    if (n > 0) {
        bytes_seen(s, (size_t)n);
    } else if (s->broken) {
        reset_seen(s);
    } else if (n == 0) {
        s->eof = true;
        update_reading(s);
        tell(s, PIPE_EOF);
    } else if (room && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        reset_seen(s);
    }
}

/* Nothing waits to be sent. RFC 9112 §9.6: closing now, with unread bytes, would send a RST that
 * can destroy our last words on their way; so FIN first, then wait for the peer's. */
static void linger_on(struct socket_pipe *s)
{
    if (s->eof || s->broken) {
        finish(s);
        return;
    }
    s->shut_asked = true;
    flush(s);
    event_add(&s->read, NULL);
}

static void writable(evutil_socket_t fd, short what, void *arg)
{
    struct socket_pipe *s = arg;

    (void)fd;
    (void)what;
    s->writing = false;
    flush(s);
    if (s->writing || s->broken)
        return; /* a failed send goes on in readable() */
    if (s->lingering)
        linger_on(s);
    else if (!s->shut)
        tell(s, PIPE_SPACE);
}

static void lingered(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    finish(arg);
}

static void orphan_drop(struct loop_orphan *orphan)
{
    struct socket_pipe *s =
        (struct socket_pipe *)((char *)orphan - offsetof(struct socket_pipe, orphan));

    finish(s);
}

static void linger(struct socket_pipe *s)
{
    const struct timeval most = {.tv_sec = LINGER_S};

    s->wanted = false;
    update_reading(s);
    s->lingering = true;
    s->orphan.drop = orphan_drop;
    loop_orphan_add(s->loop, &s->orphan);
    evtimer_assign(&s->late, loop_base(s->loop), lingered, s);
    event_add(&s->late, &most);
    if (!s->writing)
        flush(s);
    if (!s->writing && !s->broken)
        linger_on(s);
}

static void sock_close(struct pipe *p, bool reset)
{
    struct socket_pipe *s = pipe_of(p);

    p->event = NULL;
    p->owner = NULL;
    if (s->relief)
        evbuffer_remove_cb_entry(p->in, s->relief);
    s->relief = NULL;
    if (reset) {
        const struct linger none = {.l_onoff = 1, .l_linger = 0};

        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    if (reset || s->broken || s->over)
        finish(s);
    else
        linger(s);
}

static enum pipe_loss sock_loss(const struct pipe *p)
{
    return socket_loss(((const struct socket_pipe *)p)->fd);
}

struct pipe *pipe_socket_new(struct loop *l, int fd)
{
    static const struct pipe_ops ops = {.sent = sock_sent,
        .want_read = sock_want_read,
        .shut = sock_shut,
        .close = sock_close,
        .loss = sock_loss};
    struct socket_pipe *s = mem_new(sizeof *s);
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->pipe.ops = &ops;
    s->pipe.in = evbuffer_new();
    s->pipe.out = evbuffer_new();
    s->loop = l;
    s->fd = fd;
    event_assign(&s->read, loop_base(l), fd, EV_READ | EV_PERSIST, readable, s);
    event_assign(&s->write, loop_base(l), fd, EV_WRITE, writable, s);
    return &s->pipe;
}
