/* device/setup.c - how far the set-up of a device came, and what else is told of it (memory.h). */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_priv.h"

/* Beyond CLOCK_WRONG_MS a clock is wrong; a reading older than CLOCK_FRESH_MS says nothing: the
 * owner may have set it since. */
enum { CLOCK_WRONG_MS = 5 * 60 * 1000 };

#define CLOCK_FRESH_MS (7 * DAY_MS)

/* As many of the first two numbers of "18.1.2" as are there. */
static void version_parts(const char *version, unsigned parts[static 2])
{
    parts[0] = parts[1] = 0;
    sscanf(version, "%3u.%3u", &parts[0], &parts[1]);
}

/* -1, 0 or 1: a is older, of the same release, newer than b. */
static int version_compare(const char *a, const char *b)
{
    unsigned x[2], y[2];

    version_parts(a, x);
    version_parts(b, y);
    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return x[1] == y[1] ? 0 : x[1] < y[1] ? -1 : 1;
}

/* A kernel is believed, whatever was said before; a browser only when it says more: Safari has
 * stopped to count, and some pages inside of apps never did. */
static bool os_version_take(struct device *d, const struct device_claim *claim)
{
    if (!claim->os_version || !*claim->os_version)
        return false;
    int newer = *d->os_version ? version_compare(claim->os_version, d->os_version) : 1;
    if (newer == 0 || (newer < 0 && !claim->by_kernel))
        return false;
    snprintf(d->os_version, sizeof d->os_version, "%s", claim->os_version);
    return true;
}

static void app_version_take(struct device_history *h, const struct device *d,
    const struct history_key *key, const char *version)
{
    struct app *a = d->apps;

    while (a && key->app && strncmp(a->name, key->app, DEVICE_NAME_CAP - 1))
        a = a->next;
    if (!a || !key->app || !version || !strncmp(a->version, version, sizeof a->version - 1))
        return;
    snprintf(a->version, sizeof a->version, "%s", version);
    struct row *r = key->host ? row_find(h, d, key->app, key->host) : NULL;
    if (r)
        row_mark(h, r);
}

void device_seen(struct device_history *h, const struct history_key *key,
    const struct device_claim *claim, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    app_version_take(h, d, key, claim->app_version);
    if (os_version_take(d, claim))
        device_mark(h, d);
    pthread_mutex_unlock(&h->lock);
}

void device_apple_passed(struct device_history *h, const struct history_key *key, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    d->apple_passed++;
    d->apple_passed_ms = now_ms;
    device_mark(h, d);
    pthread_mutex_unlock(&h->lock);
}

void device_relay_asked(struct device_history *h, const struct history_key *key, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    d->relay_asked++;
    d->relay_asked_ms = now_ms;
    device_mark(h, d);
    pthread_mutex_unlock(&h->lock);
}

void device_profile_fetched(struct device_history *h, const struct history_key *key,
    const char *root_sha256_hex, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    d->setup.profile_fetched_ms = now_ms;
    snprintf(d->setup.root_sha256_hex, sizeof d->setup.root_sha256_hex, "%s",
        root_sha256_hex ? root_sha256_hex : "");
    device_mark(h, d);
    pthread_mutex_unlock(&h->lock);
}

void device_probe(
    struct device_history *h, const struct history_key *key, bool trusted, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    d->setup.probe = trusted ? DEVICE_PROBE_TRUSTED : DEVICE_PROBE_REFUSED;
    d->setup.probe_ms = now_ms;
    device_mark(h, d);
    pthread_mutex_unlock(&h->lock);
}

void device_clock(
    struct device_history *h, const struct history_key *key, int64_t offset_ms, int64_t now_ms)
{
    pthread_mutex_lock(&h->lock);
    struct device *d = device_make(h, key, now_ms);
    d->setup.clock_known = true;
    d->setup.clock_offset_ms = offset_ms;
    d->setup.clock_read_ms = now_ms;
    device_mark(h, d);
    pthread_mutex_unlock(&h->lock);
}

bool device_setup_read(
    struct device_history *h, const struct history_key *key, struct device_setup *out)
{
    *out = (struct device_setup){0};
    pthread_mutex_lock(&h->lock);
    const struct device *d = device_find(h, key);
    if (d)
        *out = d->setup;
    pthread_mutex_unlock(&h->lock);
    return d != NULL;
}

const char *device_clock_state(const struct device_setup *s, int64_t now_ms)
{
    if (!s->clock_known || now_ms - s->clock_read_ms >= CLOCK_FRESH_MS)
        return "unchecked";
    return llabs((long long)s->clock_offset_ms) > CLOCK_WRONG_MS ? "wrong" : "right";
}
