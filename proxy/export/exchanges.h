/* export/exchanges.h - the exchanges of one flow, with what was kept of their heads and bodies, as
 * the JSON that the web UI reads. Redacted unless raw. */
#ifndef WHYTLS_EXPORT_EXCHANGES_H
#define WHYTLS_EXPORT_EXCHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/json_out.h"

struct flow_look;

/* Writes one array: [{"n","method","url","status","ms","request":{"headers":[[name,value]…],
 * "head_cut":bool,"body":{"text"|"base64","type","size","cut"}|null},"response":{…}|null}…]. A flow
 * without exchanges, or that is not there, gives []. */
bool exchanges_json(
    struct flow_look *look, const char *id, bool raw, struct json_out *out, struct err *e) MUST_USE;

#endif
