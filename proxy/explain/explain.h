/* explain/explain.h - a target to a flow: open or dial, judge, run the rules. The proxy's own rules through the same hooks,
 * so that `whytls explain`, the proxy and later the web UI say the same.
 *
 * Blocks: it runs a loop of its own. Thread: never a traffic thread.
 * Uses net/, tls/, cert/, judge/, flow/, hook/. Used by app/. */
#ifndef WHYTLS_EXPLAIN_EXPLAIN_H
#define WHYTLS_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct clock;
struct dial_config;
struct flow;
struct hooks;
struct roots;
struct tls_contexts;

struct explain_ask {
    const char                *host;        /* the name that is looked for; NULL: none (a file without --host) */
    const char                *dial_host;   /* whom to connect to; used by explain_host */
    uint16_t                   port;
    bool                       anchors_user; /* judge as if the roots were installed by the user */
    int64_t                    at_s;        /* judge at this time; INT64_MIN: now */
    const struct roots        *roots;
    const struct tls_contexts *contexts;    /* explain_host */
    struct hooks              *hooks;
    const struct clock        *clock;
    const char                *name;        /* this proxy's, for the record */
    const struct dial_config  *dial;        /* explain_host */
};

/* The site's chain, asked for over TLS. False: not even an attempt was possible. A site that cannot be reached is an answer:
 * the flow says why. The flow is the caller's. */
bool explain_host(const struct explain_ask *ask, struct flow **out, struct err *e) MUST_USE;
/* A certificate or chain in PEM or DER, as if a site had sent it. */
bool explain_chain(const struct explain_ask *ask, const uint8_t *bytes, size_t len, struct flow **out, struct err *e) MUST_USE;

#endif
