#include "keep.h"

#include "relay_priv.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "flow/outcome.h"
#include "http/h1.h"
#include "tls/tape.h"

enum { STATUS_ERROR = 400 };

static struct spoken *spoken_of(struct relay *r)
{
    if (!r->flow->spoken)
        r->flow->spoken = spoken_new();
    return r->flow->spoken;
}

/* A head of HTTP/2 in the form of HTTP/1: whom it was for stood beside its fields. */
static void head_write(const struct relay *r, const struct h1_head *head, struct text *out)
{
    char authority[MESSAGE_AUTHORITY_CAP];

    if (head->method)
        text_printf(out, "%s %s HTTP/%u\r\n", head->method, head->target, head->major);
    else
        text_printf(out, "HTTP/%u %d\r\n", head->major, head->status);
    if (head->method && !h1_field(head, "Host")) {
        message_authority(r, authority);
        text_printf(out, "host: %s\r\n", authority);
    }
    for (size_t i = 0; i < head->n_fields; i++)
        text_printf(out, "%s: %s\r\n", head->fields[i].name, head->fields[i].value);
    text_add(out, "\r\n");
}

void keep_head(struct relay *r, int exchange, enum spoken_side side, const struct h1_head *head)
{
    struct text made = {0};

    if (exchange < 0 || relay_world(r)->keeps == RELAY_KEEPS_NOTHING)
        return;
    struct spoken *s = spoken_of(r);
    if (side == SPOKEN_REQUEST)
        spoken_at(s, (size_t)exchange)->at_ms =
            clock_steady_ms(relay_world(r)->clock) - r->accepted_ms;
    if (!head->raw_len)
        head_write(r, head, &made);
    spoken_head(s, (size_t)exchange, side, made.len ? made.at : head->raw,
        made.len ? made.len : head->raw_len);
    text_fini(&made);
}

/* False: nobody asked, or nothing is kept at all. */
static bool may_ask(struct relay *r, const char *by)
{
    if (!by || relay_world(r)->keeps == RELAY_KEEPS_NOTHING)
        return false;
    if (!r->flow->decision->bodies_by)
        r->flow->decision->bodies_by = flow_text(r->flow, by);
    return true;
}

void keep_bodies_of(struct relay *r, int exchange, const char *by)
{
    if (exchange >= 0 && may_ask(r, by))
        spoken_at(spoken_of(r), (size_t)exchange)->bodies_asked = true;
}

void keep_all_bodies(struct relay *r, const char *by)
{
    if (may_ask(r, by))
        r->bodies_asked = true;
}

static bool is_asked(const struct relay *r, const struct flow *f, size_t exchange)
{
    const struct spoken *s = f->spoken;

    return r->bodies_asked || (s && exchange < s->n && s->at[exchange].bodies_asked);
}

static bool is_body_wanted(const struct relay *r, int exchange)
{
    enum relay_keeps keeps = relay_world(r)->keeps;

    if (exchange < 0 || keeps == RELAY_KEEPS_NOTHING)
        return false;
    return keeps >= RELAY_KEEPS_FAILED || is_asked(r, r->flow, (size_t)exchange);
}

struct kept_body keep_body_begin(struct relay *r, int exchange, enum spoken_side side)
{
    bool wanted = is_body_wanted(r, exchange);

    if (wanted)
        spoken_body(spoken_of(r), (size_t)exchange, side, "", 0);
    return (struct kept_body){wanted ? r : NULL, exchange, side};
}

void keep_body(void *arg, const void *bytes, size_t n)
{
    struct kept_body *k = arg;

    /* What comes after the seal is in no record. */
    if (!k->relay || !k->relay->flow)
        return;
    if (!spoken_body(k->relay->flow->spoken, (size_t)k->exchange, k->side, bytes, n))
        k->relay = NULL;
}

void keep_leg(struct relay *r, enum leg_side which)
{
    if (!relay_world(r)->keeps_tapes || !r->side[which].leg || r->flow->tape[which])
        return;
    r->flow->tape[which] = tape_new();
    leg_keep(r->side[which].leg, r->flow->tape[which]);
}

void keep_seal(struct relay *r, struct flow *f)
{
    for (int which = 0; which < 2; which++)
        if (r->side[which].leg)
            leg_keep(r->side[which].leg, NULL);
    if (!f->spoken || relay_world(r)->keeps != RELAY_KEEPS_FAILED ||
        outcome_is_wrong(flow_outcome(f)))
        return;
    for (size_t i = 0; i < f->n_exchanges; i++)
        if (f->exchanges[i].status != FLOW_NONE && f->exchanges[i].status < STATUS_ERROR &&
            !is_asked(r, f, i))
            spoken_drop_bodies_of(f->spoken, i);
}
