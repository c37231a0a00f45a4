/* flow/flow_json.h - a sealed flow as the one JSON object of log, store, API and export. */
#ifndef WHYTLS_FLOW_FLOW_JSON_H
#define WHYTLS_FLOW_FLOW_JSON_H

#include "base/json_out.h"

struct flow;
struct flow_verdict;

/* Appends one line's worth of JSON, without the line end. */
void flow_json(const struct flow *f, struct json_out *out);
/* The verdict object alone, as in the answer of `whytls judge` without id: used by explain --json
 * too. */
void flow_verdict_json(const struct flow_verdict *v, struct json_out *out);

#endif
