/* store/squeeze.h - records made small: zstd with a dictionary, since one record is much like the
 * next. Thread: any one at a time. */
#ifndef WHYTLS_STORE_SQUEEZE_H
#define WHYTLS_STORE_SQUEEZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct squeeze;

/* A record is at most SQUEEZE_MOST bytes when it is whole. SQUEEZE_LEVEL: of zstd; with records of
 * some 3 KiB lower ones hardly save time, higher ones double it. */
enum { SQUEEZE_MOST = 64 * 1024 * 1024, SQUEEZE_LEVEL = 3 };

/* `dictionary` as store/dictionary.h makes it, or any common text. */
struct squeeze *squeeze_new(const void *dictionary, size_t len);
void squeeze_free(struct squeeze *s);
/* Appends the small form. */
bool squeeze_pack(
    struct squeeze *s, const char *bytes, size_t len, struct text *out, struct err *e) MUST_USE;
/* Appends what it was; false and *e when these are no such bytes. */
bool squeeze_unpack(
    struct squeeze *s, const void *bytes, size_t len, struct text *out, struct err *e) MUST_USE;

#endif
