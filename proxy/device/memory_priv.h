/* device/memory_priv.h - how devices, their apps and their hosts hang together. Private to device/.
 * Whoever calls a function of this header holds the lock. */
#ifndef WHYTLS_DEVICE_MEMORY_PRIV_H
#define WHYTLS_DEVICE_MEMORY_PRIV_H

#include <pthread.h>

#include "base/host.h"
#include "history.h"
#include "memory.h"

struct map;

enum { HOUR_MS = 3600 * 1000, HOURS = 24 };

#define DAY_MS ((int64_t)24 * HOUR_MS)
#define HOST_FORGET_MS (HISTORY_FORGET_DAYS * DAY_MS)

/* The memory of one app on one device: it lives as long as it has rows. */
struct app {
    struct app *next; /* of the device, used last first */
    size_t n_rows;
    bool is_browser;
    char version[DEVICE_VERSION_CAP];
    char name[]; /* cut to DEVICE_NAME_CAP */
};

/* One app on one device at one host. Counts lie in 24 buckets of an hour, so that they age without
 * a timer; hour h lies in bucket h mod 24, and those of (hour - 24, hour] count. */
struct row {
    struct row *newer, *older; /* by last use */
    struct row *next_of_device, *prev_of_device;
    struct row *next_of_host, *prev_of_host;
    struct row *next_unsaved, *prev_unsaved;
    struct device *device;
    struct host *host;
    struct app *app;
    int64_t hour;
    uint16_t accepted[HOURS], refused[HOURS];
    uint32_t streak;
    struct refusal refusal;
    int64_t last_accepted_ms, last_refused_ms, tunnel_ms, used_ms;
    bool unsaved;
};

struct device {
    struct device *newer, *older; /* by last sight */
    struct device *next_here;     /* at the same address */
    struct device *next_unsaved, *prev_unsaved;
    struct row *rows, *last; /* by last use */
    struct app *apps;
    size_t n;
    char ip[HOST_CAP / 4]; /* an IPv6 address with a zone fits */
    char family[DEVICE_FAMILY_CAP], id[DEVICE_ID_CAP];
    char name[DEVICE_NAME_CAP], os_version[DEVICE_VERSION_CAP];
    struct device_setup setup;
    int64_t last_seen_ms, saved_seen_ms;
    int64_t last_refused_ms; /* HISTORY_NEVER, or as in rows that may have gone since */
    int64_t apple_passed, apple_passed_ms;
    int64_t relay_asked, relay_asked_ms;
    int64_t streak; /* refusals in a row, all hosts */
    bool unsaved;
};

struct host {
    struct row *rows;                       /* by last use */
    uint64_t accepted_stamp, refused_stamp; /* the reading that has counted it already */
    char name[];
};

struct device_history {
    pthread_mutex_t lock;
    struct map *rows, *addresses, *ids, *hosts;
    struct row *newest, *oldest;
    struct device *newest_device, *oldest_device;
    struct device *unsaved_device, *last_unsaved_device; /* first marked, first saved */
    struct row *unsaved_row, *last_unsaved_row;
    size_t n, n_devices;
    uint64_t stamp; /* one more at each reading */
};

/* The device of a key, or NULL. */
struct device *device_find(const struct device_history *h, const struct history_key *key);
/* The same, made when it is new, and marked as seen now. */
struct device *device_make(struct device_history *h, const struct history_key *key, int64_t now_ms);
/* A device with this address, family and id ("": one is made up); it is the newest. NULL: the id is
 * taken, or the address has too many families. */
struct device *device_add(
    struct device_history *h, const char *ip, const char *family, const char *id, int64_t now_ms);
void device_drop(struct device_history *h, struct device *d);
/* Drops what is too old or too much; `keep` stays. */
void device_age(struct device_history *h, const struct device *keep, int64_t now_ms);
/* "d-1a2b3c4d" of an address and a family, before anybody else has that id. */
void device_id(const char *ip, const char *family, uint32_t nth, char out[static DEVICE_ID_CAP]);
/* What changed is saved next time. */
void device_mark(struct device_history *h, struct device *d);
void device_unmark(struct device_history *h, struct device *d);

/* NULL when there is none. */
struct row *row_find(
    const struct device_history *h, const struct device *d, const char *app, const char *host);
/* Made when it is new; in any case the newest. It may have pushed out an older row of d. */
struct row *row_make(struct device_history *h, struct device *d, const struct history_key *key);
void row_drop(struct device_history *h, struct row *r);
void row_mark(struct device_history *h, struct row *r);
void row_unmark(struct device_history *h, struct row *r);
/* Drops rows that are too old or too many. */
void rows_age(struct device_history *h, int64_t now_ms);
/* The bucket of now; those that the time has passed are empty. */
size_t row_bucket(struct row *r, int64_t now_ms);
/* Sums the buckets of the last 24 hours; `hour` is the latest that was counted in. */
void buckets_sum(int64_t hour, const uint16_t accepted[static HOURS],
    const uint16_t refused[static HOURS], int64_t now_ms, int64_t *n_accepted, int64_t *n_refused);

#endif
