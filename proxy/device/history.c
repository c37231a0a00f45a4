#include "history.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"

enum { HOUR_MS = 3600 * 1000, HOURS = 24 };

#define FORGET_MS ((int64_t)90 * 24 * HOUR_MS)

/* One app on one device at one host. Counts lie in 24 buckets of an hour, so that they age without
 * a timer. */
struct row {
    struct row *newer, *older; /* by last use */
    struct row *next_of_device, *prev_of_device;
    struct row *next_of_host, *prev_of_host;
    struct device *device;
    struct host *host;
    char *app, *key;
    bool is_browser;
    int64_t bucket_hour[HOURS];
    uint32_t accepted[HOURS], refused[HOURS];
    int64_t streak, last_accepted_ms, last_refused_ms, tunnel_ms;
};

struct device {
    struct row *rows, *last; /* by last use */
    size_t n;
    char *key;
    uint32_t id;
    int64_t first_ms;
    int64_t streak; /* refusals in a row, all hosts */
};

struct host {
    struct row *rows; /* by last use */
    char *key;
    uint64_t accepted_stamp, refused_stamp; /* the reading that has counted it already */
};

struct device_history {
    pthread_mutex_t lock;
    struct map *rows, *devices, *hosts;
    struct row *newest, *oldest;
    size_t n;
    uint64_t stamp; /* one more at each reading */
};

struct device_history *device_history_new(void)
{
    struct device_history *h = mem_new(sizeof *h);

    pthread_mutex_init(&h->lock, NULL);
    h->rows = map_new();
    h->devices = map_new();
    h->hosts = map_new();
    return h;
}

static void unlink_use(struct device_history *h, struct row *r)
{
    if (r->newer)
        r->newer->older = r->older;
    else
        h->newest = r->older;
    if (r->older)
        r->older->newer = r->newer;
    else
        h->oldest = r->newer;
}

static void link_newest(struct device_history *h, struct row *r)
{
    r->newer = NULL;
    r->older = h->newest;
    if (h->newest)
        h->newest->newer = r;
    else
        h->oldest = r;
    h->newest = r;
}

static void device_drop(struct device_history *h, struct device *d)
{
    map_take(h->devices, d->key);
    mem_free(d->key);
    mem_free(d);
}

static void host_drop(struct device_history *h, struct host *o)
{
    map_take(h->hosts, o->key);
    mem_free(o->key);
    mem_free(o);
}

static void unlink_owners(struct row *r)
{
    *(r->prev_of_device ? &r->prev_of_device->next_of_device : &r->device->rows) =
        r->next_of_device;
    *(r->next_of_device ? &r->next_of_device->prev_of_device : &r->device->last) =
        r->prev_of_device;
    *(r->prev_of_host ? &r->prev_of_host->next_of_host : &r->host->rows) = r->next_of_host;
    if (r->next_of_host)
        r->next_of_host->prev_of_host = r->prev_of_host;
}

static void link_owners(struct row *r)
{
    r->prev_of_device = r->prev_of_host = NULL;
    r->next_of_device = r->device->rows;
    *(r->next_of_device ? &r->next_of_device->prev_of_device : &r->device->last) = r;
    r->device->rows = r;
    r->next_of_host = r->host->rows;
    if (r->next_of_host)
        r->next_of_host->prev_of_host = r;
    r->host->rows = r;
}

static void row_drop(struct device_history *h, struct row *r)
{
    unlink_use(h, r);
    unlink_owners(r);
    r->device->n--;
    if (!r->device->rows)
        device_drop(h, r->device);
    if (!r->host->rows)
        host_drop(h, r->host);
    map_take(h->rows, r->key);
    mem_free(r->key);
    mem_free(r->app);
    mem_free(r);
    h->n--;
}

void device_history_free(struct device_history *h)
{
    if (!h)
        return;
    while (h->oldest)
        row_drop(h, h->oldest);
    map_free(h->rows, NULL);
    map_free(h->devices, NULL);
    map_free(h->hosts, NULL);
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
}

/* FNV-1a: a short name for people, not a secret */
static uint32_t short_id(const char *key)
{
    uint32_t hash = 2166136261u;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash;
}

static void device_key(const struct history_key *key, struct text *out)
{
    text_printf(out, "%s|%s", key->ip, key->family ? key->family : "unknown");
}

static void row_key(const struct history_key *key, struct text *out)
{
    device_key(key, out);
    text_printf(out, "|%s|%s", key->app ? key->app : "unknown", key->host);
}

static struct device *device_make(
    struct device_history *h, const struct history_key *key, int64_t now_ms)
{
    struct text t = {0};

    device_key(key, &t);
    struct device *d = map_get(h->devices, text_str(&t));
    if (!d) {
        d = mem_new(sizeof *d);
        d->key = mem_text(text_str(&t));
        d->id = short_id(d->key);
        d->first_ms = now_ms;
        map_put(h->devices, d->key, d);
    }
    text_fini(&t);
    return d;
}

static struct host *host_make(struct device_history *h, const char *name)
{
    struct host *o = map_get(h->hosts, name);

    if (!o) {
        o = mem_new(sizeof *o);
        o->key = mem_text(name);
        map_put(h->hosts, name, o);
    }
    return o;
}

static struct row *row_make(struct device_history *h, const struct history_key *key, int64_t now_ms)
{
    struct text t = {0};

    row_key(key, &t);
    struct row *r = map_get(h->rows, text_str(&t));
    if (r) {
        unlink_use(h, r);
        link_newest(h, r);
        unlink_owners(r);
        link_owners(r);
        text_fini(&t);
        return r;
    }
    r = mem_new(sizeof *r);
    r->key = text_give(&t);
    r->app = mem_text(key->app ? key->app : "unknown");
    r->is_browser = key->is_browser;
    r->last_accepted_ms = r->last_refused_ms = r->tunnel_ms = HISTORY_NEVER;
    r->device = device_make(h, key, now_ms);
    r->host = host_make(h, key->host);
    link_owners(r);
    map_put(h->rows, r->key, r);
    link_newest(h, r);
    h->n++;
    if (++r->device->n > HISTORY_DEVICE_MOST)
        row_drop(h, r->device->last);
    return r;
}

static void forget(struct device_history *h, int64_t now_ms)
{
    while (h->oldest && h->oldest != h->newest) {
        const struct row *r = h->oldest;
        int64_t last =
            r->last_accepted_ms > r->last_refused_ms ? r->last_accepted_ms : r->last_refused_ms;

        last = r->tunnel_ms > last ? r->tunnel_ms : last;
        if (h->n <= HISTORY_ROWS_MOST && (last == HISTORY_NEVER || now_ms - last < FORGET_MS))
            break;
        row_drop(h, h->oldest);
    }
}

static size_t bucket(struct row *r, int64_t now_ms)
{
    int64_t hour = now_ms > 0 ? now_ms / HOUR_MS : 0;
    size_t i = (size_t)(hour % HOURS);

    if (r->bucket_hour[i] != hour) {
        r->bucket_hour[i] = hour;
        r->accepted[i] = r->refused[i] = 0;
    }
    return i;
}

void history_note(struct device_history *h, const struct history_key *key,
    enum history_outcome outcome, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct row *r = row_make(h, key, now_ms);
    switch (outcome) {
    case HISTORY_ACCEPTED:
        r->accepted[bucket(r, now_ms)]++;
        r->last_accepted_ms = now_ms;
        r->streak = r->device->streak = 0;
        break;
    case HISTORY_REFUSED:
        r->refused[bucket(r, now_ms)]++;
        r->last_refused_ms = now_ms;
        r->streak++;
        r->device->streak++;
        break;
    case HISTORY_TUNNEL_WORKED:
        r->tunnel_ms = now_ms;
        break;
    }
    forget(h, now_ms);
    pthread_mutex_unlock(&h->lock);
}

/* What happened longer ago than is remembered did not happen, even if its row lives on for a later
 * use. */
static int64_t seconds(int64_t ms, int64_t now_ms)
{
    return ms == HISTORY_NEVER || now_ms - ms >= FORGET_MS ? HISTORY_NEVER : ms / 1000;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Adds one row's part. */
static void add_row(struct tally *t, const struct row *r, int64_t now_ms)
{
    int64_t hour = now_ms / HOUR_MS, accepted = 0, refused = 0;
    int64_t last = later(r->last_accepted_ms, r->last_refused_ms);

    for (size_t i = 0;
         i < HOURS && last != HISTORY_NEVER && now_ms - last < HOURS * (int64_t)HOUR_MS; i++) {
        if (hour - r->bucket_hour[i] >= HOURS)
            continue;
        accepted += r->accepted[i];
        refused += r->refused[i];
    }
    t->accepted += accepted;
    t->refused += refused;
    t->hosts_accepted += accepted > 0;
    t->hosts_refused += refused > 0;
    t->last_accepted = later(t->last_accepted, seconds(r->last_accepted_ms, now_ms));
    t->last_refused = later(t->last_refused, seconds(r->last_refused_ms, now_ms));
    t->tunnel_worked = later(t->tunnel_worked, seconds(r->tunnel_ms, now_ms));
}

static void tally_init(struct tally *t)
{
    *t = (struct tally){.last_accepted = HISTORY_NEVER,
        .last_refused = HISTORY_NEVER,
        .tunnel_worked = HISTORY_NEVER};
}

/* Two apps at one host are two rows, and one host. */
static void count_host_once(
    struct tally *t, struct host *host, const struct tally *before, uint64_t stamp)
{
    if (t->hosts_accepted > before->hosts_accepted) {
        t->hosts_accepted -= host->accepted_stamp == stamp;
        host->accepted_stamp = stamp;
    }
    if (t->hosts_refused > before->hosts_refused) {
        t->hosts_refused -= host->refused_stamp == stamp;
        host->refused_stamp = stamp;
    }
}

static void read_device(struct device_history *h, const struct device *d,
    const struct history_key *key, int64_t now_ms, struct history_view *out)
{
    const char *app = key->app ? key->app : "unknown";

    out->device.streak = d->streak;
    h->stamp++;
    for (const struct row *r = d->rows; r; r = r->next_of_device) {
        bool same_app = strcmp(r->app, app) == 0, same_host = strcmp(r->host->key, key->host) == 0;

        struct tally before = out->device;
        add_row(&out->device, r, now_ms);
        count_host_once(&out->device, r->host, &before, h->stamp);
        if (same_app)
            add_row(&out->app, r, now_ms);
        if (same_app && same_host) {
            add_row(&out->host, r, now_ms);
            out->host.streak = r->streak;
        }
        if (r->is_browser && same_host) {
            add_row(&out->browser, r, now_ms);
            out->browser.streak = later(out->browser.streak, r->streak);
        }
        if (same_app)
            out->app.streak = later(out->app.streak, r->streak);
    }
}

void history_read(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out)
{
    struct text t = {0};

    tally_init(&out->device);
    tally_init(&out->app);
    tally_init(&out->host);
    tally_init(&out->browser);
    tally_init(&out->others);
    device_key(key, &t);
    pthread_mutex_lock(&h->lock);
    const struct device *d = map_get(h->devices, text_str(&t));
    const struct host *o = map_get(h->hosts, key->host);
    snprintf(out->device_id, sizeof out->device_id, "d-%08x", d ? d->id : short_id(text_str(&t)));
    out->first_seen = (d ? d->first_ms : now_ms) / 1000;
    if (d)
        read_device(h, d, key, now_ms, out);
    size_t seen = 0;
    for (const struct row *r = o ? o->rows : NULL; r && seen < HISTORY_HOST_MOST;
         r = r->next_of_host, seen++) {
        if (r->device != d) {
            add_row(&out->others, r, now_ms);
            out->others.streak = later(out->others.streak, r->streak);
        }
    }
    out->others.hosts_accepted = out->others.hosts_accepted > 0;
    out->others.hosts_refused = out->others.hosts_refused > 0;
    pthread_mutex_unlock(&h->lock);
    text_fini(&t);
}

bool history_accepted_since(
    struct device_history *h, const struct history_key *key, int64_t since_ms)
{
    struct text t = {0};

    row_key(key, &t);
    pthread_mutex_lock(&h->lock);
    const struct row *r = map_get(h->rows, text_str(&t));
    bool accepted = r && r->last_accepted_ms != HISTORY_NEVER && r->last_accepted_ms >= since_ms;
    pthread_mutex_unlock(&h->lock);
    text_fini(&t);
    return accepted;
}
