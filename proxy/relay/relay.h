/* relay/relay.h - the connections of one traffic thread, each from accept to goodbye.
 *
 * A relay lives and dies on one thread; nothing here locks, blocks or reads a clock of its own. It
 * flows through the stages of stage.def, each in its own file; it writes one flow record, seals it
 * and hands it out. Uses net/ (pipes and a dialer, never a socket), tls/, http/, cert/, judge/,
 * device/, flow/, hook/. Used by app/. */
#ifndef WHYTLS_RELAY_RELAY_H
#define WHYTLS_RELAY_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host.h"
#include "relay/learn.h"

struct ca;
struct clock;
struct clock_witness;
struct sightings;
struct strict_hosts;
struct ct_logs;
struct device_history;
struct dialer;
struct flow;
struct gatherer;
struct guests;
struct hooks;
struct host_patterns;
struct identities;
struct leaf_cache;
struct mirror_plan;
struct passes;
struct pinned_hosts;
struct pipe;
struct relays;
struct roads;
struct roots;
struct site;
struct tls_contexts;

/* Where this proxy itself is reached: thread-safe. */
struct own_address {
    /* Is that (normal form) one of the addresses that it listens at? */
    bool (*is_own)(const void *arg, const char *host, uint16_t port);
    /* The one that phones are told. */
    void (*find)(const void *arg, char host[static HOST_CAP], uint16_t *port);
    const void *arg;
};

/* What is kept of exchanges for the store: nothing; their heads; the beginnings of bodies as well,
 * of connections on which something is wrong and of responses that tell an error; of all. */
enum relay_keeps {
    RELAY_KEEPS_NOTHING = 0,
    RELAY_KEEPS_HEADS,
    RELAY_KEEPS_FAILED,
    RELAY_KEEPS_ALL
};

/* What a thread's relays work with. Borrowed for their life; what several threads share is
 * immutable or locks itself. */
struct relay_world {
    const struct clock *clock;
    struct dialer *dialer; /* this thread's */
    struct hooks *hooks;   /* this thread's */
    const struct tls_contexts *contexts;
    struct leaf_cache *leaves;
    const struct ca *ca;
    const struct roots *roots;
    const struct ct_logs *ct_logs;           /* NULL: Certificate Transparency is not judged */
    const struct pinned_hosts *pinned;       /* NULL: no host counts as pinned by iOS itself */
    const struct identities *identities;     /* for sites that ask for one; NULL: none */
    const struct host_patterns *ask_clients; /* whose clients we ask for a certificate; NULL: nobody
                                              */
    const struct mirror_plan *mirror;        /* faults to show on purpose; NULL: none */
    struct gatherer *gatherer;               /* this thread's; NULL: nothing is fetched */
    bool no_staple;                          /* what a site staples is not judged */
    bool retries; /* a site that refuses the handshake at once is asked again, to learn why */
    bool asks_revocation; /* responders and lists are asked for every chain; iOS does not */
    enum relay_keeps keeps;
    bool keeps_tapes;      /* the ciphertext of both legs, and its secrets */
    struct learn learn;    /* hosts that an app refused us for, and that pass unread since */
    struct passes *passes; /* hosts that the owner lets pass unread; NULL: none */
    struct device_history *history;
    struct clock_witness *witness;
    struct sightings *sightings;       /* NULL: which certificates were seen where is not kept */
    struct strict_hosts *strict_hosts; /* NULL: what sites ask of browsers is not kept */
    struct roads *roads;               /* NULL: no gateway turns anybody to us */
    const struct site *site;           /* the proxy's own pages */
    const struct own_address *own;     /* where this proxy is reached */
    const struct guests *guests;       /* who may use the proxy; NULL: anybody */
    const char *name;                  /* this proxy's, in every record */
    /* May a client with this address come in? Asked of those whom a load balancer names; the
     * others were asked before they were accepted. NULL: any. */
    bool (*may_enter)(void *may_enter_arg, const char *ip);
    void *may_enter_arg;
    /* Takes a sealed flow. */
    void (*flow_out)(void *arg, struct flow *sealed);
    void *flow_out_arg;
    /* Runs call(arg) after the current event, on this thread: where finished relays are freed. */
    void (*soon)(void *soon_arg, void (*call)(void *arg), void *arg);
    void *soon_arg;
    /* Was the connection from this address and port opened by this proxy itself? A firewall may
     * turn our own connections back to us. NULL: it cannot. */
    bool (*is_ours)(void *is_ours_arg, const char *ip, uint16_t port);
    void *is_ours_arg;
};

/* Where a client was going when a gateway turned its connection to us (net/transparent.h). */
struct relay_sent_to {
    const char *ip;
    uint16_t port;
    bool is_us; /* an address of this machine: there is no site behind it */
};

struct relays *relays_new(const struct relay_world *world);
/* Ends every connection at once, seals each record. A call that still waits with `soon` must not be
 * made any more. */
void relays_free(struct relays *all);

/* Takes the pipe. `ip` and `port` are the client's. */
void relays_accept(
    struct relays *all, struct pipe *client, const char *ip, uint16_t port, bool from_loopback);
/* Which of our doors it came through. */
struct relay_door {
    const char *ip; /* our address that it connected to */
    uint16_t port;
    bool behind_balancer; /* a PROXY header comes first, and names the client */
};
/* The same, with the door: the name of the proxy itself for clients that speak TLS to it. */
void relays_accept_at(struct relays *all, struct pipe *client, const char *ip, uint16_t port,
    bool from_loopback, const struct relay_door *door);
/* The same of a client that knows of no proxy. */
void relays_accept_transparent(struct relays *all, struct pipe *client, const char *ip,
    uint16_t port, bool from_loopback, const struct relay_sent_to *to);
/* Deadlines; the loop calls it every 100 ms or so. */
void relays_tick(struct relays *all);
size_t relays_open(const struct relays *all);
/* No new messages are begun: idle connections end now, the others with their current exchange. */
void relays_drain(struct relays *all);

#endif
