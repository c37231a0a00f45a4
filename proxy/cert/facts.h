/* cert/facts.h - one certificate: its bytes, and what it says, read once.
 *
 * Immutable and shared by reference count; any thread. A certificate is hostile input: its size is
 * bounded before it is read, and text in it may hold anything (see `struct cert_name`). Nothing
 * here judges. Uses base/, OpenSSL. Used by chain, roots, name and all rooms that look at
 * certificates. */
#ifndef WHYTLS_CERT_FACTS_H
#define WHYTLS_CERT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct x509_st;     /* OpenSSL's X509 */
struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

enum {
    CERT_BYTES_MOST =
        2 * 1024 *
        1024, /* from files; Apple's tests have one of 1.2 MB. The wire's limit is tls/'s */
    CERT_EXTENSIONS_MOST = 256,
    CERT_NAME_PARTS_MOST = 256, /* attributes of one subject */
};

/* Text inside is UTF-8 that ends in NUL. Bytes that are none, and NUL itself, stand as \xNN, so
 * that no name is ever cut short at an embedded NUL, and such a name, having a backslash, looks
 * like no host name. Control characters are kept: whoever prints runs text_add_safe. */
struct cert_texts {
    char **at; /* owned */
    size_t n;
};

struct cert_span {
    const uint8_t *at;
    size_t len;
};

struct cert_name {
    char *text;              /* RFC 4514: "CN=a,O=b"; "" when empty */
    char *cn, *o, *ou, *c;   /* the first of each, or NULL */
    struct cert_span der;    /* the whole Name, inside the certificate's DER */
    struct cert_span normal; /* owned: what issuer and subject are matched by (cert/name.h) */
    bool empty;              /* no attribute at all */
};

enum cert_key_type {
    CERT_KEY_UNREADABLE = 0,
    CERT_KEY_RSA,
    CERT_KEY_RSA_PSS,
    CERT_KEY_EC,
    CERT_KEY_ED25519,
    CERT_KEY_ED448,
    CERT_KEY_DSA,
    CERT_KEY_OTHER
};

enum cert_hash {
    CERT_HASH_UNKNOWN = 0,
    CERT_HASH_MD2,
    CERT_HASH_MD4,
    CERT_HASH_MD5,
    CERT_HASH_SHA1,
    CERT_HASH_SHA224,
    CERT_HASH_SHA256,
    CERT_HASH_SHA384,
    CERT_HASH_SHA512,
    CERT_HASH_NONE /* Ed25519 and Ed448 need none */
};

/* RFC 5280 §4.2.1.3, bit n as 1 << n. */
enum cert_key_usage {
    CERT_USE_DIGITAL_SIGNATURE = 1 << 0,
    CERT_USE_NON_REPUDIATION = 1 << 1,
    CERT_USE_KEY_ENCIPHERMENT = 1 << 2,
    CERT_USE_DATA_ENCIPHERMENT = 1 << 3,
    CERT_USE_KEY_AGREEMENT = 1 << 4,
    CERT_USE_CERT_SIGN = 1 << 5,
    CERT_USE_CRL_SIGN = 1 << 6,
    CERT_USE_ENCIPHER_ONLY = 1 << 7,
    CERT_USE_DECIPHER_ONLY = 1 << 8,
};

struct cert_extension {
    char *oid;        /* "2.5.29.17" */
    const char *name; /* "subjectAltName"; the OID when unknown */
    bool critical;
    bool known;             /* one that iOS reads (its rules for critical ones: judge/) */
    bool readable;          /* it decodes; true as well for one that nobody here knows */
    bool ios_reads;         /* and as iOS wants it, which is stricter in places */
    struct cert_span value; /* inside the certificate's DER */
};

/* iPAddress entries: 4 or 16 bytes. */
struct cert_ip {
    uint8_t len, at[16];
};

struct cert {
    struct cert_span der; /* owned */
    uint8_t sha256[32], spki_sha256[32];
    char sha256_hex[65], spki_sha256_hex[65];
    char *serial; /* hex, two digits a byte; "-" in front when negative */

    struct cert_name subject, issuer;
    /* The NAME of iOS's sentences: common names, last first; else e-mail, DNS name, OU, O, any. */
    char *summary;
    int version;      /* 1, 2, 3; other values as the certificate has them, plus one */
    bool version_odd; /* its version field says neither 2 nor 3: an explicit 1, or a number nobody
                         knows */
    int64_t not_before, not_after; /* seconds since 1970, UTC */
    bool dates_readable;           /* false: both are 0 */
    bool dates_by_rfc;             /* and written as RFC 5280 §4.1.2.5 wants them */

    bool has_san, san_critical;
    /* False: one entry is spoilt, so iOS lets none of the kind count. */
    bool dns_usable, ips_usable;
    struct cert_texts dns, emails, uris, ips; /* of subjectAltName */
    struct cert_ip *raw_ips;                  /* owned; n_raw_ips of them */
    size_t n_raw_ips;
    struct cert_texts subject_emails; /* emailAddress attributes of the subject */

    bool is_ca, has_basic_constraints;
    int path_len; /* -1: none */

    enum cert_key_type key_type;
    int key_bits;      /* 0 when unreadable */
    bool key_explicit; /* EC parameters spelt out instead of a named curve */
    char *key_text;    /* "P-256", "RSA-2048", "Ed25519" */
    struct cert_span spki;
    enum cert_hash hash;      /* of its signature, from the algorithm inside the signed part */
    char *signature;          /* "ecdsa-sha256", "rsa-pss-sha256", "ed25519", or the OID */
    bool signature_ids_agree; /* inner and outer algorithm */

    bool has_key_usage, has_eku;
    unsigned key_usage; /* enum cert_key_usage */
    struct cert_texts key_usage_names;
    struct cert_texts eku_oids, eku_names; /* same order; a name is the OID when unknown */

    char *aki, *ski; /* hex, lower case; NULL when absent (aki: its keyIdentifier) */
    struct cert_span aki_id, ski_id;
    struct cert_texts aia, ocsp, crls, policies;
    bool aia_odd;  /* says where the issuer or a responder is, but not by an address */
    size_t n_scts; /* embedded */
    bool must_staple;

    struct cert_extension *extensions; /* owned */
    size_t n_extensions;
    bool has_duplicate_extension, has_unreadable_extension;

    bool self_issued; /* normalised issuer equals normalised subject */
    bool self_signed; /* and its own key verifies it */

    struct x509_st *x509;    /* owned */
    struct evp_pkey_st *key; /* owned; NULL when it cannot be read */
};

/* Reads one certificate; its DER must fill `len` exactly. The result has one reference. NULL and *e
 * (one clear line, without a position) when it is none or breaks a limit. An extension that does
 * not decode is a fact, not a failure. */
struct cert *cert_parse(const uint8_t *der, size_t len, struct err *e) MUST_USE;
/* As cert_parse, through a bounded memory of the latest certificates that the whole process shares:
 * an intermediate that every second site sends is read once. */
const struct cert *cert_share(const uint8_t *der, size_t len, struct err *e) MUST_USE;
const struct cert *cert_ref(const struct cert *c);
void cert_unref(const struct cert *c); /* NULL is fine */

bool cert_same(const struct cert *a, const struct cert *b); /* byte for byte */
/* NULL when it has none; the first when there are several. */
const struct cert_extension *cert_extension(const struct cert *c, const char *oid);
bool cert_has_eku(const struct cert *c, const char *oid);
/* Is `c` signed by the key of `issuer`? Costs a public key operation. */
bool cert_is_signed_by(const struct cert *c, const struct cert *issuer);
/* notAfter - notBefore */
int64_t cert_lifetime(const struct cert *c);

#endif
