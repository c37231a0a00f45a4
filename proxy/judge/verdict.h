/* judge/verdict.h - the answer to a case: what iOS would say, why, and what OpenSSL thinks.
 *
 * A plain value; verdict_fini gives its parts back. It holds references to the certificates of its
 * path, so it may outlive the case. */
#ifndef WHYTLS_JUDGE_VERDICT_H
#define WHYTLS_JUDGE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge/check.h"
#include "judge/judge.h"

struct cert;
struct json_out;

enum verdict_answer {
    VERDICT_ERROR = 0, /* no verdict could be found: `error` says why */
    VERDICT_ACCEPT,
    VERDICT_REJECT,
};

enum { VERDICT_CHECKS_MOST = 512, VERDICT_CAUSES_MOST = 24 };

/* One check that failed on one certificate. */
struct verdict_check {
    const struct judge_check *check; /* static */
    size_t cert;                     /* its place in the path: 0 is the leaf */
    char *detail; /* owned: the evidence in words, "notAfter 2026-08-01T…, judged at …"; may be NULL
                   */
    const char
        *cause; /* static: the id of the catalogue that this evidence alone speaks for, or NULL */
    const char *also; /* static: a second one, less exact or less likely; or NULL */
};

struct openssl_opinion {
    bool asked;
    bool accept;
    int code, depth;  /* X509_V_ERR_…, where; 0 and 0 when accepted */
    const char *text; /* static */
};

/* Certificate Transparency, as far as it was looked at (check_ct.c). */
enum verdict_ct {
    VERDICT_CT_NOT_JUDGED = 0, /* no log list at hand */
    VERDICT_CT_QUALIFIED,      /* enough valid SCTs */
    VERDICT_CT_MISSING,        /* no SCT at all, or too few though each of them is good */
    VERDICT_CT_INVALID,        /* SCTs that do not count, and too few that do */
    VERDICT_CT_CANNOT_TELL,    /* SCTs of logs that our list, being old, may not know */
};

/* Revocation of one certificate of the path (check_revocation.c). */
enum verdict_revocation {
    VERDICT_REVOCATION_NOT_CHECKED = 0,
    VERDICT_REVOCATION_GOOD,
    VERDICT_REVOCATION_REVOKED,
    VERDICT_REVOCATION_UNKNOWN,     /* the responder does not know the certificate */
    VERDICT_REVOCATION_STALE,       /* the only answers are too old or too new */
    VERDICT_REVOCATION_INVALID,     /* the only answers do not verify */
    VERDICT_REVOCATION_UNREACHABLE, /* set by those who fetch, when nobody answered */
};

/* A path that was looked at and turned down. */
struct verdict_detour {
    char **sha256; /* owned texts: hex, leaf first */
    size_t n;
    char *why; /* owned: "“Old Root” expired 2021-09-30" */
};

enum { VERDICT_DETOURS_MOST = 8, VERDICT_CA_DETAIL_CAP = 200 };

struct verdict {
    enum verdict_answer answer;
    enum anchors_are anchors_are;
    char *error; /* owned; VERDICT_ERROR only */

    /* The winning failure; CLASS_NONE, NULL and 0 when accepted. */
    enum judge_class class;
    char *text; /* owned: "“NAME” certificate is expired" */
    int32_t osstatus;
    const char *osstatus_name;    /* static */
    int32_t nsurlerror;           /* -1202 */
    bool overridable;             /* a person may go on: nothing fatal, nothing denied */
    enum judge_severity severity; /* the worst */

    struct verdict_check *checks; /* owned; by certificate, then in the order of check.def */
    size_t n_checks;
    const struct cert *
        *path; /* owned, a reference each: leaf first, the anchor last when anchored */
    size_t n_path;
    bool anchored;          /* the path ends in a trusted certificate */
    const char *trusted_by; /* static: "both", "apple", "mozilla", "custom", "neither": whose list
                               ends the path */
    /* static: "removed", "limited" by Apple, "unverified-apple": ends below what looks like a root
     * of Apple's; or NULL */
    const char *ca_status;
    char ca_detail[VERDICT_CA_DETAIL_CAP]; /* when it was removed; which root it looks like */
    bool fetched;   /* the path needs a certificate that was fetched by AIA */
    bool exhausted; /* the search was given up: what was sent leads to too many paths */
    enum verdict_ct ct;
    size_t n_scts; /* of the leaf: embedded, stapled, of the handshake; 0 unless ct was judged */
    enum verdict_revocation *revocation; /* owned; n_path of them; NULL: nothing was checked */
    const char *revocation_source;       /* static: "staple", "ocsp", "crl"; NULL: none */
    struct verdict_detour detours[VERDICT_DETOURS_MOST];
    size_t n_detours;
    const char
        *causes[VERDICT_CAUSES_MOST]; /* static: ids of the catalogue, the winning one first */
    size_t n_causes;
    struct openssl_opinion openssl;
};

void verdict_fini(struct verdict *v);
const char *verdict_answer_name(enum verdict_answer a); /* "error", "accept", "reject" */
/* "not-judged", "qualified", "missing", "invalid", "cannot-tell" */
const char *verdict_ct_name(enum verdict_ct c);
/* "not-checked", "good", "revoked", "unknown", "stale", "invalid", "unreachable" */
const char *verdict_revocation_name(enum verdict_revocation r);
/* The failing check of this name at this certificate (any: SIZE_MAX), or NULL. */
const struct verdict_check *verdict_failed(const struct verdict *v, const char *check, size_t cert);
/* Apple's underlying error: `Certificate 0 “NAME” has errors: TEXT, TEXT;Certificate 1 …`. Freed
 * with mem_free. */
char *verdict_long_text(const struct verdict *v);
/* The verdict's members as the contract spells them, into an object that is open. */
void verdict_write_json(const struct verdict *v, struct json_out *out);

#endif
