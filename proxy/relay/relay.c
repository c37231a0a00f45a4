#include "relay_priv.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "body.h"
#include "cert/chain.h"
#include "cert/leaf.h"
#include "fetch/evidence.h"
#include "http/h1.h"
#include "net/dial.h"
#include "websocket.h"

/* However steadily a client sips, a connection that is over does not stay longer. */
enum { DRAIN_MOST_MS = 60000 };

struct relays {
    struct relay_world world;
    struct relay *first;
    struct relay *dead; /* freed by reap, after the event that ended them */
    size_t n;
    int64_t drain_ms; /* steady; 0: not draining */
    bool reaping;     /* a reap is on its way */
    bool walking;     /* somebody goes along the list: nobody is freed now */
};

static const struct {
    const char *name;
    int64_t deadline_ms;
    enum stage (*step)(struct relay *r);
} stages[] = {
#define STAGE(ID, name, deadline_ms, about) [STAGE_##ID] = {#name, deadline_ms, stage_##name},
#define stage_done NULL
#include "stage.def"
#undef stage_done
#undef STAGE
};

const char *stage_name(enum stage s)
{
    return stages[s].name;
}

int64_t stage_deadline_ms(enum stage s)
{
    return stages[s].deadline_ms;
}

const struct relay_world *relay_world(const struct relay *r)
{
    return &r->all->world;
}

bool relay_is_draining(const struct relay *r)
{
    return r->all->drain_ms != 0;
}

struct relays *relays_new(const struct relay_world *world)
{
    struct relays *all = mem_new(sizeof *all);

    all->world = *world;
    return all;
}

void hello_take(struct relay *r, const struct client_hello *hello)
{
    assert(!r->hello);
    r->hello = mem_dup(hello, sizeof *hello);
}

void hello_drop(struct relay *r)
{
    if (r->hello)
        client_hello_fini(r->hello);
    mem_free(r->hello);
    r->hello = NULL;
}

static void relay_free(struct relay *r)
{
    side_close(&r->side[LEG_SERVER], false);
    side_close(&r->side[LEG_CLIENT], false);
    h1_free(r->h1[LEG_CLIENT]);
    h1_free(r->h1[LEG_SERVER]);
    talk_h2_free(r->h2);
    leaf_unref(r->leaf);
    cert_chain_free(r->chain);
    evidence_free(r->evidence);
    mail_watch_fini(&r->watch);
    websocket_free(r->websocket);
    body_free(r);
    hello_drop(r);
    arena_fini(&r->message);
    flow_free(r->flow);
    mem_free(r);
}

static void reap(void *arg)
{
    struct relays *all = arg;

    all->reaping = false;
    if (all->walking)
        return; /* walk_end comes back to it */
    while (all->dead) {
        struct relay *r = all->dead;

        all->dead = r->next;
        relay_free(r);
    }
}

static void relay_end(struct relay *r)
{
    struct relays *all = r->all;

    assert(!r->dead);
    r->dead = true;
    if (r->dial)
        all->world.dialer->cancel(all->world.dialer, r->dial);
    r->dial = NULL;
    retry_free(r);
    judge_stop(r);
    fault_tell(r);
    record_seal(r);
    if (r->prev)
        r->prev->next = r->next;
    else
        all->first = r->next;
    if (r->next)
        r->next->prev = r->prev;
    r->prev = NULL;
    r->next = all->dead;
    all->dead = r;
    all->n--;
    if (!all->reaping) {
        all->reaping = true;
        all->world.soon(all->world.soon_arg, reap, all);
    }
}

static void stage_enter(struct relay *r, enum stage next)
{
    if (next >= STAGE_TALK) /* no leg is begun from there on */
        hello_drop(r);
    r->stage = next;
    r->stage_ms = r->moved_ms = clock_steady_ms(r->all->world.clock);
    flow_tick(r->flow, r->stage_ms - r->accepted_ms, stages[next].name);
}

void relay_drive(struct relay *r)
{
    if (r->dead)
        return;
    if (r->driving) {
        r->again = true;
        return;
    }
    r->driving = true;
    for (;;) {
        r->again = false;
        if (r->stage == STAGE_DONE)
            break;
        enum stage next = stages[r->stage].step(r);
        if (next != r->stage)
            stage_enter(r, next);
        else if (!r->again)
            break;
    }
    r->driving = false;
    if (r->stage == STAGE_DONE)
        relay_end(r);
}

/* A reset out of silence is what boxes on the way do that forget quiet connections. */
static void note_reset(struct relay *r, struct side *s)
{
    s->reset = true;
    if (s == &r->side[LEG_SERVER] && (r->stage == STAGE_TALK || r->stage == STAGE_TUNNEL))
        r->quiet_ms = clock_steady_ms(r->all->world.clock) - r->moved_ms;
}

static void relay_event(void *owner, struct pipe *p, enum pipe_event what)
{
    struct relay *r = owner;

    magic_check(&r->magic, RELAY_MAGIC);
    if (r->dead)
        return;
    struct side *s = &r->side[p == r->side[LEG_SERVER].pipe ? LEG_SERVER : LEG_CLIENT];
    if (what == PIPE_EOF)
        s->eof = true;
    else if (what == PIPE_RESET)
        note_reset(r, s);
    else
        r->moved_ms = clock_steady_ms(r->all->world.clock);
    relay_drive(r);
}

void relay_adopt_pipe(struct relay *r, enum leg_side which, struct pipe *p)
{
    r->side[which].pipe = p;
    p->owner = r;
    p->event = relay_event;
}

static struct relay *relay_new(
    struct relays *all, const char *ip, uint16_t port, bool from_loopback)
{
    struct relay *r = mem_new(sizeof *r);
    char id[ID_CAP];

    magic_set(&r->magic, RELAY_MAGIC);
    r->all = all;
    snprintf(r->ip, sizeof r->ip, "%s", ip);
    r->client_port = port;
    r->from_loopback = from_loopback;
    arena_init(&r->message);
    r->accepted_ms = clock_steady_ms(all->world.clock);
    int64_t wall_ms = clock_wall_ms(all->world.clock);
    r->flow = flow_new(id_make(id, wall_ms), wall_ms);
    record_start(r);
    stage_enter(r, STAGE_SNIFF);
    r->next = all->first;
    if (all->first)
        all->first->prev = r;
    all->first = r;
    all->n++;
    return r;
}

void relays_accept(
    struct relays *all, struct pipe *client, const char *ip, uint16_t port, bool from_loopback)
{
    struct relay *r = relay_new(all, ip, port, from_loopback);

    relay_adopt_pipe(r, LEG_CLIENT, client);
    pipe_want_read(client, true);
    relay_drive(r);
}

void relays_accept_at(struct relays *all, struct pipe *client, const char *ip, uint16_t port,
    bool from_loopback, const struct relay_door *door)
{
    struct relay *r = relay_new(all, ip, port, from_loopback);

    snprintf(r->at, sizeof r->at, "%s", door->ip);
    r->at_port = door->port;
    if (door->behind_balancer)
        stage_enter(r, STAGE_BALANCER);
    relay_adopt_pipe(r, LEG_CLIENT, client);
    pipe_want_read(client, true);
    relay_drive(r);
}

void relays_accept_transparent(struct relays *all, struct pipe *client, const char *ip,
    uint16_t port, bool from_loopback, const struct relay_sent_to *to)
{
    struct relay *r = relay_new(all, ip, port, from_loopback);

    transparent_start(r, to);
    relay_adopt_pipe(r, LEG_CLIENT, client);
    pipe_want_read(client, true);
    relay_drive(r);
}

void relay_hand_on(struct relay *r)
{
    struct pipe *client = r->side[LEG_CLIENT].pipe;
    bool eof = r->side[LEG_CLIENT].eof;

    r->side[LEG_CLIENT] = (struct side){0};
    struct relay *heir = relay_new(r->all, r->ip, r->client_port, r->from_loopback);
    if (r->sent_to[0])
        transparent_start(
            heir, &(struct relay_sent_to){r->sent_to, r->sent_to_port, r->sent_to_us});
    record_inherit(heir, r);
    relay_adopt_pipe(heir, LEG_CLIENT, client);
    heir->side[LEG_CLIENT].eof = eof;
    pipe_want_read(client, true);
    relay_drive(heir);
}

static bool is_late(const struct relay *r, int64_t now)
{
    bool moving = r->stage == STAGE_TALK || r->stage == STAGE_TUNNEL || r->stage == STAGE_DRAIN ||
                  r->stage == STAGE_UPGRADE;
    int64_t allowed = stages[r->stage].deadline_ms;

    if (r->stage == STAGE_DRAIN && now - r->stage_ms >= DRAIN_MOST_MS)
        return true;
    return allowed && now - (moving ? r->moved_ms : r->stage_ms) >= allowed;
}

/* A slow reader is given its time as long as it reads: the transport says nothing of a part that
 * was sent. */
static void see_draining(struct relay *r, int64_t now)
{
    size_t left = side_backlog(&r->side[LEG_CLIENT]) + side_backlog(&r->side[LEG_SERVER]);

    if (left < r->drain_left)
        r->moved_ms = now;
    r->drain_left = left;
}

static void relay_tick(struct relay *r, int64_t now)
{
    if (r->stage == STAGE_SNIFF || r->stage == STAGE_HELLO || r->stage == STAGE_HOLD ||
        r->stage == STAGE_DRAIN || talk_h2_is_late(r) || talk_is_waiting(r))
        relay_drive(r); /* they wait for time as much as for bytes */
    if (r->dead)
        return;
    if (r->stage == STAGE_DRAIN)
        see_draining(r, now);
    if (r->all->drain_ms && now - r->all->drain_ms >= stage_deadline_ms(STAGE_DRAIN)) {
        stage_enter(r, STAGE_DONE);
        relay_drive(r);
    } else if (is_late(r, now)) {
        enum stage next = stage_late(r);

        if (next != r->stage)
            stage_enter(r, next);
        relay_drive(r);
    }
}

/* `soon` may come at once when its loop has stopped; a relay must not go under the feet of the
 * walk. */
static void walk_end(struct relays *all)
{
    all->walking = false;
    if (all->dead && !all->reaping)
        reap(all);
}

void relays_tick(struct relays *all)
{
    int64_t now = clock_steady_ms(all->world.clock);

    all->walking = true;
    for (struct relay *r = all->first, *next; r; r = next) {
        next = r->next;
        relay_tick(r, now);
    }
    walk_end(all);
}

size_t relays_open(const struct relays *all)
{
    return all->n;
}

void relays_drain(struct relays *all)
{
    all->drain_ms = clock_steady_ms(all->world.clock);
    all->walking = true;
    for (struct relay *r = all->first, *next; r; r = next) {
        next = r->next;
        relay_drive(r);
    }
    walk_end(all);
}

void relays_free(struct relays *all)
{
    if (!all)
        return;
    all->drain_ms = all->drain_ms ? all->drain_ms : 1;
    while (all->first) {
        all->first->stage = STAGE_DONE;
        relay_drive(all->first);
    }
    reap(all);
    mem_free(all);
}
