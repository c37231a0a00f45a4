/* device/roads.h - by which roads did a device come lately: as a client that was told of the proxy,
 * and by QUIC, which goes past it?
 *
 * In memory only, bounded, shared by all threads behind one mutex. Thread: any. Uses base/. Used by
 * relay/, app/. */
#ifndef WHYTLS_DEVICE_ROADS_H
#define WHYTLS_DEVICE_ROADS_H

#include <stdbool.h>
#include <stdint.h>

struct roads;

/* ROADS_MOST: devices; who came first leaves first. ROADS_QUIC_MOST: addresses that one device
 * tried last. */
enum { ROADS_MOST = 4096, ROADS_QUIC_MOST = 16 };
/* ROADS_QUIC_MS: who is refused comes back within a second or two; ROADS_PROXIED_MS: a proxy
 * setting that nobody used for an hour may be gone. */
enum { ROADS_QUIC_MS = 10000, ROADS_PROXIED_MS = 3600000 };

struct roads_view {
    int64_t quic_ago_ms; /* since it tried QUIC at that address; -1: not lately */
    bool quic_refused;   /* … and was told no */
};

struct roads *roads_new(void);
void roads_free(struct roads *r);
/* The device at `ip` asked us as the proxy that it was told of. Times are wall milliseconds. */
void roads_note_proxied(struct roads *r, const char *ip, int64_t now_ms);
/* … tried QUIC at the address `to`. */
void roads_note_quic(struct roads *r, const char *ip, const char *to, bool refused, int64_t now_ms);
/* What is known when it now comes over TCP for the address `to`. */
void roads_read(
    struct roads *r, const char *ip, const char *to, int64_t now_ms, struct roads_view *out);

/* When the device, that now comes by a gateway, last asked us as its proxy; 0: not lately, or that
 * was given already within ROADS_PROXIED_MS: it is told once. */
int64_t roads_take_bypass(struct roads *r, const char *ip, int64_t now_ms);

#endif
