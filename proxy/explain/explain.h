/* explain/explain.h - a target to a flow: open or dial, judge, run the rules. The proxy's own rules
 * through the same hooks, so that `whytls explain`, the proxy and later the web UI say the same.
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
#include "judge/judge.h"
#include "wire/mail.h"

struct clock;
struct ct_logs;
struct dial_config;
struct fetcher; /* fetch/fetch.h */
struct flow;
struct hooks;
struct identities; /* tls/identities.h */
struct roots;
struct tls_contexts;
struct verdict; /* judge/verdict.h */

struct explain_ask {
    const char *host;      /* the name that is looked for; NULL: none (a file without --host) */
    const char *dial_host; /* whom to connect to; used by explain_host */
    uint16_t port;
    enum mail_protocol mail;      /* explain_host: a mail server; MAIL_NONE: none */
    bool starttls;                /* it is spoken to plainly first */
    enum anchors_are anchors_are; /* ANCHORS_USER: as if the roots were installed by the user */
    bool webpki;                  /* judge as Chrome, Firefox and Android would, not as iOS */
    int64_t at_s;                 /* judge at this time; INT64_MIN: now */
    const struct roots *roots;
    const struct ct_logs *ct_logs;       /* NULL: Certificate Transparency is not judged */
    const struct tls_contexts *contexts; /* explain_host */
    const struct identities *identities; /* explain_host: for a site that asks; NULL: none */
    struct hooks *hooks;
    struct fetcher *fetcher; /* what the chain lacks is fetched as iOS would; NULL: nothing is */
    bool revocation;         /* responders and lists are asked, which iOS does not do */
    const struct clock *clock;
    const char *name;               /* this proxy's, for the record */
    const struct dial_config *dial; /* explain_host */
    const char *name_servers;       /* the same: as in net/resolve.h; NULL: the system\'s */
    const char *email;              /* whose S/MIME certificate it should be; NULL: not asked */
    struct verdict
        *keep; /* the verdict with its path is left here, for verdict_fini; NULL: nobody wants it */
};

/* The site's chain, asked for over TLS. False: not even an attempt was possible. A site that cannot
 * be reached is an answer: the flow says why. The flow is the caller's. */
bool explain_host(const struct explain_ask *ask, struct flow **out, struct err *e) MUST_USE;
/* A certificate or chain in PEM or DER, as if a site had sent it. */
bool explain_chain(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    struct flow **out, struct err *e) MUST_USE;
/* A PKCS#12 file. `password` is the caller's to cleanse; NULL: none was given. A file that cannot
 * be opened is an answer too. */
bool explain_identity(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    const char *password, struct flow **out, struct err *e) MUST_USE;
/* A .mobileconfig: XML or binary, signed or not. */
bool explain_profile(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    struct flow **out, struct err *e) MUST_USE;
/* One CA certificate, PEM or DER: would the switch of Certificate Trust Settings appear for it? */
bool explain_root(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    struct flow **out, struct err *e) MUST_USE;

#endif
