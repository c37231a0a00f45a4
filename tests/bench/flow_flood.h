/* bench/flow_flood.h - connections by the million, as a household and an office have them: hosts by
 * a power law, forty devices, sixty apps, one connection in twelve with a cause, URLs of which
 * every third is met once. The same number gives the same connections. */
#ifndef WHYTLS_TESTS_BENCH_FLOW_FLOOD_H
#define WHYTLS_TESTS_BENCH_FLOW_FLOOD_H

#include <stddef.h>
#include <stdint.h>

struct flow;
struct flood;

/* The last of n connections ends at now_ms, the first thirty days before. */
struct flood *flood_new(size_t n, int64_t now_ms);
void flood_free(struct flood *f);
/* The next one; the caller's. */
struct flow *flood_next(struct flood *f);

#endif
