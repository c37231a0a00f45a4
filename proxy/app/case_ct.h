/* app/case_ct.h - what a case of `whytls judge` says of Certificate Transparency: the logs that are
 * trusted, the SCTs that came with the handshake, whether it is enforced. */
#ifndef WHYTLS_APP_CASE_CT_H
#define WHYTLS_APP_CASE_CT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "judge/judge.h"

struct ct_logs;
struct json_t; /* jansson's, whose header does not go with base/json_out.h */

struct case_ct {
    struct ct_logs *logs; /* owned; NULL: the case brings none */
    uint8_t *scts;        /* owned: a SignedCertificateTimestampList, as TLS has it; NULL: none */
    size_t scts_len;
    enum judge_ct enforced;
};

/* Fills `out`, which the caller gives back with case_ct_fini in any case. */
bool case_ct_read(const struct json_t *a_case, struct case_ct *out, struct err *e) MUST_USE;
void case_ct_fini(struct case_ct *c);

#endif
