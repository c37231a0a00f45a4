#include "map.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

struct entry {
    struct entry *next;
    void *value;
    uint64_t hash;
    char key[];
};

struct map {
    struct entry **buckets; /* owned */
    size_t n_buckets, n;
};

static uint64_t secret[2];

static void make_secret(void)
{
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        abort(); /* a key that can be guessed is no key */
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[static 4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint64_t word_at(const unsigned char *p, size_t n)
{
    uint64_t word = 0;

    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)p[i] << (8 * i);
    return word;
}

/* SipHash-1-3 (Aumasson, Bernstein 2012) */
static uint64_t hash_of(const char *key)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    size_t n = strlen(key), i = 0;
    const unsigned char *p = (const unsigned char *)key;

    pthread_once(&once, make_secret);
    uint64_t v[4] = {secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d,
        secret[0] ^ 0x6c7967656e657261, secret[1] ^ 0x7465646279746573};
    for (; i + 8 <= n; i += 8) {
        uint64_t word;

        memcpy(&word, p + i, sizeof word); /* its order is the machine's: no hash leaves it */
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)n << 56 | word_at(p + i, n - i);
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int k = 0; k < 3; k++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map *map_new(void)
{
    struct map *m = mem_new(sizeof *m);

    m->n_buckets = 16;
    m->buckets = mem_array(m->n_buckets, sizeof *m->buckets);
    return m;
}

void map_free(struct map *m, void (*drop)(void *value))
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n_buckets; i++) {
        for (struct entry *e = m->buckets[i], *next; e; e = next) {
            next = e->next;
            if (drop)
                drop(e->value);
            mem_free(e);
        }
    }
    mem_free(m->buckets);
    mem_free(m);
}

/* The place that points to the entry, or where it would be put. */
static struct entry **place_of(const struct map *m, const char *key, uint64_t hash)
{
    struct entry **at = &m->buckets[hash & (m->n_buckets - 1)];

    while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

void *map_get(const struct map *m, const char *key)
{
    const struct entry *e = *place_of(m, key, hash_of(key));

    return e ? e->value : NULL;
}

static void grow(struct map *m)
{
    size_t n = m->n_buckets * 2;
    struct entry **buckets = mem_array(n, sizeof *buckets);

    for (size_t i = 0; i < m->n_buckets; i++) {
        for (struct entry *e = m->buckets[i], *next; e; e = next) {
            next = e->next;
            e->next = buckets[e->hash & (n - 1)];
            buckets[e->hash & (n - 1)] = e;
        }
    }
    mem_free(m->buckets);
    m->buckets = buckets;
    m->n_buckets = n;
}

void *map_put(struct map *m, const char *key, void *value)
{
    uint64_t hash = hash_of(key);
    struct entry **at = place_of(m, key, hash);

    if (*at) {
        void *before = (*at)->value;

        (*at)->value = value;
        return before;
    }
    size_t n = strlen(key) + 1;
    struct entry *e = mem_new(sizeof *e + n);
    memcpy(e->key, key, n);
    e->hash = hash;
    e->value = value;
    *at = e;
    if (++m->n > m->n_buckets)
        grow(m);
    return NULL;
}

void *map_take(struct map *m, const char *key)
{
    struct entry **at = place_of(m, key, hash_of(key)), *e = *at;

    if (!e)
        return NULL;
    void *value = e->value;
    *at = e->next;
    mem_free(e);
    m->n--;
    return value;
}

size_t map_len(const struct map *m)
{
    return m->n;
}

void map_each(const struct map *m, bool (*each)(void *arg, const char *key, void *value), void *arg)
{
    for (size_t i = 0; i < m->n_buckets; i++)
        for (struct entry *e = m->buckets[i]; e; e = e->next)
            if (!each(arg, e->key, e->value))
                return;
}
