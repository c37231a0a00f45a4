/* store/flow_tally.h - how many flows there are, by outcome: for facets and live counts. Thread:
 * the look's. */
#ifndef WHYTLS_STORE_FLOW_TALLY_H
#define WHYTLS_STORE_FLOW_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "flow/outcome.h"

struct filter;
struct flow_look;

/* What a filter finds (NULL: everything), newest first. *exact: the time was enough for all of
 * them; else what it was enough for is counted. */
bool flow_tally(struct flow_look *look, const struct filter *filter, int64_t budget_ms,
    int64_t counts[static N_OUTCOMES], bool *exact, struct err *e) MUST_USE;
/* So many, or those after a place, are found by their seq; more by the index of outcomes. */
enum { FLOW_TALLY_FEW = 10000 };

/* Those with from < seq <= to. Budget and *exact as above; 0: until it is done. */
bool flow_tally_between(struct flow_look *look, int64_t from, int64_t to, int64_t budget_ms,
    int64_t counts[static N_OUTCOMES], bool *exact, struct err *e) MUST_USE;
/* The seq of the oldest flow, which is the first to go: while it stays, none has gone. 0: there is
 * none. */
bool flow_tally_oldest(struct flow_look *look, int64_t *seq, struct err *e) MUST_USE;
/* How many stories want a look. */
bool flow_tally_stories(struct flow_look *look, int64_t *n, struct err *e) MUST_USE;

#endif
