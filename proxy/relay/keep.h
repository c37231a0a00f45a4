/* relay/keep.h - what is said in exchanges, kept beside the record (flow/spoken.h): heads, and
 * the beginnings of bodies when the owner or a rule wants them. Private to relay/. */
#ifndef WHYTLS_RELAY_KEEP_H
#define WHYTLS_RELAY_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/spoken.h"
#include "tls/leg.h"

struct flow;
struct h1_head;
struct relay;

/* A head as it stood. `exchange` is its index in the record; -1: past its bound, and not kept. */
void keep_head(struct relay *r, int exchange, enum spoken_side side, const struct h1_head *head);

/* A rule, `by` (NULL: none does), wants the bodies of that exchange that have not begun; or all
 * that come from now on. Where anything is kept the record names the first. */
void keep_bodies_of(struct relay *r, int exchange, const char *by);
void keep_all_bodies(struct relay *r, const char *by);

/* A body on its way. */
struct kept_body {
    struct relay *relay; /* NULL: it is not kept, or no more of it */
    int exchange;
    enum spoken_side side;
};

/* The body of that exchange begins; what it gives has no relay when bodies are not wanted. */
struct kept_body keep_body_begin(struct relay *r, int exchange, enum spoken_side side);
/* arg: struct kept_body. */
void keep_body(void *arg, const void *bytes, size_t n);

/* A leg was made: what crosses on it is kept, when the owner wants that. */
void keep_leg(struct relay *r, enum leg_side which);

/* The flow is complete: nothing is added to it, and bodies that are not wanted go. */
void keep_seal(struct relay *r, struct flow *f);

#endif
