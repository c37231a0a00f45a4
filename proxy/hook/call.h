/* hook/call.h - one visit of one listener: what it writes is staged here, and committed when the
 * visit ends without error; else all of it is dropped.
 *
 * Staging copies into the call's own arena, so a dropped call leaves nothing in the flow. Every
 * verb answers false past the limits of one call: the caller makes that an error of the rule. */
#ifndef WHYTLS_HOOK_CALL_H
#define WHYTLS_HOOK_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attrib.h"
#include "diagnosis/board.h"
#include "diagnosis/words.h"
#include "flow/flow.h"
#include "flow/path.h"
#include "hook/hook.h"

enum {
    CALL_OPS_MOST = 512,           /* staged writes of one visit */
    CALL_BYTES_MOST = 1024 * 1024, /* of staged text */
    HEADER_EDITS_MOST = 256,       /* fields that a message may end up with */
};

struct call_op;

struct call {
    struct flow *flow; /* read only until commit */
    enum moment moment;
    struct speaker who;
    struct arena arena;
    struct call_op *first, **last;
    size_t n_ops;
    struct decision decision; /* the strictest so far */
};

void call_init(struct call *c, struct flow *f, enum moment m, const struct speaker *who);
void call_fini(struct call *c);

/* The phrase is borrowed until the commit; the rest is copied. */
bool call_note(struct call *c, const char *code, const char *severity, const struct phrase *says,
    const struct with *with) MUST_USE;
bool call_suspect(struct call *c, const struct cause *cause, const struct suspicion *how) MUST_USE;
bool call_because(
    struct call *c, const struct cause *cause, const struct path *fact, int weight) MUST_USE;
bool call_against(
    struct call *c, const struct cause *cause, const struct path *fact, int weight) MUST_USE;
bool call_rule_out(struct call *c, const struct cause *cause, const char *fact) MUST_USE;
/* An action that has no strength at this moment is a mistake of the caller. */
bool call_decide(struct call *c, enum action action, const char *fault, const char *why) MUST_USE;
/* At a moment that is before bodies. */
void call_keep_bodies(struct call *c);
bool call_set(struct call *c, const struct flow_fact *fact) MUST_USE;
/* What this call has set itself, or NULL. */
const struct flow_fact *call_fact(const struct call *c, const char *name);
/* Of the current request or response. A NULL value removes every field of that name. */
bool call_header(struct call *c, bool of_response, const char *name, const char *value) MUST_USE;
/* Anything else that must happen with the commit and not otherwise; `arg` may lie in the call's
 * arena. */
bool call_then(struct call *c, void (*commit)(void *arg), void *arg) MUST_USE;

void call_commit(struct call *c);

#endif
