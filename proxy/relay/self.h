/* relay/self.h - requests to whytls itself, through the proxy at http://whytls.test/ or at the
 * proxy's own address. */
#ifndef WHYTLS_RELAY_SELF_H
#define WHYTLS_RELAY_SELF_H

#include <stdbool.h>

struct ca;
struct text;

bool self_is_host(const char *host);
/* The whole response to METHOD PATH: the set-up page, or the root as PEM, DER or profile. */
void self_answer(const struct ca *ca, const char *method, const char *path, struct text *out);

#endif
