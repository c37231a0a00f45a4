/* relay/h2_fault.c - who broke what in HTTP/2: into the record, and told to the rules. */
#include "talk_h2_priv.h"

#include <stdio.h>

/* Each is worse than the one before; a worse one is told anew. */
enum degree { FAULT_NONE = 0, FAULT_STREAM, FAULT_ACCUSED, FAULT_BROKEN };

static const char *const degree_names[] = {
    [FAULT_NONE] = "",
    [FAULT_STREAM] = "stream-broken",
    [FAULT_ACCUSED] = "accused",
    [FAULT_BROKEN] = "broken",
};

static const struct h2_fault *worst(const struct h2_session *s, enum degree *degree)
{
    const struct h2_fault *const by_degree[] = {
        NULL, h2_stream_broken(s), h2_accused(s), h2_broken(s)};

    for (*degree = FAULT_BROKEN; *degree > FAULT_NONE; --*degree)
        if (by_degree[*degree]->seen)
            return by_degree[*degree];
    return NULL;
}

static void tell_leg(struct relay *r, enum leg_side which)
{
    struct talk_h2 *t = r->h2;
    struct flow *f = r->flow;
    enum degree degree;
    const struct h2_fault *fault = worst(t->session[which], &degree);

    if (!fault || degree <= t->told[which])
        return;
    t->told[which] = degree;
    struct flow_h2 *told = FLOW_MAKE(f, h2);
    told->fault = degree_names[degree];
    told->code = flow_text(f, h2_code_name(fault->code));
    told->why = fault->why[0] ? flow_text(f, fault->why) : NULL;
    if (which == LEG_SERVER && f->server_leg) {
        record_server_leg(r);
        f->server_leg->h2 = told;
        f->server_leg->symptom = symptom_name(SYMPTOM_H2_FAULT);
        fail_tell(r, "server");
    } else if (which == LEG_CLIENT && f->client_leg) {
        record_client_leg(r);
        f->client_leg->h2 = told;
        f->client_leg->symptom = symptom_name(SYMPTOM_H2_FAULT);
        fail_tell(r, "client");
    }
}

void h2_faults_tell(struct relay *r)
{
    for (int which = LEG_CLIENT; which <= LEG_SERVER; which++)
        if (r->h2->session[which])
            tell_leg(r, (enum leg_side)which);
}

void h2_reset_note(struct relay *r, enum leg_side which, uint32_t code)
{
    struct talk_h2 *t = r->h2;
    char text[160];

    if (t->reset_noted[which] || code == H2_NO_ERROR || code == H2_CANCEL ||
        h2_stream_broken(t->session[which])->seen)
        return;
    t->reset_noted[which] = true;
    snprintf(text, sizeof text, "The %s reset a stream: %s (%u).",
        which == LEG_SERVER ? "site" : "client", h2_code_name(code), (unsigned)code);
    flow_note_add(r->flow, "h2/reset", "low", text, "proxy");
}
