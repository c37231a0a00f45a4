#include "sightings.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "base/map.h"
#include "base/mem.h"

enum { PLACE_CAP = HOST_CAP + 8, ISSUER_CAP = 200, DAY_S = 86400 };

/* A host and port, and what was there last. */
struct place {
    char name[PLACE_CAP];
    char leaf[SIGHTING_LEAF_CAP], former[SIGHTING_LEAF_CAP];
    int64_t at_s, former_s;
    bool refused;
};

struct refusal {
    char site[HOST_CAP], leaf[SIGHTING_LEAF_CAP], issuer[ISSUER_CAP];
    int64_t at_s;
};

struct sightings {
    pthread_mutex_t lock;
    struct map *by_name;
    struct place ring[SIGHTINGS_MOST];
    struct refusal refused[SIGHTINGS_REFUSED_MOST];
    size_t next, n_refused;
};

/* The services of mail (RFC 8314 §7), whose certificates are often installed one by one. */
static const uint16_t mail_ports[] = {993, 143, 995, 110, 465, 587, 25};

struct sightings *sightings_new(void)
{
    struct sightings *s = mem_new(sizeof *s);

    pthread_mutex_init(&s->lock, NULL);
    s->by_name = map_new();
    return s;
}

void sightings_free(struct sightings *s)
{
    if (!s)
        return;
    map_free(s->by_name, NULL);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

static struct place *place_find(struct sightings *s, const char *host, uint16_t port)
{
    char name[PLACE_CAP];

    snprintf(name, sizeof name, "%s:%u", host, (unsigned)port);
    return map_get(s->by_name, name);
}

static struct place *place_make(struct sightings *s, const char *host, uint16_t port)
{
    struct place *p = &s->ring[s->next++ % SIGHTINGS_MOST];

    if (p->name[0])
        map_take(s->by_name, p->name);
    *p = (struct place){0};
    snprintf(p->name, sizeof p->name, "%s:%u", host, (unsigned)port);
    map_put(s->by_name, p->name, p);
    return p;
}

static bool is_mail(uint16_t port)
{
    for (size_t i = 0; i < sizeof mail_ports / sizeof *mail_ports; i++)
        if (mail_ports[i] == port)
            return true;
    return false;
}

static uint16_t accepted_elsewhere(struct sightings *s, const struct sighting *now)
{
    for (size_t i = 0; is_mail(now->port) && i < sizeof mail_ports / sizeof *mail_ports; i++) {
        const struct place *p =
            mail_ports[i] == now->port ? NULL : place_find(s, now->host, mail_ports[i]);

        if (p && !p->refused && now->at_s - p->at_s < DAY_S)
            return mail_ports[i];
    }
    return 0;
}

static bool is_recent(const struct refusal *r, int64_t now_s)
{
    return r->at_s && now_s - r->at_s < SIGHTINGS_REFUSED_S;
}

static bool is_leaf(const struct refusal *r, const struct sighting *now)
{
    return !strcmp(r->leaf, now->leaf);
}

static bool is_issuer(const struct refusal *r, const struct sighting *now)
{
    return !strcmp(r->issuer, now->issuer);
}

/* Other sites with a recent refusal of this kind, each once. */
static int64_t sites_count(const struct sightings *s, const struct sighting *now,
    bool (*is)(const struct refusal *r, const struct sighting *now))
{
    const struct refusal *found[SIGHTINGS_REFUSED_MOST];
    size_t n = 0;

    for (size_t i = 0; i < SIGHTINGS_REFUSED_MOST; i++) {
        const struct refusal *r = &s->refused[i];
        size_t k = 0;

        if (!is_recent(r, now->at_s) || !is(r, now) || !strcmp(r->site, now->site))
            continue;
        while (k < n && strcmp(found[k]->site, r->site) != 0)
            k++;
        if (k == n)
            found[n++] = r;
    }
    return (int64_t)n;
}

/* A site has a row for each certificate that it was refused with. */
static void refusals_add(struct sightings *s, const struct sighting *now)
{
    struct refusal *r = NULL;

    for (size_t i = 0; i < SIGHTINGS_REFUSED_MOST && !r; i++)
        if (s->refused[i].at_s && is_leaf(&s->refused[i], now) &&
            !strcmp(s->refused[i].site, now->site))
            r = &s->refused[i];
    if (!r)
        r = &s->refused[s->n_refused++ % SIGHTINGS_REFUSED_MOST];
    snprintf(r->site, sizeof r->site, "%s", now->site);
    snprintf(r->leaf, sizeof r->leaf, "%s", now->leaf);
    snprintf(r->issuer, sizeof r->issuer, "%s", now->issuer);
    r->at_s = now->at_s;
}

static void place_note(struct place *p, const struct sighting *now, struct sighting_view *out)
{
    if (p->leaf[0] && strcmp(p->leaf, now->leaf) != 0) {
        memcpy(p->former, p->leaf, sizeof p->former);
        p->former_s = p->at_s;
    }
    snprintf(p->leaf, sizeof p->leaf, "%s", now->leaf);
    p->at_s = now->at_s;
    p->refused = now->refused;
    memcpy(out->former_leaf, p->former, sizeof out->former_leaf);
    out->former_s = p->former_s;
}

void sightings_note(struct sightings *s, const struct sighting *now, struct sighting_view *out)
{
    *out = (struct sighting_view){0};
    if (strlen(now->host) >= HOST_CAP)
        return;
    pthread_mutex_lock(&s->lock);
    struct place *p = place_find(s, now->host, now->port);
    place_note(p ? p : place_make(s, now->host, now->port), now, out);
    if (now->refused) {
        out->other_port = accepted_elsewhere(s, now);
        out->same_leaf = sites_count(s, now, is_leaf);
        out->same_issuer = sites_count(s, now, is_issuer);
        refusals_add(s, now);
    }
    pthread_mutex_unlock(&s->lock);
}
