/* app/comparison.h - two targets side by side, for people and as JSON: the answer, what decides,
 * what does not. */
#ifndef WHYTLS_APP_COMPARISON_H
#define WHYTLS_APP_COMPARISON_H

#include <stdbool.h>

#include "base/text.h"

struct comparison;
struct flow;
struct json_out;
struct term;
struct verdict;

struct comparison_side {
    const char *target; /* as it was asked for */
    const struct verdict *verdict;
    const struct flow *flow;
};

/* The answer, both sides, the differences that matter, and then the others; their values in full
 * with `all`. */
void comparison_write(const struct term *t, const struct comparison *c,
    const struct comparison_side side[static 2], bool all, struct text *out);
/* The whole object, with its end of line left out. */
void comparison_json(
    const struct comparison *c, const struct comparison_side side[static 2], struct json_out *out);

#endif
