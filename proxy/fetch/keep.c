#include "keep_priv.h"

#include "base/map.h"
#include "base/mem.h"

struct kept {
    struct fetch_got got; /* its bytes are owned */
    int64_t until_ms;
};

struct keep {
    struct map *entries;
    size_t bytes;
};

static void kept_free(void *value)
{
    struct kept *one = value;

    if (!one)
        return;
    mem_free((void *)(uintptr_t)one->got.bytes);
    mem_free(one);
}

struct keep *keep_new(void)
{
    struct keep *k = mem_new(sizeof *k);

    k->entries = map_new();
    return k;
}

void keep_free(struct keep *k)
{
    if (!k)
        return;
    map_free(k->entries, kept_free);
    mem_free(k);
}

static void drop(struct keep *k, const char *key)
{
    struct kept *one = map_take(k->entries, key);

    if (one)
        k->bytes -= one->got.len;
    kept_free(one);
}

struct soonest {
    char *key; /* owned copy */
    int64_t until_ms;
};

static bool look_soonest(void *arg, const char *key, void *value)
{
    struct soonest *s = arg;
    const struct kept *one = value;

    if (!s->key || one->until_ms < s->until_ms) {
        mem_free(s->key);
        s->key = mem_text(key);
        s->until_ms = one->until_ms;
    }
    return true;
}

/* Going along all of them is fine: it happens once a fetch, which is some milliseconds of network.
 */
static void make_room(struct keep *k, size_t len)
{
    while (map_len(k->entries) > 0 &&
           (map_len(k->entries) >= KEEP_ENTRIES_MOST || k->bytes + len > KEEP_BYTES_MOST)) {
        struct soonest s = {.key = NULL};

        map_each(k->entries, look_soonest, &s);
        drop(k, s.key);
        mem_free(s.key);
    }
}

void keep_put(
    struct keep *k, const char *key, const struct fetch_got *got, int64_t now_ms, int64_t until_ms)
{
    drop(k, key);
    if (until_ms <= now_ms || got->len > KEEP_BYTES_MOST / 2)
        return;
    make_room(k, got->len);
    struct kept *one = mem_new(sizeof *one);
    one->got = *got;
    one->got.bytes = got->len ? mem_dup(got->bytes, got->len) : NULL;
    one->until_ms = until_ms;
    k->bytes += got->len;
    map_put(k->entries, key, one);
}

bool keep_get(struct keep *k, const char *key, int64_t now_ms, struct fetch_got *out)
{
    const struct kept *one = map_get(k->entries, key);

    if (one && one->until_ms <= now_ms) {
        drop(k, key);
        return false;
    }
    if (one)
        *out = one->got;
    return one != NULL;
}

size_t keep_bytes(const struct keep *k)
{
    return k->bytes;
}
