/* app/live_line.h - the text of one live line: what kind of end a flow had, and its words for this
 * terminal. */
#ifndef WHYTLS_APP_LIVE_LINE_H
#define WHYTLS_APP_LIVE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct flow;
struct term;

enum live_kind {
    LIVE_FINE = 0,
    LIVE_FAILING,
    LIVE_WARNING,
    LIVE_EXPECTED,
    LIVE_UNREAD,
    LIVE_MIRRORED
};

enum live_kind live_kind(const struct flow *f);
bool live_kind_is_wrong(enum live_kind kind); /* failing or warning */

/* One line, or two when something is wrong; `count` over 1 stands at the right end. */
void live_line(const struct term *t, const struct flow *f, enum live_kind kind, size_t count,
    struct text *out);
/* One line for each exchange. */
void live_exchanges(const struct term *t, const struct flow *f, struct text *out);
/* "Anna's iPhone", "iPhone 192.168.1.52", "192.168.1.52" */
void live_device(const struct flow *f, struct text *out);

#endif
