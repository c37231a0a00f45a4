/* cert/sct.h - signed certificate timestamps (RFC 6962): the promise of a log, in the three places
 * where it may travel, and what exactly was promised.
 *
 * The bytes are hostile: framing is read strictly, counts are bounded. Nothing here knows which
 * logs are trusted (trust/ct_logs.h) or how many promises are enough (judge/). Thread: any. */
#ifndef WHYTLS_CERT_SCT_H
#define WHYTLS_CERT_SCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "cert/facts.h"

enum {
    SCTS_MOST = 32,              /* of one list; the strictest rule asks for five */
    SCT_LIST_BYTES_MOST = 65535, /* what its own length can say */
    SCT_LOG_ID_BYTES = 32,
};

/* RFC 5246 §7.4.1.4.1, as far as logs may use them. */
enum sct_hash { SCT_SHA1 = 2, SCT_SHA256 = 4, SCT_SHA384 = 5 };
enum sct_signer { SCT_RSA = 1, SCT_ECDSA = 3 };

/* One SCT of version 1 (RFC 6962 §3.2), inside somebody's bytes. */
struct sct {
    struct cert_span whole;
    const uint8_t *log_id; /* SCT_LOG_ID_BYTES: SHA-256 of the log's key */
    uint64_t timestamp_ms; /* since 1970 */
    struct cert_span extensions;
    uint8_t hash, signer; /* as sent: enum sct_hash, enum sct_signer, or unknown */
    struct cert_span signature;
};

struct sct_list {
    struct sct at[SCTS_MOST];
    size_t n;
    size_t n_unreadable; /* of another version, or not as RFC 6962 has them */
    size_t n_cut;        /* more were sent and not looked at */
};

/* What a log signed: the certificate itself, or its form before the SCTs were put in. */
struct sct_entry {
    bool precert;
    uint8_t issuer_key[32]; /* of a precertificate: SHA-256 of the issuer's public key */
    struct cert_span body;  /* DER of the certificate, or of the TBSCertificate */
};

/* One SerializedSCT without its length. False: another version, or not well-formed. */
bool sct_parse(struct cert_span bytes, struct sct *out) MUST_USE;
/* A SignedCertificateTimestampList (RFC 6962 §3.3), as TLS sends it. False when its framing is
 * broken or nothing is in it; then *out is empty. */
bool sct_list_parse(struct cert_span bytes, struct sct_list *out) MUST_USE;
/* The list inside the OCTET STRING that certificates and OCSP responses carry. */
bool sct_list_unwrap(struct cert_span value, struct cert_span *list) MUST_USE;
/* The list that is embedded in a certificate; false when there is none. */
bool sct_list_embedded(const struct cert *c, struct cert_span *list) MUST_USE;
/* SCTs, one by one, as one list: freed with mem_free. NULL when they do not fit or one is empty. */
uint8_t *sct_list_pack(const struct cert_span *scts, size_t n, size_t *len) MUST_USE;

/* The TBSCertificate as the log saw it: without the list of SCTs and without the poison
 * (RFC 6962 §3.2), all else byte for byte. Freed with mem_free; NULL when there is neither. */
uint8_t *sct_precert_tbs(const struct cert *c, size_t *len) MUST_USE;
/* Costs a public key operation. */
bool sct_is_signed_by(
    const struct sct *s, const struct sct_entry *entry, struct evp_pkey_st *key) MUST_USE;

#endif
