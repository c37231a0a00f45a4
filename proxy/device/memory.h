/* device/memory.h - the phones we know: who they are, how far their set-up came, what they told us.
 *
 * Shared by all traffic threads behind one mutex that is held for microseconds; bounded and aged.
 * Kept across restarts by store/device_rows.h. What each device did at each host is read through
 * device/history.h. Thread: any. Uses base/. Used by relay/ and store/. */
#ifndef WHYTLS_DEVICE_MEMORY_H
#define WHYTLS_DEVICE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

struct device_history;

/* A device is an address and an agent family; an app is a name on a device. All borrowed for a
 * call; NULL means unknown. A family that is unknown is taken for the device seen last at the
 * address, since most agents of iOS name an app and a kernel but no device. */
struct history_key {
    const char *ip, *family, *app, *host;
    bool is_browser;
};

enum {
    DEVICE_ID_CAP = 12, /* "d-1a2b3c4d" */
    DEVICE_NAME_CAP = 64,
    DEVICE_FAMILY_CAP = 16,
    DEVICE_VERSION_CAP = 16,
    DEVICE_SHA256_CAP = 65,
};

/* The device seen longest ago leaves first when there is one more; with all that is known of it.
 * One that was not seen for DEVICES_FORGET_DAYS leaves as well. */
enum { DEVICES_MOST = 10000, DEVICES_FORGET_DAYS = 400 };

enum device_probe { DEVICE_PROBE_UNKNOWN = 0, DEVICE_PROBE_TRUSTED, DEVICE_PROBE_REFUSED };

/* How far a device came. Times are milliseconds since 1970; 0: never. */
struct device_setup {
    int64_t first_seen_ms;
    int64_t profile_fetched_ms;              /* last download of our profile or certificate */
    char root_sha256_hex[DEVICE_SHA256_CAP]; /* the root in it; empty: never fetched */
    enum device_probe probe;                 /* what the probe page saw last */
    int64_t probe_ms;
    int64_t accepted_ms; /* last time that any host's leaf under our root was accepted */
    bool clock_known;
    int64_t clock_offset_ms; /* theirs minus ours, as the set-up page read it */
    int64_t clock_read_ms;
};

struct device_history *device_history_new(void);
void device_history_free(struct device_history *h);

/* What an agent claims beside the key; any may be NULL. */
struct device_claim {
    const char *os_version, *app_version;
    bool by_kernel; /* os_version is exact but for its last number; a browser may say an old one */
};

/* A connection of this device. */
void device_seen(struct device_history *h, const struct history_key *key,
    const struct device_claim *claim, int64_t now_ms);
/* A connection to one of Apple's services was passed through unread. */
void device_apple_passed(struct device_history *h, const struct history_key *key, int64_t now_ms);
/* It asked for a host of iCloud Private Relay: what goes that way does not come through us. */
void device_relay_asked(struct device_history *h, const struct history_key *key, int64_t now_ms);

/* The set-up pages tell what they saw; the device is made when it is new. Of the key, ip and family
 * count; app and host may be NULL. */
void device_profile_fetched(struct device_history *h, const struct history_key *key,
    const char *root_sha256_hex, int64_t now_ms);
void device_probe(
    struct device_history *h, const struct history_key *key, bool trusted, int64_t now_ms);
void device_clock(
    struct device_history *h, const struct history_key *key, int64_t offset_ms, int64_t now_ms);
/* False: no such device; *out is empty then. */
bool device_setup_read(
    struct device_history *h, const struct history_key *key, struct device_setup *out) MUST_USE;
/* "right", "wrong" or "unchecked", as the set-up page read it within the last week. A clock that is
 * off by more than five minutes is wrong: that is when fresh leaves begin to fail elsewhere. */
const char *device_clock_state(const struct device_setup *s, int64_t now_ms);

/* By id, for the owner. False: no such device. */
bool device_forget(struct device_history *h, const char *id) MUST_USE;
/* NULL or empty takes the name away. */
bool device_name(struct device_history *h, const char *id, const char *name) MUST_USE;
/* As much of it as fits and is whole characters of UTF-8. */
void device_name_cut(char out[static DEVICE_NAME_CAP], const char *name);

#endif
