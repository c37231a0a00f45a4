#include "issue.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "staple.h"

enum { SERIAL_BYTES = 16, DAY_S = 86400 };

bool issue_failed(struct err *e, const char *doing)
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    ERR_clear_error();
    err_set(e, ERR_CRYPTO, "%s: %s", doing, reason ? reason : "OpenSSL gives no reason");
    if (e)
        e->lib = code;
    return false;
}

static bool add_ext(X509 *cert, X509V3_CTX *ctx, const char *name, const char *value)
{
    if (!*value)
        return true;
    X509_EXTENSION *ext = X509V3_EXT_nconf(NULL, ctx, name, value);
    bool good = ext && X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
    return good;
}

static bool add_alt_name(X509 *cert, X509V3_CTX *ctx, const struct recipe *r)
{
    struct text value = {0};

    if (r->alt_name)
        text_add(&value, r->alt_name);
    else
        text_printf(&value, "DNS:%s", r->subject);
    for (int i = 0; i < r->more_names; i++)
        text_printf(&value, ",DNS:name-%d.%s", i, r->subject);
    bool good = add_ext(cert, ctx, "subjectAltName", text_str(&value));
    text_fini(&value);
    return good;
}

static bool add_responder(X509 *cert, X509V3_CTX *ctx, const struct recipe *r)
{
    struct text value = {0};

    text_printf(&value, "OCSP;URI:http://" STAPLE_HOST "/%s", r->subject);
    bool good = add_ext(cert, ctx, "authorityInfoAccess", text_str(&value));
    text_fini(&value);
    return good;
}

static bool add_extensions(X509 *cert, const struct issue_order *o)
{
    const struct recipe *r = o->recipe;
    X509V3_CTX ctx;

    if (r->old_version)
        return X509_set_version(cert, X509_VERSION_1);
    X509V3_set_ctx(&ctx, o->issuer ? o->issuer : cert, cert, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&ctx);
    /* The subject's key id stands first: a certificate that signs itself finds its authority's
     * there. */
    if (!add_ext(cert, &ctx, "subjectKeyIdentifier", "hash") ||
        !add_ext(cert, &ctx, "authorityKeyIdentifier", r->authority_key_id) ||
        !add_ext(cert, &ctx, "basicConstraints", r->basic_constraints) ||
        !add_ext(cert, &ctx, "keyUsage", r->key_usage) ||
        !add_ext(cert, &ctx, "extendedKeyUsage", r->extended_key_usage) ||
        !add_alt_name(cert, &ctx, r))
        return false;
    if (r->says && !add_responder(cert, &ctx, r))
        return false;
    for (int times = r->extra_name ? 1 + r->extra_twice : 0; times > 0; times--)
        if (!add_ext(cert, &ctx, r->extra_name, r->extra_value))
            return false;
    return true;
}

static bool add_names(X509 *cert, const struct issue_order *o)
{
    X509_NAME *name = X509_get_subject_name(cert);
    const struct recipe *r = o->recipe;
    const unsigned char *cn = (const unsigned char *)(r->common_name ? r->common_name : r->subject);

    if (r->is_ca && !r->nameless &&
        !X509_NAME_add_entry_by_txt(
            name, "O", MBSTRING_ASC, (const unsigned char *)"Lab", -1, -1, 0))
        return false;
    return (r->nameless || X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, cn, -1, -1, 0)) &&
           X509_set_issuer_name(cert, o->issuer ? X509_get_subject_name(o->issuer) : name);
}

static bool add_serial(X509 *cert, const struct recipe *r)
{
    unsigned char bytes[SERIAL_BYTES];

    if (r->serial)
        return ASN1_INTEGER_set(X509_get_serialNumber(cert), strtol(r->serial, NULL, 10));
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x3f) | 0x40; /* RFC 5280 §4.1.2.2: positive, and not shortened */
    BIGNUM *n = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool good = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
    BN_free(n);
    return good;
}

/* A thirteenth month; iOS reads more forms than RFC 5280 §4.1.2.5 has, but no such day. */
static bool spoil_date(ASN1_TIME *date)
{
    return ASN1_STRING_set(date, "261301000000Z", -1);
}

static bool add_dates(X509 *cert, const struct issue_order *o)
{
    const struct recipe *r = o->recipe;

    return ASN1_TIME_set(X509_getm_notBefore(cert), o->now_s + (int64_t)r->from_day * DAY_S) &&
           ASN1_TIME_set(X509_getm_notAfter(cert), o->now_s + (int64_t)r->to_day * DAY_S) &&
           (r->spoils != SPOILS_DATES ||
               (spoil_date(X509_getm_notBefore(cert)) && spoil_date(X509_getm_notAfter(cert))));
}

/* Promised when it begins, but never later than now: what comes from the future counts for nothing.
 */
static bool add_promises(X509 *cert, EVP_PKEY *signer, const struct issue_order *o)
{
    const struct recipe *r = o->recipe;
    int day = r->from_day < 0 ? r->from_day : 0;

    return !o->logs || !o->issuer || r->is_ca ||
           ct_log_promise(
               o->logs, r->promises, cert, signer, o->now_s + (int64_t)day * DAY_S, NULL);
}

static bool sign(X509 *cert, const struct issue_order *o)
{
    EVP_PKEY *signer = o->issuer ? o->issuer_key : o->key;
    bool hashes_itself = EVP_PKEY_is_a(signer, "ED25519");
    const EVP_MD *digest = hashes_itself ? NULL : EVP_get_digestbyname(o->recipe->digest);

    return (digest || hashes_itself) && X509_sign(cert, signer, digest) > 0 &&
           add_promises(cert, signer, o) && X509_sign(cert, signer, digest) > 0;
}

static void spoil_signature(X509 *cert)
{
    const ASN1_BIT_STRING *signature;

    X509_get0_signature(&signature, NULL, cert);
    signature->data[signature->length - 1] ^= 1;
}

/* RFC 5280 §4.1.1.2: it has to be the one that is signed as well. */
static bool spoil_algorithm(X509 *cert)
{
    const X509_ALGOR *beside;

    X509_get0_signature(NULL, &beside, cert);
    return X509_ALGOR_set0(
        (X509_ALGOR *)(uintptr_t)beside, OBJ_nid2obj(NID_ecdsa_with_SHA384), V_ASN1_UNDEF, NULL);
}

/* SEC 1 §2.3.3: the first octet of a point says how it is written, and 5 is no way. */
static bool spoil_key(X509 *cert)
{
    X509_get0_pubkey_bitstr(cert)->data[0] = 5;
    return true;
}

static bool spoil_signed(X509 *cert, enum recipe_spoils spoils)
{
    switch (spoils) {
    case SPOILS_SIGNATURE:
        spoil_signature(cert);
        return true;
    case SPOILS_ALGORITHM:
        return spoil_algorithm(cert);
    case SPOILS_NOTHING:
    case SPOILS_DATES:
    case SPOILS_KEY:
    case SPOILS_FORM:
        break;
    }
    return true;
}

X509 *issue_cert(const struct issue_order *o, struct err *e)
{
    X509 *cert = X509_new();

    if (cert && X509_set_version(cert, X509_VERSION_3) && add_serial(cert, o->recipe) &&
        add_names(cert, o) && add_dates(cert, o) && X509_set_pubkey(cert, o->key) &&
        add_extensions(cert, o) && (o->recipe->spoils != SPOILS_KEY || spoil_key(cert)) &&
        sign(cert, o) && spoil_signed(cert, o->recipe->spoils))
        return cert;
    issue_failed(e, o->recipe->subject);
    X509_free(cert);
    return NULL;
}
