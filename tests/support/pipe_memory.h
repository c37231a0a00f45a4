/* tests/support/pipe_memory.h - a pipe of memory: the test plays the peer and the network.
 *
 * It keeps the manners of a socket: the owner is called only from the peer's functions below, never
 * from inside its own calls; nothing arrives while reading is not wanted; what was closed stays to
 * be asked until memory_pipe_free. */
#ifndef WHYTLS_SUPPORT_PIPE_MEMORY_H
#define WHYTLS_SUPPORT_PIPE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "net/pipe.h"

struct memory_pipe;

struct memory_pipe *memory_pipe_new(void);
void memory_pipe_free(struct memory_pipe *m);
/* The owner's end; valid until the owner closes it. */
struct pipe *memory_pipe_end(struct memory_pipe *m);

/* The peer sends, ends its direction, resets. Each is told in this order, as soon as reading is
 * wanted (a reset at once when nothing is queued before it). */
void memory_pipe_feed(struct memory_pipe *m, const void *bytes, size_t n);
/* All that is in the buffer, and out of it; false: nothing was. */
bool memory_pipe_feed_all(struct memory_pipe *m, struct evbuffer *from);
void memory_pipe_feed_text(struct memory_pipe *m, const char *text);
void memory_pipe_eof(struct memory_pipe *m);
void memory_pipe_reset(struct memory_pipe *m);
/* Tells the owner what is due; true when it told something. Call until false after the owner
 * changed its mind. */
bool memory_pipe_turn(struct memory_pipe *m);

/* What arrived at the peer. */
struct evbuffer *memory_pipe_sent(struct memory_pipe *m);
/* The same as a C string that is valid until the next call, and taken out. */
const char *memory_pipe_take_text(struct memory_pipe *m);
/* A full send buffer: what is sent stays in `out` until this is lifted, then PIPE_SPACE. */
void memory_pipe_hold(struct memory_pipe *m, bool hold);

/* While held: so many bytes pass nevertheless; nobody is told of a part. */
void memory_pipe_trickle(struct memory_pipe *m, size_t n);

bool memory_pipe_is_reading(const struct memory_pipe *m);
bool memory_pipe_is_shut(const struct memory_pipe *m); /* the owner's FIN arrived */
bool memory_pipe_is_closed(const struct memory_pipe *m);
bool memory_pipe_was_reset(const struct memory_pipe *m); /* closed by RST */

#endif
