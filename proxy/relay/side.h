/* relay/side.h - one side of a relay: a pipe, and a TLS leg upon it or none. Both sides are the
 * same type, so that the stages can speak of plaintext in and out and leave the rest to here. */
#ifndef WHYTLS_RELAY_SIDE_H
#define WHYTLS_RELAY_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/pipe.h"
#include "tls/leg.h"

struct evbuffer;

/* Above HIGH bytes that wait to leave one side, the other is not read; below LOW it is read again.
 * With what a pipe reads ahead (net/pipe_socket.h) this bounds a direction to less than 1 MiB. */
enum { SIDE_HIGH = 256 * 1024, SIDE_LOW = 64 * 1024 };

struct side {
    struct pipe *pipe; /* owned; NULL: not connected, or over */
    struct leg *leg;   /* owned; NULL: plaintext */
    bool eof;          /* the peer ended its direction */
    bool reset;        /* the transport is gone */
    bool eof_told;
    bool paused;
    bool shut;                /* our end was sent */
    uint64_t raw_in, raw_out; /* plaintext bytes when there is no leg */
};

/* Moves what can be moved between pipe and leg. */
void side_pump(struct side *s);
/* The same when nothing new came from the pipe: takes on what the leg holds. True when there is
 * more plaintext than before. A leg stops at SIDE_HIGH bytes of it, and no event will say that they
 * were taken. */
bool side_read_on(struct side *s);
/* Plaintext from the peer and to the peer. The pipe's own buffers when there is no leg. NULL when
 * not connected. */
struct evbuffer *side_in(const struct side *s);
struct evbuffer *side_out(const struct side *s);
/* Sends what was put into side_out. */
void side_flush(struct side *s);
/* Bytes that wait to leave. */
size_t side_backlog(const struct side *s);
/* close_notify and FIN after what waits. */
void side_shut(struct side *s);
void side_close(struct side *s, bool reset);
/* No more plaintext will come: transport over, or close_notify. What came may still wait to be
 * taken. */
bool side_has_ended(const struct side *s);
/* … and all was taken. */
bool side_is_over(const struct side *s);
/* Stops or resumes reading `from` by how much waits to leave `to`: the back-pressure between the
 * legs. */
void side_throttle(struct side *from, const struct side *to);

#endif
