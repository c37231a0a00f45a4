/* app/case_json.h - one case of `whytls judge`, read from a line of JSON. Home of jansson for
 * cases. */
#ifndef WHYTLS_APP_CASE_JSON_H
#define WHYTLS_APP_CASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "judge/judge.h"

struct cert_chain;

enum {
    CASE_BYTES_MOST = 16 * 1024 * 1024, /* of a line */
    CASE_ANCHORS_MOST = 1000,
};

struct case_json {
    char              *id;      /* owned; NULL until it is read */
    char              *host;    /* owned; NULL: no name check */
    struct cert_chain *chain;   /* owned: the leaf, then the intermediates */
    struct cert_chain *anchors; /* owned */
    enum judge_policy  policy;
    enum anchors_are   anchors_are;
    int64_t            at; /* now when the case names no time */
    char *unsupported; /* owned: what this judge cannot do; then nothing below `id` is filled. NULL:
                          all is well */
};

/* Fills `out`, which the caller gives back with case_json_fini in any case. False: malformed; *e
 * says what and how to mend it, and out->id is there if it could be read. `now` is in seconds. */
bool case_json_read(
    const char *line, size_t len, int64_t now, struct case_json *out, struct err *e) MUST_USE;
void case_json_fini(struct case_json *c);

#endif
