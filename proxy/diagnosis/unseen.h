/* diagnosis/unseen.h - which causes of the catalogue cannot be recognised from where we stand, and
 * why. Pure. Used by whoever lists causes. */
#ifndef WHYTLS_DIAGNOSIS_UNSEEN_H
#define WHYTLS_DIAGNOSIS_UNSEEN_H

#include <stddef.h>

struct unseen {
    const char *cause, *why; /* static */
};

/* The rows of unseen.def. */
const struct unseen *unseen_causes(size_t *n);
/* Why nobody recognises this cause; NULL: somebody may. */
const char *unseen_why(const char *cause);

#endif
