#include "passes.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

struct passes {
    pthread_mutex_t lock;
    struct map *by_host; /* of struct pass, owned */
};

bool pass_make(struct pass *out, const char *host, int64_t since_ms, int64_t until_ms,
    const char *by, struct err *e)
{
    *out = (struct pass){.since_ms = since_ms, .until_ms = until_ms};
    if (!host_normalise(host, strlen(host), out->host))
        return err_set(e, ERR_INPUT, "\"%.80s\" is no host: write one name, as shop.example", host);
    if (until_ms && until_ms <= since_ms)
        return err_set(e, ERR_INPUT, "until is over already");
    snprintf(out->by, sizeof out->by, "%s", by);
    return true;
}

struct passes *passes_new(void)
{
    struct passes *p = mem_new(sizeof *p);

    pthread_mutex_init(&p->lock, NULL);
    p->by_host = map_new();
    return p;
}

void passes_free(struct passes *p)
{
    if (!p)
        return;
    map_free(p->by_host, mem_free);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

static bool in_force(const struct pass *one, int64_t now_ms)
{
    return !one->until_ms || now_ms < one->until_ms;
}

struct weeding {
    const char *over[PASSES_MOST];
    size_t n;
    int64_t now_ms;
};

static bool see_over(void *arg, const char *host, void *value)
{
    struct weeding *w = arg;

    if (!in_force(value, w->now_ms) && w->n < PASSES_MOST)
        w->over[w->n++] = host;
    return true;
}

/* Those that are over; under the lock. */
static void weed(struct passes *p, int64_t now_ms)
{
    struct weeding w = {.now_ms = now_ms};

    map_each(p->by_host, see_over, &w);
    for (size_t i = 0; i < w.n; i++)
        mem_free(map_take(p->by_host, w.over[i]));
}

bool passes_put(struct passes *p, const struct pass *one)
{
    struct pass *kept = mem_new(sizeof *kept);

    *kept = *one;
    pthread_mutex_lock(&p->lock);
    if (map_len(p->by_host) >= PASSES_MOST)
        weed(p, one->since_ms);
    bool fits = map_len(p->by_host) < PASSES_MOST || map_get(p->by_host, one->host);
    if (fits)
        kept = map_put(p->by_host, one->host, kept);
    pthread_mutex_unlock(&p->lock);
    mem_free(kept); /* the one before, or the one for which there is no room */
    return fits;
}

bool passes_drop(struct passes *p, const char *host)
{
    pthread_mutex_lock(&p->lock);
    struct pass *was = map_take(p->by_host, host);
    pthread_mutex_unlock(&p->lock);
    mem_free(was);
    return was != NULL;
}

bool passes_has(struct passes *p, const char *host, int64_t now_ms)
{
    pthread_mutex_lock(&p->lock);
    const struct pass *one = map_get(p->by_host, host);
    bool has = one && in_force(one, now_ms);
    pthread_mutex_unlock(&p->lock);
    return has;
}

struct gathering {
    struct pass *at;
    size_t n;
    int64_t now_ms;
};

static bool gather(void *arg, const char *host, void *value)
{
    struct gathering *g = arg;
    const struct pass *one = value;

    (void)host;
    if (in_force(one, g->now_ms))
        g->at[g->n++] = *one;
    return true;
}

static int by_host(const void *a, const void *b)
{
    return strcmp(((const struct pass *)a)->host, ((const struct pass *)b)->host);
}

struct pass *passes_all(struct passes *p, int64_t now_ms, size_t *n)
{
    struct gathering g = {.now_ms = now_ms};

    pthread_mutex_lock(&p->lock);
    g.at = mem_array(map_len(p->by_host) + 1, sizeof *g.at);
    map_each(p->by_host, gather, &g);
    pthread_mutex_unlock(&p->lock);
    qsort(g.at, g.n, sizeof *g.at, by_host);
    *n = g.n;
    return g.at;
}
