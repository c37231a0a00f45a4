/* relay/stage_dial.c - to the site: resolve, connect. The moment `dial_failed`. */
#include "relay_priv.h"

#include "flow/dial_facts.h"
#include "hook/hook.h"
#include "net/dial.h"

static void dialled(void *arg, struct dial_result *result)
{
    struct relay *r = arg;

    magic_check(&r->magic, RELAY_MAGIC);
    r->dial = NULL;
    r->dialled = true;
    flow_fill_dial(r->flow, result);
    if (result->error == DIAL_OK) {
        r->flow->server_leg = FLOW_MAKE(r->flow, server_leg);
        if (*result->address)
            r->flow->server_leg->address = flow_text(r->flow, result->address);
        relay_adopt_pipe(r, LEG_SERVER, result->pipe);
        pipe_want_read(result->pipe, true);
    }
    relay_drive(r);
}

static enum stage failed(struct relay *r)
{
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_DIAL_FAILED, r->flow, NULL);
    refuse_site(r);
    if (r->listens)
        mail_say_no(r);
    if (r->tunnel || r->listens)
        return STAGE_DRAIN;
    return r->came_with_tls ? STAGE_MINT : STAGE_PAGE;
}

enum stage dial_late(struct relay *r)
{
    struct dialer *dialer = relay_world(r)->dialer;
    struct dial_result result = {.error = DIAL_TIMEOUT, .ms = stage_deadline_ms(STAGE_DIAL)};

    if (r->dial && dialer->give_up)
        dialer->give_up(dialer, r->dial, &result);
    if (r->dial)
        dialer->cancel(dialer, r->dial);
    r->dial = NULL;
    r->dialled = true;
    flow_fill_dial(r->flow, &result);
    return failed(r);
}

enum stage stage_dial(struct relay *r)
{
    struct dialer *dialer = relay_world(r)->dialer;

    if (client_has_left(r))
        return client_left(r);
    if (!r->dialled) {
        if (!r->dial)
            r->dial = dialer->start(dialer, r->sent_to[0] ? transparent_dial_host(r) : r->host,
                r->port, r->from_loopback, dialled, r);
        return STAGE_DIAL;
    }
    if (r->flow->dial->error)
        return failed(r);
    if (r->listens)
        return STAGE_UPGRADE;
    if (r->tunnel)
        return STAGE_TUNNEL;
    return r->came_with_tls ? STAGE_SERVER_TLS : STAGE_TALK;
}
