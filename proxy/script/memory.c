#include "memory_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "limit.h"

enum { GROUP_CAP = 256 };

struct entry {
    struct entry *next;
    char *key;
    struct memory_value value;
};

/* What one rule knows of one host or device; in the list of its group, the latest used first. */
struct place {
    struct place *newer, *older;
    struct group *group;
    char *name;
    int64_t used; /* seconds since 1970 */
    struct entry *entries;
};

/* All places of one rule and scope. */
struct group {
    struct place *newest, *oldest;
    size_t n;
};

struct memory {
    atomic_uint refs;
    pthread_mutex_t lock;
    struct map *places, *groups;
};

struct memory *memory_new(void)
{
    struct memory *m = mem_new(sizeof *m);

    atomic_init(&m->refs, 1);
    pthread_mutex_init(&m->lock, NULL);
    m->places = map_new();
    m->groups = map_new();
    return m;
}

struct memory *memory_ref(struct memory *m)
{
    atomic_fetch_add(&m->refs, 1);
    return m;
}

static void place_free(void *value)
{
    struct place *p = value;

    while (p->entries) {
        struct entry *e = p->entries;

        p->entries = e->next;
        mem_free(e->key);
        mem_free(e);
    }
    mem_free(p->name);
    mem_free(p);
}

void memory_unref(struct memory *m)
{
    if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
        return;
    map_free(m->places, place_free);
    map_free(m->groups, mem_free);
    pthread_mutex_destroy(&m->lock);
    mem_free(m);
}

void memory_clear(struct memory *m)
{
    pthread_mutex_lock(&m->lock);
    map_free(m->places, place_free);
    map_free(m->groups, mem_free);
    m->places = map_new();
    m->groups = map_new();
    pthread_mutex_unlock(&m->lock);
}

static void unlink_place(struct place *p)
{
    if (p->newer)
        p->newer->older = p->older;
    else
        p->group->newest = p->older;
    if (p->older)
        p->older->newer = p->newer;
    else
        p->group->oldest = p->newer;
    p->group->n--;
}

static void link_newest(struct place *p)
{
    p->newer = NULL;
    p->older = p->group->newest;
    if (p->older)
        p->older->newer = p;
    else
        p->group->oldest = p;
    p->group->newest = p;
    p->group->n++;
}

static void place_drop(struct memory *m, struct place *p)
{
    unlink_place(p);
    map_take(m->places, p->name);
    place_free(p);
}

/* "rule\tscope\thost" belongs to "rule\tscope". */
static struct group *group_of(struct memory *m, const char *name)
{
    char key[GROUP_CAP];
    const char *end = strrchr(name, '\t');

    snprintf(key, sizeof key, "%.*s", end ? (int)(end - name) : 0, name);
    struct group *g = map_get(m->groups, key);

    if (!g) {
        g = mem_new(sizeof *g);
        map_put(m->groups, key, g);
    }
    return g;
}

/* What has not been used for long enough is forgotten; a host that comes back is new. */
static struct place *place_find(struct memory *m, const char *name, int64_t now)
{
    struct place *p = map_get(m->places, name);

    if (p && now - p->used > (int64_t)LIMIT_MEMORY_DAYS * 86400) {
        place_drop(m, p);
        return NULL;
    }
    if (p) {
        unlink_place(p);
        link_newest(p);
        p->used = now;
    }
    return p;
}

static struct place *place_make(struct memory *m, const char *name, int64_t now)
{
    struct place *p = place_find(m, name, now);

    if (p)
        return p;
    struct group *g = group_of(m, name);

    if (g->n == LIMIT_MEMORY_RECORDS)
        place_drop(m, g->oldest);
    p = mem_new(sizeof *p);
    p->group = g;
    p->name = mem_text(name);
    p->used = now;
    map_put(m->places, name, p);
    link_newest(p);
    return p;
}

static struct entry *entry_find(const struct place *p, const char *key)
{
    struct entry *e = p ? p->entries : NULL;

    while (e && strcmp(e->key, key))
        e = e->next;
    return e;
}

static struct entry *entry_make(struct place *p, const char *key)
{
    struct entry *e = entry_find(p, key);

    if (e)
        return e;
    e = mem_new(sizeof *e);
    e->key = mem_text(key);
    e->value.none = true;
    e->next = p->entries;
    p->entries = e;
    return e;
}

void memory_get(
    struct memory *m, const char *place, const char *key, int64_t now, struct memory_value *out)
{
    pthread_mutex_lock(&m->lock);
    const struct entry *e = entry_find(place_find(m, place, now), key);

    *out = e ? e->value : (struct memory_value){.none = true};
    pthread_mutex_unlock(&m->lock);
}

void memory_put(
    struct memory *m, const char *place, const char *key, int64_t now, const struct memory_value *v)
{
    pthread_mutex_lock(&m->lock);
    entry_make(place_make(m, place, now), key)->value = *v;
    pthread_mutex_unlock(&m->lock);
}

void memory_add(struct memory *m, const char *place, const char *key, int64_t now, int64_t n)
{
    pthread_mutex_lock(&m->lock);
    struct memory_value *v = &entry_make(place_make(m, place, now), key)->value;

    v->integer = (int64_t)((uint64_t)(v->none ? 0 : v->integer) + (uint64_t)n);
    v->none = false;
    pthread_mutex_unlock(&m->lock);
}
