/* app/fold.h - lines made to fit the window: tables and help, whose columns stay where they are as
 * long as there is room. Prose goes through term_wrap (term.h). */
#ifndef WHYTLS_APP_FOLD_H
#define WHYTLS_APP_FOLD_H

#include "base/text.h"

struct term;

/* Appends the lines: as they are for a program, and for a terminal broken at blanks where they are
 * wider; what is broken off stands under the last column that leaves it room, or two deeper than an
 * indented line. */
void fold_add(const struct term *t, const char *lines, struct text *out);
/* The same, on standard output. */
void fold_print(const char *lines);

#endif
