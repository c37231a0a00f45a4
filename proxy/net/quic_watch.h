/* net/quic_watch.h - the attempts at QUIC (UDP/443) that the firewall of this gateway saw.
 *
 * deploy/nftables/up.sh logs the first packet of each to a group of netfilter; here it is read.
 * QUIC goes past a proxy: without this nobody would know that it was tried. Thread: its loop's. */
#ifndef WHYTLS_NET_QUIC_WATCH_H
#define WHYTLS_NET_QUIC_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "net/addr.h"

struct loop;
struct quic_watch;

enum { QUIC_WATCH_GROUP = 7797 }; /* deploy/nftables/common.sh: log_group */

struct quic_try {
    union addr from, to;
    bool refused; /* the firewall told the client so, with ICMP; else it let it pass */
};

/* NULL: *e says why; without CAP_NET_ADMIN the kernel tells nothing, and only one process may
 * listen to a group. */
struct quic_watch *quic_watch_start(struct loop *l, uint16_t group,
    void (*tried)(void *arg, const struct quic_try *one), void *arg, struct err *e) MUST_USE;
/* NULL is fine. */
void quic_watch_stop(struct quic_watch *w);

#endif
