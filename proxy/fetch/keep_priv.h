/* fetch/keep_priv.h - answers that are worth keeping: bounded in number and bytes, each until its
 * own time. One thread. */
#ifndef WHYTLS_FETCH_KEEP_PRIV_H
#define WHYTLS_FETCH_KEEP_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch_priv.h"

enum {
    KEEP_ENTRIES_MOST = 512,
    KEEP_BYTES_MOST = 32 * 1024 * 1024, /* two of the largest CRLs, or thousands of the rest */
};

struct keep;

struct keep *keep_new(void);
void keep_free(struct keep *k);
/* A copy of `got` under `key` until then (steady milliseconds). What is kept the shortest goes when
 * there is no room; an answer larger than a half of all room is not kept. */
void keep_put(
    struct keep *k, const char *key, const struct fetch_got *got, int64_t now_ms, int64_t until_ms);
/* True: *out borrows what is kept, until the next call. */
bool keep_get(struct keep *k, const char *key, int64_t now_ms, struct fetch_got *out);
size_t keep_bytes(const struct keep *k);

#endif
