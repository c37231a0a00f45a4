/* app/flow_lines.h - kept connections as `whytls run` told them: the records of the store as lines
 * for a terminal, or as they are. */
#ifndef WHYTLS_APP_FLOW_LINES_H
#define WHYTLS_APP_FLOW_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct flow_look;
struct term;

struct flow_lines {
    const struct term *term;
    struct flow_look *look; /* where certificates are found that a record only names; or NULL */
    bool json, verbose;
    int64_t day; /* since 1970: of the line before, 0 when there was none */
};

/* Appends one record, under its date when the one before was of another day. False and *e: it is no
 * record. */
bool flow_lines_add(
    struct flow_lines *l, const struct text *record, struct text *out, struct err *e) MUST_USE;

#endif
