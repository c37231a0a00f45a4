#include "memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "limit.h"
#include "memory_priv.h"

/* REFRESH_S: how stale the time of use may be that is kept elsewhere. */
enum { GROUP_CAP = 256, REFRESH_S = 86400 };

struct entry {
    struct entry *next;
    char *key;
    struct memory_value value;
    bool changed; /* since it was taken */
};

/* What one rule knows of one host or device; in the list of its group, the latest used first. */
struct place {
    struct place *newer, *older;
    struct group *group;
    char *name;
    int64_t used, told; /* seconds since 1970; when its use was last told */
    struct entry *entries;
    struct place *newer_change, *older_change; /* in the list of those with changed entries */
    bool changed;
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
    struct place *first_change, *last_change; /* the oldest first */
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
    m->first_change = m->last_change = NULL;
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

/* --- places whose entries changed, in the order in which they did --- */

static void change_unlink(struct memory *m, struct place *p)
{
    if (!p->changed)
        return;
    if (p->older_change)
        p->older_change->newer_change = p->newer_change;
    else
        m->first_change = p->newer_change;
    if (p->newer_change)
        p->newer_change->older_change = p->older_change;
    else
        m->last_change = p->older_change;
    p->older_change = p->newer_change = NULL;
    p->changed = false;
}

static void change_link(struct memory *m, struct place *p)
{
    if (p->changed)
        return;
    p->older_change = m->last_change;
    if (m->last_change)
        m->last_change->newer_change = p;
    else
        m->first_change = p;
    m->last_change = p;
    p->changed = true;
}

static void entry_changed(struct memory *m, struct place *p, struct entry *e)
{
    e->changed = true;
    change_link(m, p);
}

static void place_drop(struct memory *m, struct place *p)
{
    change_unlink(m, p);
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
        /* Its age is told now and then, so that what is only read is not forgotten. */
        if (now - p->told > REFRESH_S)
            for (struct entry *e = p->entries; e; e = e->next)
                entry_changed(m, p, e);
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
    p->used = p->told = now;
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
    struct place *p = place_make(m, place, now);
    struct entry *e = entry_make(p, key);

    e->value = *v;
    entry_changed(m, p, e);
    pthread_mutex_unlock(&m->lock);
}

void memory_add(struct memory *m, const char *place, const char *key, int64_t now, int64_t n)
{
    pthread_mutex_lock(&m->lock);
    struct place *p = place_make(m, place, now);
    struct entry *e = entry_make(p, key);
    struct memory_value *v = &e->value;

    /* A key that was of another type under earlier rules begins anew. */
    if (v->none || v->type != MEMORY_INTEGER)
        *v = (struct memory_value){.type = MEMORY_INTEGER};
    v->integer = (int64_t)((uint64_t)v->integer + (uint64_t)n);
    entry_changed(m, p, e);
    pthread_mutex_unlock(&m->lock);
}

/* --- to and from where it is kept --- */

static bool row_take(const struct place *p, struct entry *e, struct memory_row *out)
{
    if (!e->changed)
        return false;
    e->changed = false;
    snprintf(out->place, sizeof out->place, "%s", p->name);
    snprintf(out->key, sizeof out->key, "%s", e->key);
    out->value = e->value;
    out->used_s = p->used;
    return true;
}

size_t memory_take_changes(struct memory *m, struct memory_row *rows, size_t cap)
{
    size_t n = 0;

    pthread_mutex_lock(&m->lock);
    while (m->first_change && n < cap) {
        struct place *p = m->first_change;
        bool all = true;

        for (struct entry *e = p->entries; e; e = e->next) {
            if (n == cap)
                all = all && !e->changed;
            else
                n += row_take(p, e, &rows[n]);
        }
        p->told = p->used;
        if (all)
            change_unlink(m, p);
    }
    pthread_mutex_unlock(&m->lock);
    return n;
}

void memory_hand_back(struct memory *m, const struct memory_row *rows, size_t n)
{
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < n; i++) {
        struct place *p = map_get(m->places, rows[i].place);
        struct entry *e = entry_find(p, rows[i].key);

        if (e)
            entry_changed(m, p, e);
    }
    pthread_mutex_unlock(&m->lock);
}

void memory_fill(struct memory *m, const struct memory_row *row)
{
    pthread_mutex_lock(&m->lock);
    entry_make(place_make(m, row->place, row->used_s), row->key)->value = row->value;
    pthread_mutex_unlock(&m->lock);
}

struct forgetting {
    char end[MEMORY_PLACE_CAP]; /* "\tdevice\tID" */
    struct place **at;
    size_t n;
};

static bool forgetting_find(void *arg, const char *key, void *value)
{
    struct forgetting *f = arg;
    size_t len = strlen(key), end = strlen(f->end);

    if (len >= end && !strcmp(key + len - end, f->end)) {
        f->at = mem_resize(f->at, (f->n + 1) * sizeof(struct place *));
        f->at[f->n++] = value;
    }
    return true;
}

void memory_forget_device(struct memory *m, const char *id)
{
    struct forgetting f = {.at = NULL};

    snprintf(f.end, sizeof f.end, "\tdevice\t%s", id);
    pthread_mutex_lock(&m->lock);
    map_each(m->places, forgetting_find, &f);
    for (size_t i = 0; i < f.n; i++)
        place_drop(m, f.at[i]);
    pthread_mutex_unlock(&m->lock);
    mem_free(f.at);
}
