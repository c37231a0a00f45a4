/* app/case_json.h - one case of `whytls judge`, read from a line of JSON. Home of jansson for
 * cases. */
#ifndef WHYTLS_APP_CASE_JSON_H
#define WHYTLS_APP_CASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "case_ct.h"
#include "case_wants.h"
#include "judge/certificate.h"
#include "judge/judge.h"

struct cert_chain;
struct ct_logs; /* trust/ct_logs.h */
struct verdict; /* judge/verdict.h */

enum {
    CASE_BYTES_MOST = 16 * 1024 * 1024, /* of a line */
    CASE_ANCHORS_MOST = 1000,
};

struct case_json {
    char *id;   /* owned; NULL until it is read */
    char *host; /* owned; NULL: no name check */
    struct cert_chain
        *chain; /* owned: the leaf, then the intermediates; empty: the leaf cannot be read */
    struct cert_chain *anchors; /* owned */
    enum certificate_question
        question; /* about the leaf alone; CERTIFICATE_NONE: judge the chain */
    enum judge_policy policy;
    bool ignore_expiry;
    struct case_wants wants;
    enum anchors_are anchors_are;
    struct case_ct ct;
    int64_t at;        /* now when the case names no time */
    char *unsupported; /* owned: what this judge cannot do; then nothing below `id` is filled. NULL:
                          all is well */
};

/* Fills `out`, which the caller gives back with case_json_fini in any case. False: malformed; *e
 * says what and how to mend it, and out->id is there if it could be read. `now` is in seconds. */
bool case_json_read(
    const char *line, size_t len, int64_t now, struct case_json *out, struct err *e) MUST_USE;
void case_json_fini(struct case_json *c);
/* The answer to a case that is supported. `ct_logs` (may be NULL) stand in for those of a case that
 * brings none. Fills `out`, zeroed by the caller, given back with verdict_fini. */
void case_json_judge(const struct case_json *c, const struct ct_logs *ct_logs, struct verdict *out);

#endif
