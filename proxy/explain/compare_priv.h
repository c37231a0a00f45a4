/* explain/compare_priv.h - the parts of a comparison: certificate by certificate (compare.c),
 * chain, connection and the sentence (compare_chain.c). */
#ifndef WHYTLS_EXPLAIN_COMPARE_PRIV_H
#define WHYTLS_EXPLAIN_COMPARE_PRIV_H

#include <stdint.h>

#include "compare.h"

struct verdict_check;

/* No certificate of a side. verdict_failed takes SIZE_MAX for any. */
#define NOBODY (SIZE_MAX - 1)

struct compare_work {
    const struct compare_side *side[2];
    bool *used[2]; /* a flag for each failing check: a difference accounts for it */
    bool webpki;
    struct comparison *out;
};

/* Checks that go by the thing that differs. */
struct compare_checks {
    const char *const *names;
    size_t n;
    bool below; /* they may fail on the certificates below as well */
};

struct difference *compare_add(struct compare_work *w, const char *what, const char *where);
void compare_drop(struct compare_work *w); /* the latest */
void compare_settle(struct compare_work *w, struct difference *d, const struct compare_checks *by,
    const size_t at[2]);

/* The check that iOS tells of; NULL when nothing failed. */
const struct verdict_check *compare_winner(const struct verdict *v);
void compare_whole_chains(struct compare_work *w);
void compare_flows(struct compare_work *w);
/* Writes the sentence; the differences are sorted. */
void compare_answer(struct compare_work *w);

#endif
