#include "resolve_cache.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "site_hints.h"

struct entry {
    struct entry *newer, *older;   /* by last use */
    char *host;                    /* owned */
    struct resolve_answer *answer; /* owned */
    int64_t until_ms;
};

struct resolve_cache {
    struct map *by_host; /* of struct entry */
    struct entry *newest, *oldest;
    size_t most;
};

struct resolve_answer *resolve_answer_dup(const struct resolve_answer *answer)
{
    struct resolve_answer *copy = mem_dup(answer, sizeof *answer);

    for (size_t i = 0; i < copy->n_aliases; i++)
        copy->aliases[i] = mem_text(answer->aliases[i]);
    if (answer->hints)
        copy->hints = mem_dup(answer->hints, sizeof *answer->hints);
    return copy;
}

void resolve_answer_free(struct resolve_answer *answer)
{
    if (!answer)
        return;
    for (size_t i = 0; i < answer->n_aliases; i++)
        mem_free(answer->aliases[i]);
    mem_free(answer->hints);
    mem_free(answer);
}

struct resolve_cache *resolve_cache_new(size_t most)
{
    struct resolve_cache *c = mem_new(sizeof *c);

    c->by_host = map_new();
    c->most = most;
    return c;
}

static void entry_free(void *value)
{
    struct entry *one = value;

    resolve_answer_free(one->answer);
    mem_free(one->host);
    mem_free(one);
}

void resolve_cache_free(struct resolve_cache *c)
{
    if (!c)
        return;
    map_free(c->by_host, entry_free);
    mem_free(c);
}

static void unlink_entry(struct resolve_cache *c, struct entry *one)
{
    *(one->newer ? &one->newer->older : &c->newest) = one->older;
    *(one->older ? &one->older->newer : &c->oldest) = one->newer;
    one->newer = one->older = NULL;
}

static void link_newest(struct resolve_cache *c, struct entry *one)
{
    one->newer = NULL;
    one->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = one;
    c->newest = one;
}

static void drop(struct resolve_cache *c, struct entry *one)
{
    unlink_entry(c, one);
    map_take(c->by_host, one->host);
    entry_free(one);
}

const struct resolve_answer *resolve_cache_get(
    struct resolve_cache *c, const char *host, int64_t now_ms)
{
    struct entry *one = map_get(c->by_host, host);

    if (!one)
        return NULL;
    if (now_ms >= one->until_ms) {
        drop(c, one);
        return NULL;
    }
    unlink_entry(c, one);
    link_newest(c, one);
    return one->answer;
}

static int64_t clamp_ttl(const struct resolve_answer *answer, int64_t ttl_s)
{
    if (answer->error != RESOLVE_OK)
        return RESOLVE_TTL_NEGATIVE_S;
    if (ttl_s < RESOLVE_TTL_LEAST_S)
        return RESOLVE_TTL_LEAST_S;
    return ttl_s > RESOLVE_TTL_MOST_S ? RESOLVE_TTL_MOST_S : ttl_s;
}

void resolve_cache_put(struct resolve_cache *c, const char *host,
    const struct resolve_answer *answer, int64_t ttl_s, int64_t now_ms)
{
    struct entry *old = map_get(c->by_host, host), *one = mem_new(sizeof *one);

    one->host = mem_text(host);
    one->answer = resolve_answer_dup(answer);
    one->until_ms = now_ms + clamp_ttl(answer, ttl_s) * 1000;
    if (old)
        drop(c, old);
    else if (map_len(c->by_host) >= c->most && c->oldest)
        drop(c, c->oldest);
    map_put(c->by_host, host, one);
    link_newest(c, one);
}

void resolve_cache_put_hints(
    struct resolve_cache *c, const char *host, const struct site_hints *hints)
{
    struct entry *one = map_get(c->by_host, host);

    if (!one)
        return;
    mem_free(one->answer->hints);
    one->answer->hints = mem_dup(hints, sizeof *hints);
}

size_t resolve_cache_len(const struct resolve_cache *c)
{
    return map_len(c->by_host);
}
