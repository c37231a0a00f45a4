/* store/story_look.h - what needs a look: a cause on a host, or on a host of one device. Thread:
 * the look's. */
#ifndef WHYTLS_STORE_STORY_LOOK_H
#define WHYTLS_STORE_STORY_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct flow_look;

enum { STORY_KEY_CAP = 64 };

/* Texts are borrowed for the call, "" when there is none. */
struct story_row {
    char key[STORY_KEY_CAP];
    const char *cause, *host, *device, *title, *leg, *last_id;
    int sure; /* as in flow_look.h */
    int64_t n, first_ms, last_ms, last_seq;
};

/* Surest first, then what happened most, then what happened last; those that are settled are left
 * out. */
bool story_look_each(struct flow_look *look, size_t most,
    void (*each)(void *arg, const struct story_row *row), void *arg, struct err *e) MUST_USE;
/* The reader has seen it: it comes back when it happens again. *known: there is one of this key. */
bool story_look_settle(
    struct flow_look *look, const char *key, bool *known, struct err *e) MUST_USE;

#endif
