/* relay/stage_talk.c - both legs are open: messages cross. HTTP/1.1 is read on its way; anything
 * else inside TLS crosses as it is. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/clock.h"
#include "device/history.h"
#include "history_key.h"
#include "websocket.h"
#include "wire/inside.h"
#include "wire/sniff.h"

/* UNKNOWN_WAIT_MS: whoever sends a few bytes and then waits for the other end speaks no HTTP. */
enum { UNKNOWN_WAIT_MS = 1000 };

void note_acceptance(struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];

    if (r->accepted || !client->leg || leg_facts(client->leg)->plain_in == 0)
        return;
    r->accepted = true;
    if (leg_facts(client->leg)->resumed)
        return; /* no certificate was shown: this says nothing about trust */
    if (r->fault)
        return; /* it would take one that is wrong: this says nothing about our root */
    struct history_key key = history_key_of(r);
    history_note(
        relay_world(r)->history, &key, HISTORY_ACCEPTED, clock_wall_ms(relay_world(r)->clock));
}

/* gRPC of before 2023 asks for "grpc-exp" ahead of "h2", and its servers take it: the same. */
static bool is_h2(const char *alpn)
{
    return strcmp(alpn, "h2") == 0 || strcmp(alpn, "grpc-exp") == 0;
}

bool talk_is_waiting(const struct relay *r)
{
    return r->stage == STAGE_TALK && r->talk == TALK_UNKNOWN && r->side[LEG_CLIENT].leg &&
           evbuffer_get_length(side_in(&r->side[LEG_CLIENT])) > 0 &&
           clock_steady_ms(relay_world(r)->clock) - r->moved_ms >= UNKNOWN_WAIT_MS;
}

static enum talk find_talk(const struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];
    unsigned char first[32];

    if (!client->leg)
        return TALK_HTTP;
    if (r->mail != MAIL_NONE)
        return TALK_RAW; /* whatever its ALPN says */
    if (strcmp(leg_facts(client->leg)->alpn, "http/1.1") == 0)
        return TALK_HTTP;
    if (is_h2(leg_facts(client->leg)->alpn))
        return TALK_H2;
    if (leg_facts(client->leg)->alpn[0])
        return TALK_RAW; /* it has a name, and that is not HTTP */
    if (evbuffer_get_length(side_in(server)) > 0)
        return TALK_RAW; /* the server speaks first: no HTTP */
    ssize_t n = evbuffer_copyout(side_in(client), first, sizeof first);
    switch (sniff_bytes(first, n > 0 ? (size_t)n : 0)) {
    case SNIFF_NEED_MORE:
        return talk_is_waiting(r) ? TALK_RAW : TALK_UNKNOWN;
    case SNIFF_HTTP:
        return TALK_HTTP;
    default:
        return TALK_RAW;
    }
}

static void cross(struct relay *r, enum leg_side which)
{
    struct side *from = &r->side[which], *to = &r->side[!which];
    struct evbuffer *in = side_in(from);

    if (evbuffer_get_length(in) > 0 && !to->reset && side_backlog(to) <= SIDE_HIGH) {
        if (r->websocket)
            websocket_see(r->websocket, which, in);
        if (r->mail != MAIL_NONE && from->leg)
            mail_see(r, which, in);
        evbuffer_add_buffer(side_out(to), in);
        side_flush(to);
    }
    side_throttle(from, to);
    if (side_is_over(from))
        side_shut(to);
}

/* Nothing can be said to it any more, and all that it said has crossed. */
static bool is_broken(const struct side *s)
{
    return s->reset || (s->leg && leg_state(s->leg) == LEG_BROKEN && side_is_over(s));
}

/* A server of mail on a port of its own choice: its greeting tells. */
static void hear_mail(struct relay *r)
{
    struct evbuffer *in = side_in(&r->side[LEG_SERVER]);
    size_t n = evbuffer_get_length(in);
    enum mail_protocol heard;

    if (r->mail != MAIL_NONE || n == 0 || leg_facts(r->side[LEG_SERVER].leg)->plain_in > n)
        return;
    n = n < MAIL_GREETING_MOST ? n : MAIL_GREETING_MOST;
    if (!mail_greeting_read(evbuffer_pullup(in, (ssize_t)n), n, &heard) || heard == MAIL_NONE)
        return;
    r->mail = heard;
    r->implicit = true;
    mail_begin(r);
}

/* What crosses as bytes is named, as well as can be. */
static void tell_protocol(struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];
    unsigned char first[32];
    struct flow *f = r->flow;

    if (f->protocol || !client->leg)
        return;
    const char *alpn = leg_facts(client->leg)->alpn;
    ssize_t n = evbuffer_copyout(side_in(client), first, sizeof first);
    hear_mail(r);
    if (f->mail)
        f->protocol = f->mail->protocol;
    else if (*alpn)
        f->protocol = flow_text(f, alpn);
    else if (n > 0)
        f->protocol = inside_name(first, (size_t)n);
}

static enum stage talk_raw(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    tell_protocol(r);
    do { /* a leg that had stopped at its bound goes on when its plaintext was taken */
        cross(r, LEG_CLIENT);
        cross(r, LEG_SERVER);
    } while ((side_backlog(client) <= SIDE_HIGH && side_read_on(server)) ||
             (side_backlog(server) <= SIDE_HIGH && side_read_on(client)));
    if (is_broken(client) || is_broken(server) || (side_is_over(client) && side_is_over(server)))
        return STAGE_DRAIN;
    return STAGE_TALK;
}

enum stage stage_talk(struct relay *r)
{
    struct side *client = &r->side[LEG_CLIENT], *server = &r->side[LEG_SERVER];

    side_pump(client);
    side_pump(server);
    note_acceptance(r);
    if (!r->accepted && client->leg) {
        if (side_is_over(client))
            return client_gone(r);
        if (side_is_over(server) && leg_facts(server->leg)->plain_in == 0) {
            fail_server(r);
            return r->answer == ANSWER_PAGE ? STAGE_PAGE : STAGE_DRAIN;
        }
    }
    if (r->talk == TALK_UNKNOWN)
        r->talk = find_talk(r);
    switch (r->talk) {
    case TALK_HTTP:
        return talk_http(r);
    case TALK_H2:
        return talk_h2(r);
    case TALK_RAW:
        return talk_raw(r);
    case TALK_UNKNOWN:
        break;
    }
    if (side_has_ended(client) || side_is_over(server) || relay_is_draining(r))
        return STAGE_DRAIN;
    return STAGE_TALK;
}
