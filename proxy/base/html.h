/* base/html.h - hostile text on a page: escaped, bounded, invisible characters made visible. */
#ifndef WHYTLS_BASE_HTML_H
#define WHYTLS_BASE_HTML_H

#include <stddef.h>

#include "base/text.h"

/* Each takes at most `most` characters; what is longer is cut in the middle. */

void html_plain(struct text *html, const char *s, size_t most);
/* From the wire: in monospace, with its own direction. */
void html_name(struct text *html, const char *s, size_t most);
/* A sentence of ours or of a rule, in which names from the wire may stand. What stands between two
 * grave accents is code; lines may be broken. */
void html_prose(struct text *html, const char *s, size_t most);

#endif
