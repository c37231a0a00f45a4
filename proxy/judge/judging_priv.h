/* judge/judging_priv.h - one path under judgement, and the checks that are run on it. */
#ifndef WHYTLS_JUDGE_JUDGING_PRIV_H
#define WHYTLS_JUDGE_JUDGING_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "judge/check.h"
#include "judge/judge.h"
#include "judge/verdict.h"

/* Bounds of one judgement, so that no pool of certificates can hold up a traffic thread. */
enum {
    JUDGE_DEPTH_MOST = 20,           /* certificates of one path; public paths have 3 or 4 */
    JUDGE_PATHS_MOST = 1000,         /* partial paths */
    JUDGE_CANDIDATES_MOST = 100,     /* paths judged in full, as iOS does */
    JUDGE_SIGNATURES_US = 15000,     /* public key operations, as link_cost_us counts them */
    JUDGE_NAME_TESTS_MOST = 1 << 18, /* names against subtrees: about 8 ms */
};

struct judge_path {
    const struct cert *at[JUDGE_DEPTH_MOST]; /* borrowed from the case; leaf first */
    size_t n;
    bool anchored; /* the last one is trusted */
    bool fetched;  /* one of them was not sent, and had to be fetched */
};

/* The paths of one case that came to an end: the best, and those that were turned down for it. */
struct judge_paths {
    struct judge_path best;
    struct judge_path others[VERDICT_DETOURS_MOST];
    size_t n_others;
    bool exhausted; /* not all were looked at */
};

struct judging {
    const struct judge_case *c;
    struct judge_path path;
    bool counting;                /* only n_checks is wanted: nothing is written */
    unsigned name_tests;          /* that may still be made */
    struct verdict_check *checks; /* owned */
    size_t n_checks;
    enum verdict_revocation *revocation; /* owned, of path.n; NULL: nothing was looked at */
    const char *revocation_source;       /* static, or NULL */
    enum verdict_ct ct;
    size_t n_scts; /* of the leaf, wherever they came from */
};

/* What a failing check says beside its name. */
struct finding {
    enum judge_check_id check;
    size_t cert;
    const char *cause, *also; /* static, or NULL */
};

void judging_fail(struct judging *j, struct finding f, const char *format, ...) PRINTF_LIKE(3, 4);
void judging_fini(struct judging *j);
void judging_run(struct judging *j);

/* The kind of anchor at the end; a path without one is held to the rules of an app's own. */
enum anchors_are judging_kind(const struct judging *j);
bool judging_leaf_is_user_anchor(const struct judging *j);
/* What Apple's lists say of the CAs of the path, once the checks are made: verdict.ca_status. */
void listed_tell(const struct judging *j, struct verdict *out);
/* "both", "apple", "mozilla", "custom", "neither": whose list ends the path. */
const char *judging_trusted_by(const struct judging *j);
static inline const struct cert *judging_last(const struct judging *j)
{
    return j->path.at[j->path.n - 1];
}

void check_anchor(struct judging *j);
void check_time(struct judging *j);
void check_lifetime(struct judging *j);
void check_smime_lifetime(struct judging *j);
void check_host(struct judging *j);
void check_eap_names(struct judging *j);
void check_email(struct judging *j);
void check_weak_key(struct judging *j);
void check_key_size(struct judging *j);
void check_system_weak_key(struct judging *j);
void check_weak_signature(struct judging *j);
void check_signature_hash(struct judging *j);
void check_system_weak_hash(struct judging *j);
void check_extended_key_usage(struct judging *j);
void check_server_auth(struct judging *j);
void check_email_protection(struct judging *j);
void check_key_usage(struct judging *j);
void check_smime_usage(struct judging *j);
void check_pins(struct judging *j);
void check_denied(struct judging *j);
void check_listed(struct judging *j);
void check_form(struct judging *j);
void check_depth(struct judging *j);
void check_web_usage(struct judging *j);
void check_web_key(struct judging *j);
void check_web_wildcard(struct judging *j);
void check_ca(struct judging *j);
void check_path_length(struct judging *j);
void check_extensions(struct judging *j);
void check_subjects(struct judging *j);
void check_links(struct judging *j);
void check_name_constraints(struct judging *j);
void check_policies(struct judging *j);
void check_revocation(struct judging *j);
void check_ct(struct judging *j);

/* The CA checks of one certificate above the leaf: true when it may stand at this place of the
 * path. */
bool ca_is_fit(const struct cert *c);

/* Of the roots of a public store the web policy does not ask how they are written. */
bool form_is_waived(const struct judging *j, size_t i);

/* The best path of the case, by iOS's scores; at least the leaf. What was fetched counts only where
 * nothing is accepted without. */
void path_find(const struct judge_case *c, struct judge_paths *out);
/* Why the others were turned down, into the verdict. */
void detours_tell(const struct judge_case *c, const struct judge_paths *paths, struct verdict *out);
/* Somebody with the issuer's name was there, but their key does not verify the last certificate. */
bool path_has_bad_link(const struct judge_case *c, const struct judge_path *path);
/* Is `c` trusted in this case? */
bool case_trusts(const struct judge_case *jc, const struct cert *c);

/* cert_is_signed_by, remembered for the whole process. *budget_us (may be NULL) is what may still
 * be computed: at 0 the answer is no, unless it is remembered. */
bool link_is_good(const struct cert *c, const struct cert *issuer, unsigned *budget_us);
/* Whether it is remembered, good or bad. */
bool link_is_known(const struct cert *c, const struct cert *issuer);
/* What verifying with the key of `issuer` takes, roughly. */
unsigned link_cost_us(const struct cert *issuer);

/* Has the log signed this SCT for this leaf? The log's key is that of the id inside the SCT. */
struct sct_question {
    const uint8_t *leaf;   /* sha256 of the certificate */
    const uint8_t *issuer; /* sha256 of its issuer's key; zeros when the SCT is not embedded */
    struct cert_span sct;
};

/* True when it was computed before; then *good is the answer. The whole process remembers. */
bool sct_recall(const struct sct_question *q, bool *good);
void sct_keep(const struct sct_question *q, bool good);

void openssl_ask(
    const struct judge_case *c, const struct judge_path *path, struct openssl_opinion *out);

#endif
