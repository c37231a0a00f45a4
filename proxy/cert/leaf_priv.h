/* cert/leaf_priv.h - how any leaf is put together: the good ones of leaf.c, those of leaf_fault.c.
 */
#ifndef WHYTLS_CERT_LEAF_PRIV_H
#define WHYTLS_CERT_LEAF_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ca;
struct leaf;
struct leaf_keys;
struct x509_st;
struct evp_pkey_st;

enum { CN_MOST = 64 /* RFC 5280 appendix A.1: ub-common-name */ };

/* All borrowed for the call. */
struct leaf_plan {
    const char *cn;          /* NULL: the subject is empty */
    const char *alt_name;    /* a host or an address; NULL: no subjectAltName */
    int64_t since, until;    /* notBefore, notAfter */
    int64_t good_until;      /* when it is not shown any more */
    struct evp_pkey_st *key; /* NULL: the one that leaves share */
    bool no_usage;
    const struct ca *issuer; /* goes along behind the leaf; outlives it; NULL: the phone has it */
    /* Puts issuer and signature on what is complete otherwise. */
    bool (*sign)(const void *arg, struct x509_st *leaf, struct err *e);
    const void *arg;
};

bool leaf_host_is_fit(const char *host, struct err *e) MUST_USE;
struct leaf *leaf_make(
    const struct leaf_keys *keys, const struct leaf_plan *plan, struct err *e) MUST_USE;

#endif
