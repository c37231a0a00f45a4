#include "roads.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum { IP_CAP = 64 };

struct quic {
    char to[IP_CAP];
    int64_t at_ms; /* 0: no attempt */
    bool refused;
};

struct road {
    char ip[IP_CAP];
    int64_t proxied_ms, bypass_told_ms; /* 0: never */
    struct quic quic[ROADS_QUIC_MOST];
    size_t next; /* to be overwritten */
};

struct roads {
    pthread_mutex_t lock;
    struct map *by_ip;              /* of struct road */
    struct road *slots[ROADS_MOST]; /* owned; in the order in which they came */
    size_t next;
};

struct roads *roads_new(void)
{
    struct roads *r = mem_new(sizeof *r);

    pthread_mutex_init(&r->lock, NULL);
    r->by_ip = map_new();
    return r;
}

void roads_free(struct roads *r)
{
    if (!r)
        return;
    map_free(r->by_ip, NULL);
    for (size_t i = 0; i < ROADS_MOST; i++)
        mem_free(r->slots[i]);
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

static struct road *road_make(struct roads *r, const char *ip)
{
    struct road *d = map_get(r->by_ip, ip);

    if (d)
        return d;
    d = r->slots[r->next];
    if (d)
        map_take(r->by_ip, d->ip);
    else
        d = r->slots[r->next] = mem_new(sizeof *d);
    *d = (struct road){0};
    snprintf(d->ip, sizeof d->ip, "%s", ip);
    map_put(r->by_ip, d->ip, d);
    r->next = (r->next + 1) % ROADS_MOST;
    return d;
}

void roads_note_proxied(struct roads *r, const char *ip, int64_t now_ms)
{
    pthread_mutex_lock(&r->lock);
    road_make(r, ip)->proxied_ms = now_ms;
    pthread_mutex_unlock(&r->lock);
}

static struct quic *quic_find(struct road *d, const char *to)
{
    for (size_t i = 0; i < ROADS_QUIC_MOST; i++)
        if (strcmp(d->quic[i].to, to) == 0)
            return &d->quic[i];
    return NULL;
}

void roads_note_quic(struct roads *r, const char *ip, const char *to, bool refused, int64_t now_ms)
{
    pthread_mutex_lock(&r->lock);
    struct road *d = road_make(r, ip);
    struct quic *one = quic_find(d, to);
    if (!one) {
        one = &d->quic[d->next];
        d->next = (d->next + 1) % ROADS_QUIC_MOST;
        snprintf(one->to, sizeof one->to, "%s", to);
    }
    one->at_ms = now_ms;
    one->refused = refused;
    pthread_mutex_unlock(&r->lock);
}

static bool is_within(int64_t at_ms, int64_t now_ms, int64_t most_ms)
{
    return at_ms && now_ms >= at_ms && now_ms - at_ms <= most_ms;
}

void roads_read(
    struct roads *r, const char *ip, const char *to, int64_t now_ms, struct roads_view *out)
{
    *out = (struct roads_view){.quic_ago_ms = -1};
    pthread_mutex_lock(&r->lock);
    struct road *d = map_get(r->by_ip, ip);
    const struct quic *one = d ? quic_find(d, to) : NULL;
    if (one && is_within(one->at_ms, now_ms, ROADS_QUIC_MS)) {
        out->quic_ago_ms = now_ms - one->at_ms;
        out->quic_refused = one->refused;
    }
    pthread_mutex_unlock(&r->lock);
}

int64_t roads_take_bypass(struct roads *r, const char *ip, int64_t now_ms)
{
    int64_t proxied_ms = 0;

    pthread_mutex_lock(&r->lock);
    struct road *d = map_get(r->by_ip, ip);
    if (d && is_within(d->proxied_ms, now_ms, ROADS_PROXIED_MS) &&
        !is_within(d->bypass_told_ms, now_ms, ROADS_PROXIED_MS)) {
        proxied_ms = d->proxied_ms;
        d->bypass_told_ms = now_ms;
    }
    pthread_mutex_unlock(&r->lock);
    return proxied_ms;
}
