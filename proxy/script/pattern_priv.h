/* script/pattern_priv.h - one pattern being matched, with a budget of steps. */
#ifndef WHYTLS_SCRIPT_PATTERN_PRIV_H
#define WHYTLS_SCRIPT_PATTERN_PRIV_H

#include "state_priv.h"

enum { CAPTURES_MOST = 32, CAPTURE_OPEN = -1, CAPTURE_POSITION = -2, ESCAPE = '%' };

struct capture {
    const char *at;
    ptrdiff_t len; /* or CAPTURE_OPEN, CAPTURE_POSITION */
};

struct scan {
    lua_State *L;
    int64_t *steps;
    const char *subject, *subject_end;
    const char *pattern_end;
    int depth, n;
    struct capture captures[CAPTURES_MOST];
};

/* Counts one character looked at; raises when there were too many. */
void pattern_step(struct scan *m);
/* Where the match of the pattern from p, at s, ends; or NULL. Raises for a malformed pattern. */
const char *pattern_match(struct scan *m, const char *s, const char *p);

#endif
