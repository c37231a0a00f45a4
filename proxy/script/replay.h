/* script/replay.h - what rules would have said to recorded flows: `whytls rules run`.
 *
 * All rules are at work, as needs and rivals want it; what the chosen ones brought is told. Time is
 * the flow's own, and memory begins empty: the same log says the same next year. Uses rules.h. */
#ifndef WHYTLS_SCRIPT_REPLAY_H
#define WHYTLS_SCRIPT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct flow;
struct replay;
struct rules;

struct replay_tally {
    size_t flows, spoken_of; /* by a chosen rule */
    size_t calls, faults;    /* of the chosen rules */
};

/* `names` are packages ("tls-floor") or rules ("tls-floor/own-hosts"); an unknown one is an error.
 * `why`: tell what was struck out or too weak, too. The rules are borrowed. */
bool replay_new(struct rules *rules, const char *const *names, size_t n, bool why,
    struct replay **out, struct err *e) MUST_USE;
void replay_free(struct replay *r);

/* Lets a flow live again and appends what the chosen rules said of it, under a line that begins
 * with `where`; nothing when they said nothing. Takes the flow, as flow_read made it. */
void replay_flow(struct replay *r, struct flow *f, const char *where, struct text *out);
struct replay_tally replay_tally(const struct replay *r);

#endif
