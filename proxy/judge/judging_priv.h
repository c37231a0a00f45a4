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
    JUDGE_SIGNATURES_MOST = 128,     /* public key operations: about 20 ms with RSA-4096 */
    JUDGE_NAME_TESTS_MOST = 1 << 20, /* names against subtrees, as OpenSSL's limit: about 20 ms */
};

struct judge_path {
    const struct cert *at[JUDGE_DEPTH_MOST]; /* borrowed from the case; leaf first */
    size_t             n;
    bool               anchored; /* the last one is trusted */
};

struct judging {
    const struct judge_case *c;
    struct judge_path        path;
    bool                     counting;   /* only n_checks is wanted: nothing is written */
    unsigned                 name_tests; /* that may still be made */
    struct verdict_check    *checks;     /* owned */
    size_t                   n_checks;
};

/* What a failing check says beside its name. */
struct finding {
    enum judge_check_id check;
    size_t              cert;
    const char         *cause, *also; /* static, or NULL */
};

void judging_fail(struct judging *j, struct finding f, const char *format, ...) PRINTF_LIKE(3, 4);
void judging_fini(struct judging *j);
void judging_run(struct judging *j);

/* The kind of anchor at the end; a path without one is held to the rules of an app's own. */
enum anchors_are                 judging_kind(const struct judging *j);
bool                             judging_leaf_is_user_anchor(const struct judging *j);
static inline const struct cert *judging_last(const struct judging *j)
{
    return j->path.at[j->path.n - 1];
}

void check_anchor(struct judging *j);
void check_time(struct judging *j);
void check_lifetime(struct judging *j);
void check_host(struct judging *j);
void check_weak_key(struct judging *j);
void check_key_size(struct judging *j);
void check_weak_signature(struct judging *j);
void check_signature_hash(struct judging *j);
void check_extended_key_usage(struct judging *j);
void check_server_auth(struct judging *j);
void check_ca(struct judging *j);
void check_path_length(struct judging *j);
void check_extensions(struct judging *j);
void check_subjects(struct judging *j);
void check_links(struct judging *j);
void check_name_constraints(struct judging *j);
void check_policies(struct judging *j);

/* The CA checks of one certificate above the leaf: true when it may stand at this place of the
 * path. */
bool ca_is_fit(const struct cert *c);

/* The best path of the case, by iOS's scores; at least the leaf. */
void path_find(const struct judge_case *c, struct judge_path *out);
/* Somebody with the issuer's name was there, but their key does not verify the last certificate. */
bool path_has_bad_link(const struct judge_case *c, const struct judge_path *path);
/* Is `c` trusted in this case? */
bool case_trusts(const struct judge_case *jc, const struct cert *c);

/* cert_is_signed_by, remembered for the whole process. *budget (may be NULL) is what may still be
 * computed: at 0 the answer is no, unless it is remembered. */
bool link_is_good(const struct cert *c, const struct cert *issuer, unsigned *budget);

void openssl_ask(
    const struct judge_case *c, const struct judge_path *path, struct openssl_opinion *out);

#endif
