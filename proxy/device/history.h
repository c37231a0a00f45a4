/* device/history.h - what the devices did before: which hosts accepted us on which phone, which app
 * refused us, since when.
 *
 * Kept in memory, bounded and aged; shared by all traffic threads behind one mutex that is held for
 * microseconds. Thread: any. Uses base/. Used by relay/. */
#ifndef WHYTLS_DEVICE_HISTORY_H
#define WHYTLS_DEVICE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device_history;

/* A device is an address and an agent family; an app is a name on a device. All borrowed for a
 * call. */
struct history_key {
    const char *ip, *family, *app, *host;
    bool is_browser;
};

enum history_outcome {
    HISTORY_ACCEPTED = 0, /* the client leg trusted us: application data came */
    HISTORY_REFUSED,
    HISTORY_TUNNEL_WORKED, /* passed unread, and both sides sent data */
};

#define HISTORY_NEVER INT64_MIN

/* Times are seconds since 1970; counts are of the last 24 hours. */
struct tally {
    int64_t accepted, refused, hosts_accepted, hosts_refused, streak;
    int64_t last_accepted, last_refused, tunnel_worked;
};

enum { DEVICE_ID_CAP = 12 };

struct history_view {
    struct tally device, app, host, browser, others;
    char device_id[DEVICE_ID_CAP]; /* "d-1a2b3c4d" */
    int64_t first_seen;
};

/* HISTORY_ROWS_MOST rows of (device, app, host): some 20 MiB; the least recently used leave first.
 * One device keeps at most HISTORY_DEVICE_MOST, so that a phone that asks for ever new hosts pushes
 * out only itself; `others` looks at the HISTORY_HOST_MOST rows of a host that were used last. Both
 * bound the time under the mutex. */
enum { HISTORY_ROWS_MOST = 50000, HISTORY_DEVICE_MOST = 2000, HISTORY_HOST_MOST = 1000 };

struct device_history *device_history_new(void);
void device_history_free(struct device_history *h);
void history_note(struct device_history *h, const struct history_key *key,
    enum history_outcome outcome, int64_t now_ms);
void history_read(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out);
/* Did the same app on the same device accept us at this host at or after since_ms? */
bool history_accepted_since(
    struct device_history *h, const struct history_key *key, int64_t since_ms);

#endif
