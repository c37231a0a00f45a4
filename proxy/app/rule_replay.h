/* app/rule_replay.h - `whytls rules run`: rules over a recorded log. */
#ifndef WHYTLS_APP_RULE_REPLAY_H
#define WHYTLS_APP_RULE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct rules;

struct rule_replay_ask {
    const char *const *names; /* rules or packages */
    size_t n_names;
    const char *on; /* a log of JSON lines; "-": standard input */
    bool why;       /* what was struck out or too weak, too */
};

/* Prints what they say, flow by flow, and a sum at the end. A line that is none of ours is an error
 * with its number. */
bool rule_replay(struct rules *rules, const struct rule_replay_ask *ask, struct err *e) MUST_USE;

#endif
