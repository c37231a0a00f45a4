/* app/live_line.h - the text of one live line: what kind of end a flow had, and its words for this
 * terminal. */
#ifndef WHYTLS_APP_LIVE_LINE_H
#define WHYTLS_APP_LIVE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "flow/outcome.h"

struct flow;
struct term;

/* One line, or two when something is wrong; `count` over 1 stands at the right end. */
void live_line(
    const struct term *t, const struct flow *f, enum outcome kind, size_t count, struct text *out);
/* One line for each exchange. */
void live_exchanges(const struct term *t, const struct flow *f, struct text *out);
/* "Anna's iPhone", "iPhone 192.168.1.52", "192.168.1.52" */
void live_device(const struct flow *f, struct text *out);

#endif
