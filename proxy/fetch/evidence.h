/* fetch/evidence.h - what a first verdict lacks, looked for in the network: the missing issuers,
 * and, when asked, whether the certificates are revoked. The verdict is made again with it by
 * whoever asked.
 *
 * A plain value once it is there; any thread. See gatherer.h for how to get one. */
#ifndef WHYTLS_FETCH_EVIDENCE_H
#define WHYTLS_FETCH_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cert/chain.h"
#include "judge/judge.h"
#include "judge/verdict.h"

enum {
    EVIDENCE_LEVELS_MOST = 3, /* issuers fetched one above the other */
    EVIDENCE_URLS_MOST = 3, /* of one certificate, as iOS; one that lists 10 or more is not asked */
    EVIDENCE_LISTED_MOST = 10,
    EVIDENCE_ANSWERS_MOST = 16, /* OCSP responses, and CRLs */
};

/* What became of the issuer's addresses: the last one that was tried. */
enum evidence_issuer {
    EVIDENCE_NOT_TRIED = 0,
    EVIDENCE_FETCHED,
    EVIDENCE_NOT_THERE,  /* the server says that there is no such file */
    EVIDENCE_WRONG,      /* something else than the issuer's certificate */
    EVIDENCE_NO_CONTACT, /* nobody answers; or the address may not be asked */
};

struct evidence_ask {
    const struct judge_case *the_case; /* as judged: chain, anchors, roots, host, time are kept; the
                                          rest is not needed */
    const struct verdict *first;       /* the verdict without */
    const char *site_address; /* "192.0.2.7:443"; NULL: unknown, so nothing in the owner's network
                                 is asked */
    bool issuers, ocsp, crls;
    size_t crl_bytes_most; /* 0: CRL_BYTES_MOST */
};

struct fetch_evidence {
    struct cert_chain *fetched; /* owned; NULL: none */
    enum evidence_issuer issuer;
    char *issuer_url; /* owned: the last that was tried, or NULL */
    struct cert_span ocsp[EVIDENCE_ANSWERS_MOST], crls[EVIDENCE_ANSWERS_MOST]; /* bytes owned */
    size_t n_ocsp, n_crls;
    /* Certificates (by SHA-256) somebody was asked about, and nobody answered: they are
     * "unreachable". */
    uint8_t silent[EVIDENCE_ANSWERS_MOST][32];
    size_t n_silent;
    char *silent_url; /* owned: the last responder or list that did not answer; NULL: none */
};

/* What a case is given besides certificates: it borrows the staple, the SCTs and the evidence. */
struct evidence_bundle {
    struct judge_evidence judge;
    struct cert_span ocsp[1 + EVIDENCE_ANSWERS_MOST];
};

/* Staple and SCTs as they came with the handshake; an empty span: none. `e` may be NULL. */
void evidence_bundle(struct evidence_bundle *out, struct cert_span staple, struct cert_span scts,
    const struct fetch_evidence *e);
/* Is there anything that could be fetched? */
bool evidence_is_wanted(const struct evidence_ask *ask);
void evidence_free(struct fetch_evidence *e); /* NULL is fine */
/* "fetched", "not-there", "wrong", "unreachable"; NULL for EVIDENCE_NOT_TRIED. */
const char *evidence_issuer_name(enum evidence_issuer i);
/* Into a verdict that was made with this evidence: what nobody answered is "unreachable", not
 * merely "not checked". */
void evidence_mark_silent(const struct fetch_evidence *e, struct verdict *v);

#endif
