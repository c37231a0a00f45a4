/* tests/support/mint_revocation.h - OCSP responses and CRLs of any odd shape, minted in the test. A
 * step that OpenSSL refuses aborts the test. */
#ifndef WHYTLS_TESTS_SUPPORT_MINT_REVOCATION_H
#define WHYTLS_TESTS_SUPPORT_MINT_REVOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cert/facts.h"
#include "mint_chain.h"

/* Zeroed but for about and issuer: "good", signed by the issuer, from an hour before MINT_AT to a
 * day after. */
struct mint_ocsp_spec {
    const struct mint *about, *issuer;
    const struct mint *signer; /* NULL: the issuer itself */
    bool without_signer_cert;
    int status;                       /* of OpenSSL: 0 good, 1 revoked, 2 unknown */
    int reason;                       /* revoked: RFC 5280's number + 1; 0: none */
    int64_t this_update, next_update; /* 0: see above; next_update -1: none */
    int64_t revoked_at;               /* 0: a day before MINT_AT */
    const char *id_hash;              /* of the CertID; NULL: SHA1 */
    bool broken_signature;
    int response;         /* status of the whole: 0 successful, 3 tryLater … */
    const char *scts_hex; /* the list as TLS spells it */
    size_t entries;       /* more of them, about other serials */
};

/* DER; its bytes are freed with mem_free. */
struct cert_span mint_ocsp(const struct mint_ocsp_spec *spec);

enum { MINT_CRL_SERIALS_MOST = 4 };

/* Zeroed but for issuer: empty, numbered, from an hour before MINT_AT to a day after. */
struct mint_crl_spec {
    const struct mint *issuer;
    const struct mint *key_of; /* signs instead */
    const struct mint *revoked[MINT_CRL_SERIALS_MOST];
    int reason;                       /* as above, for all */
    int64_t this_update, next_update; /* next_update -1: none */
    bool no_number, number_critical, no_aki;
    bool delta, indirect, only_ca, only_user;
    const char *point; /* of an issuing distribution point */
};

struct cert_span mint_crl(const struct mint_crl_spec *spec);

#endif
