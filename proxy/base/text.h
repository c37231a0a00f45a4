/* base/text.h - text that grows, and text made harmless.
 *
 * Whatever comes off the wire, out of a file or out of a rule is hostile: `text_safe` is the one
 * way into a terminal or a log line; HTML and JSON have their own escapers (base/html.h,
 * base/json_out.h). */
#ifndef WHYTLS_BASE_TEXT_H
#define WHYTLS_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

/* A growing buffer that always ends in NUL. Zero-initialised is empty and legal. */
struct text {
    char *at; /* owned; NULL while empty: read it through text_str */
    size_t len, cap;
};

void text_fini(struct text *t);
void text_clear(struct text *t);
const char *text_str(const struct text *t); /* never NULL */
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_add_char(struct text *t, char c);
/* Appends n bytes that the caller writes, and gives where they begin. */
char *text_more(struct text *t, size_t n) MUST_USE;
/* Keeps the first `len` bytes; len <= t->len. */
void text_cut(struct text *t, size_t len);
void text_printf(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
/* The buffer itself; the caller frees it with mem_free. `t` is empty afterwards. Never NULL. */
char *text_give(struct text *t);

/* Length of the UTF-8 sequence at s (RFC 3629: no overlong form, no surrogate), or 0 when there is
 * none. */
size_t text_utf8_len(const char *s, size_t n);
/* Appends s for a person to read on a terminal: control, bidirectional and zero-width characters
 * are shown as U+202E, bytes that are not UTF-8 as \xNN; more than `most` bytes are cut in the
 * middle by "…". */
void text_add_safe(struct text *t, const char *s, size_t n, size_t most);
/* The same into a caller's buffer of at least one byte, cut to fit; gives buf. For log lines. */
const char *text_safe(char *buf, size_t cap, const char *s);

bool text_equal_caseless(const char *a, const char *b); /* ASCII letters only */
void text_lower(char *s);                               /* ASCII letters only, in place */
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);

/* Hex, lower case; out holds 2 * n + 1. */
void text_hex(char *out, const uint8_t *bytes, size_t n);
/* Base64 (RFC 4648 §4) of n bytes, appended. */
void text_add_base64(struct text *t, const uint8_t *bytes, size_t n);
/* The bytes as a block of PEM of that label, "CERTIFICATE" (RFC 7468 §2). */
void text_add_pem(struct text *t, const char *label, const uint8_t *bytes, size_t n);
/* The bytes of a Base64 text, white space allowed; false when it is none. *out is freed with
 * mem_free. */
bool text_from_base64(const char *s, size_t n, uint8_t **out, size_t *len) MUST_USE;

/* Nearest of `names` (NULL-terminated) to `word` by edit distance, or NULL when none is near. */
const char *text_nearest(const char *word, const char *const *names);

#endif
