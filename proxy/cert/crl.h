/* cert/crl.h - one list of revoked certificates (RFC 5280 §5): what it says of a serial number, of
 * when, by whom.
 *
 * Immutable once read; any thread. Hostile input, bounded before it is looked at. Lists that do not
 * stand for themselves (deltas, lists of other CAs' certificates, of some reasons only) are told as
 * such and answer nothing. Uses facts, OpenSSL. Used by judge/, fetch/. */
#ifndef WHYTLS_CERT_CRL_H
#define WHYTLS_CERT_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"

enum { CRL_BYTES_MOST = 16 * 1024 * 1024 /* the largest of public CAs are about 10 MiB */ };

struct crl_facts {
    int64_t this_update, next_update; /* seconds since 1970; next_update 0: none given */
    bool has_number;                  /* RFC 5280 §5.2.3 wants one */
    bool number_critical;             /* … which must not be */
    bool has_aki;                     /* §5.2.1 wants one */
    bool partial; /* a delta, an indirect list, some reasons only, or an unknown critical extension
                   */
    size_t n_revoked;
};

struct crl_answer {
    bool revoked;
    int64_t revoked_at;
    const char *reason; /* static; NULL when not told */
};

struct crl;

/* NULL and *e when it is none, in DER, or breaks the bound. Freed with crl_free. */
struct crl *crl_read(struct cert_span bytes, struct err *e) MUST_USE;
void crl_free(struct crl *l); /* NULL is fine */
const struct crl_facts *crl_facts(const struct crl *l);
/* Does it bear the name of the CA that issued `c`, and may it speak of this certificate (its kind,
 * its distribution point)? Its name only: see crl_is_signed_by. */
bool crl_covers(const struct crl *l, const struct cert *c);
/* Signed by the key of `issuer`, whose key usage allows it (cRLSign, or none said). Costs a public
 * key operation. */
bool crl_is_signed_by(const struct crl *l, const struct cert *issuer);
void crl_find(const struct crl *l, const struct cert *c, struct crl_answer *out);

/* "keyCompromise" of RFC 5280 §5.3.1, also for OCSP; NULL for -1 and numbers that have no name. */
const char *revocation_reason(int number);

#endif
