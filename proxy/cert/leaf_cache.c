#include "leaf_cache.h"

#include <pthread.h>
#include <stdint.h>

#include <sys/queue.h>

#include "base/map.h"
#include "base/mem.h"

#include "leaf.h"

enum { N_SHARDS = 16, MOST_LEAVES = 4096, DAY_S = 86400, LONGEST_S = 45 * DAY_S };

struct entry {
    TAILQ_ENTRY(entry) order; /* least recently used first */
    struct leaf *leaf;        /* owned: a reference */
    char *host;               /* owned */
};

TAILQ_HEAD(entries, entry);

struct shard {
    pthread_mutex_t lock;
    struct map *by_host; /* values are the entries in `order` */
    struct entries order;
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
        c->shards[i].by_host = map_new();
        TAILQ_INIT(&c->shards[i].order);
    }
    return c;
}

static void entry_drop(struct shard *s, struct entry *en)
{
    TAILQ_REMOVE(&s->order, en, order);
    map_take(s->by_host, en->host);
    leaf_unref(en->leaf);
    mem_free(en->host);
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
        map_free(s->by_host, NULL);
        pthread_mutex_destroy(&s->lock);
    }
    mem_free(c);
}

/* FNV-1a. Who makes hosts collide here only crowds a shard; inside it the map's hash is keyed. */
static struct shard *shard_of(struct leaf_cache *c, const char *host)
{
    uint32_t h = 2166136261u;

    for (; *host; host++)
        h = (h ^ (uint8_t)*host) * 16777619u;
    return &c->shards[h % c->n_shards];
}

/* The second half is for a clock that was ahead when the leaf was made: phones would call it not
 * valid yet. */
static bool leaf_is_good(const struct leaf *l, int64_t now_s)
{
    int64_t left = leaf_until(l) - now_s;

    return left >= DAY_S && left <= LONGEST_S;
}

static struct entry *entry_put(
    struct leaf_cache *c, struct shard *s, const char *host, struct leaf *leaf)
{
    struct entry *en = mem_new(sizeof *en);

    if (map_len(s->by_host) >= c->most_each)
        entry_drop(s, TAILQ_FIRST(&s->order));
    en->leaf = leaf;
    en->host = mem_text(host);
    map_put(s->by_host, host, en);
    TAILQ_INSERT_TAIL(&s->order, en, order);
    return en;
}

struct leaf *leaf_cache_get(struct leaf_cache *c, const char *host, int64_t now_s, struct err *e)
{
    struct shard *s = shard_of(c, host);
    struct leaf *leaf = NULL;

    /* Minting under the lock: connections to one host come in bursts, and each must get the same
     * leaf. */
    pthread_mutex_lock(&s->lock);
    struct entry *en = map_get(s->by_host, host);
    if (en && leaf_is_good(en->leaf, now_s)) {
        TAILQ_REMOVE(&s->order, en, order);
        TAILQ_INSERT_TAIL(&s->order, en, order);
    } else {
        leaf = leaf_mint(c->ca, c->keys, host, now_s, e);
        if (en)
            entry_drop(s, en);
        en = leaf ? entry_put(c, s, host, leaf) : NULL;
    }
    leaf = en ? leaf_ref(en->leaf) : NULL;
    pthread_mutex_unlock(&s->lock);
    return leaf;
}
