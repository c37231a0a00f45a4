/* net/pipe.h - what a connection needs of a transport, and no more: bytes in, bytes out, an end. A
 * socket, or memory in tests. It knows nothing of TLS.
 *
 * A pipe calls its owner back; the owner never frees it inside that call but marks itself done (see
 * relay/relay.c). */
#ifndef WHYTLS_NET_PIPE_H
#define WHYTLS_NET_PIPE_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;
struct pipe;
struct sockaddr;

enum pipe_event {
    PIPE_BYTES = 0, /* more bytes lie in pipe_in */
    PIPE_SPACE,     /* everything handed over was sent */
    PIPE_EOF,       /* the peer ended its direction (FIN); writing still works */
    PIPE_RESET,     /* the connection is gone (RST, or another error); nothing works */
};

/* What went missing on the way of a connection that stands still, as far as this end can tell. */
enum pipe_loss {
    PIPE_LOSS_NONE = 0,
    PIPE_LOSS_SENT,     /* what we sent was sent again, and never acknowledged */
    PIPE_LOSS_RECEIVED, /* packets came, and some before them did not */
};

struct pipe_ops {
    void (*sent)(struct pipe *p);            /* bytes were put into p->out: send them */
    void (*want_read)(struct pipe *p, bool); /* go on, or stop reading from the peer */
    void (*shut)(struct pipe *p);            /* FIN after p->out has drained */
    void (*close)(
        struct pipe *p, bool reset); /* frees the pipe; reset: RST instead of what is left */
    enum pipe_loss (*loss)(const struct pipe *p); /* NULL: it cannot tell */
};

struct pipe {
    const struct pipe_ops *ops;
    struct evbuffer *in, *out; /* owned by the pipe */
    void (*event)(void *owner, struct pipe *p, enum pipe_event what);
    void *owner;
};

static inline void pipe_send(struct pipe *p)
{
    p->ops->sent(p);
}

static inline void pipe_want_read(struct pipe *p, bool want)
{
    p->ops->want_read(p, want);
}

static inline void pipe_shut(struct pipe *p)
{
    p->ops->shut(p);
}

static inline enum pipe_loss pipe_loss(const struct pipe *p)
{
    return p->ops->loss ? p->ops->loss(p) : PIPE_LOSS_NONE;
}

/* Bytes still in p->out are tried to be sent before the end (bounded: 5 s) unless reset. NULL is
 * fine. */
static inline void pipe_close(struct pipe *p, bool reset)
{
    if (p)
        p->ops->close(p, reset);
}

#endif
