/* app/loop_guard.h - does a connection that a gateway turned to us lead back to ourselves?
 *
 * Two ways: the client named an address of this machine, or the firewall turned a connection that
 * this proxy had opened. loop_guard is shared by all threads and locks nothing; own_addresses is
 * each thread's own. */
#ifndef WHYTLS_APP_LOOP_GUARD_H
#define WHYTLS_APP_LOOP_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "net/addr.h"

struct clock;
struct loop_guard;
struct own_addresses;

/* The ports from which this proxy lately began connections. */
struct loop_guard *loop_guard_new(const struct clock *clock); /* borrowed */
void loop_guard_free(struct loop_guard *g);
/* Thread: any. */
void loop_guard_begun(struct loop_guard *g, uint16_t from_port);
/* A connection that comes back to us does so at once: after LOOP_GUARD_MS the port may be another's
 * on another address. Thread: any. */
enum { LOOP_GUARD_MS = 5000 };
bool loop_guard_knows(const struct loop_guard *g, uint16_t port);

/* The addresses of this machine's interfaces, read anew when they are older than
 * OWN_ADDRESSES_MS. */
enum { OWN_ADDRESSES_MS = 5000 };
struct own_addresses *own_addresses_new(const struct clock *clock); /* borrowed */
void own_addresses_free(struct own_addresses *own);
bool own_addresses_have(struct own_addresses *own, const struct sockaddr *a);

#endif
