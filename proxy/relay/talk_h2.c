/* relay/talk_h2.c - HTTP/2 on both legs: streams are paired one to one, bodies move as the taker's
 * window allows, and each leg is told what the other said of its end.
 *
 * PING stays on its leg, answered by nghttp2: it asks whether this connection lives, and measures
 * it. Passed on, a client's keep-alive would be counted by the site as ours (RFC 9113 §10.5; gRPC
 * ends such connections with too_many_pings), and a site that thinks would look like one that is
 * dead. */
#include "talk_h2_priv.h"

#include <event2/buffer.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    WRITE_MOST = 128 * 1024,  /* frames that wait to leave; below SIDE_HIGH, where reading stops */
    HEADS_MOST = 1024 * 1024, /* heads that the other leg does not fetch */
    FRAMES_MOST = 4096,       /* that this leg does not fetch: above any number of streams */
    SETTINGS_MS = 10000,      /* for the site's first word, which the client waits for */
};

void talk_h2_free(struct talk_h2 *t)
{
    if (!t)
        return;
    while (t->first)
        pair_free(t, t->first);
    h2_session_free(t->session[LEG_CLIENT]);
    h2_session_free(t->session[LEG_SERVER]);
    mem_free(t);
}

/* The client hears of the site's limits with our first frame, so it waits for the site's. */
static void client_begin(struct relay *r)
{
    struct talk_h2 *t = r->h2;

    if (t->session[LEG_CLIENT] || !(t->site_told || t->page_only || t->site_gone))
        return;
    if (t->session[LEG_SERVER])
        t->offered = h2_offer_of(t->session[LEG_SERVER]);
    if (!t->site_told)
        t->offered.streams = H2_STREAMS_MOST;
    t->session[LEG_CLIENT] = h2_session_new(H2_SERVER, &t->offered);
}

static void talk_begin(struct relay *r)
{
    if (r->h2)
        return;
    r->h2 = mem_new(sizeof *r->h2);
    if (r->answer == ANSWER_PAGE)
        r->h2->page_only = true;
    else
        r->h2->session[LEG_SERVER] = h2_session_new(H2_CLIENT, NULL);
    r->h2->begun_ms = clock_steady_ms(relay_world(r)->clock);
}

bool talk_h2_is_late(const struct relay *r)
{
    const struct talk_h2 *t = r->h2;

    return t && t->session[LEG_SERVER] && !t->site_told && !t->site_gone &&
           clock_steady_ms(relay_world(r)->clock) - t->begun_ms >= SETTINGS_MS;
}

/* A peer that does not fetch what it makes us say is not listened to. */
static bool is_held(const struct relay *r, enum leg_side which)
{
    const struct h2_session *other = r->h2->session[!which];

    return side_backlog(&r->side[which]) > SIDE_HIGH ||
           h2_frames_waiting(r->h2->session[which]) > FRAMES_MOST ||
           (other && h2_heads_waiting(other) > HEADS_MOST);
}

static bool read_leg(struct relay *r, enum leg_side which)
{
    struct h2_session *s = r->h2->session[which];
    struct side *side = &r->side[which];
    struct evbuffer *in = side_in(side);
    int64_t now = clock_steady_ms(relay_world(r)->clock);
    bool moved = false;

    if (!s || !in)
        return false;
    do {
        while (evbuffer_get_length(in) > 0 && !is_held(r, which)) {
            h2_read(s, in, now);
            pair_events(r, which);
            moved = true;
        }
    } while (!is_held(r, which) && side_read_on(side));
    return moved;
}

static bool can_say(const struct side *s)
{
    if (!s->pipe || s->reset || s->shut)
        return false;
    return !s->leg || (leg_state(s->leg) == LEG_OPEN && !leg_facts(s->leg)->close_notify_out);
}

static bool write_leg(struct relay *r, enum leg_side which)
{
    struct h2_session *s = r->h2->session[which];
    struct side *side = &r->side[which];
    size_t backlog = side_backlog(side);

    if (!s || !can_say(side) || backlog >= WRITE_MOST)
        return false;
    struct evbuffer *out = side_out(side);
    size_t before = evbuffer_get_length(out);
    h2_write(s, out, before + WRITE_MOST - backlog);
    bool moved = evbuffer_get_length(out) > before;
    pair_events(r, which);
    side_flush(side);
    return moved;
}

static bool is_broken(const struct talk_h2 *t, enum leg_side which)
{
    return t->session[which] && h2_broken(t->session[which])->seen;
}

/* The site is gone or unreadable. What has no answer yet gets the page when that says something:
 * after a first answer a plain close is how an idle connection ends, and the client knows whether
 * to ask again. */
static void lose_site(struct relay *r)
{
    struct talk_h2 *t = r->h2;
    const struct side *server = &r->side[LEG_SERVER];
    bool silent = server->leg && leg_facts(server->leg)->plain_in == 0;
    bool says =
        is_broken(t, LEG_SERVER) || h2_accused(t->session[LEG_SERVER])->seen || !t->answered;

    t->site_gone = true;
    if (silent && !t->answered && !is_broken(t, LEG_SERVER))
        fail_server(r);
    client_begin(r);
    if (says && (t->asked || silent || is_broken(t, LEG_SERVER)))
        t->page_only = true;
    for (struct pair *p = t->first, *next; p; p = next) {
        next = p->next;
        pair_lose(r, p);
    }
}

static bool is_site_over(const struct relay *r)
{
    const struct talk_h2 *t = r->h2;

    return t->session[LEG_SERVER] && !t->site_gone &&
           (is_broken(t, LEG_SERVER) || side_is_over(&r->side[LEG_SERVER]));
}

static void pump(struct relay *r)
{
    bool moved;

    do {
        moved = read_leg(r, LEG_SERVER);
        /* That it broke a rule is known once we have said so: before the client asks anything. */
        moved |= write_leg(r, LEG_SERVER);
        if (talk_h2_is_late(r))
            h2_break(r->h2->session[LEG_SERVER], H2_SETTINGS_TIMEOUT,
                "no SETTINGS came within 10 s, the first that a server has to say (RFC 9113 §3.4)");
        if (is_site_over(r))
            lose_site(r);
        client_begin(r);
        moved |= read_leg(r, LEG_CLIENT);
        moved |= write_leg(r, LEG_SERVER);
        moved |= write_leg(r, LEG_CLIENT);
    } while (moved);
    side_throttle(&r->side[LEG_CLIENT], &r->side[LEG_CLIENT]);
    side_throttle(&r->side[LEG_SERVER], &r->side[LEG_SERVER]);
}

void talk_h2_farewell(struct relay *r)
{
    struct talk_h2 *t = r->h2;

    if (!t || t->closing)
        return;
    t->closing = true;
    if (t->session[LEG_CLIENT])
        h2_close(t->session[LEG_CLIENT]);
    pump(r);
}

static bool is_client_over(const struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];

    return client->reset || client->eof || side_is_over(client);
}

enum stage talk_h2(struct relay *r)
{
    talk_begin(r);
    struct talk_h2 *t = r->h2;

    pump(r);
    h2_faults_tell(r);
    if (is_broken(t, LEG_CLIENT) || is_client_over(r))
        return STAGE_DRAIN;
    if (relay_is_draining(r))
        talk_h2_farewell(r);
    if (t->page_only)
        return t->asked && t->n_pairs == t->n_lost ? STAGE_DRAIN : STAGE_PAGE;
    if ((t->closing || t->site_gone) && t->n_pairs == t->n_lost)
        return STAGE_DRAIN;
    return r->stage;
}
