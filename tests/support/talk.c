#include "talk.h"

#include <event2/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/ca.h"
#include "cert/leaf_cache.h"
#include "cert/leaf_key.h"
#include "device/clock_witness.h"
#include "device/history.h"
#include "device/roads.h"
#include "fetch/gatherer.h"
#include "hook/call.h"
#include "hook/listener.h"
#include "hook/wake.h"
#include "net/dial_upstream.h"
#include "onboard/site.h"
#include "pipe_memory.h"
#include "relay/relay.h"
#include "script/rules.h"
#include "tls/contexts.h"
#include "trust/pinned_hosts.h"
#include "trust/roots.h"

enum {
    SITES_MOST = 16,
    MINTS_MOST = 64,
    DIALS_MOST = 64,
    CALLERS_MOST = 64,
    FLOWS_MOST = 512,
    LATER_MOST = 64,
    GATHERS_MOST = 16,
    TICK_MS = 100
};

struct dial {
    void (*done)(void *arg, struct dial_result *result);
    void *arg;
    char host[HOST_CAP], name[HOST_CAP + 8];
    bool over;
    struct memory_pipe *pipe;
    struct far_site *site;
    bool eof_told;
    size_t turns; /* in which it was sent something */
};

struct gather {
    void (*done)(void *arg, struct fetch_evidence *found);
    void *arg;
    bool over;
};

/* Answers for the network that the fetcher would ask. */
struct far_gatherer {
    struct gatherer door; /* first: a gatherer is its far_gatherer */
    bool offers, holds;
    struct cert_chain *issuers; /* owned; NULL: their address gives nothing */
    struct gather gathers[GATHERS_MOST];
    size_t n;
};

struct caller {
    struct talk *talk;
    struct memory_pipe *pipe;
    struct phone *phone;
    bool held;
};

struct site {
    char host[HOST_CAP];
    struct far_site_config how;
    enum dial_error error;
};

struct later {
    void (*call)(void *arg);
    void *arg;
};

struct talk {
    struct dialer dialer; /* first: the dialer's functions find the talk by it */
    struct far_gatherer gatherer;
    struct clock clock;
    struct ca *ca;
    struct leaf_keys *keys;
    struct leaf_cache *leaves;
    struct tls_contexts *contexts;
    struct roots *roots;
    const struct ct_logs *ct_logs; /* borrowed */
    struct pinned_hosts *pinned;
    struct site *site;
    struct device_history *history;
    struct clock_witness *witness;
    struct roads *roads;
    char configured[HOST_CAP];
    uint16_t own_port;
    struct hooks *hooks;
    struct rules *rules;
    struct wake *wakes[N_MOMENTS];
    enum action decisions[N_MOMENTS];
    struct text moments, moments_told, seen, seen_of;
    struct relays *relays;
    struct dialer *upstream; /* before the dialer; NULL: none */

    struct mint *root, *mints[MINTS_MOST];
    size_t n_mints;
    struct far_site_config good;
    struct phone_config phone;
    struct site sites[SITES_MOST];
    size_t n_sites;
    struct dial *dials[DIALS_MOST];
    size_t n_dials;
    bool holds_dials, lags, soon_is_now;
    struct caller *callers[CALLERS_MOST];
    size_t n_callers, n_more_flows;
    struct flow *flows[FLOWS_MOST];
    size_t n_flows;
    struct later later[LATER_MOST];
    size_t n_later;
};

/* --- the network --- */

static struct dial *dial_begin(struct dialer *d, const char *host, uint16_t port,
    bool from_loopback, void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct talk *t = (struct talk *)d;
    struct dial *one = mem_new(sizeof *one);

    (void)from_loopback;
    assert_true(t->n_dials < DIALS_MOST);
    one->done = done;
    one->arg = arg;
    snprintf(one->host, sizeof one->host, "%s", host);
    host_port_text(one->name, sizeof one->name, host, port);
    t->dials[t->n_dials++] = one;
    return one;
}

static void dial_cancel(struct dialer *d, struct dial *one)
{
    (void)d;
    assert_false(one->over);
    one->over = true;
}

static const struct site *site_of(const struct talk *t, const char *host)
{
    for (size_t i = t->n_sites; i > 0; i--)
        if (strcmp(t->sites[i - 1].host, host) == 0)
            return &t->sites[i - 1];
    return NULL;
}

static void dial_answer(struct talk *t, struct dial *one)
{
    const struct site *site = site_of(t, one->host);
    struct dial_result result = {.error = site ? site->error : DIAL_NXDOMAIN, .ms = 7};

    one->over = true;
    if (result.error == DIAL_OK) {
        one->pipe = memory_pipe_new();
        one->site = far_site_new(&site->how);
        result.pipe = memory_pipe_end(one->pipe);
        snprintf(result.address, sizeof result.address, "192.0.2.80:443");
    }
    one->done(one->arg, &result);
}

static struct gather *gather_begin(struct gatherer *door, const struct evidence_ask *ask,
    void (*done)(void *arg, struct fetch_evidence *found), void *arg)
{
    struct far_gatherer *g = (struct far_gatherer *)door;

    if (!g->offers)
        return NULL;
    assert_true(evidence_is_wanted(ask));
    assert_true(g->n < GATHERS_MOST);
    g->gathers[g->n] = (struct gather){.done = done, .arg = arg};
    return &g->gathers[g->n++];
}

static void gather_cancel(struct gatherer *door, struct gather *one)
{
    (void)door;
    assert_false(one->over);
    one->over = true;
}

static void gather_answer(const struct far_gatherer *g, struct gather *one)
{
    struct fetch_evidence *found = mem_new(sizeof *found);

    found->issuer = g->issuers ? EVIDENCE_FETCHED : EVIDENCE_NOT_THERE;
    found->issuer_url = mem_text("http://ca.example/issuer.cer");
    if (g->issuers)
        found->fetched = cert_chain_new();
    for (size_t i = 0; g->issuers && i < g->issuers->n; i++)
        cert_chain_push(found->fetched, g->issuers->at[i]);
    one->over = true;
    one->done(one->arg, found);
}

static bool gatherer_turn(struct far_gatherer *g)
{
    bool moved = false;

    for (size_t i = 0; i < g->n && !g->holds; i++) {
        if (g->gathers[i].over)
            continue;
        gather_answer(g, &g->gathers[i]);
        moved = true;
    }
    return moved;
}

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

/* --- the one who listens to the moments --- */

/* What a rule can read of what goes by: "response_body:ok;". */
static void look(struct talk *t, enum moment m, const struct flow *f)
{
    const char *text = NULL;

    if (m == MOMENT_REQUEST_BODY)
        text = f->request->body;
    else if (m == MOMENT_RESPONSE_BODY)
        text = f->response->body;
    else if (m == MOMENT_WS_MESSAGE)
        text = f->message->text ? f->message->text : "(binary)";
    if (!text)
        return;
    text_printf(&t->seen, "%s:%s;", moment_name(m), text);
    const char *url = m == MOMENT_WS_MESSAGE ? f->websocket->url : f->request->url;
    text_printf(&t->seen_of, "%s%s", t->seen_of.len ? " " : "", url);
}

static bool visit(void *arg, struct call *c, struct err *e)
{
    struct talk *t = arg;

    (void)e;
    text_printf(&t->moments, "%s%s", t->moments.len ? " " : "", moment_name(c->moment));
    look(t, c->moment, c->flow);
    return t->decisions[c->moment] == ACTION_NONE ||
           call_decide(c, t->decisions[c->moment], NULL, "the test says so");
}

static void listen_in(struct talk *t)
{
    struct listener l = {.id = "rule:test/ear", .visit = visit, .arg = t};

    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        l.wakes[m] = t->wakes[m] = wake_new(m);
    hooks_add(t->hooks, &l);
}

/* --- the world --- */

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
    struct learn learn;
    bool retries;
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

static bool answers(struct dialer *d, const char *host, uint16_t port)
{
    const struct talk *t = (const struct talk *)d;

    (void)port;
    return t->configured[0] && strcmp(host, t->configured) == 0;
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
        .learn = wish->learn,
        .retries = wish->retries,
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
    t->dialer = (struct dialer){.start = dial_begin, .answers = answers, .cancel = dial_cancel};
    t->gatherer.door = (struct gatherer){.start = gather_begin, .cancel = gather_cancel};
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
    listen_in(t);
    if (wish->upstreams)
        t->upstream = dialer_upstream_new(&t->dialer, NULL, wish->upstreams, &t->clock);
    relays_make(t, wish);
    return t;
}

static void calls_free(struct talk *t)
{
    for (size_t i = 0; i < t->n_callers; i++) {
        assert_true(memory_pipe_is_closed(t->callers[i]->pipe));
        phone_free(t->callers[i]->phone);
        memory_pipe_free(t->callers[i]->pipe);
        mem_free(t->callers[i]);
    }
    for (size_t i = 0; i < t->n_dials; i++) {
        struct dial *one = t->dials[i];

        assert_true(one->over);
        assert_true(!one->pipe || memory_pipe_is_closed(one->pipe));
        far_site_free(one->site);
        memory_pipe_free(one->pipe);
        mem_free(one);
    }
}

void talk_free(struct talk *t)
{
    talk_run(t);
    relays_free(t->relays);
    dialer_upstream_free(t->upstream);
    assert_int_equal(t->n_flows, t->n_callers + t->n_more_flows);
    calls_free(t);
    for (size_t i = 0; i < t->gatherer.n; i++)
        assert_true(t->gatherer.gathers[i].over);
    cert_chain_free(t->gatherer.issuers);
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

/* --- the sites --- */

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

static struct site *site_add(struct talk *t, const char *host)
{
    assert_true(t->n_sites < SITES_MOST);
    struct site *s = &t->sites[t->n_sites++];

    snprintf(s->host, sizeof s->host, "%s", host);
    return s;
}

void talk_site(struct talk *t, const char *host, const struct far_site_config *how)
{
    site_add(t, host)->how = *how;
}

void talk_site_fails(struct talk *t, const char *host, enum dial_error why)
{
    site_add(t, host)->error = why;
}

void talk_holds_dials(struct talk *t, bool hold)
{
    t->holds_dials = hold;
}

void talk_offers(struct talk *t, const struct mint *issuer)
{
    t->gatherer.offers = true;
    t->gatherer.issuers = issuer ? mint_chain(issuer, NULL) : NULL;
}

void talk_holds_offers(struct talk *t, bool hold)
{
    t->gatherer.holds = hold;
    talk_run(t);
}

size_t talk_gathers(const struct talk *t)
{
    return t->gatherer.n;
}

size_t talk_dials(const struct talk *t)
{
    return t->n_dials;
}

const char *talk_dialled(const struct talk *t, size_t i)
{
    return i < t->n_dials ? t->dials[i]->name : "";
}

struct far_site *talk_far(const struct talk *t, size_t i)
{
    return i < t->n_dials ? t->dials[i]->site : NULL;
}

void talk_far_holds(struct talk *t, size_t i, bool hold)
{
    memory_pipe_hold(t->dials[i]->pipe, hold);
    talk_run(t);
}

void talk_far_lags(struct talk *t, bool lag)
{
    t->lags = lag;
    talk_run(t);
}

bool talk_far_is_reading(const struct talk *t, size_t i)
{
    return memory_pipe_is_reading(t->dials[i]->pipe);
}

/* --- the callers --- */

static struct caller *caller_make(struct talk *t)
{
    struct caller *c = mem_new(sizeof *c);

    assert_true(t->n_callers < CALLERS_MOST);
    c->talk = t;
    c->pipe = memory_pipe_new();
    t->callers[t->n_callers++] = c;
    return c;
}

struct caller *caller_new_from(struct talk *t, const char *ip)
{
    struct caller *c = caller_make(t);

    relays_accept(t->relays, memory_pipe_end(c->pipe), ip, (uint16_t)(40000 + t->n_callers), false);
    return c;
}

struct caller *caller_new_balanced(struct talk *t, const char *balancer)
{
    static const struct relay_door door = {.ip = "10.0.0.1", .port = 8081, .behind_balancer = true};
    struct caller *c = caller_make(t);

    relays_accept_at(t->relays, memory_pipe_end(c->pipe), balancer,
        (uint16_t)(40000 + t->n_callers), false, &door);
    return c;
}

struct caller *caller_new_turned(struct talk *t, const char *ip, uint16_t port, bool is_us)
{
    const struct relay_sent_to to = {.ip = ip, .port = port, .is_us = is_us};
    struct caller *c = caller_make(t);

    relays_accept_transparent(t->relays, memory_pipe_end(c->pipe), "10.0.0.7",
        (uint16_t)(40000 + t->n_callers), false, &to);
    return c;
}

struct caller *caller_new(struct talk *t)
{
    return caller_new_from(t, "10.0.0.7");
}

void caller_sends_n(struct caller *c, const void *bytes, size_t n)
{
    memory_pipe_feed(c->pipe, bytes, n);
    talk_run(c->talk);
}

void caller_sends(struct caller *c, const char *text)
{
    caller_sends_n(c, text, strlen(text));
}

const char *caller_gets(struct caller *c)
{
    return memory_pipe_take_text(c->pipe);
}

void caller_asks_as(struct caller *c, const char *authority, const char *agent)
{
    char request[600];

    snprintf(request, sizeof request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n",
        authority, authority, agent);
    caller_sends(c, request);
    assert_string_equal(caller_gets(c), "HTTP/1.1 200 Connection Established\r\n\r\n");
}

void caller_asks(struct caller *c, const char *authority)
{
    caller_asks_as(c, authority, "Acme/1.0 CFNetwork/1490 Darwin/23.6.0");
}

void caller_shakes(struct caller *c, const struct phone_config *config)
{
    c->phone = phone_new(config);
    talk_run(c->talk);
}

struct phone *caller_phone(struct caller *c)
{
    return c->phone;
}

void caller_says(struct caller *c, const char *text)
{
    assert_true(phone_is_open(c->phone));
    phone_says(c->phone, text);
    talk_run(c->talk);
}

const char *caller_heard(struct caller *c)
{
    return phone_heard(c->phone);
}

void caller_closes(struct caller *c)
{
    memory_pipe_eof(c->pipe);
    talk_run(c->talk);
}

void caller_resets(struct caller *c)
{
    memory_pipe_reset(c->pipe);
    talk_run(c->talk);
}

void caller_holds(struct caller *c, bool hold)
{
    c->held = hold;
    memory_pipe_hold(c->pipe, hold);
    talk_run(c->talk);
}

void caller_sips(struct caller *c, size_t n)
{
    memory_pipe_trickle(c->pipe, n);
    talk_run(c->talk);
}

bool caller_is_reading(const struct caller *c)
{
    return memory_pipe_is_reading(c->pipe);
}

bool caller_saw_end(const struct caller *c)
{
    return memory_pipe_is_shut(c->pipe) || memory_pipe_is_closed(c->pipe);
}

size_t caller_backlog(struct caller *c)
{
    return evbuffer_get_length(memory_pipe_end(c->pipe)->out);
}

struct phone_config *talk_phone(struct talk *t, const char *host)
{
    t->phone = (struct phone_config){
        .host = host, .root_pem = ca_pem(t->ca), .clock_s = clock_wall_ms(&t->clock) / 1000};
    return &t->phone;
}

/* --- time --- */

static bool move(struct memory_pipe *pipe, struct evbuffer *from)
{
    size_t n = evbuffer_get_length(from);
    const unsigned char *bytes = n ? evbuffer_pullup(from, -1) : NULL;

    if (n == 0)
        return false;
    memory_pipe_feed(pipe, bytes, n);
    evbuffer_drain(from, n);
    return true;
}

static bool caller_turn(struct caller *c)
{
    bool moved = memory_pipe_turn(c->pipe);

    if (!c->phone)
        return moved;
    moved = evbuffer_get_length(memory_pipe_sent(c->pipe)) > 0 || moved;
    phone_feed(c->phone, memory_pipe_sent(c->pipe));
    enum phone_end end = phone_pump(c->phone);
    moved = move(c->pipe, phone_out(c->phone)) || moved;
    if (end == PHONE_FIN)
        memory_pipe_eof(c->pipe);
    else if (end == PHONE_RST)
        memory_pipe_reset(c->pipe);
    return moved || end != PHONE_GOES_ON;
}

static bool far_turn(struct dial *d, bool lags)
{
    size_t brought = evbuffer_get_length(memory_pipe_sent(d->pipe));
    bool moved = memory_pipe_turn(d->pipe) || brought > 0;

    /* The first bytes are the ClientHello, the second our Finished. */
    if (lags && d->turns >= 1 && brought > 0)
        return false;
    d->turns += brought > 0;

    far_site_feed(d->site, memory_pipe_sent(d->pipe));
    if (memory_pipe_is_shut(d->pipe) && !d->eof_told) {
        d->eof_told = true;
        far_site_eof(d->site);
    }
    enum far_end end = far_site_pump(d->site);
    moved = move(d->pipe, far_site_out(d->site)) || moved;
    if (end == FAR_FIN)
        memory_pipe_eof(d->pipe);
    else if (end == FAR_RST)
        memory_pipe_reset(d->pipe);
    return moved || end != FAR_GOES_ON;
}

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

    moved = gatherer_turn(&t->gatherer) || moved;
    for (size_t i = 0; i < t->n_dials; i++) {
        struct dial *one = t->dials[i];

        if (!one->over && !t->holds_dials) {
            dial_answer(t, one);
            moved = true;
        }
        if (one->pipe)
            moved = far_turn(one, t->lags) || moved;
    }
    for (size_t i = 0; i < t->n_callers; i++)
        moved = caller_turn(t->callers[i]) || moved;
    return moved;
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

void talk_configures(struct talk *t, const char *host)
{
    snprintf(t->configured, sizeof t->configured, "%s", host);
}

void talk_next_is_ours(struct talk *t)
{
    t->own_port = (uint16_t)(40001 + t->n_callers);
}

struct device_history *talk_history(struct talk *t)
{
    return t->history;
}

int64_t talk_now_ms(const struct talk *t)
{
    return clock_wall_ms(&t->clock);
}

const char *talk_moments(struct talk *t)
{
    text_clear(&t->moments_told);
    text_add(&t->moments_told, text_str(&t->moments));
    text_clear(&t->moments);
    return text_str(&t->moments_told);
}

const char *talk_seen(const struct talk *t)
{
    return text_str(&t->seen);
}

const char *talk_seen_of(const struct talk *t)
{
    return text_str(&t->seen_of);
}

void talk_decides(struct talk *t, enum moment m, enum action action)
{
    t->decisions[m] = action;
}

void talk_listens_only_to(struct talk *t, enum moment m)
{
    struct listener l = {.id = "rule:test/ear", .visit = visit, .arg = t};
    struct hooks *fresh = hooks_new();

    l.wakes[m] = t->wakes[m];
    hooks_add(fresh, &l);
    hooks_replace(t->hooks, fresh);
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
