/* fetch/fetch_priv.h - one address, asked on the fetcher's thread. Private to fetch/. */
#ifndef WHYTLS_FETCH_FETCH_PRIV_H
#define WHYTLS_FETCH_FETCH_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch.h"

enum {
    FETCH_URL_MOST = 2048,
    FETCH_MS = 3000, /* of one address, as iOS */
    FETCH_REDIRECTS_MOST = 2,
    FETCH_FLIGHTS_MOST = 256, /* addresses asked at once; more are not begun */
    FETCH_CONNECTIONS_MOST = 32,
    FETCH_FAILURE_S = 60, /* so long a failure is kept */
};

/* How far into the owner's network a fetch may go. */
enum fetch_reach { FETCH_PUBLIC = 0, FETCH_PRIVATE, FETCH_LOOPBACK };

enum fetch_result {
    FETCH_OK = 0,
    FETCH_BAD_URL,     /* not http, or no address at all */
    FETCH_FORBIDDEN,   /* it leads into the owner's network */
    FETCH_UNREACHABLE, /* no such host, refused, broken off */
    FETCH_TIMEOUT,
    FETCH_REFUSED, /* an HTTP status other than 200; a redirect too many */
    FETCH_TOO_LARGE,
    FETCH_BUSY, /* too many at once, or stopped */
};

/* What came of one address. */
struct fetch_got {
    enum fetch_result result;
    const uint8_t *bytes; /* borrowed during the call */
    size_t len;
    int64_t max_age_s; /* of Cache-Control; -1: not told */
};

struct fetch_wish {
    const char *url;
    size_t most; /* bytes */
    enum fetch_reach reach;
    /* Called once, on the fetcher's thread, perhaps before fetch_begin returns. Gives for how many
     * seconds the answer may be kept (0: not at all); failures are kept shortly whatever it says.
     */
    int64_t (*done)(void *arg, const struct fetch_got *got);
    void *arg;
};

/* Fetcher's thread only. The same address in flight is asked once. */
void fetch_begin(struct fetcher *f, const struct fetch_wish *wish);
/* Thread: any. Runs call(arg) on the fetcher's thread. False: stopped, or too much waits. */
bool fetch_post(struct fetcher *f, void (*call)(struct fetcher *f, void *arg), void *arg);
const struct clock *fetch_clock(const struct fetcher *f);

#endif
