/* export/redact.h - credentials out of what leaves the store: the one table of what counts as one.
 * Pure. */
#ifndef WHYTLS_EXPORT_REDACT_H
#define WHYTLS_EXPORT_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Stands where a credential stood. */
extern const char redacted[];

/* The value of a header field. The scheme of Authorization and the names of cookies stay. */
void redact_field(
    const char *name, size_t name_len, const char *value, size_t value_len, struct text *out);
/* Text in which URLs may stand: the values of parameters that carry credentials, and user names and
 * passwords before a host. */
void redact_text(const char *text, size_t len, struct text *out);
/* A body of that media type: forms and JSON by the names in them, any other text as redact_text;
 * bytes that are no text stay. */
void redact_body(const char *type, const char *body, size_t len, struct text *out);

#endif
