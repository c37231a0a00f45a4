/* relay/stage_hold.c - the client finished the handshake and closed without a byte of data. That is
 * how several stacks refuse a certificate, and also how a browser drops a spare connection
 * (client-stacks: measured 2026-11-21). What tells them apart is whether another connection of the
 * same client to the same host brings data near in time. */
#include "relay_priv.h"

#include "base/clock.h"
#include "device/history.h"
#include "history_key.h"

enum stage stage_hold(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    int64_t now = clock_wall_ms(world->clock);
    struct history_key key = history_key_of(r);
    bool waited = clock_steady_ms(world->clock) - r->stage_ms >= stage_deadline_ms(STAGE_HOLD);

    if (!waited && !relay_is_draining(r) &&
        !history_accepted_since(world->history, &key, now - BESIDE_MS))
        return STAGE_HOLD;
    fail_client(r);
    return STAGE_DRAIN;
}
