/* judge/judge.h - would this chain be trusted by an iPhone, and if not, why not?
 *
 * Pure: no I/O and no clock; the caller brings the time and the roots. (Signatures that were
 * verified once are remembered in a bounded table of the process, which changes speed and nothing
 * else.) Thread: any. All arguments are read only. Uses cert/, base/. Used by relay/, explain/,
 * app/ and the tests. */
#ifndef WHYTLS_JUDGE_JUDGE_H
#define WHYTLS_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge/check.h"

struct cert;       /* cert/facts.h */
struct cert_chain; /* cert/chain.h */
struct roots;      /* cert/roots.h */
struct verdict;    /* judge/verdict.h */

enum anchors_are {
    ANCHORS_SYSTEM = 0, /* a root of the platform's store */
    ANCHORS_USER,       /* installed on the device and fully trusted */
    ANCHORS_CUSTOM,     /* handed in by the app */
};

const char *anchors_are_name(enum anchors_are a); /* "system", "user", "custom" */
bool        anchors_are_find(const char *name, enum anchors_are *out) MUST_USE;

enum judge_policy {
    JUDGE_TLS_SERVER = 0, /* iOS, the policy for servers */
    JUDGE_X509_BASIC, /* iOS, the chain alone: no name, no purpose, no lifetime, no floor but the
                         fatal one */
    JUDGE_WEBPKI,     /* RFC 5280 and the CA/Browser Forum's keys and hashes, name and purpose of a
                         server */
};

/* What the judge may look at. Borrowed for the length of one call. */
struct judge_case {
    const struct cert_chain *chain; /* as sent: leaf first, the rest a pool; at least one */
    const char              *host;  /* the reference name, or NULL: no name check */
    int64_t                  at;    /* seconds since 1970, UTC */
    enum anchors_are         anchors_are;
    enum judge_policy        policy;
    const struct roots      *roots; /* trusted; may be NULL */
    /* More trusted certificates, which need not be self-signed and may be the leaf itself; may be
     * NULL. With ANCHORS_USER and none given, the question is "had its root been installed by the
     * user?": any self-signed end of a path counts as trusted. */
    const struct cert_chain *anchors;
    bool no_openssl; /* leave OpenSSL's opinion out: `openssl.asked` stays false */
};

/* Runs every check on the best path, never only the first that fails, so that a verdict tells the
 * whole story. Fills `out` (zeroed by the caller, given back with verdict_fini); cannot fail. */
void judge_chain(const struct judge_case *c, struct verdict *out);

#endif
