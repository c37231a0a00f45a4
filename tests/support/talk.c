#include "talk_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cert/ca.h"
#include "cert/leaf_cache.h"
#include "cert/leaf_key.h"
#include "device/clock_witness.h"
#include "device/history.h"
#include "device/roads.h"
#include "hook/wake.h"
#include "net/dial_upstream.h"
#include "onboard/site.h"
#include "relay/relay.h"
#include "script/rules.h"
#include "tls/contexts.h"
#include "trust/pinned_hosts.h"
#include "trust/roots.h"

enum { TICK_MS = 100 };

/* --- the world --- */

static void soon(void *soon_arg, void (*call)(void *arg), void *arg)
{
    struct talk *t = soon_arg;

    if (t->soon_is_now) {
        call(arg);
        return;
    }
    assert_true(t->n_later < LATER_MOST);
    t->later[t->n_later++] = (struct later){.call = call, .arg = arg};
}

static void flow_out(void *arg, struct flow *sealed)
{
    struct talk *t = arg;

    assert_true(t->n_flows < FLOWS_MOST);
    assert_true(sealed->sealed);
    t->flows[t->n_flows++] = sealed;
}

static void must(bool worked, const struct err *e)
{
    if (!worked)
        fail_msg("%s", e->text);
}

static void roots_make(struct talk *t)
{
    const int64_t ten_years = INT64_C(3650) * MINT_DAY; /* it outlives our own */

    t->root = mint_make(
        &(struct mint_spec){.cn = "Public Root", .ca = true, .not_after = MINT_AT + ten_years},
        NULL);
    struct cert_chain *anchors = mint_chain(t->root, NULL);
    t->roots = roots_from_chain(anchors, "mozilla");
    cert_chain_free(anchors);
}

/* What a world has that not all have. */
struct wish {
    bool rules;
    const struct ct_logs *ct_logs;
    const struct mirror_plan *mirror;
    const struct identities *identities;
    const struct host_patterns *ask_clients;
    const struct guests *guests;
    const struct upstreams *upstreams;
    struct passes *passes;
    struct learn learn;
    bool retries;
    enum relay_keeps keeps;
};

/* The address of the proxy. */
static bool is_own(const void *arg, const char *host, uint16_t port)
{
    (void)arg;
    return !strcmp(host, "192.168.1.20") && port == 8080;
}

static void find_own(const void *arg, char host[static HOST_CAP], uint16_t *port)
{
    (void)arg;
    snprintf(host, HOST_CAP, "192.168.1.20");
    *port = 8080;
}

static const struct own_address own = {.is_own = is_own, .find = find_own};

/* As app/ has it: strangers from elsewhere stay outside. */
static bool may_enter(void *arg, const char *ip)
{
    (void)arg;
    return strncmp(ip, "10.", 3) == 0 || strncmp(ip, "fd00:", 5) == 0;
}

static bool is_ours(void *arg, const char *ip, uint16_t port)
{
    const struct talk *t = arg;

    (void)ip;
    return t->own_port && port == t->own_port;
}

static void relays_make(struct talk *t, const struct wish *wish)
{
    struct relay_world world = {
        .clock = &t->clock,
        .dialer = t->upstream ? t->upstream : &t->dialer,
        .gatherer = &t->gatherer.door,
        .hooks = t->hooks,
        .contexts = t->contexts,
        .leaves = t->leaves,
        .ca = t->ca,
        .roots = t->roots,
        .ct_logs = t->ct_logs,
        .pinned = t->pinned,
        .site = t->site,
        .own = &own,
        .mirror = wish->mirror,
        .guests = wish->guests,
        .identities = wish->identities,
        .ask_clients = wish->ask_clients,
        .may_enter = may_enter,
        .passes = wish->passes,
        .learn = wish->learn,
        .retries = wish->retries,
        .keeps = wish->keeps,
        .history = t->history,
        .witness = t->witness,
        .roads = t->roads,
        .is_ours = is_ours,
        .is_ours_arg = t,
        .name = "test",
        .flow_out = flow_out,
        .flow_out_arg = t,
        .soon = soon,
        .soon_arg = t,
    };

    t->relays = relays_new(&world);
}

static struct talk *make(const struct wish *wish);

struct talk *talk_new(void)
{
    return make(&(struct wish){0});
}

struct talk *talk_new_with_rules(void)
{
    return make(&(struct wish){.rules = true});
}

struct talk *talk_new_with_faults(const struct mirror_plan *plan)
{
    return make(&(struct wish){.rules = true, .mirror = plan});
}

struct talk *talk_new_for_guests(const struct guests *guests)
{
    return make(&(struct wish){.rules = true, .guests = guests});
}

struct talk *talk_new_behind_proxies(const struct upstreams *upstreams)
{
    return make(&(struct wish){.rules = true, .upstreams = upstreams});
}

struct talk *talk_new_with_identities(
    const struct identities *identities, const struct host_patterns *ask_clients)
{
    return make(
        &(struct wish){.rules = true, .identities = identities, .ask_clients = ask_clients});
}

struct talk *talk_new_that_learns(void)
{
    return make(&(struct wish){.rules = true, .learn = {.mode = LEARN_ON}});
}

struct talk *talk_new_that_retries(void)
{
    return make(&(struct wish){.rules = true, .retries = true});
}

struct talk *talk_new_that_lets_pass(struct passes *passes)
{
    return make(&(struct wish){.passes = passes});
}

struct talk *talk_new_that_keeps(enum relay_keeps keeps)
{
    return make(&(struct wish){.keeps = keeps});
}

struct talk *talk_new_with_logs(const struct ct_logs *logs)
{
    return make(&(struct wish){.rules = true, .ct_logs = logs});
}

static void warned(void *arg, const char *line)
{
    (void)arg;
    fail_msg("%s", line);
}

static void rules_take(struct talk *t)
{
    static const char *const folders[] = {WHYTLS_SOURCE_DIR "/lua/rules", NULL};
    const struct rules_config config = {
        .folders = folders, .library = WHYTLS_SOURCE_DIR "/lua/whytls"};
    struct err e = {0};

    must(rules_load(&config, warned, NULL, &t->rules, &e), &e);
    must(rules_attach(t->rules, t->hooks, &e), &e);
}

static struct talk *make(const struct wish *wish)
{
    struct talk *t = mem_new(sizeof *t);
    struct err e = {0};

    t->ct_logs = wish->ct_logs;
    t->roads = roads_new();
    network_make(t);
    clock_fake_init(&t->clock, MINT_AT * 1000);
    t->ca = ca_new_in_memory(MINT_AT - MINT_DAY, &e);
    must(t->ca, &e);
    t->keys = leaf_keys_new(&e);
    must(t->keys, &e);
    t->leaves = leaf_cache_new(t->ca, t->keys, 0);
    t->contexts = tls_contexts_new(NULL, &e);
    must(t->contexts, &e);
    roots_make(t);
    t->pinned = pinned_hosts_open(NULL, &e);
    must(t->pinned, &e);
    t->site = site_new(&(struct site_config){.ca = t->ca, .pinned = t->pinned}, &e);
    must(t->site, &e);
    t->history = device_history_new();
    t->witness = clock_witness_new();
    t->hooks = hooks_new();
    if (wish->rules)
        rules_take(t);
    ear_add(t);
    if (wish->upstreams)
        t->upstream = dialer_upstream_new(&t->dialer, NULL, wish->upstreams, &t->clock);
    relays_make(t, wish);
    return t;
}

void talk_free(struct talk *t)
{
    talk_run(t);
    relays_free(t->relays);
    dialer_upstream_free(t->upstream);
    assert_int_equal(t->n_flows, t->n_callers + t->n_more_flows);
    callers_free(t);
    network_free(t);
    for (size_t i = 0; i < t->n_flows; i++)
        flow_free(t->flows[i]);
    for (size_t i = 0; i < t->n_mints; i++)
        mint_free(t->mints[i]);
    mint_free(t->root);
    hooks_free(t->hooks);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        wake_free(t->wakes[m]);
    rules_unref(t->rules);
    clock_witness_free(t->witness);
    roads_free(t->roads);
    device_history_free(t->history);
    roots_unref(t->roots);
    site_free(t->site);
    pinned_hosts_free(t->pinned);
    tls_contexts_free(t->contexts);
    leaf_cache_free(t->leaves);
    leaf_keys_free(t->keys);
    ca_free(t->ca);
    text_fini(&t->moments);
    text_fini(&t->moments_told);
    text_fini(&t->seen);
    text_fini(&t->seen_of);
    mem_free(t);
}

void talk_expects_more_flows(struct talk *t, size_t n)
{
    t->n_more_flows += n;
}

/* --- certificates and phones --- */

const struct mint *talk_root(struct talk *t)
{
    return t->root;
}

const struct mint *talk_mint(struct talk *t, const struct mint_spec *spec)
{
    assert_true(t->n_mints < MINTS_MOST);
    return t->mints[t->n_mints++] = mint_make(spec, t->root);
}

const struct far_site_config *talk_good(struct talk *t, const char *host)
{
    t->good = (struct far_site_config){
        .chain = {talk_mint(t, &(struct mint_spec){.cn = host, .dns = {host}})},
        .alpn = "http/1.1"};
    return &t->good;
}

struct phone_config *talk_phone(struct talk *t, const char *host)
{
    t->phone = (struct phone_config){
        .host = host, .root_pem = ca_pem(t->ca), .clock_s = clock_wall_ms(&t->clock) / 1000};
    return &t->phone;
}

/* --- time --- */

static bool later_turn(struct talk *t)
{
    struct later now[LATER_MOST];
    size_t n = t->n_later;

    memcpy(now, t->later, sizeof now);
    t->n_later = 0;
    for (size_t i = 0; i < n; i++)
        now[i].call(now[i].arg);
    return n > 0;
}

static bool turn(struct talk *t)
{
    bool moved = later_turn(t);

    moved = network_turn(t) || moved;
    return callers_turn(t) || moved;
}

void talk_run(struct talk *t)
{
    for (int i = 0; turn(t); i++)
        assert_true(i < 100000); /* else they talk for ever */
}

void talk_jump(struct talk *t, int64_t ms)
{
    clock_advance(&t->clock, ms);
    relays_tick(t->relays);
    talk_run(t);
}

void talk_wait(struct talk *t, int64_t ms)
{
    for (; ms > 0; ms -= TICK_MS)
        talk_jump(t, ms < TICK_MS ? ms : TICK_MS);
}

void talk_soon_is_now(struct talk *t)
{
    talk_run(t);
    t->soon_is_now = true;
}

/* --- what was seen --- */

struct relays *talk_relays(struct talk *t)
{
    return t->relays;
}

const struct ca *talk_ca(const struct talk *t)
{
    return t->ca;
}

struct roads *talk_roads(struct talk *t)
{
    return t->roads;
}

struct device_history *talk_history(struct talk *t)
{
    return t->history;
}

int64_t talk_now_ms(const struct talk *t)
{
    return clock_wall_ms(&t->clock);
}

size_t talk_flows(const struct talk *t)
{
    return t->n_flows;
}

const struct flow *talk_flow(const struct talk *t, size_t i)
{
    assert_true(i < t->n_flows);
    return t->flows[i];
}

bool flow_has_note(const struct flow *f, const char *code)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (strcmp(f->notes[i].code, code) == 0)
            return true;
    return false;
}

bool flow_went_through(const struct flow *f, const char *stage)
{
    for (size_t i = 0; i < f->n_ticks; i++)
        if (strcmp(f->ticks[i].moment, stage) == 0)
            return true;
    return false;
}
