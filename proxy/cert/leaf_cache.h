/* cert/leaf_cache.h - leaves by host and fault, shared by all threads: 16 shards, a mutex each,
 * least recently used leaves first. */
#ifndef WHYTLS_CERT_LEAF_CACHE_H
#define WHYTLS_CERT_LEAF_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct leaf;
struct leaf_cache;
struct leaf_fault; /* cert/leaf_fault.h */
struct leaf_keys;

/* ca and keys are borrowed for the cache's life; at most `most` leaves (0: 4,096). */
struct leaf_cache *leaf_cache_new(const struct ca *ca, const struct leaf_keys *keys, size_t most);
void leaf_cache_free(struct leaf_cache *c);
/* Thread: any. A reference to the host's leaf, minted when there is none or it has less than a day
 * left; NULL and *e. */
struct leaf *leaf_cache_get(
    struct leaf_cache *c, const char *host, int64_t now_s, struct err *e) MUST_USE;
/* The same of a leaf with this fault; NULL: without any. */
struct leaf *leaf_cache_get_faulty(struct leaf_cache *c, const char *host,
    const struct leaf_fault *fault, int64_t now_s, struct err *e) MUST_USE;

struct leaf_cache_figures {
    size_t kept;
    uint64_t found, minted; /* asked for so far */
};

/* Thread: any. */
void leaf_cache_figures(struct leaf_cache *c, struct leaf_cache_figures *out);

#endif
