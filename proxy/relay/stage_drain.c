/* relay/stage_drain.c - what is queued goes out, each leg is closed in order, nothing new is read.
 */
#include "relay_priv.h"

#include <event2/buffer.h>

static bool is_empty(struct side *s)
{
    if (!s->pipe || s->reset)
        return true;
    side_shut(s);
    side_flush(s);
    return side_backlog(s) == 0;
}

/* Bytes that nobody will read must not keep the peer's window, nor our memory. */
static void throw_away(struct side *s)
{
    if (!s->pipe)
        return;
    evbuffer_drain(s->pipe->in, evbuffer_get_length(s->pipe->in));
    if (s->leg)
        evbuffer_drain(leg_plain_in(s->leg), evbuffer_get_length(leg_plain_in(s->leg)));
    if (s->paused && !s->reset) {
        s->paused = false;
        pipe_want_read(s->pipe, true);
    }
}

enum stage stage_drain(struct relay *r)
{
    bool done = is_empty(&r->side[LEG_CLIENT]) & is_empty(&r->side[LEG_SERVER]);

    throw_away(&r->side[LEG_CLIENT]);
    throw_away(&r->side[LEG_SERVER]);
    return done ? STAGE_DONE : STAGE_DRAIN;
}
