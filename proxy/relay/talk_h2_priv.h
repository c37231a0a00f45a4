/* relay/talk_h2_priv.h - what the files of an HTTP/2 conversation share. Private to relay/. */
#ifndef WHYTLS_RELAY_TALK_H2_PRIV_H
#define WHYTLS_RELAY_TALK_H2_PRIV_H

#include "relay_priv.h"

#include "http/h2_session.h"

struct decode;
struct websocket;

/* A request of the client and what becomes of it: one stream on each leg. */
struct pair {
    struct pair *prev, *next;
    int32_t id[2];  /* its stream on each leg; 0: none, or over */
    size_t owed[2]; /* bytes that came from this leg and did not go further: window withheld */
    int64_t bytes[2];
    bool ended[2]; /* this leg said all it had to say */
    bool headed;   /* the head of the response went to the client */
    bool lost;     /* the site went away in the middle: no end will come */
    bool for_head; /* HEAD: no body */
    bool is_connect;
    int exchange; /* index in the record; -1 past its bound */
    int64_t at_ms;
    struct arena memory;
    /* In memory; kept while a rule wants to see more of them: */
    const struct h2_head *request, *response;
    struct decode *body[2];      /* views of what each leg says; owned */
    struct kept_body kept[2];    /* the same, for the store */
    struct websocket *websocket; /* asked for, or open; owned */
};

struct talk_h2 {
    struct h2_session *session[2]; /* by leg; owned; NULL: not begun */
    struct pair *first;
    size_t n_pairs, n_lost, n_views;
    struct h2_offer offered; /* to the client */
    int64_t begun_ms;
    int32_t last[2];      /* the greatest stream so far */
    unsigned told[2];     /* how bad a fault of this leg was told */
    bool site_told;       /* its SETTINGS came */
    bool page_only;       /* the reason page is the answer to everything */
    bool asked, answered; /* a request came; a whole response went by */
    bool reset_noted[2];
    bool closing; /* no new streams: the end comes with the last pair */
    bool site_gone;
};

/* h2_pair.c */
/* Takes what the session of this leg has to tell. */
void pair_events(struct relay *r, enum leg_side which);
/* The reason page, as the response on this pair. */
void pair_page(struct relay *r, struct pair *p);
/* Nothing will come from the site any more. */
void pair_lose(struct relay *r, struct pair *p);
void pair_free(struct talk_h2 *t, struct pair *p);

/* h2_view.c - what rules see of a pair besides its heads. */
void view_request(struct relay *r, struct pair *p, const struct h2_head *head, bool end);
void view_response(struct relay *r, struct pair *p, const struct h2_head *head, bool end);
/* Bytes of a body, before they go on. */
void view_body(struct relay *r, struct pair *p, enum leg_side from, struct evbuffer *bytes);
/* This leg has said all. */
void view_end(struct relay *r, struct pair *p, enum leg_side from);
void view_fini(struct talk_h2 *t, struct pair *p);

/* h2_fault.c - who broke what, into the record, and told to the rules; once for each degree. */
void h2_faults_tell(struct relay *r);
/* A stream was reset by this leg. */
void h2_reset_note(struct relay *r, enum leg_side which, uint32_t code);

#endif
