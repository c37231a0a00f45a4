/* tests/support/talk_priv.h - what the parts of a conversation share: talk.c (the world, and time),
 * talk_network.c (dials, far sites, issuers), talk_caller.c and talk_ear.c (who listens to the
 * moments). */
#ifndef WHYTLS_TESTS_SUPPORT_TALK_PRIV_H
#define WHYTLS_TESTS_SUPPORT_TALK_PRIV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/text.h"
#include "fetch/gatherer.h"
#include "talk.h"

enum {
    HOSTS_MOST = 16,
    MINTS_MOST = 64,
    DIALS_MOST = 64,
    CALLERS_MOST = 64,
    FLOWS_MOST = 512,
    LATER_MOST = 64,
    GATHERS_MOST = 16,
};

struct gather {
    void (*done)(void *arg, struct fetch_evidence *found);
    void *arg;
    bool over;
};

/* Answers for the network that the fetcher would ask. */
struct far_gatherer {
    struct gatherer door; /* first: a gatherer is its far_gatherer */
    bool offers, holds;
    struct cert_chain *issuers; /* owned; NULL: their address gives nothing */
    struct gather gathers[GATHERS_MOST];
    size_t n;
};

/* How dials to this host are answered. */
struct far_host {
    char name[HOST_CAP];
    struct far_site_config how;
    enum dial_error error;
};

struct later {
    void (*call)(void *arg);
    void *arg;
};

struct talk {
    struct dialer dialer; /* first: the dialer's functions find the talk by it */
    struct far_gatherer gatherer;
    struct clock clock;
    struct ca *ca;
    struct leaf_keys *keys;
    struct leaf_cache *leaves;
    struct tls_contexts *contexts;
    struct roots *roots;
    const struct ct_logs *ct_logs; /* borrowed */
    struct pinned_hosts *pinned;
    struct site *site;
    struct device_history *history;
    struct clock_witness *witness;
    struct roads *roads;
    char configured[HOST_CAP];
    uint16_t own_port;
    struct hooks *hooks;
    struct rules *rules;
    struct wake *wakes[N_MOMENTS];
    enum action decisions[N_MOMENTS];
    bool asks_for_bodies[N_MOMENTS];
    struct text moments, moments_told, seen, seen_of;
    struct relays *relays;
    struct dialer *upstream; /* before the dialer; NULL: none */

    struct mint *root, *mints[MINTS_MOST];
    size_t n_mints;
    struct far_site_config good;
    struct phone_config phone;
    struct far_host hosts[HOSTS_MOST];
    size_t n_hosts;
    struct dial *dials[DIALS_MOST];
    size_t n_dials;
    bool holds_dials, lags, soon_is_now;
    struct caller *callers[CALLERS_MOST];
    size_t n_callers, n_more_flows;
    struct flow *flows[FLOWS_MOST];
    size_t n_flows;
    struct later later[LATER_MOST];
    size_t n_later;
};

/* In each turn everybody does what he can; true when somebody did something. */
bool network_turn(struct talk *t);
bool callers_turn(struct talk *t);

void network_make(struct talk *t);
void network_free(struct talk *t);
void callers_free(struct talk *t);
/* Hears of every moment, last of all. */
void ear_add(struct talk *t);

#endif
