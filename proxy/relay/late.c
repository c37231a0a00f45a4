/* relay/late.c - what each stage does when its time is up. */
#include "relay_priv.h"

/* Who was asked for a login may have to ask a person first, and comes back. */
static enum stage slow_client(struct relay *r)
{
    if (r->logins == 0)
        flow_note_add(r->flow, "relay/slow-client", "low",
            "The client sent too little in the time allowed.", "proxy");
    return STAGE_DRAIN;
}

enum stage stage_late(struct relay *r)
{
    switch (r->stage) {
    case STAGE_SERVER_TLS:
        r->late[LEG_SERVER] = true;
        return fail_server(r);
    case STAGE_RETRY:
        return retry_late(r);
    case STAGE_SECURE:
        if (!r->side[LEG_CLIENT].leg)
            return slow_client(r);
        r->late[LEG_CLIENT] = true;
        fail_client(r);
        return STAGE_DRAIN;
    case STAGE_CLIENT_TLS:
        r->late[LEG_CLIENT] = true;
        fail_client(r);
        return STAGE_DRAIN;
    case STAGE_DIAL:
        return dial_late(r);
    case STAGE_HOLD:
        return stage_hold(r);
    case STAGE_DRAIN:
    case STAGE_DONE:
        return STAGE_DONE;
    case STAGE_BALANCER:
    case STAGE_SNIFF:
    case STAGE_SOCKS:
    case STAGE_ENTRY:
    case STAGE_HELLO:
        return slow_client(r);
    case STAGE_JUDGE:
        return judge_late(r);
    case STAGE_DECIDE:
    case STAGE_MINT:
    case STAGE_UPGRADE:
    case STAGE_TALK:
    case STAGE_PAGE:
        talk_h2_farewell(r);
        break;
    case STAGE_SELF:
    case STAGE_TUNNEL:
    case N_STAGES:
        break;
    }
    return STAGE_DRAIN;
}
