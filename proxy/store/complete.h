/* store/complete.h - how a filter that is being typed may go on: atoms, and the values that the
 * store has. Thread: the look's. */
#ifndef WHYTLS_STORE_COMPLETE_H
#define WHYTLS_STORE_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "store/filter.h"

struct flow_look;

/* One of gloss and count is there. */
struct completion {
    const char *insert; /* borrowed for the call */
    const char *gloss;  /* NULL: a value */
    int64_t count;      /* of flows, at most COMPLETE_COUNT_MOST are counted */
};

enum { COMPLETE_MOST = 8, COMPLETE_COUNT_MOST = 10000 };

/* `at`: how many characters stand before the writer; *from: what is inserted takes the place of
 * what stands between there and the writer. At most COMPLETE_MOST calls. */
bool complete(struct flow_look *look, enum filter_about about, const char *text, size_t at,
    size_t *from, void (*each)(void *arg, const struct completion *one), void *arg,
    struct err *e) MUST_USE;

#endif
