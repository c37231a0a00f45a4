/* visit.c - a plugin as a listener of one thread's table of hooks; plugins_attach is declared in
 * plugins.h. */
#include "plugin_priv.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hook/call.h"
#include "hook/hook.h"
#include "hook/listener.h"

/* A plugin on one thread. */
struct seat {
    struct plugin *plugin;
    struct instance *instance; /* the one that this thread works with, with a reference */
    unsigned generation;
    void *local;
    bool works; /* it is ready, and so is its thread */
    struct post post;
};

static void seat_leave(struct seat *s)
{
    const struct whytls_plugin *d = &s->plugin->declared.p;
    struct doing before;

    if (s->works && d->thread_stop) {
        doing_begin(&before, d->name, "thread_stop", NULL);
        d->thread_stop(s->local);
        doing_end(&before);
    }
    instance_unref(s->instance);
    s->instance = NULL;
    s->local = NULL;
    s->works = false;
}

/* Takes up the instance that is current now; on the thread that will use it. */
static void seat_take(struct seat *s)
{
    const struct whytls_plugin *d = &s->plugin->declared.p;
    struct doing before;

    s->generation = atomic_load(&s->plugin->generation);
    s->instance = plugin_current(s->plugin);
    s->works = s->instance->ready == WHYTLS_READY;
    if (!s->works || !d->thread_start)
        return;
    doing_begin(&before, d->name, "thread_start", NULL);
    s->works = d->thread_start(&s->instance->host, s->instance->shared, &s->local);
    doing_end(&before);
    if (!s->works)
        log_error("plugin %s does not start on this thread; it is left out here", d->name);
}

static const struct whytls_hook *hook_at(const struct declared *d, enum moment m)
{
    for (size_t i = 0; i < d->n_hooks; i++)
        if (moment_of(d->p.hooks[i].moment) == m)
            return &d->p.hooks[i];
    return NULL;
}

static bool plugin_visit(void *arg, struct call *c, struct err *e)
{
    struct seat *s = arg;
    const struct declared *d = &s->plugin->declared;
    const struct clock *clock = s->plugin->all->config.clock;
    struct doing before;

    (void)e;
    if (!s->instance || s->generation != atomic_load(&s->plugin->generation)) {
        seat_leave(s);
        seat_take(s);
    }
    if (!s->works)
        return true;
    struct whytls_flow flow = {c, s->instance};
    struct whytls_call call = {.size = sizeof call,
        .moment = number_of(c->moment),
        .host = &s->instance->host,
        .flow = &flow,
        .shared = s->instance->shared,
        .local = s->local,
        .now_s = c->flow->now};

    atomic_store(&s->post.since_ms, clock_steady_ms(clock));
    atomic_store(&s->post.doing, moment_name(c->moment));
    doing_begin(&before, d->p.name, moment_name(c->moment), c->flow->id);
    hook_at(d, c->moment)->visit(&call);
    doing_end(&before);
    atomic_store(&s->post.doing, NULL);
    return true;
}

static void seat_free(void *thing)
{
    struct seat *s = thing;

    seat_leave(s);
    post_remove(s->plugin->all, &s->post);
    mem_free(s);
}

void plugins_attach(struct plugins *all, size_t i, struct hooks *h)
{
    struct plugin *p = all->at[i];
    struct listener l = {.id = p->id, .visit = plugin_visit, .may_wait = true};

    if (!plugins_listens(all, i))
        return;
    struct seat *s = mem_new(sizeof *s);

    s->plugin = p;
    s->post.plugin = p->declared.p.name;
    post_add(all, &s->post);
    memcpy(l.wakes, p->wakes, sizeof l.wakes);
    l.arg = s;
    hooks_own(h, s, seat_free);
    hooks_add(h, &l);
}
