/* cert/ocsp.h - one OCSP response (RFC 6960), stapled or fetched: its bytes, and what it says of a
 * certificate.
 *
 * Immutable once read; any thread. A response is hostile input: its size and the number of its
 * entries are bounded before anything is looked at. Nothing here judges, and no clock is read: how
 * old is too old is the judge's. Uses facts, OpenSSL. Used by judge/, fetch/. */
#ifndef WHYTLS_CERT_OCSP_H
#define WHYTLS_CERT_OCSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"

enum {
    OCSP_BYTES_MOST = 64 * 1024, /* a response with its signer's chain is 2 to 5 KiB */
    OCSP_ENTRIES_MOST = 64,      /* certificates of one response; honest ones name one */
    OCSP_SIGNERS_MOST = 8,       /* certificates that come along */
};

enum ocsp_status {
    OCSP_NOTHING = 0, /* it does not speak of this certificate */
    OCSP_GOOD,
    OCSP_REVOKED,
    OCSP_UNKNOWN, /* the responder does not know the certificate */
};

/* What one response says of one certificate. */
struct ocsp_answer {
    enum ocsp_status status;
    int64_t this_update, next_update; /* seconds since 1970; next_update 0: none given */
    int64_t revoked_at;               /* OCSP_REVOKED */
    const char *reason; /* static: "keyCompromise", …; NULL when not told. OCSP_REVOKED */
    /* The list of SCTs in its extension (RFC 6962 §3.3), inside the response; empty: none. */
    struct cert_span scts;
};

struct ocsp;

/* NULL and *e when it is no OCSP response, breaks a bound, or is one that says "try later" or
 * another failure of the responder: there is no answer in it then. Freed with ocsp_free. */
struct ocsp *ocsp_read(struct cert_span bytes, struct err *e) MUST_USE;
void ocsp_free(struct ocsp *o); /* NULL is fine */
/* What it says of `c`, which `issuer` has signed (RFC 6960 §4.1.1 knows a certificate by that).
 * When it speaks of it more than once, the entry with the latest thisUpdate counts, a revoked one
 * first. False: it does not, and out->status is OCSP_NOTHING. */
bool ocsp_find(
    const struct ocsp *o, const struct cert *c, const struct cert *issuer, struct ocsp_answer *out);
/* Did `issuer` sign it, or a certificate that issuer signed itself and marked as OCSP signer, valid
 * at `at` (RFC 6960 §4.2.2.2)? Costs one or two public key operations. */
bool ocsp_is_signed_by(const struct ocsp *o, const struct cert *issuer, int64_t at);
/* A request about `c` (RFC 6960 §4.1, CertID by SHA-1 as every responder knows it, no nonce so that
 * answers can be kept); freed with mem_free. NULL when OpenSSL cannot. */
uint8_t *ocsp_request(const struct cert *c, const struct cert *issuer, size_t *len);

#endif
