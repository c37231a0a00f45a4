/* device/roll.h - the memory of devices as plain rows: to keep them on disk, and to list them.
 *
 * Rows are copies: the lock is held while at most one batch is copied. Thread: any. Uses base/.
 * Used by store/ and app/. */
#ifndef WHYTLS_DEVICE_ROLL_H
#define WHYTLS_DEVICE_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/host.h"
#include "history.h"
#include "memory.h"

enum { ROLL_IP_CAP = 64, ROLL_HOURS = 24 };

struct device_row {
    char id[DEVICE_ID_CAP], ip[ROLL_IP_CAP], family[DEVICE_FAMILY_CAP];
    char name[DEVICE_NAME_CAP], os_version[DEVICE_VERSION_CAP];
    struct device_setup setup;
    int64_t last_seen_ms;
    int64_t last_refused_ms; /* or HISTORY_NEVER */
    int64_t streak;
    int64_t apple_passed, apple_passed_ms; /* how often so far; 0: never */
    int64_t relay_asked, relay_asked_ms;   /* the same of iCloud Private Relay */
};

/* One app of a device at one host. Times may be HISTORY_NEVER. */
struct host_row {
    char device_id[DEVICE_ID_CAP], app[DEVICE_NAME_CAP], app_version[DEVICE_VERSION_CAP];
    char host[HOST_CAP];
    bool is_browser;
    int64_t last_accepted_ms, last_refused_ms, tunnel_ms, used_ms;
    struct refusal refusal; /* the last one */
    uint32_t streak;
    int64_t hour; /* since 1970: counts of hours in (hour - 24, hour], hour h at h mod 24 */
    uint16_t accepted[ROLL_HOURS], refused[ROLL_HOURS];
};

enum { ROLL_DEVICES_MOST = 128, ROLL_HOSTS_MOST = 256 };

/* Some 150 KiB: not for a stack. */
struct roll_batch {
    struct device_row devices[ROLL_DEVICES_MOST];
    struct host_row hosts[ROLL_HOSTS_MOST];
    size_t n_devices, n_hosts;
};

/* Takes what has changed since it was taken last; those that changed first come first. False:
 * nothing has. What is taken and cannot be saved is handed back by roll_hand_back. */
bool roll_take(struct device_history *h, struct roll_batch *out) MUST_USE;
/* Marks the rows of a batch as changed again, as far as they are still known. */
void roll_hand_back(struct device_history *h, const struct roll_batch *batch);

/* Puts back what was kept, oldest first, so that the order of use comes back too; a row is as it
 * was saved, and not marked as changed. False: it contradicts itself or what is known (an empty
 * address, a taken id, a host of no device, a time after `now_ms`), and nothing was put. */
bool roll_put_device(
    struct device_history *h, const struct device_row *row, int64_t now_ms) MUST_USE;
bool roll_put_host(struct device_history *h, const struct host_row *row, int64_t now_ms) MUST_USE;
/* After the last of them: drops what is too old by now, or too much. */
void roll_settle(struct device_history *h, int64_t now_ms);

/* Of the last 24 hours. */
void roll_counts(const struct host_row *row, int64_t now_ms, int64_t *accepted, int64_t *refused);
size_t roll_len(struct device_history *h);
/* All devices, seen last first; freed with mem_free. */
struct device_row *roll_devices(struct device_history *h, size_t *n);
/* The rows of one device, used last first; freed with mem_free. NULL, *n 0: no such device. */
struct host_row *roll_hosts(struct device_history *h, const char *id, size_t *n);

#endif
