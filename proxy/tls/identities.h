/* tls/identities.h - certificates of our own, with their keys, for sites that ask for one: which
 * host is shown which.
 *
 * Filled before the threads start, then immutable and shared. Uses cert/. Used by relay/, explain/
 * and app/. */
#ifndef WHYTLS_TLS_IDENTITIES_H
#define WHYTLS_TLS_IDENTITIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct identities;
struct signer; /* cert/signer.h */

enum { IDENTITIES_MOST = 64 };

struct identities *identities_new(void);
void identities_free(struct identities *all); /* NULL is fine */
/* Takes what is in *signer, also when it fails. `hosts`: a pattern (base/host_pattern.h) in its
 * normal form. */
bool identities_take(
    struct identities *all, struct signer *signer, const char *hosts, struct err *e) MUST_USE;
size_t identities_count(const struct identities *all); /* 0 of NULL */
/* How many of them are for this host. */
size_t identities_for(const struct identities *all, const char *host);

#endif
