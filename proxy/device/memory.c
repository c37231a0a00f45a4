#include "memory.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "memory_priv.h"

/* FAMILIES_MOST: an agent has six families; a file may claim more.
 * SEEN_GRAIN_MS: how far behind the last sight on disk may lag, so that a busy phone is not written
 * all the time. */
enum { FAMILIES_MOST = 8, SEEN_GRAIN_MS = 60 * 1000 };

struct device_history *device_history_new(void)
{
    struct device_history *h = mem_new(sizeof *h);

    pthread_mutex_init(&h->lock, NULL);
    h->rows = map_new();
    h->addresses = map_new();
    h->ids = map_new();
    h->hosts = map_new();
    return h;
}

void device_history_free(struct device_history *h)
{
    if (!h)
        return;
    while (h->oldest_device)
        device_drop(h, h->oldest_device);
    map_free(h->rows, NULL);
    map_free(h->addresses, NULL);
    map_free(h->ids, NULL);
    map_free(h->hosts, NULL);
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
}

/* FNV-1a: a short name for people, not a secret */
static uint32_t hash_on(uint32_t hash, const char *s)
{
    for (; *s; s++)
        hash = (hash ^ (unsigned char)*s) * 16777619u;
    return hash;
}

void device_id(const char *ip, const char *family, uint32_t nth, char out[static DEVICE_ID_CAP])
{
    uint32_t hash = hash_on(hash_on(hash_on(2166136261u, ip), "|"), family);

    snprintf(out, DEVICE_ID_CAP, "d-%08x", hash + nth);
}

void device_mark(struct device_history *h, struct device *d)
{
    if (d->unsaved)
        return;
    d->unsaved = true;
    d->next_unsaved = NULL;
    d->prev_unsaved = h->last_unsaved_device;
    *(d->prev_unsaved ? &d->prev_unsaved->next_unsaved : &h->unsaved_device) = d;
    h->last_unsaved_device = d;
}

void device_unmark(struct device_history *h, struct device *d)
{
    if (!d->unsaved)
        return;
    d->unsaved = false;
    *(d->prev_unsaved ? &d->prev_unsaved->next_unsaved : &h->unsaved_device) = d->next_unsaved;
    *(d->next_unsaved ? &d->next_unsaved->prev_unsaved : &h->last_unsaved_device) = d->prev_unsaved;
}

static void unlink_sight(struct device_history *h, struct device *d)
{
    *(d->newer ? &d->newer->older : &h->newest_device) = d->older;
    *(d->older ? &d->older->newer : &h->oldest_device) = d->newer;
}

static void link_newest(struct device_history *h, struct device *d)
{
    d->newer = NULL;
    d->older = h->newest_device;
    *(d->older ? &d->older->newer : &h->oldest_device) = d;
    h->newest_device = d;
}

static void unlink_address(struct device_history *h, struct device *d)
{
    struct device *first = map_get(h->addresses, d->ip);

    if (first == d) {
        if (d->next_here)
            map_put(h->addresses, d->ip, d->next_here);
        else
            map_take(h->addresses, d->ip);
        return;
    }
    while (first->next_here != d)
        first = first->next_here;
    first->next_here = d->next_here;
}

void device_drop(struct device_history *h, struct device *d)
{
    while (d->rows)
        row_drop(h, d->rows);
    device_unmark(h, d);
    unlink_sight(h, d);
    unlink_address(h, d);
    map_take(h->ids, d->id);
    mem_free(d);
    h->n_devices--;
}

static bool is_vague(const char *family)
{
    return !family || !strcmp(family, "unknown");
}

struct device *device_find(const struct device_history *h, const struct history_key *key)
{
    struct device *vague = NULL, *latest = NULL;

    for (struct device *d = map_get(h->addresses, key->ip); d; d = d->next_here) {
        if (key->family && !strcmp(d->family, key->family))
            return d;
        if (is_vague(d->family))
            vague = d;
        if (!latest || d->last_seen_ms >= latest->last_seen_ms)
            latest = d;
    }
    return is_vague(key->family) ? latest : vague;
}

/* An id that nobody has; two of ten thousand collide once in a hundred installations. */
static void id_find(const struct device_history *h, struct device *d)
{
    uint32_t nth = 0;

    do
        device_id(d->ip, d->family, nth++, d->id);
    while (map_get(h->ids, d->id));
}

struct device *device_add(
    struct device_history *h, const char *ip, const char *family, const char *id, int64_t now_ms)
{
    struct device *d = mem_new(sizeof *d);
    size_t n = 0;

    snprintf(d->ip, sizeof d->ip, "%s", ip);
    snprintf(d->family, sizeof d->family, "%s", family ? family : "unknown");
    snprintf(d->id, sizeof d->id, "%s", id);
    d->next_here = map_get(h->addresses, d->ip);
    for (const struct device *other = d->next_here; other; other = other->next_here)
        n += strcmp(other->family, d->family) ? 1 : FAMILIES_MOST;
    if (n >= FAMILIES_MOST || map_get(h->ids, d->id)) {
        mem_free(d);
        return NULL;
    }
    if (!*d->id)
        id_find(h, d);
    d->setup.first_seen_ms = d->last_seen_ms = now_ms;
    d->last_refused_ms = HISTORY_NEVER;
    map_put(h->addresses, d->ip, d);
    map_put(h->ids, d->id, d);
    link_newest(h, d);
    h->n_devices++;
    return d;
}

void device_age(struct device_history *h, const struct device *keep, int64_t now_ms)
{
    while (h->oldest_device && h->oldest_device != keep) {
        if (h->n_devices <= DEVICES_MOST &&
            now_ms - h->oldest_device->last_seen_ms < DEVICES_FORGET_DAYS * DAY_MS)
            break;
        device_drop(h, h->oldest_device);
    }
}

static void see(struct device_history *h, struct device *d, int64_t now_ms)
{
    unlink_sight(h, d);
    link_newest(h, d);
    if (now_ms > d->last_seen_ms)
        d->last_seen_ms = now_ms;
    if (d->last_seen_ms - d->saved_seen_ms >= SEEN_GRAIN_MS)
        device_mark(h, d);
}

struct device *device_make(struct device_history *h, const struct history_key *key, int64_t now_ms)
{
    struct device *d = device_find(h, key);

    if (!d) {
        d = device_add(h, key->ip, key->family, "", now_ms);
        if (!d) /* as many families as an address may have: it is one of them */
            d = map_get(h->addresses, key->ip);
        device_mark(h, d);
    } else if (is_vague(d->family) && !is_vague(key->family)) {
        /* It has told at last what it is. Its id stays. */
        snprintf(d->family, sizeof d->family, "%s", key->family);
        device_mark(h, d);
    }
    see(h, d, now_ms);
    device_age(h, d, now_ms);
    return d;
}

bool device_forget(struct device_history *h, const char *id)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = map_get(h->ids, id);
    if (d)
        device_drop(h, d);
    pthread_mutex_unlock(&h->lock);
    return d != NULL;
}

bool device_name(struct device_history *h, const char *id, const char *name)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = map_get(h->ids, id);
    if (d) {
        device_name_cut(d->name, name ? name : "");
        device_mark(h, d);
    }
    pthread_mutex_unlock(&h->lock);
    return d != NULL;
}

void device_name_cut(char out[static DEVICE_NAME_CAP], const char *name)
{
    size_t len = strlen(name), used = 0;

    while (used < len) {
        size_t n = text_utf8_len(name + used, len - used);

        if (n == 0 || used + n >= DEVICE_NAME_CAP)
            break;
        used += n;
    }
    memcpy(out, name, used);
    out[used] = '\0';
}
