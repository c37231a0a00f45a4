/* base/csv_out.h - lines of comma-separated values (RFC 4180) for spreadsheets.
 *
 * What a text holds is hostile: quotes are doubled, what would be a formula is made text, control
 * characters become U+FFFD, since a file is also looked at on a terminal. */
#ifndef WHYTLS_BASE_CSV_OUT_H
#define WHYTLS_BASE_CSV_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* One cell; NULL is an empty one. */
void csv_text(struct text *out, const char *s);
void csv_int(struct text *out, int64_t n);
void csv_none(struct text *out);
void csv_bool(struct text *out, bool b); /* "yes" or "no" */
/* Ends the line; it has a cell at least. */
void csv_end(struct text *out);

#endif
