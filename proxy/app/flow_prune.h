/* app/flow_prune.h - `whytls flows --prune DAYS`: old connections go now, and not when the proxy
 * next looks. */
#ifndef WHYTLS_APP_FLOW_PRUNE_H
#define WHYTLS_APP_FLOW_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

/* Says how far it is, on a terminal as it goes, and at the end what it has done: on standard error,
 * or as one JSON object on standard output. */
bool flow_prune(const char *path, int64_t days, bool json, struct err *e) MUST_USE;

#endif
