/* app/reach.h - whom the proxy may be reached by, and what it may reach: private clients only,
 * never itself, never this machine's loopback for another machine; and the hosts that are answered
 * for (--resolve, the lab). */
#ifndef WHYTLS_APP_REACH_H
#define WHYTLS_APP_REACH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"
#include "net/dial.h"
#include "net/transparent.h"

struct lab;
struct loop_guard;

enum { REACH_LISTENERS_MOST = 16, REACH_GATES_MOST = 8, REACH_RESOLVES_MOST = 64 };
enum { REACH_NAME_SERVERS_CAP = 512 };

/* What names are answered by, as rows of an option table. */
/* clang-format off */
#define RESOLVE_ROWS \
    {"resolver", 0, "ADDR[:PORT]", "ask this name server instead of the system's; may be given again"}, \
    {"resolve", 0, "HOST:ADDR", "answer for a host instead of DNS; may be given again"}
/* clang-format on */

struct reach_resolve {
    char host[256];
    struct sockaddr_storage to; /* port 0: the asked one */
};

/* Where a gateway's firewall turns its clients to. */
struct reach_gate {
    struct sockaddr_storage at;
    enum transparent how;
};

/* Filled before the threads start, then read only. */
struct reach {
    struct sockaddr_storage listeners[REACH_LISTENERS_MOST];
    bool behind_balancer[REACH_LISTENERS_MOST]; /* the PROXY protocol is spoken there */
    size_t n_listeners;
    struct reach_gate gates[REACH_GATES_MOST];
    size_t n_gates;
    struct sockaddr_storage ui; /* where the web UI listens; AF_UNSPEC: nowhere */
    struct loop_guard *guard;   /* borrowed; NULL: there are no gates */
    struct reach_resolve resolves[REACH_RESOLVES_MOST];
    size_t n_resolves;
    char name_servers[REACH_NAME_SERVERS_CAP]; /* "192.0.2.53:53,…"; empty: the system's */
    const struct lab *lab;                     /* borrowed, or NULL */
    bool any_client;
};

/* "ADDR:PORT" or "ADDR:PORT,proxy-protocol" of --listen. */
bool reach_add_listener(struct reach *r, const char *text, struct err *e) MUST_USE;
/* "HOST:ADDR", ADDR an IPv4 or [IPv6] literal. */
bool reach_add_resolve(struct reach *r, const char *text, struct err *e) MUST_USE;
/* "ADDR[:PORT]" of --resolver. */
bool reach_add_resolver(struct reach *r, const char *text, struct err *e) MUST_USE;
/* For struct resolver_config; NULL: the system's. */
const char *reach_name_servers(const struct reach *r);
/* "ADDR:PORT" of --transparent or --tproxy. */
bool reach_add_gate(
    struct reach *r, enum transparent how, const char *text, struct err *e) MUST_USE;
bool reach_client_may(const struct reach *r, const struct sockaddr *client);
/* For struct own_address; arg is the reach. */
bool reach_is_own(const void *arg, const char *host, uint16_t port);
/* The address by which phones reach the first listener: its own, or that of the interface which
 * leads out of this machine. */
void reach_find_own(const void *arg, char host[static HOST_CAP], uint16_t *port);
/* For struct dial_config; arg is the reach. */
bool reach_may(void *arg, const struct sockaddr *to, bool from_loopback);
bool reach_instead(void *arg, const char *host, uint16_t port, struct sockaddr *to,
    unsigned *to_len, enum dial_error *error);
/* The same: who is asked for this name instead of the usual name servers, and where an address of
 * the lab's name server really is. */
const char *reach_name_servers_of(void *arg, const char *host);
void reach_turn(void *arg, const struct sockaddr *address, struct sockaddr_storage *to);
/* The same: a connection of ours was begun from this address. */
void reach_begun(void *arg, const struct sockaddr *from);

/* "on" or "off", of --fetch. */
bool reach_read_fetch(const char *text, bool *off, struct err *e) MUST_USE;

#endif
