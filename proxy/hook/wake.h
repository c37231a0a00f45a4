/* hook/wake.h - what wakes a listener at one moment: a filter that is answered in C, before any
 * rule runs.
 *
 * Several keys must all hold; several values of one key mean any of them. A filter without keys
 * always wakes. Made at load, then shared and immutable; hooks_add turns it into bits. */
#ifndef WHYTLS_HOOK_WAKE_H
#define WHYTLS_HOOK_WAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "flow/flow.h"
#include "flow/path.h"

struct matcher;

enum wake_key {
    WAKE_HOST = 0, /* a host, or a host list */
    WAKE_HAS,      /* a fact that must be there */
    /* Words: the value is compared with what the flow says. */
    WAKE_ENTRY,
    WAKE_CHECK,
    WAKE_ODDITY,
    WAKE_VERDICT,
    WAKE_CLASS,
    WAKE_TRUSTED_BY,
    WAKE_LEG,
    WAKE_ALERT,
    WAKE_SYMPTOM,
    WAKE_HEADER,
    WAKE_SCHEME,
    WAKE_METHOD,
    WAKE_STATUS,
    WAKE_ERROR,
    WAKE_SNI,
    WAKE_ALPN,
    WAKE_CAUSE,
    WAKE_ENDED,
    WAKE_TYPE,
    WAKE_FROM,
    WAKE_KIND,
    N_WAKE_KEYS
};

enum { WAKE_VALUES_MOST = 64, WAKE_HAS_MOST = 8 }; /* values of one key */

const char *wake_key_name(enum wake_key key);
/* For people: what may stand there. */
const char *wake_key_about(enum wake_key key);
bool wake_key_is_at(enum wake_key key, enum moment m);
/* N_WAKE_KEYS when one cannot wake on that at this moment; *near (may be NULL) then is the nearest
 * right key, or NULL. */
enum wake_key wake_key_find(enum moment m, const char *name, const char **near);

struct wake;

struct wake *wake_new(enum moment m);
void wake_free(struct wake *w);
enum moment wake_moment(const struct wake *w);
/* A word of any key but WAKE_HOST and WAKE_HAS. A number is written in decimal. */
bool wake_add_word(struct wake *w, enum wake_key key, const char *word, struct err *e) MUST_USE;
/* Borrowed as long as the filter lives. NULL: a list that is not set yet; until then it wakes for
 * no host. */
void wake_add_hosts(struct wake *w, const struct matcher *hosts);
bool wake_add_has(
    struct wake *w, const char *path, const struct path_names *names, struct err *e) MUST_USE;
/* Is there anything that it waits for? */
bool wake_is_always(const struct wake *w);

#endif
