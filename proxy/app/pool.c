#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "fetch/gatherer.h"
#include "hook/hook.h"
#include "net/addr.h"
#include "net/dial.h"
#include "net/listen.h"
#include "net/loop.h"
#include "net/pipe_socket.h"
#include "net/resolve.h"
#include "reach.h"
#include "script/rules.h"

enum { TICK_MS = 100 };

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
    struct relays *relays;
    struct listener *listeners[REACH_LISTENERS_MOST];
    struct loop_timer *tick;
    bool draining;
};

struct pool {
    struct pool_config config;
    struct worker *workers;
    atomic_size_t running;
};

static void accepted(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len)
{
    struct worker *w = arg;
    char ip[ADDR_TEXT_CAP];

    (void)peer_len;
    if (!reach_client_may(w->pool->config.reach, peer)) {
        log_info("turned away %s: not a private address (see --allow-public)", addr_text(ip, peer));
        close(fd);
        return;
    }
    relays_accept(w->relays, pipe_socket_new(w->loop, fd), addr_text(ip, peer), addr_port(peer),
        addr_is_loopback(peer));
}

static void ticked(void *arg)
{
    struct worker *w = arg;

    relays_tick(w->relays);
    if (w->draining && relays_open(w->relays) == 0)
        loop_stop(w->loop);
}

static void soon(void *arg, void (*call)(void *arg), void *call_arg)
{
    struct worker *w = arg;

    if (!loop_post(w->loop, call, call_arg))
        call(call_arg);
}

static void drain(void *arg)
{
    struct worker *w = arg;

    if (w->draining)
        return;
    w->draining = true;
    for (size_t i = 0; i < REACH_LISTENERS_MOST; i++) {
        listen_stop(w->listeners[i]);
        w->listeners[i] = NULL;
    }
    relays_drain(w->relays);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    loop_run(w->loop);
    /* Everything of this thread is freed on it: its relays, then what they worked with. */
    relays_free(w->relays);
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

        w->listeners[i] = listen_start(w->loop, at, addr_len(at), true, accepted, w, e);
        if (!w->listeners[i])
            return false;
        /* Port 0: the first thread's choice is everybody's. */
        listen_address(w->listeners[i], &reach->listeners[i]);
    }
    return true;
}

static bool worker_make(struct worker *w, struct pool *p, struct err *e)
{
    struct relay_world world = p->config.world;

    w->pool = p;
    w->loop = loop_new(world.clock, e);
    if (!w->loop)
        return false;
    w->resolver = resolver_new(w->loop, &(struct resolver_config){0}, e);
    if (!w->resolver)
        return false;
    w->dial_config = (struct dial_config){.may = reach_may,
        .instead = reach_instead,
        .arg = p->config.reach,
        .connect_ms = p->config.connect_ms};
    w->dialer = dialer_sockets_new(w->loop, w->resolver, &w->dial_config);
    w->hooks = hooks_new();
    if (!rules_attach(p->config.rules, w->hooks, e))
        return false;
    if (p->config.fetcher)
        w->gatherer = gatherer_loop_new(p->config.fetcher, w->loop);
    world.dialer = w->dialer;
    world.gatherer = w->gatherer;
    world.hooks = w->hooks;
    world.soon = soon;
    world.soon_arg = w;
    w->relays = relays_new(&world);
    w->tick = loop_every(w->loop, TICK_MS, ticked, w);
    return worker_listen(w, e);
}

static bool worker_start(struct worker *w, struct err *e)
{
    atomic_fetch_add(&w->pool->running, 1);
    int failed = pthread_create(&w->thread, NULL, worker_main, w);
    if (failed) {
        atomic_fetch_sub(&w->pool->running, 1);
        errno = failed;
        return err_sys(e, "cannot start a thread");
    }
    w->started = true;
    return true;
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
        if (w->dialer)
            dialer_sockets_free(w->dialer);
        if (w->resolver)
            resolver_free(w->resolver);
        hooks_free(w->hooks);
    }
    for (size_t i = 0; i < REACH_LISTENERS_MOST; i++)
        listen_stop(w->listeners[i]);
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
