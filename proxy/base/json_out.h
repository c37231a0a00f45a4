/* base/json_out.h - a streaming JSON writer (RFC 8259): no tree, right escaping, commas by itself.
 * Bytes that are not UTF-8 become U+FFFD; control characters, and < > & U+2028 U+2029, are written
 * as \u00XX, so that the result may also stand inside HTML. */
#ifndef WHYTLS_BASE_JSON_OUT_H
#define WHYTLS_BASE_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct json_out {
    struct text *to;  /* borrowed */
    uint8_t depth;    /* open objects and arrays, at most 32 */
    uint32_t started; /* bit per depth: something was written there */
    bool keyed;       /* a key was just written */
};

void json_init(struct json_out *j, struct text *to);
void json_object(struct json_out *j); /* { */
void json_object_end(struct json_out *j);
void json_array(struct json_out *j); /* [ */
void json_array_end(struct json_out *j);
void json_key(struct json_out *j, const char *key);
void json_text(struct json_out *j, const char *s); /* NULL writes null */
void json_text_n(struct json_out *j, const char *s, size_t n);
void json_int(struct json_out *j, int64_t n);
void json_double(struct json_out *j, double n); /* reads back as n; null when it is not finite */
void json_bool(struct json_out *j, bool b);
void json_null(struct json_out *j);
/* A value that is JSON already. */
void json_verbatim(struct json_out *j, const char *json, size_t n);
/* key and value in one call */
void json_put_text(struct json_out *j, const char *key, const char *s);
void json_put_int(struct json_out *j, const char *key, int64_t n);
void json_put_bool(struct json_out *j, const char *key, bool b);
void json_put_null(struct json_out *j, const char *key);

#endif
