#include "facts.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "base/text.h"

#include "crypto_err_priv.h"
#include "der.h"
#include "extension_priv.h"
#include "name.h"
#include "name_priv.h"

/* RFC 5280 §4.1.2.2 says 20; the serial is kept as it is, and only what iOS cannot read is refused.
 */
enum { SERIAL_MOST = 37 };

/* What the doors show, and the count that they do not. */
struct counted_cert {
    struct cert facts; /* first: a cert is its counted_cert */
    _Atomic unsigned int refs;
};

static struct counted_cert *counted(const struct cert *c)
{
    return (struct counted_cert *)(uintptr_t)c;
}

static const char *curve_name(const EVP_PKEY *key, char *buf, size_t cap)
{
    static const struct {
        const char *openssl, *nist;
    } names[] = {{"prime256v1", "P-256"}, {"secp384r1", "P-384"}, {"secp521r1", "P-521"},
        {"secp224r1", "P-224"}, {"prime192v1", "P-192"}};
    size_t len = 0;

    if (EVP_PKEY_get_group_name(key, buf, cap, &len) != 1 || len == 0)
        return NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].openssl, buf) == 0)
            return names[i].nist;
    return buf;
}

static void key_name(struct cert *c)
{
    char buf[80];
    struct text out = {0};
    const char *curve;

    switch (c->key_type) {
    case CERT_KEY_RSA:
        text_printf(&out, "RSA-%d", c->key_bits);
        break;
    case CERT_KEY_RSA_PSS:
        text_printf(&out, "RSA-PSS-%d", c->key_bits);
        break;
    case CERT_KEY_EC:
        curve = curve_name(c->key, buf, sizeof(buf));
        if (curve)
            text_add(&out, curve);
        else
            text_printf(&out, "EC-%d", c->key_bits);
        break;
    case CERT_KEY_DSA:
        text_printf(&out, "DSA-%d", c->key_bits);
        break;
    case CERT_KEY_ED25519:
        text_add(&out, "Ed25519");
        break;
    case CERT_KEY_ED448:
        text_add(&out, "Ed448");
        break;
    case CERT_KEY_OTHER:
    case CERT_KEY_UNREADABLE:
        text_add(&out, c->key_type == CERT_KEY_OTHER && EVP_PKEY_get0_type_name(c->key)
                           ? EVP_PKEY_get0_type_name(c->key)
                           : "unknown");
        break;
    }
    c->key_text = text_give(&out);
}

static enum cert_key_type key_type(const EVP_PKEY *key)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return CERT_KEY_RSA;
    case EVP_PKEY_RSA_PSS:
        return CERT_KEY_RSA_PSS;
    case EVP_PKEY_EC:
        return CERT_KEY_EC;
    case EVP_PKEY_ED25519:
        return CERT_KEY_ED25519;
    case EVP_PKEY_ED448:
        return CERT_KEY_ED448;
    case EVP_PKEY_DSA:
        return CERT_KEY_DSA;
    default:
        return CERT_KEY_OTHER;
    }
}

/* RFC 3279 §2.3.5: EcpkParameters is an OID for a named curve, a SEQUENCE for an explicit one. */
static bool parameters_are_explicit(struct cert_span spki)
{
    struct der_item outer, algorithm, oid;
    struct der d;

    if (!der_only(spki, DER_SEQUENCE, &outer))
        return false;
    d = der_of(outer.body);
    if (!der_take(&d, DER_SEQUENCE, &algorithm))
        return false;
    d = der_of(algorithm.body);
    return der_take(&d, DER_OID, &oid) && der_peek(&d, DER_SEQUENCE);
}

static void key_read(struct cert *c)
{
    c->key = X509_get0_pubkey(c->x509);
    if (c->key) {
        c->key_type = key_type(c->key);
        c->key_bits = EVP_PKEY_get_bits(c->key);
        c->key_explicit = c->key_type == CERT_KEY_EC && parameters_are_explicit(c->spki);
    }
    key_name(c);
    ERR_clear_error();
}

static const struct {
    const char *oid, *name;
    enum cert_hash hash;
} signatures[] = {
    {"1.2.840.113549.1.1.2", "rsa-md2", CERT_HASH_MD2},
    {"1.2.840.113549.1.1.3", "rsa-md4", CERT_HASH_MD4},
    {"1.2.840.113549.1.1.4", "rsa-md5", CERT_HASH_MD5},
    {"1.2.840.113549.1.1.5", "rsa-sha1", CERT_HASH_SHA1},
    {"1.3.14.3.2.29", "rsa-sha1", CERT_HASH_SHA1},
    {"1.2.840.113549.1.1.14", "rsa-sha224", CERT_HASH_SHA224},
    {"1.2.840.113549.1.1.11", "rsa-sha256", CERT_HASH_SHA256},
    {"1.2.840.113549.1.1.12", "rsa-sha384", CERT_HASH_SHA384},
    {"1.2.840.113549.1.1.13", "rsa-sha512", CERT_HASH_SHA512},
    {"1.2.840.10045.4.1", "ecdsa-sha1", CERT_HASH_SHA1},
    {"1.2.840.10045.4.3.1", "ecdsa-sha224", CERT_HASH_SHA224},
    {"1.2.840.10045.4.3.2", "ecdsa-sha256", CERT_HASH_SHA256},
    {"1.2.840.10045.4.3.3", "ecdsa-sha384", CERT_HASH_SHA384},
    {"1.2.840.10045.4.3.4", "ecdsa-sha512", CERT_HASH_SHA512},
    {"1.2.840.10040.4.3", "dsa-sha1", CERT_HASH_SHA1},
    {"2.16.840.1.101.3.4.3.1", "dsa-sha224", CERT_HASH_SHA224},
    {"2.16.840.1.101.3.4.3.2", "dsa-sha256", CERT_HASH_SHA256},
    {"1.3.101.112", "ed25519", CERT_HASH_NONE},
    {"1.3.101.113", "ed448", CERT_HASH_NONE},
};

/* The hash inside RSASSA-PSS parameters stays unknown to `hash`: iOS's list of hashes does not know
 * it either. */
static char *pss_name(const X509 *x)
{
    int hash = NID_undef;
    struct text out = {0};

    text_add(&out, "rsa-pss");
    if (X509_get_signature_info((X509 *)(uintptr_t)x, &hash, NULL, NULL, NULL) == 1 &&
        hash != NID_undef) {
        text_add_char(&out, '-');
        text_add(&out, OBJ_nid2sn(hash));
        text_lower(out.at);
    }
    ERR_clear_error();
    return text_give(&out);
}

static bool signature_read(struct cert *c, struct cert_span inner, struct cert_span outer)
{
    struct der_item algorithm, oid;
    struct der d;
    char *text;

    c->signature_ids_agree = der_span_equal(inner, outer);
    if (!der_only(inner, DER_SEQUENCE, &algorithm))
        return false;
    d = der_of(algorithm.body);
    if (!der_take(&d, DER_OID, &oid) || !(text = der_oid_text(oid.body)))
        return false;
    if (strcmp(text, "1.2.840.113549.1.1.10") == 0)
        c->signature = pss_name(c->x509);
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]) && !c->signature; i++) {
        if (strcmp(signatures[i].oid, text) == 0) {
            c->signature = mem_text(signatures[i].name);
            c->hash = signatures[i].hash;
        }
    }
    if (c->signature)
        mem_free(text);
    else
        c->signature = text;
    return true;
}

static char *serial_text(struct cert_span body)
{
    bool negative = body.len && (body.at[0] & 0x80);
    struct text out = {0};
    size_t from = 0;

    if (negative)
        text_add_char(&out, '-'); /* two's complement, as it stands */
    else if (body.len > 1 && body.at[0] == 0)
        from = 1;
    for (size_t i = from; i < body.len; i++)
        text_printf(&out, "%02x", body.at[i]);
    return text_give(&out);
}

static bool version_read(struct cert *c, struct der *tbs)
{
    struct der_item wrapped, number;
    int n;

    c->version = 1;
    if (!der_take(tbs, DER_CONTEXT_CONSTRUCTED | 0, &wrapped))
        return true;
    if (!der_only(wrapped.body, DER_INTEGER, &number) || !der_small(number.body, &n))
        return false;
    c->version = n + 1;
    c->version_odd = n != 1 && n != 2;
    return true;
}

static bool validity_read(struct cert *c, const struct der_item *validity)
{
    struct der_item from, to;
    struct der d = der_of(validity->body);

    if (!der_next(&d, &from) || !der_next(&d, &to) || d.left)
        return false;
    c->dates_by_rfc = der_time(&from, &c->not_before) && der_time(&to, &c->not_after);
    c->dates_readable = c->dates_by_rfc || (der_time_loose(&from, &c->not_before) &&
                                               der_time_loose(&to, &c->not_after));
    if (!c->dates_readable)
        c->not_before = c->not_after = 0;
    return true;
}

/* What names one certificate in the sentences of iOS. */
static void summary_make(struct cert *c, char *common, char *any)
{
    const char *name = common;

    if (!name && c->subject_emails.n)
        name = c->subject_emails.at[0];
    if (!name && c->emails.n)
        name = c->emails.at[0];
    if (!name && c->dns.n)
        name = c->dns.at[0];
    if (!name)
        name = c->subject.ou ? c->subject.ou : c->subject.o ? c->subject.o : any ? any : "";
    c->summary = mem_text(name);
}

static bool names_read(
    struct cert *c, struct cert_span issuer, struct cert_span subject, char **common, char **any)
{
    struct name_extra extra = {.emails = &c->subject_emails, .summary_cn = common, .any = any};

    return name_read(issuer, &c->issuer, NULL) && name_read(subject, &c->subject, &extra);
}

/* What follows the key: unique ids, which nobody reads, and the extensions. */
static bool tail_read(struct cert *c, struct der *tbs, struct err *e)
{
    struct der_item item;
    bool ok = true;

    c->path_len = -1;
    c->dns_usable = c->ips_usable = true;
    (void)!der_take(tbs, DER_CONTEXT | 1, &item);
    (void)!der_take(tbs, DER_CONTEXT | 2, &item);
    if (der_take(tbs, DER_CONTEXT_CONSTRUCTED | 3, &item))
        ok = extensions_read(c, item.body, e);
    if (ok && tbs->left)
        return err_set(e, ERR_INPUT, "something follows its extensions");
    return ok;
}

static bool tbs_read(
    struct cert *c, struct der tbs, struct cert_span outer_algorithm, struct err *e)
{
    struct der_item serial, algorithm, issuer, validity, subject, spki;
    char *common = NULL, *any = NULL;
    bool ok = false;

    if (!version_read(c, &tbs))
        return err_set(e, ERR_INPUT, "its version is malformed");
    if (!der_take(&tbs, DER_INTEGER, &serial) || serial.body.len < 1 ||
        serial.body.len > SERIAL_MOST)
        return err_set(
            e, ERR_INPUT, "its serial number is malformed or longer than %d bytes", SERIAL_MOST);
    c->serial = serial_text(serial.body);
    if (!der_take(&tbs, DER_SEQUENCE, &algorithm) ||
        !signature_read(c, algorithm.whole, outer_algorithm))
        return err_set(e, ERR_INPUT, "its signature algorithm is malformed");
    if (!der_take(&tbs, DER_SEQUENCE, &issuer) || !der_take(&tbs, DER_SEQUENCE, &validity) ||
        !validity_read(c, &validity) || !der_take(&tbs, DER_SEQUENCE, &subject) ||
        !der_take(&tbs, DER_SEQUENCE, &spki))
        return err_set(e, ERR_INPUT, "its names, dates or key are malformed");
    c->spki = spki.whole;
    if (!names_read(c, issuer.whole, subject.whole, &common, &any))
        err_set(e, ERR_INPUT, "its subject or issuer is malformed");
    else
        ok = tail_read(c, &tbs, e);
    if (ok)
        summary_make(c, common, any);
    mem_free(common);
    mem_free(any);
    return ok;
}

static bool parts_read(struct cert *c, struct err *e)
{
    struct der_item whole, tbs, algorithm, signature;
    struct der d;

    if (!der_only(c->der, DER_SEQUENCE, &whole))
        return err_set(e, ERR_INPUT, "it is not DER");
    d = der_of(whole.body);
    if (!der_take(&d, DER_SEQUENCE, &tbs) || !der_take(&d, DER_SEQUENCE, &algorithm) ||
        !der_take(&d, DER_BIT_STRING, &signature) || d.left)
        return err_set(e, ERR_INPUT, "it is not a certificate in DER");
    return tbs_read(c, der_of(tbs.body), algorithm.whole, e);
}

static void fingerprints_make(struct cert *c)
{
    SHA256(c->der.at, c->der.len, c->sha256);
    SHA256(c->spki.at, c->spki.len, c->spki_sha256);
    text_hex(c->sha256_hex, c->sha256, sizeof(c->sha256));
    text_hex(c->spki_sha256_hex, c->spki_sha256, sizeof(c->spki_sha256));
}

/* Names equal; when there is an authority key id, a subject key id that equals it;
 * own key verifies. */
static void self_look(struct cert *c)
{
    c->self_issued = cert_name_equal(&c->subject, &c->issuer);
    if (!c->self_issued || (c->aki && !(c->ski && der_span_equal(c->aki_id, c->ski_id))))
        return;
    c->self_signed = cert_is_signed_by(c, c);
}

/* OpenSSL's own form, for keys and signatures. It is more lenient than the walk above. */
static bool x509_read(struct cert *c, struct err *e)
{
    const unsigned char *at = c->der.at;

    ERR_clear_error();
    c->x509 = d2i_X509(NULL, &at, (long)c->der.len);
    if (!c->x509 || at != c->der.at + c->der.len)
        return crypto_err(e, c->x509 ? "bytes follow the certificate" : "it is not a certificate");
    /* Now, before other threads see it: OpenSSL would read its extensions at the first use. */
    X509_check_purpose(c->x509, -1, 0);
    ERR_clear_error();
    return true;
}

struct cert *cert_parse(const uint8_t *der, size_t len, struct err *e)
{
    struct counted_cert *counted_one;
    struct cert *c;

    if (len == 0 || len > CERT_BYTES_MOST) {
        err_set(e, ERR_INPUT,
            len ? "it has %zu bytes, the limit is %d" : "it is empty (%zu bytes of at most %d)",
            len, CERT_BYTES_MOST);
        return NULL;
    }
    counted_one = mem_new(sizeof(*counted_one));
    atomic_init(&counted_one->refs, 1);
    c = &counted_one->facts;
    c->der = (struct cert_span){mem_dup(der, len), len};
    if (!x509_read(c, e) || !parts_read(c, e)) {
        cert_unref(c);
        return NULL;
    }
    key_read(c);
    fingerprints_make(c);
    self_look(c);
    return c;
}

const struct cert *cert_ref(const struct cert *c)
{
    atomic_fetch_add_explicit(&counted(c)->refs, 1, memory_order_relaxed);
    return c;
}

static void cert_free(struct cert *c)
{
    X509_free(c->x509);
    name_fini(&c->subject);
    name_fini(&c->issuer);
    texts_fini(&c->subject_emails);
    extensions_fini(c);
    mem_free(c->summary);
    mem_free(c->serial);
    mem_free(c->key_text);
    mem_free(c->signature);
    mem_free((void *)(uintptr_t)c->der.at);
    mem_free(counted(c));
}

void cert_unref(const struct cert *c)
{
    if (c && atomic_fetch_sub_explicit(&counted(c)->refs, 1, memory_order_acq_rel) == 1)
        cert_free(&counted(c)->facts);
}

bool cert_same(const struct cert *a, const struct cert *b)
{
    return a == b || memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

const struct cert_extension *cert_extension(const struct cert *c, const char *oid)
{
    for (size_t i = 0; i < c->n_extensions; i++)
        if (strcmp(c->extensions[i].oid, oid) == 0)
            return &c->extensions[i];
    return NULL;
}

bool cert_has_eku(const struct cert *c, const char *oid)
{
    for (size_t i = 0; i < c->eku_oids.n; i++)
        if (strcmp(c->eku_oids.at[i], oid) == 0)
            return true;
    return false;
}

bool cert_is_signed_by(const struct cert *c, const struct cert *issuer)
{
    bool ok;

    if (!issuer->key || !c->signature_ids_agree)
        return false;
    ok = X509_verify(c->x509, issuer->key) == 1;
    if (!ok)
        ERR_clear_error();
    return ok;
}

int64_t cert_lifetime(const struct cert *c)
{
    return c->not_after - c->not_before;
}
