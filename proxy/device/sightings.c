#include "sightings.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "base/map.h"
#include "base/mem.h"

enum { PLACE_CAP = HOST_CAP + 8, ISSUER_CAP = 200, DAY_S = 86400, HOUR_S = 3600 };

/* A certificate at a place. */
struct shown {
    char leaf[SIGHTING_LEAF_CAP]; /* "": none yet */
    int64_t at_s, from_s;
    bool refused;
};

/* A host and port, what was there last, and what was there before that. */
struct place {
    char name[PLACE_CAP];
    struct shown last, former;
    int64_t turned_s; /* when it last went back to the former one */
    int64_t turns;
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

/* Services whose certificates are often installed one by one: of mail (RFC 8314 §7), then of the
 * web. */
static const uint16_t ports[] = {993, 143, 995, 110, 465, 587, 25, 443, 8443};
enum { N_MAIL_PORTS = 7, N_PORTS = sizeof ports / sizeof *ports };

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
    for (size_t i = 0; i < N_MAIL_PORTS; i++)
        if (ports[i] == port)
            return true;
    return false;
}

/* What was last shown on another port of this host, if it was accepted, and within a day. */
static const struct shown *accepted_at(
    struct sightings *s, const struct sighting *now, uint16_t port)
{
    const struct place *p = port == now->port ? NULL : place_find(s, now->host, port);

    return p && !p->last.refused && now->at_s - p->last.at_s < DAY_S ? &p->last : NULL;
}

static uint16_t accepted_elsewhere(struct sightings *s, const struct sighting *now)
{
    for (size_t i = 0; is_mail(now->port) && i < N_MAIL_PORTS; i++)
        if (accepted_at(s, now, ports[i]))
            return ports[i];
    return 0;
}

static void newer_find(struct sightings *s, const struct sighting *now, struct sighting_view *out)
{
    for (size_t i = 0; i < N_PORTS; i++) {
        const struct shown *there = accepted_at(s, now, ports[i]);

        if (there && there->from_s > now->from_s && there->from_s > out->newer_from_s) {
            out->newer_port = ports[i];
            out->newer_from_s = there->from_s;
        }
    }
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

/* One server that was renewed shows the new certificate from then on. Several servers behind one
 * name show now this one, now that. */
static void place_turn(struct place *p, const struct sighting *now)
{
    struct shown last = p->last;
    bool went_back = !strcmp(p->former.leaf, now->leaf) && now->at_s - p->former.at_s < HOUR_S;

    if (went_back) {
        p->turns = now->at_s - p->turned_s < HOUR_S ? p->turns + 1 : 1;
        p->turned_s = now->at_s;
    }
    p->former = last;
}

static void place_note(struct place *p, const struct sighting *now, struct sighting_view *out)
{
    if (*p->last.leaf && strcmp(p->last.leaf, now->leaf) != 0)
        place_turn(p, now);
    p->last = (struct shown){.at_s = now->at_s, .from_s = now->from_s, .refused = now->refused};
    snprintf(p->last.leaf, sizeof p->last.leaf, "%s", now->leaf);
    memcpy(out->former_leaf, p->former.leaf, sizeof out->former_leaf);
    out->former_s = p->former.at_s;
    out->former_refused = p->former.refused;
    out->turns = now->at_s - p->turned_s < HOUR_S ? p->turns : 0;
}

void sightings_note(struct sightings *s, const struct sighting *now, struct sighting_view *out)
{
    *out = (struct sighting_view){0};
    if (strlen(now->host) >= HOST_CAP)
        return;
    pthread_mutex_lock(&s->lock);
    struct place *p = place_find(s, now->host, now->port);
    place_note(p ? p : place_make(s, now->host, now->port), now, out);
    newer_find(s, now, out);
    if (now->refused) {
        out->other_port = accepted_elsewhere(s, now);
        out->same_leaf = sites_count(s, now, is_leaf);
        out->same_issuer = sites_count(s, now, is_issuer);
        refusals_add(s, now);
    }
    pthread_mutex_unlock(&s->lock);
}
