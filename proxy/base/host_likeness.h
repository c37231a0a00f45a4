/* base/host_likeness.h - does an international name look like a plain one? */
#ifndef WHYTLS_BASE_HOST_LIKENESS_H
#define WHYTLS_BASE_HOST_LIKENESS_H

#include <stdbool.h>

#include "base/host.h"

/* The ASCII name that `host` (normal form) is hard to tell from, because its international labels
 * have letters of other scripts that look like Latin ones and nothing else. False: it looks like
 * itself. A name under an international top-level domain says by that in which script it is. */
bool host_likeness(const char *host, char out[static HOST_CAP]);

#endif
