/* base/host_pattern.h - which hosts somebody means: one, all below one, or any. Pure; any thread.
 */
#ifndef WHYTLS_BASE_HOST_PATTERN_H
#define WHYTLS_BASE_HOST_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"

/* "shop.example"; "*.shop.example": all below it, whatever their depth; "*" or nothing: any.
 * In its normal form, which is empty for any. */
bool host_pattern_read(
    const char *text, size_t n, char out[static HOST_CAP], struct err *e) MUST_USE;
/* `pattern` and `host` in their normal forms. */
bool host_pattern_matches(const char *pattern, const char *host);

enum { HOST_PATTERNS_MOST = 64 };

/* Zeroed: none. */
struct host_patterns {
    char at[HOST_PATTERNS_MOST][HOST_CAP];
    size_t n;
};

bool host_patterns_add(struct host_patterns *all, const char *text, struct err *e) MUST_USE;
bool host_patterns_match(const struct host_patterns *all, const char *host); /* false of NULL */

#endif
