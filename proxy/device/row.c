/* device/row.c - one app on one device at one host: found, made, linked and dropped
 * (memory_priv.h). */
#include "memory_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum { ROW_KEY_CAP = DEVICE_ID_CAP + HOST_CAP + DEVICE_NAME_CAP + 2 };

/* A line end is in no id and in no host, so that two rows never share a key. */
static void row_key(
    char out[static ROW_KEY_CAP], const struct device *d, const char *app, const char *host)
{
    snprintf(out, ROW_KEY_CAP, "%s\n%.255s\n%.63s", d->id, host, app);
}

static const char *app_or_unknown(const char *app)
{
    return app ? app : "unknown";
}

struct row *row_find(
    const struct device_history *h, const struct device *d, const char *app, const char *host)
{
    char key[ROW_KEY_CAP];

    row_key(key, d, app_or_unknown(app), host ? host : "");
    return map_get(h->rows, key);
}

void row_mark(struct device_history *h, struct row *r)
{
    if (r->unsaved)
        return;
    r->unsaved = true;
    r->next_unsaved = NULL;
    r->prev_unsaved = h->last_unsaved_row;
    *(r->prev_unsaved ? &r->prev_unsaved->next_unsaved : &h->unsaved_row) = r;
    h->last_unsaved_row = r;
}

void row_unmark(struct device_history *h, struct row *r)
{
    if (!r->unsaved)
        return;
    r->unsaved = false;
    *(r->prev_unsaved ? &r->prev_unsaved->next_unsaved : &h->unsaved_row) = r->next_unsaved;
    *(r->next_unsaved ? &r->next_unsaved->prev_unsaved : &h->last_unsaved_row) = r->prev_unsaved;
}

static void unlink_use(struct device_history *h, struct row *r)
{
    *(r->newer ? &r->newer->older : &h->newest) = r->older;
    *(r->older ? &r->older->newer : &h->oldest) = r->newer;
    *(r->prev_of_device ? &r->prev_of_device->next_of_device : &r->device->rows) =
        r->next_of_device;
    *(r->next_of_device ? &r->next_of_device->prev_of_device : &r->device->last) =
        r->prev_of_device;
    *(r->prev_of_host ? &r->prev_of_host->next_of_host : &r->host->rows) = r->next_of_host;
    if (r->next_of_host)
        r->next_of_host->prev_of_host = r->prev_of_host;
}

static void link_newest(struct device_history *h, struct row *r)
{
    r->newer = r->prev_of_device = r->prev_of_host = NULL;
    r->older = h->newest;
    *(r->older ? &r->older->newer : &h->oldest) = r;
    h->newest = r;
    r->next_of_device = r->device->rows;
    *(r->next_of_device ? &r->next_of_device->prev_of_device : &r->device->last) = r;
    r->device->rows = r;
    r->next_of_host = r->host->rows;
    if (r->next_of_host)
        r->next_of_host->prev_of_host = r;
    r->host->rows = r;
}

static void app_drop(struct app *a, struct device *d)
{
    struct app **at = &d->apps;

    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    mem_free(a);
}

void row_drop(struct device_history *h, struct row *r)
{
    char key[ROW_KEY_CAP];

    row_key(key, r->device, r->app->name, r->host->name);
    map_take(h->rows, key);
    row_unmark(h, r);
    unlink_use(h, r);
    r->device->n--;
    if (--r->app->n_rows == 0)
        app_drop(r->app, r->device);
    if (!r->host->rows) {
        map_take(h->hosts, r->host->name);
        mem_free(r->host);
    }
    mem_free(r);
    h->n--;
}

/* The app of the device, made when it is new, first in its list: apps speak in bursts. */
static struct app *app_make(struct device *d, const struct history_key *key)
{
    const char *name = app_or_unknown(key->app);
    struct app **at = &d->apps;

    while (*at && strncmp((*at)->name, name, DEVICE_NAME_CAP - 1))
        at = &(*at)->next;
    struct app *a = *at;
    if (a) {
        *at = a->next;
    } else {
        size_t len = strnlen(name, DEVICE_NAME_CAP - 1);

        a = mem_new(sizeof *a + len + 1);
        memcpy(a->name, name, len);
        a->is_browser = key->is_browser;
    }
    a->next = d->apps;
    d->apps = a;
    return a;
}

static struct host *host_make(struct device_history *h, const char *name)
{
    char cut[HOST_CAP];

    snprintf(cut, sizeof cut, "%s", name);
    struct host *o = map_get(h->hosts, cut);
    if (!o) {
        o = mem_new(sizeof *o + strlen(cut) + 1);
        memcpy(o->name, cut, strlen(cut));
        map_put(h->hosts, cut, o);
    }
    return o;
}

struct row *row_make(struct device_history *h, struct device *d, const struct history_key *key)
{
    const char *host = key->host ? key->host : "";
    struct row *r = row_find(h, d, key->app, host);
    char text[ROW_KEY_CAP];

    if (r) {
        unlink_use(h, r);
        link_newest(h, r);
        return r;
    }
    r = mem_new(sizeof *r);
    r->last_accepted_ms = r->last_refused_ms = r->tunnel_ms = r->used_ms = HISTORY_NEVER;
    r->device = d;
    r->app = app_make(d, key);
    r->host = host_make(h, host);
    r->app->n_rows++;
    row_key(text, d, r->app->name, r->host->name);
    map_put(h->rows, text, r);
    link_newest(h, r);
    h->n++;
    if (++d->n > HISTORY_DEVICE_MOST)
        row_drop(h, d->last);
    return r;
}

void rows_age(struct device_history *h, int64_t now_ms)
{
    while (h->oldest && h->oldest != h->newest) {
        if (h->n <= HISTORY_ROWS_MOST &&
            (h->oldest->used_ms == HISTORY_NEVER || now_ms - h->oldest->used_ms < HOST_FORGET_MS))
            break;
        row_drop(h, h->oldest);
    }
}

size_t row_bucket(struct row *r, int64_t now_ms)
{
    int64_t hour = now_ms > 0 ? now_ms / HOUR_MS : 0;

    if (hour - r->hour >= HOURS || r->hour - hour >= HOURS) {
        memset(r->accepted, 0, sizeof r->accepted);
        memset(r->refused, 0, sizeof r->refused);
        r->hour = hour;
    }
    while (r->hour < hour) {
        r->hour++;
        r->accepted[r->hour % HOURS] = r->refused[r->hour % HOURS] = 0;
    }
    return (size_t)(hour % HOURS);
}

void buckets_sum(int64_t hour, const uint16_t accepted[static HOURS],
    const uint16_t refused[static HOURS], int64_t now_ms, int64_t *n_accepted, int64_t *n_refused)
{
    int64_t last = now_ms / HOUR_MS, first = last - HOURS + 1;

    *n_accepted = *n_refused = 0;
    /* An hour after `hour` has not been; one that is a day before it has made room for it. */
    if (first <= hour - HOURS)
        first = hour - HOURS + 1;
    if (last > hour)
        last = hour;
    for (int64_t at = first > 0 ? first : 0; at <= last; at++) {
        *n_accepted += accepted[at % HOURS];
        *n_refused += refused[at % HOURS];
    }
}
