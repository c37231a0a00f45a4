/* base/id.h - ids that are unique across machines and sort by time: 10 characters of time, 16
 * random ones, in Crockford's base 32 (the ULID layout). */
#ifndef WHYTLS_BASE_ID_H
#define WHYTLS_BASE_ID_H

#include <stdint.h>

enum { ID_CAP = 27 };

/* Thread: any. */
const char *id_make(char out[static ID_CAP], int64_t wall_ms);

#endif
