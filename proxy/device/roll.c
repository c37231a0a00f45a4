#include "roll.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "memory_priv.h"

_Static_assert((int)ROLL_HOURS == (int)HOURS, "a row is copied bucket by bucket");
_Static_assert(sizeof((struct device *)0)->ip == ROLL_IP_CAP, "an address fits on both sides");

/* A clock that was set back a little since the last run is no reason to forget. */
#define SKEW_MS DAY_MS

static void device_copy(struct device_row *out, const struct device *d)
{
    *out = (struct device_row){
        .setup = d->setup,
        .last_seen_ms = d->last_seen_ms,
        .last_refused_ms = d->last_refused_ms,
        .streak = d->streak,
        .apple_passed = d->apple_passed,
        .apple_passed_ms = d->apple_passed_ms,
        .relay_asked = d->relay_asked,
        .relay_asked_ms = d->relay_asked_ms,
    };
    memcpy(out->id, d->id, sizeof out->id);
    memcpy(out->ip, d->ip, sizeof out->ip);
    memcpy(out->family, d->family, sizeof out->family);
    memcpy(out->name, d->name, sizeof out->name);
    memcpy(out->os_version, d->os_version, sizeof out->os_version);
}

static void host_copy(struct host_row *out, const struct row *r)
{
    *out = (struct host_row){
        .is_browser = r->app->is_browser,
        .last_accepted_ms = r->last_accepted_ms,
        .last_refused_ms = r->last_refused_ms,
        .tunnel_ms = r->tunnel_ms,
        .used_ms = r->used_ms,
        .refusal = r->refusal,
        .streak = r->streak,
        .hour = r->hour,
    };
    memcpy(out->device_id, r->device->id, sizeof out->device_id);
    snprintf(out->app, sizeof out->app, "%s", r->app->name);
    memcpy(out->app_version, r->app->version, sizeof out->app_version);
    snprintf(out->host, sizeof out->host, "%s", r->host->name);
    memcpy(out->accepted, r->accepted, sizeof out->accepted);
    memcpy(out->refused, r->refused, sizeof out->refused);
}

bool roll_take(struct device_history *h, struct roll_batch *out)
{
    out->n_devices = out->n_hosts = 0;
    pthread_mutex_lock(&h->lock);
    while (h->unsaved_device && out->n_devices < ROLL_DEVICES_MOST) {
        struct device *d = h->unsaved_device;

        device_copy(&out->devices[out->n_devices++], d);
        d->saved_seen_ms = d->last_seen_ms;
        device_unmark(h, d);
    }
    /* A host is no use without its device: those go first. */
    while (!h->unsaved_device && h->unsaved_row && out->n_hosts < ROLL_HOSTS_MOST) {
        host_copy(&out->hosts[out->n_hosts++], h->unsaved_row);
        row_unmark(h, h->unsaved_row);
    }
    pthread_mutex_unlock(&h->lock);
    return out->n_devices > 0 || out->n_hosts > 0;
}

void roll_hand_back(struct device_history *h, const struct roll_batch *batch)
{
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < batch->n_devices; i++) {
        struct device *d = map_get(h->ids, batch->devices[i].id);

        if (d)
            device_mark(h, d);
    }
    for (size_t i = 0; i < batch->n_hosts; i++) {
        const struct host_row *row = &batch->hosts[i];
        const struct device *d = map_get(h->ids, row->device_id);
        struct row *r = d ? row_find(h, d, row->app, row->host) : NULL;

        if (r)
            row_mark(h, r);
    }
    pthread_mutex_unlock(&h->lock);
}

/* 0 and HISTORY_NEVER both mean never. */
static bool time_is_good(int64_t ms, int64_t now_ms)
{
    return ms == HISTORY_NEVER || (ms >= 0 && ms - now_ms < SKEW_MS);
}

static bool device_is_good(const struct device_row *row, int64_t now_ms)
{
    const struct device_setup *s = &row->setup;
    const int64_t times[] = {row->last_seen_ms, row->last_refused_ms, row->apple_passed_ms,
        row->relay_asked_ms, s->first_seen_ms, s->profile_fetched_ms, s->probe_ms, s->accepted_ms,
        s->clock_read_ms};

    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (!time_is_good(times[i], now_ms))
            return false;
    return *row->id && *row->ip && *row->family && row->last_seen_ms >= 0 &&
           s->first_seen_ms >= 0 && row->streak >= 0 && row->apple_passed >= 0 &&
           row->relay_asked >= 0 && (unsigned)s->probe <= DEVICE_PROBE_REFUSED;
}

bool roll_put_device(struct device_history *h, const struct device_row *row, int64_t now_ms)
{
    struct device *d = NULL;

    if (!device_is_good(row, now_ms))
        return false;
    pthread_mutex_lock(&h->lock);
    if (h->n_devices < DEVICES_MOST)
        d = device_add(h, row->ip, row->family, row->id, row->last_seen_ms);
    if (d) {
        memcpy(d->name, row->name, sizeof d->name);
        memcpy(d->os_version, row->os_version, sizeof d->os_version);
        d->setup = row->setup;
        d->saved_seen_ms = row->last_seen_ms;
        d->last_refused_ms = row->last_refused_ms;
        d->streak = row->streak;
        d->apple_passed = row->apple_passed;
        d->apple_passed_ms = row->apple_passed_ms;
        d->relay_asked = row->relay_asked;
        d->relay_asked_ms = row->relay_asked_ms;
    }
    pthread_mutex_unlock(&h->lock);
    return d != NULL;
}

static bool host_is_good(const struct host_row *row, int64_t now_ms)
{
    return time_is_good(row->last_accepted_ms, now_ms) &&
           time_is_good(row->last_refused_ms, now_ms) && time_is_good(row->tunnel_ms, now_ms) &&
           time_is_good(row->used_ms, now_ms) && time_is_good(row->hour, now_ms / HOUR_MS) &&
           row->hour >= 0 && *row->app && row->refusal.way < N_REFUSAL_WAYS &&
           !strchr(row->host, '\n');
}

bool roll_put_host(struct device_history *h, const struct host_row *row, int64_t now_ms)
{
    const struct history_key key = {
        .app = row->app, .host = row->host, .is_browser = row->is_browser};

    if (!host_is_good(row, now_ms))
        return false;
    pthread_mutex_lock(&h->lock);
    struct device *d = map_get(h->ids, row->device_id);
    bool put = d && h->n < HISTORY_ROWS_MOST && !row_find(h, d, row->app, row->host);
    if (put) {
        struct row *r = row_make(h, d, &key);

        r->last_accepted_ms = row->last_accepted_ms;
        r->last_refused_ms = row->last_refused_ms;
        r->tunnel_ms = row->tunnel_ms;
        r->used_ms = row->used_ms;
        r->refusal = row->refusal;
        r->streak = row->streak;
        r->hour = row->hour;
        memcpy(r->accepted, row->accepted, sizeof r->accepted);
        memcpy(r->refused, row->refused, sizeof r->refused);
        memcpy(r->app->version, row->app_version, sizeof r->app->version);
    }
    pthread_mutex_unlock(&h->lock);
    return put;
}

void roll_settle(struct device_history *h, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    device_age(h, NULL, now_ms);
    rows_age(h, now_ms);
    pthread_mutex_unlock(&h->lock);
}

void roll_counts(const struct host_row *row, int64_t now_ms, int64_t *accepted, int64_t *refused)
{
    buckets_sum(row->hour, row->accepted, row->refused, now_ms, accepted, refused);
}

size_t roll_len(struct device_history *h)
{
    pthread_mutex_lock(&h->lock);
    size_t n = h->n_devices;
    pthread_mutex_unlock(&h->lock);
    return n;
}

struct device_row *roll_devices(struct device_history *h, size_t *n)
{
    pthread_mutex_lock(&h->lock);
    struct device_row *rows = mem_array(h->n_devices + 1, sizeof *rows);
    *n = 0;
    for (const struct device *d = h->newest_device; d; d = d->older)
        device_copy(&rows[(*n)++], d);
    pthread_mutex_unlock(&h->lock);
    return rows;
}

struct host_row *roll_hosts(struct device_history *h, const char *id, size_t *n)
{
    struct host_row *rows = NULL;

    *n = 0;
    pthread_mutex_lock(&h->lock);
    const struct device *d = map_get(h->ids, id);
    if (d) {
        rows = mem_array(d->n + 1, sizeof *rows);
        for (const struct row *r = d->rows; r; r = r->next_of_device)
            host_copy(&rows[(*n)++], r);
    }
    pthread_mutex_unlock(&h->lock);
    return rows;
}
