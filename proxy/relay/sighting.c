/* relay/sighting.c - what is remembered of the certificates that sites showed, told to the record
 * of the next. */
#include "relay_priv.h"

#include <string.h>

#include "base/clock.h"
#include "device/sightings.h"
#include "flow/flow.h"

static int64_t count_or_none(int64_t n)
{
    return n ? n : FLOW_NONE;
}

void record_sighting(struct relay *r)
{
    struct flow *f = r->flow;
    struct flow_server_leg *leg = f->server_leg;
    struct sighting_view view;

    if (!relay_world(r)->sightings || !leg->n_chain || !leg->verdict)
        return;
    const struct flow_certificate *leaf = &leg->chain[0];
    const struct sighting now = {.host = r->host,
        .port = r->port,
        .site = f->target->site ? f->target->site : r->host,
        .leaf = leaf->sha256,
        .issuer = leaf->aki ? leaf->aki : leaf->issuer->text,
        .from_s = leaf->not_before,
        .refused = strcmp(leg->verdict->verdict, "accept") != 0,
        .at_s = clock_wall_ms(relay_world(r)->clock) / 1000};

    sightings_note(relay_world(r)->sightings, &now, &view);
    if (*view.former_leaf) {
        leg->former_leaf = flow_text(f, view.former_leaf);
        leg->former_seen = view.former_s;
        leg->former_verdict = view.former_refused ? "reject" : "accept";
    }
    if (view.newer_port) {
        leg->newer_port = view.newer_port;
        leg->newer_from = view.newer_from_s;
    }
    leg->leaf_turns = count_or_none(view.turns);
    leg->same_leaf = count_or_none(view.same_leaf);
    leg->same_issuer = count_or_none(view.same_issuer);
    if (f->mail)
        f->mail->good_port = count_or_none(view.other_port);
}
