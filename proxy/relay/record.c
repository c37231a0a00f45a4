/* relay/record.c - what a relay sees, written into its flow; and the seal. */
#include "relay_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cert/ca.h"
#include "cert/leaf.h"
#include "device/agent.h"
#include "device/clock_witness.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/strict_hosts.h"
#include "flow/facts.h"
#include "flow/legs.h"
#include "history_key.h"
#include "hook/hook.h"

struct history_key history_key_of(const struct relay *r)
{
    const struct flow *f = r->flow;

    return (struct history_key){
        .ip = r->ip,
        .family = f->client->device->family,
        .app = f->client->app->name,
        .is_browser = f->client->app->is_browser,
        .host = f->target->host ? f->target->host : "",
    };
}

void record_start(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    struct flow *f = r->flow;

    f->entry = "connect";
    f->client->ip = flow_text(f, r->ip);
    f->client->port = r->client_port;
    flow_set_agent(f, NULL);
    f->proxy->name = world->name;
    f->proxy->version = WHYTLS_VERSION;
    f->proxy->root_sha256 = ca_sha256(world->ca);
    f->proxy->root_since = ca_since(world->ca);
    f->proxy->learn = learn_mode_name(world->learn.mode);
    f->decision->action = "intercept";
    f->decision->by = "default";
    record_now(r);
}

void record_inherit(struct relay *heir, const struct relay *from)
{
    const struct flow_client *client = from->flow->client;

    snprintf(heir->at, sizeof heir->at, "%s", from->at);
    heir->at_port = from->at_port;
    heir->flow->client->secure = client->secure;
    if (client->balancer)
        heir->flow->client->balancer = flow_text(heir->flow, client->balancer);
}

void record_now(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    struct flow_clock *clock = r->flow->proxy->clock;
    struct clock_view view;

    r->flow->now = clock_wall_ms(world->clock) / 1000;
    clock_witness_read(world->witness, r->flow->now, &view);
    clock->state = view.state;
    clock->offset = view.has_offset ? view.offset_s : FLOW_NONE;
    clock->date_failures = view.date_failures;
}

static void fill_tally(struct flow_tally *out, const struct tally *in)
{
    out->accepted = in->accepted;
    out->refused = in->refused;
    out->hosts_accepted = in->hosts_accepted;
    out->hosts_refused = in->hosts_refused;
    out->streak = in->streak;
    out->last_accepted = in->last_accepted;
    out->last_refused = in->last_refused;
    out->tunnel_worked = in->tunnel_worked;
}

/* Most agents of iOS name no device: then the kernel is read as that of a phone, which the device
 * at this address may not be. */
static bool is_phone(const char *family)
{
    return !strcmp(family, "iPhone") || !strcmp(family, "iPad") || !strcmp(family, "unknown");
}

static int64_t seconds_or_none(int64_t ms)
{
    return ms > 0 ? ms / 1000 : FLOW_NONE;
}

/* The remembered phone. What the agent of this very connection claims goes before what is
 * remembered; an app that names no device is taken for the device at its address. */
static void record_device(struct relay *r, const struct history_view *view)
{
    const struct device_setup *setup = &view->setup;
    struct flow *f = r->flow;
    struct flow_device *d = f->client->device;

    d->id = flow_text(f, view->device_id);
    d->first_seen = view->first_seen;
    if (view->apple_passed)
        d->apple_passed = view->apple_passed;
    if (view->relay_asked)
        d->relay_asked = view->relay_asked;
    if (*view->name)
        d->name = flow_text(f, view->name);
    if (!d->family || !strcmp(d->family, "unknown")) {
        d->family = flow_text(f, view->family);
        if (!is_phone(view->family))
            d->os_version = NULL;
    }
    if (!d->os_version && *view->os_version)
        d->os_version = flow_text(f, view->os_version);
    d->profile_fetched = seconds_or_none(setup->profile_fetched_ms);
    d->root_fetched = *setup->root_sha256_hex ? flow_text(f, setup->root_sha256_hex) : NULL;
    if (setup->probe != DEVICE_PROBE_UNKNOWN)
        d->probe = setup->probe == DEVICE_PROBE_TRUSTED ? "trusted" : "refused";
    d->probe_at = seconds_or_none(setup->probe_ms);
    d->clock_state = device_clock_state(setup, clock_wall_ms(relay_world(r)->clock));
    d->clock_offset = setup->clock_known ? setup->clock_offset_ms / 1000 : FLOW_NONE;
}

static void record_strictness(struct relay *r)
{
    struct strict_hosts *hosts = relay_world(r)->strict_hosts;
    struct flow_target *target = r->flow->target;

    if (!hosts || !target->host || target->hsts != FLOW_NONE)
        return;
    int64_t until =
        strict_hosts_until(hosts, target->host, clock_wall_ms(relay_world(r)->clock) / 1000);
    target->hsts = until ? until : FLOW_NONE;
}

/* The device was met when its connection was: what it did since is no time before. */
void record_history(struct relay *r)
{
    struct device_history *history = relay_world(r)->history;
    struct history_key key = history_key_of(r);
    struct history_view view;
    struct flow *f = r->flow;
    int64_t now_ms = clock_wall_ms(relay_world(r)->clock);
    bool is_first = !f->client->device->id, is_new = false;

    if (is_first)
        is_new = history_meet(history, &key, now_ms, &view);
    else
        history_read(history, &key, now_ms, &view);
    fill_tally(f->history->device, &view.device);
    fill_tally(f->history->app, &view.app);
    fill_tally(f->history->host, &view.host);
    fill_tally(f->history->browser, &view.browser);
    fill_tally(f->history->others, &view.others);
    if (is_first && view.last_seen != HISTORY_NEVER)
        f->client->device->last_seen = view.last_seen;
    record_device(r, &view);
    record_strictness(r);
    transparent_record(r);
    record_now(r);
    if (is_new)
        hook_fire(relay_world(r)->hooks, MOMENT_DEVICE_SEEN, f, NULL);
}

static const char *ended(const struct relay *r, enum leg_side which)
{
    const struct side *s = &r->side[which];

    return leg_ended(s->leg ? leg_facts(s->leg) : NULL,
        (struct leg_end){.eof = s->eof, .reset = s->reset, .late = r->late[which]});
}

void record_server_leg(struct relay *r)
{
    struct flow_server_leg *leg = r->flow->server_leg;
    const struct side *s = &r->side[LEG_SERVER];
    size_t staple_len;

    if (!leg)
        return;
    leg->ended = ended(r, LEG_SERVER);
    if (s->reset && r->quiet_ms > 0 && r->n_pending == 0)
        leg->quiet = r->quiet_ms;
    if (s->leg) {
        flow_fill_server_leg(r->flow, leg_facts(s->leg));
        flow_fill_certificate_request(r->flow, s->leg);
        if (!leg->staple) /* judging it tells more */
            leg->staple = leg_staple(s->leg, &staple_len) ? "present" : "none";
    } else {
        leg->bytes_in = (int64_t)s->raw_in;
        leg->bytes_out = (int64_t)s->raw_out;
    }
}

void record_client_leg(struct relay *r)
{
    struct flow_client_leg *leg = r->flow->client_leg;
    const struct side *s = &r->side[LEG_CLIENT];

    if (!leg)
        return;
    leg->ended = ended(r, LEG_CLIENT);
    if (s->leg) {
        flow_fill_client_leg(r->flow, leg_facts(s->leg));
        flow_fill_certificate_request(r->flow, s->leg);
    } else {
        leg->bytes_in = (int64_t)s->raw_in;
        leg->bytes_out = (int64_t)s->raw_out;
    }
    if (r->leaf && !leg->leaf) {
        leg->leaf = FLOW_MAKE(r->flow, certificate);
        flow_fill_certificate(r->flow, leg->leaf, leaf_facts(r->leaf), 0, "sent");
    }
}

/* What follows a ClientHello when the certificate is taken is longer than CHANGE_CIPHER_SPEC and a
 * Finished under the shortest hash, in TLS 1.3 (RFC 8446 §4.4.4) as before it; an alert, encrypted
 * or not, is shorter (§6). What a site sends with a certificate is longer than any resumption. */
enum { TAKEN_LEAST = 64, SHOWN_LEAST = 600 };

static bool tunnel_was_refused(const struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];
    uint64_t hello = (uint64_t)r->flow->client_leg->hello->size;

    return (client->eof || client->reset) && r->side[LEG_SERVER].raw_in >= SHOWN_LEAST &&
           client->raw_in < hello + TAKEN_LEAST;
}

static void note_tunnel(struct relay *r)
{
    struct history_key key = history_key_of(r);

    if (!r->tunnel || !r->came_with_tls || !r->flow->client_leg)
        return;
    if (tunnel_was_refused(r))
        r->flow->client_leg->unread_end = "refused";
    else if (r->side[LEG_CLIENT].raw_in > 0 && r->side[LEG_SERVER].raw_in > 0)
        history_note(relay_world(r)->history, &key, HISTORY_TUNNEL_WORKED,
            clock_wall_ms(relay_world(r)->clock));
}

/* mask.icloud.com, mask-h2.icloud.com, mask-api.icloud.com: the ways into iCloud Private Relay
 * (Apple, "Prepare your network or web server for iCloud Private Relay"). */
static bool is_private_relay(const char *host)
{
    return host && text_starts(host, "mask") && text_ends(host, ".icloud.com") &&
           strspn(host + 4, ".-") > 0;
}

/* What the connection tells of its device, whatever became of it. */
static void note_device(struct relay *r)
{
    struct device_history *history = relay_world(r)->history;
    struct history_key key = history_key_of(r);
    const struct flow *f = r->flow;
    int64_t now = clock_wall_ms(relay_world(r)->clock);
    struct agent agent;

    agent_read(f->client->agent, &agent);
    struct device_claim claim = {.app_version = agent.version, .by_kernel = agent.by_kernel};
    if (strcmp(agent.family, "unknown") || is_phone(f->client->device->family))
        claim.os_version = agent.os_version;
    device_seen(history, &key, &claim, now);
    if (r->tunnel && f->target->apple_pinned)
        device_apple_passed(history, &key, now);
    if (is_private_relay(f->target->host))
        device_relay_asked(history, &key, now);
}

void record_seal(struct relay *r)
{
    const struct relay_world *world = relay_world(r);
    struct flow *f = r->flow;

    record_server_leg(r);
    record_client_leg(r);
    note_tunnel(r);
    mail_record(r);
    if (!f->client->device->id)
        record_history(r);
    note_device(r);
    f->ms = clock_steady_ms(world->clock) - r->accepted_ms;
    record_now(r);
    /* Rules may still read what the legs left behind; the message arena is alive until the relay is
     * freed. */
    hook_fire(world->hooks, MOMENT_FINISH, f, NULL);
    f->request = NULL;
    f->response = NULL;
    keep_seal(r, f);
    f->sealed = true;
    r->flow = NULL;
    world->flow_out(world->flow_out_arg, f);
}
