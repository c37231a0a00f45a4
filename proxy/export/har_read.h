/* export/har_read.h - the entries of an HTTP Archive as flows: the way back from har.c, and from
 * the archives of browsers and other proxies. Private to export/. */
#ifndef WHYTLS_EXPORT_HAR_READ_H
#define WHYTLS_EXPORT_HAR_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct flow;
struct har;

enum { HAR_BYTES_MOST = 64 * 1024 * 1024 };

/* Do the bytes begin as an archive does? */
bool har_is_one(const char *bytes, size_t len);
/* NULL and *e, with the place: these bytes are none. */
struct har *har_open(const char *bytes, size_t len, struct err *e) MUST_USE;
void har_close(struct har *har);
size_t har_entries(const struct har *har);
/* The next flow, of one entry or of several that follow each other; *entry becomes that of the one
 * after them. Freed with flow_free. NULL and *e: this entry is none; the next may be. */
struct flow *har_next(struct har *har, size_t *entry, struct err *e) MUST_USE;

#endif
