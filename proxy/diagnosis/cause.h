/* diagnosis/cause.h - the catalogue of causes: what can be wrong, which of them look alike, and
 * what must be seen before one of them may be called certain.
 *
 * The rows are those of cause.def, in its order, and the causes that rule packages define after
 * them. A catalogue is made once, at load, where every condition is compiled; from then on it is
 * shared and immutable. Uses flow/. Used by board.h and settle.h, by script/ and by whoever lists
 * causes. */
#ifndef WHYTLS_DIAGNOSIS_CAUSE_H
#define WHYTLS_DIAGNOSIS_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "flow/path.h"

enum { CAUSE_CERTAIN_MOST = 8, CAUSE_RIVALS_MOST = 16, CAUSES_DEFINED_MOST = 256 };

struct cause {
    const char *id;            /* "cert-expired-leaf"; with a slash when a package defined it */
    const char *leg;           /* client, server or identity */
    const char *class;         /* the class under which iOS names it, or NULL */
    bool is_notice;            /* iOS accepts it: it explains no failure */
    const char *title;         /* in words without holes */
    const char *const *rivals; /* ids of its look-alikes, NULL-terminated */
    const struct condition *certain; /* all must hold; none: it can never be certain */
    size_t n_certain;
    size_t order; /* the last tie-break */
};

/* A row as a package writes it. Lists are NULL-terminated, or NULL. */
struct cause_row {
    const char *id, *leg, *class, *title;
    const char *const *rivals, *const *certain;
};

struct causes;

bool causes_new(const struct path_names *names, struct causes **out, struct err *e) MUST_USE;
void causes_free(struct causes *c);
/* Adds a cause of a package; everything is copied. */
bool causes_define(struct causes *c, const struct cause_row *row, const struct path_names *names,
    struct err *e) MUST_USE;
/* Takes out those that were defined after the first n, when a package turns out wrong. Nobody may
 * hold them. */
void causes_cut(struct causes *c, size_t n);
/* Is every rival a cause? Asked when all are in. */
bool causes_check(const struct causes *c, struct err *e) MUST_USE;

const struct cause *cause_find(
    const struct causes *c, const char *id); /* NULL when there is none */
const char *cause_nearest(const struct causes *c, const char *id);
size_t causes_len(const struct causes *c);
const struct cause *causes_at(const struct causes *c, size_t i);

#endif
