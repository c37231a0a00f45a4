/* device/history.h - what the devices did before: which hosts accepted us on which phone, which app
 * refused us, since when and how.
 *
 * Kept in the memory of devices (memory.h), bounded and aged. Thread: any. Uses base/. Used by
 * relay/. */
#ifndef WHYTLS_DEVICE_HISTORY_H
#define WHYTLS_DEVICE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

enum history_outcome {
    HISTORY_ACCEPTED = 0, /* the client leg trusted us: application data came */
    HISTORY_REFUSED,
    HISTORY_TUNNEL_WORKED, /* passed unread, and both sides sent data */
};

#define HISTORY_NEVER INT64_MIN

enum refusal_way {
    REFUSAL_UNKNOWN = 0,
    REFUSAL_ALERT,
    REFUSAL_FIN,
    REFUSAL_RST,
    REFUSAL_TIMEOUT,
    N_REFUSAL_WAYS
};

/* How a client said no. */
struct refusal {
    uint8_t way;      /* enum refusal_way */
    uint8_t alert;    /* its number, with REFUSAL_ALERT */
    uint16_t version; /* of TLS on the wire, 0x0304 is 1.3; 0: not agreed yet */
    bool finished;    /* the handshake was complete on its side */
};

/* "alert", "fin", "rst", "timeout"; NULL when it is unknown. */
const char *refusal_way_name(enum refusal_way way);
/* The way of such a name; REFUSAL_UNKNOWN for any other text. */
enum refusal_way refusal_way_of(const char *name);

/* Times are seconds since 1970; counts are of the last 24 hours. */
struct tally {
    int64_t accepted, refused, hosts_accepted, hosts_refused, streak;
    int64_t last_accepted, last_refused, tunnel_worked;
};

struct history_view {
    struct tally device, app, host, browser, others;
    char device_id[DEVICE_ID_CAP]; /* "d-1a2b3c4d" */
    char name[DEVICE_NAME_CAP];    /* given by the owner; or empty */
    char family[DEVICE_FAMILY_CAP];
    char os_version[DEVICE_VERSION_CAP]; /* what an agent claimed last; or empty */
    int64_t first_seen;
    int64_t last_seen; /* before now; HISTORY_NEVER for a stranger */
    int64_t apple_passed, relay_asked;
    struct device_setup setup;
};

/* HISTORY_ROWS_MOST rows of (device, app, host), in all HISTORY_BYTES_MOST with 10,000 devices and
 * the longest names, HISTORY_BYTES_USUAL with those that are met (measured: 57 MiB, and 128 MiB
 * with the longest); the least recently used leave first. One device keeps at most
 * HISTORY_DEVICE_MOST, so that a phone that asks for ever new hosts pushes out only itself;
 * `others` looks at the HISTORY_HOST_MOST rows of a host that were used last. Both bound the time
 * under the mutex. */
enum { HISTORY_ROWS_MOST = 100000, HISTORY_DEVICE_MOST = 2000, HISTORY_HOST_MOST = 1000 };
/* What a device did at a host is remembered for so long after the last time. */
enum { HISTORY_FORGET_DAYS = 90 };
enum { HISTORY_BYTES_MOST = 150 * 1024 * 1024, HISTORY_BYTES_USUAL = 64 * 1024 * 1024 };

void history_note(struct device_history *h, const struct history_key *key,
    enum history_outcome outcome, int64_t now_ms);
/* HISTORY_REFUSED, and how. */
void history_note_refusal(struct device_history *h, const struct history_key *key,
    const struct refusal *how, int64_t now_ms);
void history_read(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out);
/* The same at the begin of a connection. True: the device is met for the first time, or for the
 * first time within a day. Of connections that it opens side by side, one is told so. */
bool history_meet(struct device_history *h, const struct history_key *key, int64_t now_ms,
    struct history_view *out);
/* Did the same app on the same device accept us at this host at or after since_ms? */
bool history_accepted_since(
    struct device_history *h, const struct history_key *key, int64_t since_ms);

#endif
