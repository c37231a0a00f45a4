/* app/case_wants.h - what a case of `whytls judge` asks beyond a valid chain (names, usages, pins,
 * depth), and the OCSP responses and CRLs that it brings. */
#ifndef WHYTLS_APP_CASE_WANTS_H
#define WHYTLS_APP_CASE_WANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "judge/judge.h"

struct cert_chain;
struct json_t; /* jansson's, whose header does not go with base/json_out.h */

enum { CASE_LIST_MOST = 1000 /* names, pins, responses */ };

struct case_blobs {
    struct cert_span *at; /* owned, and the bytes of each */
    size_t n;
};

struct case_wants {
    char *email;         /* owned; NULL: none */
    char **server_names; /* owned */
    size_t n_server_names;
    unsigned key_usage, smime_usage;
    bool has_max_depth;
    size_t max_depth;
    bool has_pins;
    struct judge_pins pins;
    struct cert_chain *denied; /* owned; NULL: none */
    struct case_blobs ocsp, crls;
    struct judge_evidence evidence; /* over the blobs */
};

/* Fills `out`, which the caller gives back with case_wants_fini in any case. */
bool case_wants_read(const struct json_t *a_case, struct case_wants *out, struct err *e) MUST_USE;
void case_wants_fini(struct case_wants *w);
/* Puts everything into the case, which borrows it. The evidence is taken over but for its SCTs. */
void case_wants_put(const struct case_wants *w, struct judge_case *out);

#endif
