/* net/resolve_cache.h - answers kept for as long as their TTL says; the longest unused goes first.
 * Private to net/. */
#ifndef WHYTLS_NET_RESOLVE_CACHE_H
#define WHYTLS_NET_RESOLVE_CACHE_H

#include <stdint.h>

#include "net/resolve.h"

struct resolve_cache;

enum { RESOLVE_TTL_LEAST_S = 1, RESOLVE_TTL_MOST_S = 3600, RESOLVE_TTL_NEGATIVE_S = 5 };

struct resolve_cache *resolve_cache_new(size_t most);
void resolve_cache_free(struct resolve_cache *c);
/* NULL: not there, or too old. Borrowed until the cache is touched again. */
const struct resolve_answer *resolve_cache_get(
    struct resolve_cache *c, const char *host, int64_t now_ms);
/* Keeps a copy; ttl_s is clamped. Failures of the servers are kept as short as negative answers. */
void resolve_cache_put(struct resolve_cache *c, const char *host,
    const struct resolve_answer *answer, int64_t ttl_s, int64_t now_ms);
/* What came after the answer that is kept. */
void resolve_cache_put_hints(
    struct resolve_cache *c, const char *host, const struct site_hints *hints);
size_t resolve_cache_len(const struct resolve_cache *c);

/* A copy that owns its texts; and its end. */
struct resolve_answer *resolve_answer_dup(const struct resolve_answer *answer);
void resolve_answer_free(struct resolve_answer *answer);

#endif
