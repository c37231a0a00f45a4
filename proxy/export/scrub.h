/* export/scrub.h - what is private taken out of a sentence: addresses, names and ids of clients and
 * of this proxy, and the paths of URLs of the hosts that they asked for. Private to export/. */
#ifndef WHYTLS_EXPORT_SCRUB_H
#define WHYTLS_EXPORT_SCRUB_H

#include <stddef.h>

#include "base/text.h"

struct flow;

/* Of these flows; appended. */
void scrub(struct flow *const *flows, size_t n, const char *s, struct text *out);

#endif
