/* web/first.h - the page with the answers that its view asks for first, so that it can be painted
 * without a second request. Private to web/. */
#ifndef WHYTLS_WEB_FIRST_H
#define WHYTLS_WEB_FIRST_H

#include <stdbool.h>

struct answer;
struct desk;
struct request;
struct text;

/* For who may see it all; others get the page as it is. Thread: a desk's. */
void first_page(struct desk *desk, const struct request *r, struct answer *out);

/* As URLSearchParams and encodeURIComponent (in_path) write it, which differ in the blank and some
 * marks. */
void first_add_encoded(struct text *out, const char *value, bool in_path);
/* JSON, whoever wrote it, into the element: a '<' stands in it within a text alone, and none may
 * end the element, or begin a comment in it. */
void first_add_harmless(struct text *out, const char *json);

#endif
