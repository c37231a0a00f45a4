#include "leaf_cache.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include <sys/queue.h>

#include "base/host.h"
#include "base/map.h"
#include "base/mem.h"

#include "leaf.h"
#include "leaf_fault.h"

enum {
    N_SHARDS = 16,
    MOST_LEAVES = 4096,
    DAY_S = 86400,
    LONGEST_S = 45 * DAY_S,
    LONGEST_FAULTY_S = 2 * DAY_S,
    KEY_CAP = HOST_CAP + 40
};

struct entry {
    TAILQ_ENTRY(entry) order; /* least recently used first */
    struct leaf *leaf;        /* owned: a reference */
    char *key;                /* owned */
};

TAILQ_HEAD(entries, entry);

struct shard {
    pthread_mutex_t lock;
    struct map *by_key; /* values are the entries in `order` */
    struct entries order;
    uint64_t found, minted;
};

struct leaf_cache {
    const struct ca *ca;
    const struct leaf_keys *keys;
    size_t n_shards, most_each;
    struct shard shards[N_SHARDS];
};

struct leaf_cache *leaf_cache_new(const struct ca *ca, const struct leaf_keys *keys, size_t most)
{
    struct leaf_cache *c = mem_new(sizeof *c);

    if (most == 0)
        most = MOST_LEAVES;
    c->ca = ca;
    c->keys = keys;
    c->n_shards = most < N_SHARDS ? 1 : N_SHARDS;
    c->most_each = most / c->n_shards;
    for (size_t i = 0; i < c->n_shards; i++) {
        pthread_mutex_init(&c->shards[i].lock, NULL);
        c->shards[i].by_key = map_new();
        TAILQ_INIT(&c->shards[i].order);
    }
    return c;
}

static void entry_drop(struct shard *s, struct entry *en)
{
    TAILQ_REMOVE(&s->order, en, order);
    map_take(s->by_key, en->key);
    leaf_unref(en->leaf);
    mem_free(en->key);
    mem_free(en);
}

void leaf_cache_free(struct leaf_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n_shards; i++) {
        struct shard *s = &c->shards[i];

        while (!TAILQ_EMPTY(&s->order))
            entry_drop(s, TAILQ_FIRST(&s->order));
        map_free(s->by_key, NULL);
        pthread_mutex_destroy(&s->lock);
    }
    mem_free(c);
}

/* FNV-1a. Who makes hosts collide here only crowds a shard; inside it the map's hash is keyed. */
static struct shard *shard_of(struct leaf_cache *c, const char *key)
{
    uint32_t h = 2166136261u;

    for (; *key; key++)
        h = (h ^ (uint8_t)*key) * 16777619u;
    return &c->shards[h % c->n_shards];
}

/* The second half is for a clock that was ahead when the leaf was made: phones would call it not
 * valid yet. */
static bool leaf_is_good(const struct leaf *l, bool faulty, int64_t now_s)
{
    int64_t left = leaf_until(l) - now_s;

    return left >= DAY_S && left <= (faulty ? LONGEST_FAULTY_S : LONGEST_S);
}

static struct entry *entry_put(
    struct leaf_cache *c, struct shard *s, const char *key, struct leaf *leaf)
{
    struct entry *en = mem_new(sizeof *en);

    if (map_len(s->by_key) >= c->most_each)
        entry_drop(s, TAILQ_FIRST(&s->order));
    en->leaf = leaf;
    en->key = mem_text(key);
    map_put(s->by_key, key, en);
    TAILQ_INSERT_TAIL(&s->order, en, order);
    return en;
}

struct leaf *leaf_cache_get_faulty(struct leaf_cache *c, const char *host,
    const struct leaf_fault *fault, int64_t now_s, struct err *e)
{
    char key[KEY_CAP]; /* a host of any other length is turned down by who mints */

    snprintf(key, sizeof key, "%s%s%s", host, fault ? "|" : "", fault ? fault->cause : "");
    struct shard *s = shard_of(c, key);
    struct leaf *leaf = NULL;

    /* Minting under the lock: connections to one host come in bursts, and each must get the same
     * leaf. */
    pthread_mutex_lock(&s->lock);
    struct entry *en = map_get(s->by_key, key);
    if (en && leaf_is_good(en->leaf, fault, now_s)) {
        TAILQ_REMOVE(&s->order, en, order);
        TAILQ_INSERT_TAIL(&s->order, en, order);
        s->found++;
    } else {
        leaf = fault ? leaf_mint_faulty(c->ca, c->keys, host, fault, now_s, e)
                     : leaf_mint(c->ca, c->keys, host, now_s, e);
        if (en)
            entry_drop(s, en);
        en = leaf ? entry_put(c, s, key, leaf) : NULL;
        s->minted += leaf != NULL;
    }
    leaf = en ? leaf_ref(en->leaf) : NULL;
    pthread_mutex_unlock(&s->lock);
    return leaf;
}

struct leaf *leaf_cache_get(struct leaf_cache *c, const char *host, int64_t now_s, struct err *e)
{
    return leaf_cache_get_faulty(c, host, NULL, now_s, e);
}

void leaf_cache_figures(struct leaf_cache *c, struct leaf_cache_figures *out)
{
    *out = (struct leaf_cache_figures){0};
    for (size_t i = 0; i < c->n_shards; i++) {
        struct shard *s = &c->shards[i];

        pthread_mutex_lock(&s->lock);
        out->kept += map_len(s->by_key);
        out->found += s->found;
        out->minted += s->minted;
        pthread_mutex_unlock(&s->lock);
    }
}
