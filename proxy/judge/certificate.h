/* judge/certificate.h - one certificate by itself, as iOS's parser takes it: can it be read, is its
 * key usable, does it understand its extensions? No chain, no time, no name. Pure; any thread. */
#ifndef WHYTLS_JUDGE_CERTIFICATE_H
#define WHYTLS_JUDGE_CERTIFICATE_H

#include "base/attrib.h"

struct cert;
struct verdict;

enum certificate_question {
    CERTIFICATE_NONE = 0,
    CERTIFICATE_READABLE, /* "cert-parse": it decodes at all */
    CERTIFICATE_KEY,      /* "cert-key": and its public key is of a kind and curve that iOS uses */
    CERTIFICATE_EXTENSIONS, /* "cert-extension": and no check on its extensions fails */
};

/* CERTIFICATE_NONE when no question has this name. */
enum certificate_question certificate_question_find(const char *kind);
/* `c` NULL: it does not decode, which is a rejection. Fills `out` (zeroed by the caller, given back
 * with verdict_fini). */
void certificate_judge(enum certificate_question q, const struct cert *c, struct verdict *out);

#endif
