/* export/har_timings.h - where the time of an entry went, as HAR 1.2 tells it. Pure. Private to
 * export/. */
#ifndef WHYTLS_EXPORT_HAR_TIMINGS_H
#define WHYTLS_EXPORT_HAR_TIMINGS_H

#include <stddef.h>
#include <stdint.h>

struct flow;

/* Milliseconds; -1: it has no such part. `ssl` is within `connect`. */
struct har_timings {
    int64_t begins; /* since the flow began */
    int64_t blocked, connect, ssl, wait;
};

/* Of the exchange of that index, whose request came `since` the flow began. The first one carries
 * the connection that was made for it: dialling, the handshake with the site, and as `blocked` what
 * was done beside; not when the connection had been open for a while, as browsers open some
 * ahead. */
void har_timings_exchange(
    const struct flow *f, size_t n, int64_t since_ms, struct har_timings *out);
/* Of a flow that came to no exchange. */
void har_timings_failed(const struct flow *f, struct har_timings *out);
int64_t har_timings_total(const struct har_timings *t);

#endif
