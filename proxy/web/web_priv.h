/* web/web_priv.h - what the files of the web thread share. Private to web/. */
#ifndef WHYTLS_WEB_WEB_PRIV_H
#define WHYTLS_WEB_WEB_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "guard.h"
#include "web.h"

struct answer;
struct asset;
struct desk;
struct job;
struct request;
struct route;
struct visit;

enum { DESK_QUICK = 0, DESK_LONG, N_DESKS };

struct web {
    struct web_config config;
    struct guard guard;
    struct loop *loop;
    struct listener *listener;
    struct loop_timer *tick;
    pthread_t thread;
    bool started;
    struct desk *desks[N_DESKS];
    struct mailbox *answers; /* of the desks */
    struct loop_watch *answers_watch;
    struct web_count *count; /* borrowed */
    struct visit *visits;    /* owned */
    size_t n_visits;
    /* the live feed */
    bool is_asking; /* a desk looks what is new */
    int64_t health_ms;
    enum web_state health;
};

/* web.c: to the desk; false: too much waits. */
bool web_hand(struct web *w, struct job *job, bool is_long);
/* An open connection is over: it goes when no callback of it runs. */
void web_sweep_soon(struct web *w);

/* serve.c: what the web thread answers itself. False: a desk is wanted. */
bool serve(struct web *w, const struct route *route, const struct request *r, bool from_loopback,
    struct answer *out);
/* NULL: there is none. */
const struct asset *asset_find(const char *name);

/* live.c */
void live_begin(struct web *w, struct visit *v, const struct request *r);
void live_tick(struct web *w, int64_t now_ms);
/* A job of the feed came back. */
void live_told(struct web *w, struct job *job);
bool live_is_job(const struct job *job);

#endif
