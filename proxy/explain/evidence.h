/* explain/evidence.h - what a chain is judged with besides its certificates: what came with the
 * handshake, and what is fetched when the first verdict lacks it. */
#ifndef WHYTLS_EXPLAIN_EVIDENCE_H
#define WHYTLS_EXPLAIN_EVIDENCE_H

#include <stdbool.h>

#include "fetch/evidence.h"

struct explain_ask;
struct flow;
struct leg;

/* One explanation's. */
struct explain_evidence {
    struct cert_span staple, scts; /* borrowed from the leg; empty for a file */
    struct fetch_evidence *found;  /* owned; NULL: nothing was fetched */
    struct evidence_bundle bundle;
};

/* `leg` NULL: there was no handshake. */
void explain_evidence_init(struct explain_evidence *x, const struct leg *leg);
void explain_evidence_fini(struct explain_evidence *x);
/* Lends it to a case, whose policy is set: who does not fetch issuers is lent none. */
void explain_evidence_lend(struct explain_evidence *x, struct judge_case *to);
/* What the first verdict lacks, fetched; waits for it. Writes what came of it into the flow, whose
 * server_leg is there. True: the case is to be judged again. */
bool explain_evidence_gather(struct explain_evidence *x, const struct explain_ask *ask,
    struct flow *f, const struct judge_case *c, const struct verdict *first);
/* After each verdict: into the verdict what nobody answered, into the flow what is amiss. */
void explain_evidence_tell(
    struct explain_evidence *x, const struct explain_ask *ask, struct flow *f, struct verdict *v);

#endif
