/* hook/hook.h - the moments of a flow, and who listens: one table for Lua rules, C plugins and
 * built-ins.
 *
 * Each traffic thread has a table of its own; nothing here locks. A listener is woken by filters
 * that are answered in C, so that a clean handshake costs no Lua. What a call wrote is committed
 * when it ends without error, else dropped whole; after each moment the diagnosis is settled again
 * (diagnosis/settle.h). Uses flow/, diagnosis/. Used by script/, relay/, explain/. */
#ifndef WHYTLS_HOOK_HOOK_H
#define WHYTLS_HOOK_HOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/flow.h"

struct clock;
struct hooks; /* one table; owned by its thread */

/* What may be decided. When listeners disagree the stricter wins: at hello refuse > tunnel > mirror
 * > intercept, at judged refuse > page > mirror > allow, at request only refuse. */
enum action {
    ACTION_NONE = 0,
    /* at hello */
    ACTION_INTERCEPT,
    ACTION_MIRROR,
    ACTION_TUNNEL,
    /* at judged */
    ACTION_ALLOW,
    ACTION_PAGE,
    /* at hello, judged and request */
    ACTION_REFUSE,
};

enum { N_ACTIONS = ACTION_REFUSE + 1 };

const char *action_name(enum action a); /* NULL for ACTION_NONE */
/* ACTION_NONE when there is no such action. */
enum action action_find(const char *name);
/* How strict an action is at a moment; 0: it cannot be decided then. */
int action_strength(enum action a, enum moment m);
/* Can it be asked at that moment that bodies are kept? */
bool moment_is_before_bodies(enum moment m);

struct decision {
    enum action action;
    const char *fault;     /* of ACTION_MIRROR: which, by its cause; in the flow's arena; NULL: the
                              site's own */
    const char *by;        /* "rule:pinning/apple"; in the flow's arena; NULL when nobody decided */
    const char *why;       /* or NULL */
    const char *bodies_by; /* who asked first that bodies are kept: at request both of the exchange,
                              at response the response's, before that all; in the flow's arena;
                              NULL: nobody */
};

struct hooks *hooks_new(void);
void hooks_free(struct hooks *h);

/* Does anybody listen at this moment at all? So that what only a listener needs is made only then.
 */
bool hook_wants(const struct hooks *h, enum moment m);

/* Lets the flow live through one moment: sets f->moment, wakes who wants to be woken, commits,
 * settles f->diagnosis. The caller has set f->now. *out (may be NULL) is what was decided. Gives
 * the number of listeners woken. */
size_t hook_fire(struct hooks *h, enum moment m, struct flow *f, struct decision *out);

#endif
