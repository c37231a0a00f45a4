/* fetch/patience_priv.h - hosts that did not answer in time are left alone for a while, as iOS
 * does. One thread. */
#ifndef WHYTLS_FETCH_PATIENCE_PRIV_H
#define WHYTLS_FETCH_PATIENCE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

enum { PATIENCE_TIMEOUTS = 2, PATIENCE_REST_MS = 60 * 1000, PATIENCE_HOSTS_MOST = 512 };

struct patience;

struct patience *patience_new(void);
void patience_free(struct patience *p);
void patience_timed_out(struct patience *p, const char *host, int64_t now_ms);
void patience_answered(struct patience *p, const char *host);
bool patience_is_over(const struct patience *p, const char *host, int64_t now_ms);

#endif
