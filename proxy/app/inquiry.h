/* app/inquiry.h - what it takes to ask what an iPhone would say of a target: rules, roots, logs and
 * the network, loaded once and used for each target. */
#ifndef WHYTLS_APP_INQUIRY_H
#define WHYTLS_APP_INQUIRY_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"
#include "fetch/fetch.h"
#include "identity_list.h"
#include "judge/judge.h"
#include "net/dial.h"
#include "plugin_list.h"
#include "reach.h"

struct config;
struct ct_logs;
struct flow;
struct hooks;
struct lab;
struct roots;
struct rules;
struct tls_contexts;
struct verdict;

/* The options that every inquiry takes, as rows of an option table. */
/* clang-format off */
#define INQUIRY_ROWS \
    {"host", 0, "NAME", "the name to look for (default: the host; none for a file)"}, \
    {"at", 0, "TIME", "judge at this time: RFC 3339, or a date"}, \
    {"roots", 0, "WHOSE", "trusted roots: apple (default), mozilla (the system's bundle), or a file or folder of them"}, \
    {"anchors-are", 0, "KIND", "system; user: as if the roots were installed on the phone; custom: an app's own, of --roots FILE"}, \
    {"policy", 0, "WHOSE", "ios (default), or webpki: what Chrome, Firefox and Android go by"}, \
    {"email", 0, "ADDRESS", "judge a mail certificate (S/MIME) of this address"}, \
    {"password-file", 0, "FILE", "its first line is the password of a PKCS#12 file"}, \
    {"revocation", 0, NULL, "ask the responders and lists named in the certificates; iPhones do not"}, \
    {"fetch", 0, "WHEN", "on, or off: fetch a missing intermediate as iPhones do (default on)"}, \
    IDENTITY_ROWS, \
    RESOLVE_ROWS, \
    {"lab", 0, NULL, "start the lab for this question: sites under lab.test, each with one fault"}
/* clang-format on */

struct inquiry {
    /* What was asked for; borrowed. Zeroed: the defaults. */
    const char *host, *at, *roots_file, *anchors, *policy, *email, *password_file;
    const char *password; /* instead of the file; NULL: none was given */
    bool revocation, no_fetch, with_lab;
    struct identity_list identity_list;
    struct reach reach;
    /* What inquiry_open brings; owned. */
    struct lab *lab;
    struct dial_config dial;
    struct fetcher *fetcher;
    struct config *config; /* NULL: no config.lua */
    struct plugin_list plugins;
    struct rules *rules;
    struct hooks *hooks;
    struct roots *roots;
    struct ct_logs *ct_logs;
    struct tls_contexts *contexts;
    struct identities *identities; /* NULL: none */
    int64_t at_s;
    enum anchors_are anchors_are;
};

/* One of INQUIRY_ROWS; *taken tells whether it was. */
bool inquiry_take(
    struct inquiry *q, const char *name, const char *value, bool *taken, struct err *e) MUST_USE;
bool inquiry_open(struct inquiry *q, struct err *e) MUST_USE;
void inquiry_close(struct inquiry *q);

/* A file that is there, or "-". */
bool inquiry_is_file(const char *target);
/* `host`: the name to look for when --host gave none; NULL: the target's own. The flow and the
 * verdict (flow_free, verdict_fini) are the caller's. False: the target cannot be read or
 * understood. */
bool inquiry_ask(struct inquiry *q, const char *target, const char *host, struct verdict *verdict,
    struct flow **out, struct err *e) MUST_USE;
/* The same of a site alone: `target` is never taken for a file. */
bool inquiry_ask_site(struct inquiry *q, const char *target, struct verdict *verdict,
    struct flow **out, struct err *e) MUST_USE;
/* The same of what would be a file of this name. `password` may be NULL. */
bool inquiry_ask_bytes(struct inquiry *q, const char *name, struct cert_span bytes,
    const char *password, struct verdict *verdict, struct flow **out, struct err *e) MUST_USE;
/* A configuration profile that is no file yet. */
bool inquiry_ask_profile(
    struct inquiry *q, const void *bytes, size_t len, struct flow **out, struct err *e) MUST_USE;
/* The exit code that this flow alone would mean: 0 accepted, 1 refused, 3 not reached. */
int inquiry_code(const struct flow *f);

#endif
