/* relay/stage_tunnel.c - bytes cross unread. */
#include "relay_priv.h"

#include <event2/buffer.h>

#include "base/clock.h"
#include "device/history.h"

static bool is_over(const struct side *s)
{
    return s->eof && evbuffer_get_length(s->pipe->in) == 0;
}

static void cross(struct side *from, struct side *to)
{
    size_t n = evbuffer_get_length(from->pipe->in);

    if (n > 0 && !to->reset && side_backlog(to) <= SIDE_HIGH) {
        from->raw_in += n;
        to->raw_out += n;
        evbuffer_add_buffer(to->pipe->out, from->pipe->in);
        side_flush(to);
    }
    side_throttle(from, to);
    if (is_over(from))
        side_shut(to);
}

enum stage stage_tunnel(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];
    uint64_t before = client->raw_in + server->raw_in;

    cross(client, server);
    cross(server, client);
    if (client->raw_in + server->raw_in != before)
        r->moved_ms = clock_steady_ms(relay_world(r)->clock);
    if (client->reset || server->reset || (is_over(client) && is_over(server)) ||
        relay_is_draining(r))
        return STAGE_DRAIN;
    return STAGE_TUNNEL;
}
