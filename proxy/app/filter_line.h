/* app/filter_line.h - the filter of a command line: its words are one filter, and what is wrong
 * with it is shown where it is. */
#ifndef WHYTLS_APP_FILTER_LINE_H
#define WHYTLS_APP_FILTER_LINE_H

#include "base/attrib.h"
#include "base/text.h"

struct filter;

/* The words as one text, appended. */
void filter_line_join(int n, char **words, struct text *out);
/* Times count from now. NULL: it is wrong, and that was said on standard error. */
struct filter *filter_line_read(const char *text) MUST_USE;

#endif
