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

#include "cert/facts.h"
#include "judge/check.h"

struct cert_chain; /* cert/chain.h */
struct ct_logs;    /* trust/ct_logs.h */
struct roots;      /* trust/roots.h */
struct verdict;    /* judge/verdict.h */

enum anchors_are {
    ANCHORS_SYSTEM = 0, /* a root of the platform's store */
    ANCHORS_USER,       /* installed on the device and fully trusted */
    ANCHORS_CUSTOM,     /* handed in by the app */
};

const char *anchors_are_name(enum anchors_are a); /* "system", "user", "custom" */
bool anchors_are_find(const char *name, enum anchors_are *out) MUST_USE;

/* The iOS ones are policies of the Security framework; the last two are what Chrome, Firefox and
 * Android go by: RFC 5280 and the CA/Browser Forum's Baseline Requirements. */
enum judge_policy {
    JUDGE_TLS_SERVER = 0,
    JUDGE_TLS_CLIENT,
    JUDGE_SMIME,
    JUDGE_EAP_SERVER,
    JUDGE_EAP_CLIENT,
    JUDGE_IPSEC_SERVER,
    JUDGE_IPSEC_CLIENT,
    JUDGE_X509_BASIC, /* the chain alone: no name, no purpose, no lifetime, no floor but the fatal
                         one */
    JUDGE_WEBPKI,
    JUDGE_WEBPKI_CLIENT,
    N_JUDGE_POLICIES
};

/* "tls-server", …, "x509-basic"; "webpki" is told by judge_policy_is_webpki. */
const char *judge_policy_name(enum judge_policy p);
bool judge_policy_is_webpki(enum judge_policy p);

/* What an S/MIME certificate is wanted for. */
enum judge_smime_usage {
    SMIME_SIGN = 1 << 0,
    SMIME_KEY_ENCRYPT = 1 << 1,
    SMIME_DATA_ENCRYPT = 1 << 2,
    SMIME_KEY_AGREEMENT = 1 << 3,
};

/* Certificate Transparency: by the usual rules, or whatever the anchor is. */
enum judge_ct { CT_AS_USUAL = 0, CT_ENFORCED, CT_NOT_ENFORCED };

/* NSPinnedDomains of an app: SHA-256 of public keys. A list that is there and empty pins to
 * nothing. */
struct judge_pins {
    const uint8_t (*leaf)[32], (*ca)[32];
    size_t n_leaf, n_ca;
    bool has_leaf, has_ca;
};

/* What was handed over or fetched besides certificates. Bytes are borrowed and hostile. */
struct judge_evidence {
    struct cert_span scts; /* SignedCertificateTimestampList of the handshake, RFC 6962 §3.3 */
    const struct cert_span *ocsp; /* OCSP responses, stapled first */
    size_t n_ocsp, n_stapled;     /* the first n_stapled came with the handshake */
    const struct cert_span *crls;
    size_t n_crls;
    int64_t now;      /* the real clock, which revocation goes by; 0: as `at` */
    bool must_answer; /* the caller demands a positive answer: RevocationResponseRequired */
};

/* What the judge may look at. Borrowed for the length of one call. */
struct judge_case {
    const struct cert_chain *chain;  /* as sent: leaf first, the rest a pool; at least one */
    const char *host;                /* the reference name, or NULL: no name check */
    const char *email;               /* S/MIME: the address, or NULL */
    const char *const *server_names; /* EAP: the profile's trusted names, `*` allowed */
    size_t n_server_names;
    int64_t at; /* seconds since 1970, UTC */
    enum anchors_are anchors_are;
    enum judge_policy policy;
    const struct roots *roots; /* trusted; may be NULL */
    /* More trusted certificates, which need not be self-signed and may be the leaf itself; may be
     * NULL. With ANCHORS_USER and none given, the question is "had its root been installed by the
     * user?": any self-signed end of a path counts as trusted. */
    const struct cert_chain *anchors;
    const struct cert_chain *fetched;      /* by AIA: parents of last resort; may be NULL */
    const struct cert_chain *denied;       /* trust setting "deny"; may be NULL */
    const struct judge_pins *pins;         /* may be NULL */
    const struct judge_evidence *evidence; /* may be NULL */
    const struct ct_logs *ct_logs;         /* NULL: CT is not judged */
    enum judge_ct ct;
    unsigned key_usage;   /* enum cert_key_usage that the caller demands of the leaf; 0: none */
    unsigned smime_usage; /* enum judge_smime_usage; 0: none in particular */
    bool ignore_expiry;
    bool has_max_depth;
    size_t max_depth; /* intermediates, self-issued ones not counted; with has_max_depth */
    bool no_openssl;  /* leave OpenSSL's opinion out: `openssl.asked` stays false */
};

/* Runs every check on the best path, never only the first that fails, so that a verdict tells the
 * whole story. Fills `out` (zeroed by the caller, given back with verdict_fini); cannot fail. */
void judge_chain(const struct judge_case *c, struct verdict *out);

#endif
