/* lab/visit.h - one connection to the lab, from its first byte to its end: TLS and HTTP or mail, or
 * one of the wire faults. All on the lab's thread. */
#ifndef WHYTLS_LAB_VISIT_H
#define WHYTLS_LAB_VISIT_H

#include <stddef.h>

#include <openssl/types.h>

#include "lab.h"

struct clock;
struct event_base;
struct pki;
struct quirk;
struct visit;

enum {
    VISITS_MOST = 16384,        /* at once; more are closed unheard */
    VISIT_IDLE_MS = 120 * 1000, /* longer than any deadline that a fault should bring about */
    VISIT_DRAIN_MS = 5 * 1000,
    VISIT_DRAIN_MOST = 1024 * 1024, /* bytes that are still taken after our end */
};

/* What all visits share. */
struct house {
    struct event_base *base; /* borrowed, as the rest */
    const struct clock *clock;
    const struct pki *pki;
    struct visit *first; /* of the open ones */
    size_t n_visits;
};

/* How a port behaves. */
struct manner {
    enum lab_way way;
    SSL_CTX *ctx;              /* borrowed; NULL: no TLS */
    bool http;                 /* plain HTTP from the first byte; `way` is not looked at */
    const char *protocol;      /* of its entry; NULL: no mail */
    const struct quirk *quirk; /* static; NULL: none */
};

/* Takes the socket, which must not block. */
void visit_take(struct house *h, const struct manner *m, int fd);
/* Ends all of them at once. */
void visits_close(struct house *h);

#endif
