/* outlet.c - a sink's queue and its thread, so that it may block and nobody waits for it; declared
 * in plugin_priv.h. */
#include "plugin_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

struct line {
    struct line *next;
    size_t len;
    char *json; /* behind the struct, as is the id */
    char *id;
};

struct outlet {
    struct plugin *plugin;
    struct outlet_limits limits;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t wake;
    struct line *first, **last;
    size_t n, bytes;
    uint64_t n_dropped, n_told;
    bool over;
};

static void drop_first(struct outlet *o)
{
    struct line *line = o->first;

    o->first = line->next;
    if (!o->first)
        o->last = &o->first;
    o->n--;
    o->bytes -= line->len;
    mem_free(line);
}

void outlet_put(struct outlet *o, const char *id, const char *json, size_t len)
{
    size_t id_len = strlen(id) + 1;
    struct line *line = mem_new(sizeof *line + id_len + len + 1);

    line->len = len;
    line->id = (char *)(line + 1);
    line->json = line->id + id_len;
    memcpy(line->id, id, id_len);
    memcpy(line->json, json, len);
    pthread_mutex_lock(&o->lock);
    while (o->first && (o->n >= o->limits.waiting_most || o->bytes + len > o->limits.bytes_most)) {
        drop_first(o);
        o->n_dropped++;
    }
    *o->last = line;
    o->last = &line->next;
    o->n++;
    o->bytes += len;
    pthread_cond_signal(&o->wake);
    pthread_mutex_unlock(&o->lock);
}

uint64_t outlet_dropped(struct outlet *o)
{
    pthread_mutex_lock(&o->lock);
    uint64_t n = o->n_dropped;

    pthread_mutex_unlock(&o->lock);
    return n;
}

/* --- the sink's thread --- */

/* The first lines leave the queue while they are offered: the sink may take as long as it likes. */
static struct line *batch_take(struct outlet *o, size_t *n)
{
    struct line *first = o->first, *last = NULL;

    for (*n = 0; o->first && *n < OUTLET_BATCH; ++*n) {
        last = o->first;
        o->first = last->next;
        o->bytes -= last->len;
    }
    o->n -= *n;
    if (!o->first)
        o->last = &o->first;
    if (last)
        last->next = NULL;
    return first;
}

/* What was not taken comes before all that came since. */
static void batch_return(struct outlet *o, struct line *rest)
{
    struct line **end = &rest;

    if (!rest)
        return;
    for (; *end; end = &(*end)->next) {
        o->n++;
        o->bytes += (*end)->len;
    }
    *end = o->first;
    if (!o->first)
        o->last = end;
    o->first = rest;
    while (o->n > o->limits.waiting_most || o->bytes > o->limits.bytes_most) {
        drop_first(o);
        o->n_dropped++;
    }
}

/* Gives how many the sink took. */
static size_t batch_offer(struct outlet *o, const struct line *first, size_t n)
{
    const struct whytls_plugin *d = &o->plugin->declared.p;
    struct whytls_record records[OUTLET_BATCH];
    struct instance *in = plugin_current(o->plugin);
    struct doing before;
    size_t i = 0, taken = 0;

    for (const struct line *line = first; line; line = line->next)
        records[i++] = (struct whytls_record){.size = sizeof *records,
            .id = whytls_text_of(line->id),
            .json = {line->json, line->len}};
    if (in->ready == WHYTLS_READY) {
        doing_begin(&before, d->name, "take", NULL);
        taken = d->sink->take(in->shared, records, n);
        doing_end(&before);
    }
    instance_unref(in);
    return taken < n ? taken : n;
}

static void flush(struct outlet *o)
{
    const struct whytls_plugin *d = &o->plugin->declared.p;
    struct instance *in = plugin_current(o->plugin);
    struct doing before;

    if (d->sink->flush && in->ready == WHYTLS_READY) {
        doing_begin(&before, d->name, "flush", NULL);
        d->sink->flush(in->shared);
        doing_end(&before);
    }
    instance_unref(in);
}

static void dropped_tell(struct outlet *o)
{
    if (o->n_dropped == o->n_told)
        return;
    log_warn("plugin %s is slower than the traffic: flows it did not get: %" PRIu64
             ", in all %" PRIu64,
        o->plugin->declared.p.name, o->n_dropped - o->n_told, o->n_dropped);
    o->n_told = o->n_dropped;
}

static void pause_until(const struct outlet *o, struct timespec *until)
{
    clock_gettime(CLOCK_MONOTONIC, until);
    until->tv_sec += o->limits.pause_ms / 1000;
    until->tv_nsec += o->limits.pause_ms % 1000 * 1000000L;
    until->tv_sec += until->tv_nsec / 1000000000;
    until->tv_nsec %= 1000000000;
}

/* Offers one batch, without the lock. False: the sink did not take all of it. */
static bool work(struct outlet *o)
{
    size_t n;
    struct line *first = batch_take(o, &n);

    pthread_mutex_unlock(&o->lock);
    size_t taken = batch_offer(o, first, n);

    for (size_t i = 0; i < taken; i++) {
        struct line *next = first->next;

        mem_free(first);
        first = next;
    }
    pthread_mutex_lock(&o->lock);
    batch_return(o, first);
    return taken == n;
}

static void rest(struct outlet *o, const struct timespec *until, bool refused)
{
    while (!o->over && (refused || !o->first) &&
           pthread_cond_timedwait(&o->wake, &o->lock, until) != ETIMEDOUT)
        continue;
}

static bool is_past(const struct timespec *when)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec != when->tv_sec ? now.tv_sec > when->tv_sec : now.tv_nsec >= when->tv_nsec;
}

static void *outlet_run(void *arg)
{
    struct outlet *o = arg;
    struct timespec flush_at;
    bool refused = false;

    pthread_mutex_lock(&o->lock);
    pause_until(o, &flush_at);
    while (!o->over) {
        rest(o, &flush_at, refused);
        refused = o->first && !work(o);
        if (!is_past(&flush_at))
            continue;
        dropped_tell(o);
        pthread_mutex_unlock(&o->lock);
        flush(o);
        pthread_mutex_lock(&o->lock);
        pause_until(o, &flush_at);
    }
    while (o->first && work(o))
        continue;
    for (; o->first; o->n_dropped++)
        drop_first(o);
    dropped_tell(o);
    pthread_mutex_unlock(&o->lock);
    flush(o);
    return NULL;
}

struct outlet *outlet_start(struct plugin *p, const struct outlet_limits *limits, struct err *e)
{
    struct outlet *o = mem_new(sizeof *o);
    pthread_condattr_t steady;

    o->plugin = p;
    o->limits = *limits;
    o->last = &o->first;
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&o->wake, &steady);
    pthread_condattr_destroy(&steady);
    if (thread_start(&o->thread, p->declared.p.name, outlet_run, o, e))
        return o;
    mem_free(o);
    return NULL;
}

void outlet_stop(struct outlet *o)
{
    if (!o)
        return;
    pthread_mutex_lock(&o->lock);
    o->over = true;
    pthread_cond_signal(&o->wake);
    pthread_mutex_unlock(&o->lock);
    pthread_join(o->thread, NULL);
    pthread_cond_destroy(&o->wake);
    pthread_mutex_destroy(&o->lock);
    mem_free(o);
}
