#include "explain.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/id.h"
#include "base/mem.h"
#include "cert/chain.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/legs.h"
#include "hook/hook.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "net/dial.h"
#include "net/loop.h"
#include "net/pipe.h"
#include "net/resolve.h"
#include "probe.h"

static struct flow *begin(const struct explain_ask *ask)
{
    char         id[ID_CAP];
    int64_t      now_ms = clock_wall_ms(ask->clock);
    struct flow *f = flow_new(id_make(id, now_ms), now_ms);

    f->entry = "explain";
    f->now = ask->at_s == INT64_MIN ? now_ms / 1000 : ask->at_s;
    f->client->ip = "127.0.0.1";
    f->client->port = 0;
    flow_set_agent(f, NULL);
    f->client->device->id = "explain";
    f->client->device->first_seen = f->now;
    f->proxy->name = ask->name;
    f->proxy->version = WHYTLS_VERSION;
    f->proxy->root_sha256 = "";
    f->proxy->root_since = f->now;
    f->proxy->clock->state = "unchecked";
    f->proxy->clock->date_failures = 0;
    f->decision->action = "intercept";
    f->decision->by = "default";
    f->decision->answer = "relay";
    return f;
}

static void judge_as(const struct explain_ask *ask, struct flow *f, const struct cert_chain *chain, enum anchors_are anchors,
    struct flow_verdict **out)
{
    struct judge_case the_case = {.chain = chain, .host = ask->host, .at = f->now, .anchors_are = anchors, .roots = ask->roots};
    struct verdict    verdict = {0};

    judge_chain(&the_case, &verdict);
    *out = flow_make_verdict(f, &verdict);
    if (out == &f->server_leg->verdict)
        f->server_leg->trusted_by = flow_text(f, verdict.trusted_by);
    verdict_fini(&verdict);
}

static void judge_flow(const struct explain_ask *ask, struct flow *f, const struct cert_chain *chain)
{
    flow_fill_chain(f, chain);
    judge_as(ask, f, chain, ask->anchors_user ? ANCHORS_USER : ANCHORS_SYSTEM, &f->server_leg->verdict);
    if (!ask->anchors_user && strcmp(f->server_leg->verdict->verdict, "reject") == 0)
        judge_as(ask, f, chain, ANCHORS_USER, &f->server_leg->verdict_user);
    hook_fire(ask->hooks, MOMENT_JUDGED, f, NULL);
}

static void end(const struct explain_ask *ask, struct flow *f)
{
    hook_fire(ask->hooks, MOMENT_FINISH, f, NULL);
    f->ms = clock_wall_ms(ask->clock) - f->at_ms;
    f->sealed = true;
}

bool explain_chain(const struct explain_ask *ask, const uint8_t *bytes, size_t len, struct flow **out, struct err *e)
{
    struct cert_chain *chain = cert_chain_from_bytes(bytes, len, e);

    if (!chain)
        return false;
    struct flow *f = begin(ask);
    if (ask->host)
        flow_set_target(f, ask->host, ask->port, "url");
    f->server_leg = FLOW_MAKE(f, server_leg);
    judge_flow(ask, f, chain);
    cert_chain_free(chain);
    end(ask, f);
    *out = f;
    return true;
}

static void record_dial(struct flow *f, const struct probe *p)
{
    struct flow_dial *dial = FLOW_MAKE(f, dial);

    dial->error = dial_error_name(p->dialled.error);
    dial->ms = p->dialled.ms;
    for (size_t i = 0; i < p->dialled.n_tried; i++)
        flow_texts_add(f, &dial->addresses, p->dialled.tried[i]);
    f->dial = dial;
}

static void record_leg(struct flow *f, const struct probe *p)
{
    const struct leg_facts *facts = leg_facts(p->leg);
    struct flow_server_leg *leg = f->server_leg = FLOW_MAKE(f, server_leg);

    leg->address = flow_text(f, p->dialled.address);
    flow_fill_server_leg(f, facts);
    leg->ended = leg_ended(facts, (struct leg_end){.eof = p->eof, .reset = p->reset, .late = p->late});
    if (!p->open_ms || leg_state(p->leg) == LEG_BROKEN || p->eof)
        leg->symptom = symptom_name(leg_symptom(facts, LEG_SERVER, p->late));
}

bool explain_host(const struct explain_ask *ask, struct flow **out, struct err *e)
{
    struct probe p = {0};

    if (!probe_run(&p, ask, e))
        return false;
    struct flow *f = begin(ask);
    flow_set_target(f, ask->host, ask->port, "url");
    if (p.dialled.error != DIAL_OK) {
        record_dial(f, &p);
        hook_fire(ask->hooks, MOMENT_DIAL_FAILED, f, NULL);
    } else {
        struct err         unreadable = {0};
        struct cert_chain *chain = leg_give_chain(p.leg, &unreadable);

        record_leg(f, &p);
        if (chain)
            judge_flow(ask, f, chain);
        else if (unreadable.text[0] && leg_facts(p.leg)->certificate)
            flow_note_add(f, "explain/chain-unreadable", "medium", unreadable.text, "proxy");
        cert_chain_free(chain);
        if (f->server_leg->symptom) {
            f->failed_leg = "server";
            hook_fire(ask->hooks, MOMENT_TLS_FAILED, f, NULL);
        }
    }
    probe_fini(&p);
    end(ask, f);
    *out = f;
    return true;
}
