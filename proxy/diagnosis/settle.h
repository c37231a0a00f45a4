/* diagnosis/settle.h - from hypotheses to a ranked diagnosis.
 *
 * Pure: it reads the board and the facts and writes f->diagnosis; the order in which rules spoke
 * does not matter. No rule can be sure of itself: `certain` is awarded here, when all conditions of
 * the catalogue hold, nothing speaks against, and no look-alike is itself likely. */
#ifndef WHYTLS_DIAGNOSIS_SETTLE_H
#define WHYTLS_DIAGNOSIS_SETTLE_H

#include "flow/flow.h"

enum {
    SETTLE_POSSIBLE_FROM = 1,
    SETTLE_LIKELY_FROM = 5, /* one fact weighs at most 3, so no single fact makes "likely" */
};

/* Writes f->diagnosis anew: most confident first. */
void settle(struct flow *f);

#endif
