/* relay/fail.c - a leg failed, or closed in a way that speaks. From what was seen to a symptom
 * (flow/symptom.def), to the history of the device, to the moment `tls_failed`. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/clock.h"
#include "cert/ca.h"
#include "cert/chain.h"
#include "cert/leaf.h"
#include "device/history.h"
#include "device/memory.h"
#include "flow/facts.h"
#include "flow/legs.h"
#include "history_key.h"
#include "hook/hook.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "wire/tls_names.h"

static enum symptom symptom_of(const struct relay *r, enum leg_side which)
{
    return leg_symptom(leg_facts(r->side[which].leg), which, r->late[which]);
}

/* Silence of the service, or of the way to it? */
static const char *lost_on_the_way(const struct pipe *p)
{
    switch (p ? pipe_loss(p) : PIPE_LOSS_NONE) {
    case PIPE_LOSS_SENT:
        return "sent";
    case PIPE_LOSS_RECEIVED:
        return "received";
    case PIPE_LOSS_NONE:
        break;
    }
    return NULL;
}

void fail_tell(struct relay *r, const char *leg)
{
    r->flow->failed_leg = leg;
    record_history(r);
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_TLS_FAILED, r->flow, NULL);
}

/* Ports whose protocols begin in TLS and are not HTTP (IANA service names): mail, XMPP, LDAP, DNS,
 * MQTT. */
static bool is_http_port(uint16_t port)
{
    static const uint16_t others[] = {
        25, 110, 143, 465, 587, 636, 853, 989, 990, 993, 995, 5061, 5222, 5223, 8883};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (port == others[i])
            return false;
    return true;
}

static bool speaks_http(const struct relay *r)
{
    const struct flow_client_leg *leg = r->flow->client_leg;
    const struct flow_texts *offered = leg ? &leg->hello->alpn : NULL;

    if (r->mail != MAIL_NONE)
        return false;
    if (!offered || !offered->n)
        return is_http_port(r->port);
    for (size_t i = 0; i < offered->n; i++)
        if (!strcmp(offered->at[i], "http/1.1") || !strcmp(offered->at[i], "h2"))
            return true;
    return false;
}

void refuse_site(struct relay *r)
{
    r->answer = speaks_http(r) ? ANSWER_PAGE : ANSWER_ALERT;
    r->flow->decision->answer = r->answer == ANSWER_PAGE ? "page" : "alert";
    r->flow->refused_by_us = true;
}

enum stage fail_server(struct relay *r)
{
    if (!r->server_failed) {
        r->server_failed = true;
        record_server_leg(r);
        enum symptom symptom = symptom_of(r, LEG_SERVER);
        r->flow->server_leg->symptom = symptom_name(symptom);
        if (symptom == SYMPTOM_STALLED)
            r->flow->server_leg->lost = lost_on_the_way(r->side[LEG_SERVER].pipe);
        const struct leg_facts *facts = leg_facts(r->side[LEG_SERVER].leg);
        if (facts->error[0])
            flow_note_add(r->flow, "relay/server-leg", "info", facts->error, "proxy");
        if (r->stage == STAGE_SERVER_TLS && facts->certificate && judge_site(r)) {
            /* Its chain may be the reason, or a second fault: the rules see it as they see any
             * other. */
            record_now(r);
            hook_fire(relay_world(r)->hooks, MOMENT_JUDGED, r->flow, NULL);
        }
        fail_tell(r, "server");
        refuse_site(r);
        side_shut(&r->side[LEG_SERVER]);
    }
    return STAGE_MINT;
}

/* What a refusal means for the history of the device. A resumed leg showed no certificate, and a
 * client that shares no version with us never saw one: neither says anything about trust. */
static bool speaks_of_trust(const struct relay *r, enum symptom symptom)
{
    switch (symptom) {
    case SYMPTOM_ALERT_AFTER_CERTIFICATE:
    case SYMPTOM_ALERT_AFTER_FINISH:
    case SYMPTOM_CLOSE_AFTER_CERTIFICATE:
    case SYMPTOM_CLOSE_AFTER_FINISH_UNUSED:
        return !leg_facts(r->side[LEG_CLIENT].leg)->resumed;
    case SYMPTOM_NONE:
    case SYMPTOM_ALERT_BEFORE_SERVER_HELLO:
    case SYMPTOM_CLOSE_BEFORE_SERVER_HELLO:
    case SYMPTOM_H2_FAULT:
    case SYMPTOM_NO_UPGRADE:
    case SYMPTOM_NOT_TLS:
    case SYMPTOM_NOTHING_IN_COMMON:
    case SYMPTOM_STALLED:
    case N_SYMPTOMS:
        break;
    }
    return false;
}

void audit_leaf(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    struct cert_chain *shown = cert_chain_new(), *anchors = cert_chain_new();
    struct verdict verdict = {0};
    size_t len;
    const uint8_t *root = ca_der(world->ca, &len);

    cert_chain_push(shown, leaf_facts(r->leaf));
    if (leaf_issuer(r->leaf)) {
        size_t issuer_len;
        const uint8_t *issuer = ca_der(leaf_issuer(r->leaf), &issuer_len);
        bool readable = cert_chain_add(shown, issuer, issuer_len, NULL);
        (void)readable;
    }
    if (cert_chain_add(anchors, root, len, NULL)) {
        struct judge_case the_case = {.chain = shown,
            .host = r->asked,
            .at = clock_wall_ms(world->clock) / 1000,
            .anchors_are = ANCHORS_USER,
            .anchors = anchors,
            .no_openssl = true};

        judge_chain(&the_case, &verdict);
        r->flow->client_leg->verdict = flow_make_verdict(r->flow, &verdict);
        verdict_fini(&verdict);
    }
    cert_chain_free(shown);
    cert_chain_free(anchors);
}

/* "TLSv1.3" as it is on the wire, where 0x0304 is 1.3; 0: not agreed. */
static uint16_t version_number(const char *name)
{
    char text[TLS_NAME_CAP];

    for (uint16_t version = 0x0301; version <= 0x0304; version++)
        if (!strcmp(tls_version_name(version, text), name))
            return version;
    return 0;
}

/* How it said no, for the memory of the device. */
static struct refusal refusal_of(const struct relay *r)
{
    const struct flow_client_leg *told = r->flow->client_leg;
    const struct leg_facts *facts = leg_facts(r->side[LEG_CLIENT].leg);
    struct refusal how = {.way = (uint8_t)refusal_way_of(told->ended),
        .version = version_number(facts->version),
        .finished = facts->finished};

    if (facts->alert.seen && facts->alert.fatal) {
        how.way = REFUSAL_ALERT;
        how.alert = facts->alert.number;
    }
    return how;
}

void fail_client(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    struct history_key key = history_key_of(r);
    int64_t now = clock_wall_ms(world->clock);

    if (r->client_failed || r->accepted)
        return;
    r->client_failed = true;
    record_client_leg(r);
    enum symptom symptom = symptom_of(r, LEG_CLIENT);
    r->flow->client_leg->symptom = symptom_name(symptom);
    bool spare = symptom == SYMPTOM_CLOSE_AFTER_FINISH_UNUSED &&
                 history_accepted_since(world->history, &key, now - BESIDE_MS);
    struct refusal how = refusal_of(r);
    bool speaks = speaks_of_trust(r, symptom);
    if (speaks && r->probe)
        device_probe(world->history, &key, false, now);
    else if (speaks && !spare && !r->fault)
        history_note_refusal(world->history, &key, &how, now);
    if (speaks)
        audit_leaf(r);
    const struct leg_facts *facts = leg_facts(r->side[LEG_CLIENT].leg);
    if (facts->error[0])
        flow_note_add(r->flow, "relay/client-leg", "info", facts->error, "proxy");
    /* To refuse what is shown as a fault is right: there is nothing to explain. */
    if (symptom != SYMPTOM_NONE && !(speaks && r->fault))
        fail_tell(r, "client");
}

/* To go on and answer it would look as if it had seen our certificate and not liked it. */
bool client_has_left(const struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];

    if (client->reset || !client->eof)
        return client->reset;
    /* No TLS client ends its direction before the handshake is done; a plain one may, once its
     * request is out. */
    return r->came_with_tls || (!r->head_waits && evbuffer_get_length(client->pipe->in) == 0);
}

enum stage client_left(struct relay *r)
{
    if (!r->came_with_tls || r->tunnel || r->client_failed)
        return STAGE_DRAIN;
    r->client_failed = true;
    record_client_leg(r);
    r->flow->client_leg->symptom = symptom_name(SYMPTOM_CLOSE_BEFORE_SERVER_HELLO);
    flow_note_add(r->flow, "relay/client-left", "low",
        "The client left while the site was still being asked.", "proxy");
    fail_tell(r, "client");
    return STAGE_DRAIN;
}

enum stage client_gone(struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];

    if (r->accepted || !client->leg)
        return STAGE_DRAIN;
    const struct leg_facts *facts = leg_facts(client->leg);
    if (facts->alert.seen && facts->alert.fatal) {
        fail_client(r);
        return STAGE_DRAIN;
    }
    return facts->finished && !facts->resumed ? STAGE_HOLD : STAGE_DRAIN;
}
