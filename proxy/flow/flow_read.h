/* flow/flow_read.h - a flow out of its line in the log: the way back from flow_json.
 *
 * A log holds less than the record did: where it has a fingerprint or an id, the record that stands
 * for it is empty but for that, and what it does not tell is absent, or what nobody has said yet.
 * The line may come from anywhere: it is bounded, and everything in it is text. */
#ifndef WHYTLS_FLOW_FLOW_READ_H
#define WHYTLS_FLOW_FLOW_READ_H

#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct flow;

enum {
    FLOW_LINE_MOST = 16 * 1024 * 1024,
    FLOW_ROWS_MOST = 4096,       /* of one list */
    FLOW_TEXT_MOST = 128 * 1024, /* bytes of one text */
};

/* The `source` of a certificate of which the log holds no more than its fingerprint. */
#define FLOW_READ_FINGERPRINT "log"

/* NULL and *e: it is no line of a log of ours. What was said of the flow, diagnosis and notes, is
 * read too. */
struct flow *flow_read(const char *line, size_t len, struct err *e) MUST_USE;

#endif
