/* script/spec_priv.h - the inside of the spec runner: a fake flow, its life, and what can be
 * expected of it. */
#ifndef WHYTLS_SCRIPT_SPEC_PRIV_H
#define WHYTLS_SCRIPT_SPEC_PRIV_H

#include "hook/hook.h"
#include "spec.h"
#include "state_priv.h"

enum {
    SPEC_NOW = 1795251600,
    SPEC_VISITS_MOST = 256,
    SPEC_TALK_MOST = 32
}; /* 2026-11-21 09:00:00 UTC */

/* One flow that was played. */
struct played {
    struct played *next;
    struct flow *flow;   /* owned */
    struct rules *rules; /* a reference, when it has settings or facts of its own; else NULL */
    struct hooks *hooks; /* owned with them; else the spec's */
    struct decision decided[N_MOMENTS];
    struct {
        const char *id; /* "pinning/apple" */
        enum moment moment;
    } visits[SPEC_VISITS_MOST];
    size_t n_visits;
    struct err fault; /* the first */
    bool is_new_device;
    struct flow_request *requests[SPEC_TALK_MOST];
    struct flow_response *responses[SPEC_TALK_MOST];
    size_t n_talk;
};

struct spec {
    const struct rules_config *config;
    const char *package;
    struct state *state;
    struct rules *rules; /* of the package, with its own settings */
    struct hooks *hooks;
    struct memory *memory; /* of one `it` */
    struct played *plays;  /* of the `it` that is running */
    bool in_it, verbose;
    struct text trail; /* "dates/expired is certain " */
    struct spec_tally *tally;
    struct text *report;
};

/* The spec that a state belongs to. */
struct spec *spec_of(lua_State *L);
/* The address of this stands for `none`. */
extern const char spec_none;

/* spec_healthy.c: a flow on which nothing is wrong; a good leaf, or a good CA above what is there,
 * for its chain. */
struct flow *spec_flow_new(void);
void spec_leaf_add(struct flow *f);
void spec_ca_add(struct flow *f);
/* spec_flow.c: the differences in the table at idx, laid over the flow. Raises on errors. */
void spec_flow_lay(lua_State *L, int idx, struct played *p);
/* spec_fails.c: its `fails`, into the verdict. */
void spec_fails_lay(lua_State *L, int idx, struct flow *f);

/* spec_file.c: `log`, which gives the flow, and `pem`, which gives the chain and its verdict. */
void spec_log_take(lua_State *L, int idx, struct played *p);
void spec_pem_take(lua_State *L, int idx, struct played *p);

/* spec_play.c */
/* Takes back what was said of a flow out of a log: that is for the rules to say anew. Its exchanges
 * become its talk. */
void played_unsay(struct played *p);
int spec_play(lua_State *L);
/* Lets its flow live from `hello` to `finish` under its hooks, as the relay would. */
void played_live(struct played *p);
void played_free(struct played *p);
void played_open(lua_State *L);
struct played *played_check(lua_State *L, int idx);

/* spec_expect.c: adds expect_… to the table on top. */
void spec_expect_open(lua_State *L);

#endif
