/* flow/outcome.h - how a flow ended, in one word: what lists, counts and filters go by. */
#ifndef WHYTLS_FLOW_OUTCOME_H
#define WHYTLS_FLOW_OUTCOME_H

#include <stdbool.h>

struct flow;
struct flow_note;

enum outcome {
    OUTCOME_FINE = 0,
    OUTCOME_FAILING,  /* it ended otherwise than its two ends wanted */
    OUTCOME_WARNING,  /* it went through, and something is amiss */
    OUTCOME_EXPECTED, /* it cannot be opened, and that is right so */
    OUTCOME_UNREAD,   /* it was passed unread */
    OUTCOME_MIRRORED, /* the client was shown a fault on purpose */
    N_OUTCOMES
};

/* Of a sealed flow. */
enum outcome flow_outcome(const struct flow *f);
const char *outcome_name(enum outcome o); /* "fine", ... */
/* False: there is no such word. */
bool outcome_find(const char *name, enum outcome *out);
/* Somebody should look: failing or warning. */
bool outcome_is_wrong(enum outcome o);
/* An iPhone would refuse what the site, or the file, showed. */
bool flow_is_refused(const struct flow *f);
/* It ended otherwise than its two ends wanted. */
bool flow_has_failed(const struct flow *f);
/* The first note of medium or high severity; NULL: there is none. */
const struct flow_note *flow_loud_note(const struct flow *f);
/* One sentence for a flow that failed without a diagnosis; borrowed from it. */
const char *flow_sentence(const struct flow *f);

#endif
