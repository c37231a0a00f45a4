#include "pool.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "device/roads.h"
#include "fetch/gatherer.h"
#include "hook/hook.h"
#include "hook/listener.h"
#include "loop_guard.h"
#include "net/addr.h"
#include "net/dial.h"
#include "net/dial_upstream.h"
#include "net/listen.h"
#include "net/loop.h"
#include "net/pipe_socket.h"
#include "net/quic_watch.h"
#include "net/resolve.h"
#include "reach.h"
#include "relay/dial_tls.h"
#include "script/rules.h"

enum { TICK_MS = 100 };

struct worker;

struct entrance {
    struct worker *worker;
    struct listener *listener;
    bool behind_balancer;
};

struct gate {
    struct worker *worker;
    struct listener *listener;
    enum transparent how;
};

struct worker {
    struct pool *pool;
    pthread_t thread;
    bool started;
    struct loop *loop;
    struct resolver *resolver;
    struct dialer *dialer;
    struct dial_config dial_config;
    struct gatherer *gatherer;
    struct hooks *hooks;
    _Atomic(struct hooks *) fresh; /* that take over at the next beat of the loop; NULL: none */
    struct relays *relays;
    struct dialer *secure;   /* before the dialer: TLS to a proxy beyond; NULL: none wants it */
    struct dialer *upstream; /* before both; NULL: none */
    struct entrance entrances[REACH_LISTENERS_MOST];
    struct gate gates[REACH_GATES_MOST];
    struct own_addresses *own_addresses;
    struct quic_watch *quic_watch; /* the first thread's, of a gateway */
    struct loop_timer *tick;
    bool draining;
    atomic_size_t open; /* as the next: written by this thread, read by others */
    atomic_uint_fast64_t visits, faults;
};

struct pool {
    struct pool_config config;
    struct worker *workers;
    atomic_size_t running;
};

static bool may_enter(const struct worker *w, int fd, const struct sockaddr *peer)
{
    char ip[ADDR_TEXT_CAP];

    if (reach_client_may(w->pool->config.reach, peer))
        return true;
    log_info("turned away %s: not a private address (see --allow-public)", addr_text(ip, peer));
    close(fd);
    return false;
}

static void accepted(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len)
{
    const struct entrance *entrance = arg;
    struct worker *w = entrance->worker;
    char ip[ADDR_TEXT_CAP], at_ip[ADDR_TEXT_CAP];
    union addr at = {0};
    socklen_t at_len = sizeof at;

    (void)peer_len;
    if (!may_enter(w, fd, peer))
        return;
    if (getsockname(fd, &at.any, &at_len) != 0) {
        close(fd); /* gone already */
        return;
    }
    const struct relay_door door = {.ip = addr_text(at_ip, &at.any),
        .port = addr_port(&at.any),
        .behind_balancer = entrance->behind_balancer};
    relays_accept_at(w->relays, pipe_socket_new(w->loop, fd), addr_text(ip, peer), addr_port(peer),
        addr_is_loopback(peer), &door);
}

/* Of clients that a load balancer names. */
static bool may_come_in(void *arg, const char *ip)
{
    const struct worker *w = arg;
    struct sockaddr_storage from;

    return addr_parse(ip, 0, &from) &&
           reach_client_may(w->pool->config.reach, (const struct sockaddr *)&from);
}

static void turned_in(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len)
{
    const struct gate *gate = arg;
    struct worker *w = gate->worker;
    char ip[ADDR_TEXT_CAP], to_ip[ADDR_TEXT_CAP];
    union addr to;
    struct err e;

    (void)peer_len;
    if (!may_enter(w, fd, peer))
        return;
    if (!transparent_destination(fd, gate->how, &to, &e)) {
        log_warn("a connection from %s is dropped: %s", addr_text(ip, peer), e.text);
        close(fd);
        return;
    }
    struct relay_sent_to sent_to = {.ip = addr_text(to_ip, &to.any),
        .port = addr_port(&to.any),
        .is_us = own_addresses_have(w->own_addresses, &to.any)};
    relays_accept_transparent(w->relays, pipe_socket_new(w->loop, fd), addr_text(ip, peer),
        addr_port(peer), addr_is_loopback(peer), &sent_to);
}

static void quic_tried(void *arg, const struct quic_try *one)
{
    const struct worker *w = arg;
    const struct relay_world *world = &w->pool->config.world;
    char from[ADDR_TEXT_CAP], to[ADDR_TEXT_CAP];

    roads_note_quic(world->roads, addr_text(from, &one->from.any), addr_text(to, &one->to.any),
        one->refused, clock_wall_ms(world->clock));
}

/* One thread listens for all. Without it the proxy works as well, and knows less. */
static void quic_listen(struct worker *w)
{
    struct err e;

    if (w->pool->workers != w || !w->pool->config.world.roads)
        return;
    w->quic_watch = quic_watch_start(w->loop, QUIC_WATCH_GROUP, quic_tried, w, &e);
    if (!w->quic_watch)
        log_info("attempts at QUIC are not told: %s", e.text);
}

/* The proxy's own connections leave from an address of this machine. */
static bool is_ours(void *arg, const char *ip, uint16_t port)
{
    struct worker *w = arg;
    struct sockaddr_storage from;

    return loop_guard_knows(w->pool->config.reach->guard, port) && addr_parse(ip, 0, &from) &&
           own_addresses_have(w->own_addresses, (const struct sockaddr *)&from);
}

static void ticked(void *arg)
{
    struct worker *w = arg;

    relays_tick(w->relays);
    atomic_store_explicit(&w->open, relays_open(w->relays), memory_order_relaxed);
    if (w->draining && relays_open(w->relays) == 0)
        loop_stop(w->loop);
}

static void soon(void *arg, void (*call)(void *arg), void *call_arg)
{
    struct worker *w = arg;

    if (!loop_post(w->loop, call, call_arg))
        call(call_arg);
}

static void doors_close(struct worker *w)
{
    for (size_t i = 0; i < REACH_LISTENERS_MOST; i++) {
        listen_stop(w->entrances[i].listener);
        w->entrances[i].listener = NULL;
    }
    for (size_t i = 0; i < REACH_GATES_MOST; i++) {
        listen_stop(w->gates[i].listener);
        w->gates[i].listener = NULL;
    }
}

static void drain(void *arg)
{
    struct worker *w = arg;

    if (w->draining)
        return;
    w->draining = true;
    doors_close(w);
    relays_drain(w->relays);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    loop_run(w->loop);
    /* Everything of this thread is freed on it: its relays, then what they worked with. */
    relays_free(w->relays);
    dialer_upstream_free(w->upstream);
    dialer_tls_free(w->secure);
    dialer_sockets_free(w->dialer);
    resolver_free(w->resolver);
    hooks_free(w->hooks);
    atomic_fetch_sub(&w->pool->running, 1);
    return NULL;
}

static bool worker_listen(struct worker *w, struct err *e)
{
    struct reach *reach = w->pool->config.reach;

    for (size_t i = 0; i < reach->n_listeners; i++) {
        const struct sockaddr *at = (const struct sockaddr *)&reach->listeners[i];

        struct entrance *entrance = &w->entrances[i];

        *entrance = (struct entrance){.worker = w, .behind_balancer = reach->behind_balancer[i]};
        entrance->listener = listen_start(w->loop, at, addr_len(at), true, accepted, entrance, e);
        if (!entrance->listener)
            return false;
        /* Port 0: the first thread's choice is everybody's. */
        listen_address(entrance->listener, &reach->listeners[i]);
    }
    return true;
}

static bool gates_listen(struct worker *w, struct err *e)
{
    struct reach *reach = w->pool->config.reach;

    for (size_t i = 0; i < reach->n_gates; i++) {
        const struct sockaddr *at = (const struct sockaddr *)&reach->gates[i].at;
        struct gate *gate = &w->gates[i];

        *gate = (struct gate){.worker = w, .how = reach->gates[i].how};
        gate->listener = listen_start(w->loop, at, addr_len(at), true, turned_in, gate, e);
        if (!gate->listener || !listen_arm(gate->listener, gate->how, e))
            return false;
        listen_address(gate->listener, &reach->gates[i].at);
    }
    return true;
}

static void visited(void *arg, const struct hook_visit *visit)
{
    struct worker *w = arg;

    atomic_fetch_add_explicit(&w->visits, 1, memory_order_relaxed);
    if (visit->error)
        atomic_fetch_add_explicit(&w->faults, 1, memory_order_relaxed);
}

static bool worker_make(struct worker *w, struct pool *p, struct err *e)
{
    struct relay_world world = p->config.world;

    w->pool = p;
    w->loop = loop_new(world.clock, e);
    if (!w->loop)
        return false;
    const struct resolver_config names = {
        .servers = reach_name_servers(p->config.reach), .hints = true};
    w->resolver = resolver_new(w->loop, &names, e);
    if (!w->resolver)
        return false;
    w->dial_config = (struct dial_config){.may = reach_may,
        .instead = reach_instead,
        .name_servers_of = reach_name_servers_of,
        .turn = reach_turn,
        .begun = reach_begun,
        .arg = p->config.reach,
        .connect_ms = p->config.connect_ms};
    w->dialer = dialer_sockets_new(w->loop, w->resolver, &w->dial_config);
    if (p->config.upstream_trust)
        w->secure =
            dialer_tls_new(w->dialer, world.contexts, p->config.upstream_trust, world.clock);
    if (p->config.upstreams)
        w->upstream = dialer_upstream_new(w->dialer, w->secure, p->config.upstreams, world.clock);
    w->hooks = hooks_new();
    hooks_trace(w->hooks, visited, w);
    if (!rules_attach(p->config.rules, w->hooks, e))
        return false;
    if (p->config.fetcher)
        w->gatherer = gatherer_loop_new(p->config.fetcher, w->loop);
    world.dialer = w->upstream ? w->upstream : w->dialer;
    world.may_enter = may_come_in;
    world.may_enter_arg = w;
    world.gatherer = w->gatherer;
    world.hooks = w->hooks;
    world.soon = soon;
    world.soon_arg = w;
    if (p->config.reach->n_gates) {
        w->own_addresses = own_addresses_new(world.clock);
        world.is_ours = is_ours;
        world.is_ours_arg = w;
    }
    w->relays = relays_new(&world);
    w->tick = loop_every(w->loop, TICK_MS, ticked, w);
    quic_listen(w);
    return worker_listen(w, e) && gates_listen(w, e);
}

static bool worker_start(struct worker *w, struct err *e)
{
    atomic_fetch_add(&w->pool->running, 1);
    w->started = thread_start(&w->thread, "traffic", worker_main, w, e);
    if (!w->started)
        atomic_fetch_sub(&w->pool->running, 1);
    return w->started;
}

bool pool_start(const struct pool_config *config, struct pool **out, struct err *e)
{
    struct pool *p = mem_new(sizeof *p);

    p->config = *config;
    p->workers = mem_array(config->threads, sizeof *p->workers);
    *out = p;
    for (size_t i = 0; i < config->threads; i++)
        if (!worker_make(&p->workers[i], p, e))
            return false;
    for (size_t i = 0; i < config->threads; i++)
        if (!worker_start(&p->workers[i], e))
            return false;
    return true;
}

static void fresh_take(void *arg)
{
    struct worker *w = arg;
    struct hooks *fresh = atomic_exchange(&w->fresh, NULL);

    if (fresh)
        hooks_replace(w->hooks, fresh);
}

bool pool_replace_rules(struct pool *p, struct rules *rules, struct err *e)
{
    size_t n = p->config.threads;
    struct hooks **fresh = mem_array(n, sizeof *fresh);
    bool right = true;

    /* All are ready before one is given away: no thread may be left with the old rules alone. */
    for (size_t i = 0; right && i < n; i++) {
        fresh[i] = hooks_new();
        right = rules_attach(rules, fresh[i], e);
    }
    for (size_t i = 0; i < n; i++) {
        struct worker *w = &p->workers[i];

        if (right) /* of two in a row the first may never have been taken */
            fresh[i] = atomic_exchange(&w->fresh, fresh[i]);
        hooks_free(fresh[i]);
        loop_post(w->loop, fresh_take, w);
    }
    mem_free(fresh);
    return right;
}

void pool_figures(struct pool *p, struct pool_figures *out)
{
    *out = (struct pool_figures){.threads = p->config.threads};
    for (size_t i = 0; i < p->config.threads; i++) {
        struct worker *w = &p->workers[i];

        out->open += atomic_load_explicit(&w->open, memory_order_relaxed);
        out->visits += atomic_load_explicit(&w->visits, memory_order_relaxed);
        out->faults += atomic_load_explicit(&w->faults, memory_order_relaxed);
    }
}

void pool_drain(struct pool *p)
{
    for (size_t i = 0; i < p->config.threads; i++)
        if (p->workers[i].started)
            loop_post(p->workers[i].loop, drain, &p->workers[i]);
}

bool pool_is_over(struct pool *p)
{
    return atomic_load(&p->running) == 0;
}

static void worker_free(struct worker *w)
{
    if (w->started) {
        loop_stop(w->loop);
        pthread_join(w->thread, NULL);
    } else {
        relays_free(w->relays);
        dialer_upstream_free(w->upstream);
        dialer_tls_free(w->secure);
        if (w->dialer)
            dialer_sockets_free(w->dialer);
        if (w->resolver)
            resolver_free(w->resolver);
        hooks_free(w->hooks);
    }
    hooks_free(atomic_exchange(&w->fresh, NULL));
    doors_close(w);
    quic_watch_stop(w->quic_watch);
    own_addresses_free(w->own_addresses);
    if (w->tick)
        loop_timer_free(w->tick);
    gatherer_loop_free(w->gatherer);
    if (w->loop)
        loop_free(w->loop);
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->config.threads; i++)
        worker_free(&p->workers[i]);
    mem_free(p->workers);
    mem_free(p);
}
