/* web/count.h - what has been counted of sealed flows, for /metrics; and whether there are new
 * ones. Written by the store's thread, read by the web's, behind one mutex: no thread with traffic
 * comes here. Private to web/. */
#ifndef WHYTLS_WEB_COUNT_H
#define WHYTLS_WEB_COUNT_H

#include <stdbool.h>

struct text;
struct web_count;

/* Says once after flows have come into the store that they have. */
bool count_has_news(struct web_count *c);
/* Prometheus' text format 0.0.4. */
void count_metrics(struct web_count *c, struct text *out);

#endif
