/* fetch/fetch.h - the one thread that asks the network what a certificate points at: issuers, OCSP
 * responders, lists of revoked certificates. libcurl lives here.
 *
 * The addresses come out of certificates, so they are hostile: http only, small answers, short
 * deadlines, few redirects, and never a connection into the owner's own network, unless the site
 * that was asked for is there itself. No cookie, no proxy, nothing of the environment. Thread:
 * start and stop from one; fetch/gatherer.h asks from any. Uses base/, net/ (addresses), cert/,
 * judge/. Used by relay/, explain/, app/. */
#ifndef WHYTLS_FETCH_FETCH_H
#define WHYTLS_FETCH_FETCH_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "net/dial.h"

struct clock;
struct fetcher;

struct fetch_config {
    const struct clock *clock; /* borrowed until fetcher_free */
    /* `instead` and `arg` are looked at: hosts that are answered for (--resolve, the lab); they may
     * be anywhere. It is called on the fetcher's thread. Borrowed; may be NULL. */
    const struct dial_config *dial;
};

struct fetcher *fetcher_start(const struct fetch_config *config, struct err *e) MUST_USE;
/* Ends all that is under way (it is told as not reached) and the thread; what is asked later is not
 * begun. */
void fetcher_stop(struct fetcher *f);
/* Stops it first when that was not done. Nobody may ask any more. NULL is fine. */
void fetcher_free(struct fetcher *f);

#endif
