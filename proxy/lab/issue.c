#include "issue.h"

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

EVP_PKEY *issue_key(enum recipe_key kind, struct err *e)
{
    EVP_PKEY *key = NULL;

    switch (kind) {
    case KEY_P256:
        key = EVP_EC_gen("P-256");
        break;
    case KEY_RSA2048:
        key = EVP_RSA_gen(2048);
        break;
    case KEY_RSA1024:
        key = EVP_RSA_gen(1024);
        break;
    case N_RECIPE_KEYS:
        break;
    }
    if (!key)
        issue_failed(e, "making a key");
    return key;
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
    const unsigned char *cn = (const unsigned char *)r->subject;

    if (r->is_ca && !X509_NAME_add_entry_by_txt(
                        name, "O", MBSTRING_ASC, (const unsigned char *)"Lab", -1, -1, 0))
        return false;
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, cn, -1, -1, 0) &&
           X509_set_issuer_name(cert, o->issuer ? X509_get_subject_name(o->issuer) : name);
}

static bool add_serial(X509 *cert)
{
    unsigned char bytes[SERIAL_BYTES];

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x3f) | 0x40; /* RFC 5280 §4.1.2.2: positive, and not shortened */
    BIGNUM *n = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool good = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
    BN_free(n);
    return good;
}

static bool add_dates(X509 *cert, const struct issue_order *o)
{
    const struct recipe *r = o->recipe;

    return ASN1_TIME_set(X509_getm_notBefore(cert), o->now_s + (int64_t)r->from_day * DAY_S) &&
           ASN1_TIME_set(X509_getm_notAfter(cert), o->now_s + (int64_t)r->to_day * DAY_S);
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

X509 *issue_cert(const struct issue_order *o, struct err *e)
{
    X509 *cert = X509_new();
    const EVP_MD *digest = EVP_get_digestbyname(o->recipe->digest);
    EVP_PKEY *signer = o->issuer ? o->issuer_key : o->key;

    if (cert && digest && X509_set_version(cert, X509_VERSION_3) && add_serial(cert) &&
        add_names(cert, o) && add_dates(cert, o) && X509_set_pubkey(cert, o->key) &&
        add_extensions(cert, o) && X509_sign(cert, signer, digest) > 0 &&
        add_promises(cert, signer, o) && X509_sign(cert, signer, digest) > 0)
        return cert;
    issue_failed(e, o->recipe->subject);
    X509_free(cert);
    return NULL;
}
