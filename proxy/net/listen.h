/* net/listen.h - a listening socket of one loop. */
#ifndef WHYTLS_NET_LISTEN_H
#define WHYTLS_NET_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/err.h"
#include "net/transparent.h"

struct listener;
struct loop;

/* Calls `accepted` for each connection; the non-blocking descriptor is the callee's. reuse_port:
 * other loops of this process listen at the same address, the kernel spreads connections over them
 * (a port that another process holds is an error all the same, and *e names that process when /proc
 * tells). An IPv6 address takes IPv6 only. When descriptors run out, accepting pauses for 100 ms,
 * nothing else is disturbed. NULL: *e says why. */
struct listener *listen_start(struct loop *l, const struct sockaddr *at, unsigned len,
    bool reuse_port,
    void (*accepted)(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len), void *arg,
    struct err *e) MUST_USE;
/* NULL is fine. Connections that wait to be accepted are dropped by the kernel: stop all listeners
 * of a port together. */
void listen_stop(struct listener *listener);
void listen_pause(struct listener *listener);
void listen_resume(struct listener *listener);
/* Lets it take what the firewall of this machine turns to it (net/transparent.h). */
bool listen_arm(struct listener *listener, enum transparent how, struct err *e) MUST_USE;
/* The address bound: it tells the port when 0 was asked for. */
void listen_address(const struct listener *listener, struct sockaddr_storage *out);

#endif
