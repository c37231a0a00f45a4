#include "history.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "memory_priv.h"

static const char *const way_names[N_REFUSAL_WAYS] = {
    [REFUSAL_ALERT] = "alert",
    [REFUSAL_FIN] = "fin",
    [REFUSAL_RST] = "rst",
    [REFUSAL_TIMEOUT] = "timeout",
};

const char *refusal_way_name(enum refusal_way way)
{
    return (unsigned)way < N_REFUSAL_WAYS ? way_names[way] : NULL;
}

enum refusal_way refusal_way_of(const char *name)
{
    for (unsigned way = REFUSAL_UNKNOWN + 1; name && way < N_REFUSAL_WAYS; way++)
        if (!strcmp(name, way_names[way]))
            return (enum refusal_way)way;
    return REFUSAL_UNKNOWN;
}

static void count(uint16_t *n)
{
    *n = (uint16_t)(*n + (*n < UINT16_MAX));
}

static void row_note(
    struct row *r, enum history_outcome outcome, const struct refusal *how, int64_t now_ms)
{
    struct device *d = r->device;

    r->used_ms = now_ms;
    switch (outcome) {
    case HISTORY_ACCEPTED:
        count(&r->accepted[row_bucket(r, now_ms)]);
        r->last_accepted_ms = d->setup.accepted_ms = now_ms;
        r->streak = 0;
        d->streak = 0;
        break;
    case HISTORY_REFUSED:
        count(&r->refused[row_bucket(r, now_ms)]);
        r->last_refused_ms = d->last_refused_ms = now_ms;
        r->refusal = *how;
        r->streak += r->streak < UINT32_MAX;
        d->streak++;
        break;
    case HISTORY_TUNNEL_WORKED:
        r->tunnel_ms = now_ms;
        break;
    }
}

static void note(struct device_history *h, const struct history_key *key,
    enum history_outcome outcome, const struct refusal *how, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    struct row *r = row_make(h, d, key);
    row_note(r, outcome, how, now_ms);
    row_mark(h, r);
    device_mark(h, d);
    rows_age(h, now_ms);
    pthread_mutex_unlock(&h->lock);
}

void history_note(struct device_history *h, const struct history_key *key,
    enum history_outcome outcome, int64_t now_ms)
{
    note(h, key, outcome, &(struct refusal){0}, now_ms);
}

void history_note_refusal(struct device_history *h, const struct history_key *key,
    const struct refusal *how, int64_t now_ms)
{
    note(h, key, HISTORY_REFUSED, how, now_ms);
}

/* What happened longer ago than is remembered did not happen, even if its row lives on for a later
 * use. */
static int64_t seconds(int64_t ms, int64_t now_ms)
{
    return ms == HISTORY_NEVER || now_ms - ms >= HOST_FORGET_MS ? HISTORY_NEVER : ms / 1000;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Adds one row's part. */
static void add_row(struct tally *t, const struct row *r, int64_t now_ms)
{
    int64_t accepted, refused;

    buckets_sum(r->hour, r->accepted, r->refused, now_ms, &accepted, &refused);
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

static void read_rows(struct device_history *h, const struct device *d,
    const struct history_key *key, int64_t now_ms, struct history_view *out)
{
    const char *app = key->app ? key->app : "unknown";

    h->stamp++;
    for (const struct row *r = d->rows; r; r = r->next_of_device) {
        bool same_app = !strncmp(r->app->name, app, DEVICE_NAME_CAP - 1);
        bool same_host = !strcmp(r->host->name, key->host ? key->host : "");
        struct tally before = out->device;

        add_row(&out->device, r, now_ms);
        count_host_once(&out->device, r->host, &before, h->stamp);
        if (same_app)
            add_row(&out->app, r, now_ms);
        if (same_app && same_host) {
            add_row(&out->host, r, now_ms);
            out->host.streak = r->streak;
        }
        if (r->app->is_browser && same_host) {
            add_row(&out->browser, r, now_ms);
            out->browser.streak = later(out->browser.streak, r->streak);
        }
        if (same_app)
            out->app.streak = later(out->app.streak, r->streak);
    }
}

/* Rows that were pushed out since are remembered here: an acceptance is never forgotten early. */
static void read_device(const struct device *d, int64_t now_ms, struct history_view *out)
{
    const struct device_setup *s = &d->setup;
    struct tally *t = &out->device;

    memcpy(out->device_id, d->id, sizeof out->device_id);
    memcpy(out->name, d->name, sizeof out->name);
    memcpy(out->family, d->family, sizeof out->family);
    memcpy(out->os_version, d->os_version, sizeof out->os_version);
    out->setup = *s;
    out->first_seen = s->first_seen_ms / 1000;
    out->last_seen = d->last_seen_ms / 1000;
    out->apple_passed = d->apple_passed;
    out->relay_asked = d->relay_asked;
    t->streak = d->streak;
    if (s->accepted_ms)
        t->last_accepted = later(t->last_accepted, seconds(s->accepted_ms, now_ms));
    t->last_refused = later(t->last_refused, seconds(d->last_refused_ms, now_ms));
}

/* All other devices at this host. */
static void read_others(const struct device_history *h, const struct device *d,
    const struct history_key *key, int64_t now_ms, struct tally *out)
{
    const struct host *o = map_get(h->hosts, key->host ? key->host : "");
    size_t seen = 0;

    for (const struct row *r = o ? o->rows : NULL; r && seen < HISTORY_HOST_MOST;
         r = r->next_of_host, seen++) {
        if (r->device == d)
            continue;
        add_row(out, r, now_ms);
        out->streak = later(out->streak, r->streak);
    }
    out->hosts_accepted = out->hosts_accepted > 0;
    out->hosts_refused = out->hosts_refused > 0;
}

/* With the lock held. */
static void read_all(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out)
{
    *out = (struct history_view){.first_seen = now_ms / 1000, .last_seen = HISTORY_NEVER};
    tally_init(&out->device);
    tally_init(&out->app);
    tally_init(&out->host);
    tally_init(&out->browser);
    tally_init(&out->others);
    const struct device *d = device_find(h, key);
    if (d) {
        read_rows(h, d, key, now_ms, out);
        read_device(d, now_ms, out);
    } else {
        snprintf(out->family, sizeof out->family, "%s", key->family ? key->family : "unknown");
        device_id(key->ip, out->family, 0, out->device_id);
    }
    read_others(h, d, key, now_ms, &out->others);
}

void history_read(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out)
{
    pthread_mutex_lock(&h->lock);
    read_all(h, key, now_ms, out);
    pthread_mutex_unlock(&h->lock);
}

bool history_meet(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out)
{
    pthread_mutex_lock(&h->lock);
    read_all(h, key, now_ms, out);
    bool is_new = out->last_seen == HISTORY_NEVER || now_ms / 1000 - out->last_seen > DAY_MS / 1000;
    if (is_new)
        memcpy(out->device_id, device_make(h, key, now_ms)->id, sizeof out->device_id);
    pthread_mutex_unlock(&h->lock);
    return is_new;
}

bool history_accepted_since(
    struct device_history *h, const struct history_key *key, int64_t since_ms)
{
    pthread_mutex_lock(&h->lock);
    const struct device *d = device_find(h, key);
    const struct row *r = d ? row_find(h, d, key->app, key->host) : NULL;
    bool accepted = r && r->last_accepted_ms != HISTORY_NEVER && r->last_accepted_ms >= since_ms;
    pthread_mutex_unlock(&h->lock);
    return accepted;
}
