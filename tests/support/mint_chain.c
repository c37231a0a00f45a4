#include "mint_chain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <openssl/bio.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "mint_chain: %s failed\n", what);
    abort();
}

static EVP_PKEY *ec_key(const char *curve, bool explicit_parameters)
{
    EVP_PKEY *key = EVP_EC_gen(curve);

    must(key != NULL, curve);
    if (explicit_parameters)
        must(EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit") == 1,
            "explicit parameters");
    return key;
}

static EVP_PKEY *dsa_key(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, NULL);
    EVP_PKEY *parameters = NULL, *key = NULL;

    must(EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 1024) == 1 &&
             EVP_PKEY_paramgen(ctx, &parameters) == 1,
        "DSA parameters");
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new(parameters, NULL);
    must(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1, "DSA key");
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(parameters);
    return key;
}

static EVP_PKEY *key_make(enum mint_key type)
{
    switch (type) {
    case MINT_P256:
        return ec_key("P-256", false);
    case MINT_P384:
        return ec_key("P-384", false);
    case MINT_P224:
        return ec_key("P-224", false);
    case MINT_P192:
        return ec_key("P-192", false);
    case MINT_P256_EXPLICIT:
        return ec_key("P-256", true);
    case MINT_RSA512:
        return EVP_RSA_gen(512);
    case MINT_RSA1024:
        return EVP_RSA_gen(1024);
    case MINT_RSA2041:
        return EVP_RSA_gen(2041);
    case MINT_RSA2048:
        return EVP_RSA_gen(2048);
    case MINT_ED25519:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    case MINT_DSA:
        return dsa_key();
    case N_MINT_KEYS:
        break;
    }
    return NULL;
}

static X509_NAME *name_make(const struct mint_spec *s)
{
    X509_NAME *name = X509_NAME_new();
    char text[512], *rest = text, *part;

    if (s->subject)
        snprintf(text, sizeof(text), "%s", s->subject);
    else
        snprintf(text, sizeof(text), "CN=%s", s->cn ? s->cn : "minted");
    while ((part = strsep(&rest, "/"))) {
        char *value = strchr(part, '=');

        if (!value)
            continue;
        *value++ = '\0';
        must(X509_NAME_add_entry_by_txt(name, part,
                 s->printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING,
                 (const unsigned char *)value, -1, -1, 0) == 1,
            "a subject");
    }
    return name;
}

static void general_name_push(GENERAL_NAMES *names, int type, const void *bytes, int len)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OCTET_STRING *octets = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();

    must(ASN1_STRING_set(octets, bytes, len) == 1, "a name");
    GENERAL_NAME_set0_value(name, type, octets);
    sk_GENERAL_NAME_push(names, name);
}

static void extension_put(X509 *x, int nid, void *value, bool critical)
{
    X509_EXTENSION *ext = X509V3_EXT_i2d(nid, critical, value);

    must(ext && X509_add_ext(x, ext, -1) == 1, "an extension");
    X509_EXTENSION_free(ext);
}

static void san_put(X509 *x, const struct mint_spec *s)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();

    for (size_t i = 0; i < 8 && s->dns[i]; i++)
        general_name_push(names, GEN_DNS, s->dns[i], (int)strlen(s->dns[i]));
    for (size_t i = 0; i < 2 && s->emails[i]; i++)
        general_name_push(names, GEN_EMAIL, s->emails[i], (int)strlen(s->emails[i]));
    for (size_t i = 0; i < 4 && s->ips[i]; i++) {
        uint8_t ip[16];
        int len = inet_pton(AF_INET, s->ips[i], ip) == 1    ? 4
                  : inet_pton(AF_INET6, s->ips[i], ip) == 1 ? 16
                                                            : 3;

        general_name_push(
            names, GEN_IPADD, ip, len); /* no address: 3 bytes of something, for a spoilt entry */
    }
    if (s->dns_hex) {
        long len = 0;
        unsigned char *bytes = OPENSSL_hexstr2buf(s->dns_hex, &len);

        general_name_push(names, GEN_DNS, bytes, (int)len);
        OPENSSL_free(bytes);
    }
    if (sk_GENERAL_NAME_num(names))
        extension_put(x, NID_subject_alt_name, names, s->san_critical);
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
}

static void by_config(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;

    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    must(ext && X509_add_ext(x, ext, -1) == 1, value);
    X509_EXTENSION_free(ext);
}

static void usage_put(X509 *x, X509 *issuer, const struct mint_spec *s)
{
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
        "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
        "decipherOnly"};
    unsigned bits = s->key_usage ? s->key_usage
                    : s->ca      ? CERT_USE_CERT_SIGN | CERT_USE_CRL_SIGN
                                 : CERT_USE_DIGITAL_SIGNATURE;
    char list[200] = "critical";

    for (size_t i = 0; i < 9; i++)
        if (bits & (1U << i)) {
            strcat(list, ",");
            strcat(list, names[i]);
        }
    if (!s->no_key_usage)
        by_config(x, issuer, NID_key_usage, list);
    if (s->eku ? *s->eku != '\0' : !s->ca)
        by_config(x, issuer, NID_ext_key_usage, s->eku ? s->eku : "serverAuth");
}

static void basic_put(X509 *x, X509 *issuer, const struct mint_spec *s)
{
    char list[60];

    if (s->no_basic_constraints)
        return;
    snprintf(list, sizeof(list), "critical,CA:%s", s->ca && !s->ca_says_false ? "TRUE" : "FALSE");
    if (s->path_len)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), ",pathlen:%d", s->path_len - 1);
    by_config(x, issuer, NID_basic_constraints, list);
}

static void key_ids_put(X509 *x, X509 *issuer, const struct mint_spec *s)
{
    AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

    if (!s->no_ski)
        by_config(x, issuer, NID_subject_key_identifier, "hash");
    /* Not X509_get0_subject_key_id: it would fix what OpenSSL knows of a certificate that is not
     * finished. */
    id->keyid = s->wrong_aki ? ASN1_OCTET_STRING_new()
                             : X509_get_ext_d2i(issuer, NID_subject_key_identifier, NULL, NULL);
    if (s->wrong_aki)
        ASN1_OCTET_STRING_set(id->keyid, (const unsigned char *)"another", 7);
    if (!s->no_aki && id->keyid)
        extension_put(x, NID_authority_key_identifier, id, false);
    AUTHORITY_KEYID_free(id);
}

/* "DNS:a,DNS:b" becomes "permitted;DNS:a,permitted;DNS:b". */
static void constraints_put(X509 *x, X509 *issuer, const struct mint_spec *s)
{
    const char *lists[] = {s->permitted, s->excluded}, *words[] = {"permitted", "excluded"};
    char value[2000] = "critical", copy[1000];

    for (size_t i = 0; i < 2; i++) {
        char *rest = copy, *part;

        snprintf(copy, sizeof(copy), "%s", lists[i] ? lists[i] : "");
        while (lists[i] && (part = strsep(&rest, ",")))
            snprintf(
                value + strlen(value), sizeof(value) - strlen(value), ",%s;%s", words[i], part);
    }
    if (s->permitted || s->excluded)
        by_config(x, issuer, NID_name_constraints, value);
}

static void raw_put(X509 *x, const struct mint_extension *e)
{
    long len = 0;
    unsigned char *bytes = OPENSSL_hexstr2buf(e->hex, &len);
    ASN1_OBJECT *oid = OBJ_txt2obj(e->oid, 1);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    X509_EXTENSION *ext;

    ASN1_OCTET_STRING_set(octets, bytes, (int)len);
    ext = X509_EXTENSION_create_by_OBJ(NULL, oid, e->critical, octets);
    must(ext && X509_add_ext(x, ext, -1) == 1, "a raw extension");
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(oid);
    OPENSSL_free(bytes);
}

static void extensions_put(X509 *x, X509 *issuer, const struct mint_spec *s)
{
    char aia[300];

    basic_put(x, issuer, s);
    usage_put(x, issuer, s);
    san_put(x, s);
    key_ids_put(x, issuer, s);
    constraints_put(x, issuer, s);
    if (s->aia) {
        snprintf(aia, sizeof(aia), "caIssuers;URI:%s", s->aia);
        by_config(x, issuer, NID_info_access, aia);
    }
    for (const struct mint_extension *e = s->extensions; e && e->oid; e++)
        raw_put(x, e);
}

static void sign(X509 *x, EVP_PKEY *key, const struct mint_spec *s)
{
    const EVP_MD *md = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519
                           ? NULL
                           : EVP_get_digestbyname(s->hash ? s->hash : "SHA256");

    must(X509_sign(x, key, md) > 0, "the signature");
    if (s->broken_signature) {
        const ASN1_BIT_STRING *bits;

        X509_get0_signature(&bits, NULL, x);
        bits->data[bits->length - 1] ^= 1;
    }
}

static void head_put(X509 *x, const struct mint_spec *s, const struct mint *issuer)
{
    static int64_t next = 1000;
    X509_NAME *name =
        s->name_of ? X509_NAME_dup(X509_get_subject_name(s->name_of->x509)) : name_make(s);

    X509_set_version(x, s->version ? s->version - 1 : X509_VERSION_3);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(x), s->serial ? s->serial : ++next);
    must(ASN1_TIME_adj(X509_getm_notBefore(x),
             (time_t)(s->not_before ? s->not_before : MINT_AT - 30 * MINT_DAY), 0, 0) &&
             ASN1_TIME_adj(X509_getm_notAfter(x),
                 (time_t)(s->not_after ? s->not_after : MINT_AT + 60 * MINT_DAY), 0, 0),
        "a date");
    X509_set_subject_name(x, name);
    X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer->x509) : name);
    X509_NAME_free(name);
}

struct mint *mint_make(const struct mint_spec *s, const struct mint *issuer)
{
    struct mint *m = mem_new(sizeof(*m));
    uint8_t *der;
    size_t len;

    m->x509 = X509_new();
    m->key = s->key_of ? s->key_of->key : key_make(s->key);
    must(m->key != NULL, "a key");
    if (s->key_of)
        EVP_PKEY_up_ref(m->key);
    head_put(m->x509, s, issuer);
    must(X509_set_pubkey(m->x509, m->key) == 1, "the key");
    if (s->version == 0 || s->version >= 3)
        extensions_put(m->x509, issuer ? issuer->x509 : m->x509, s);
    sign(m->x509, issuer ? issuer->key : m->key, s);
    der = mint_der(m, &len);
    m->cert = cert_parse(der, len, NULL);
    mem_free(der);
    return m;
}

void mint_free(struct mint *m)
{
    if (!m)
        return;
    cert_unref(m->cert);
    X509_free(m->x509);
    EVP_PKEY_free(m->key);
    mem_free(m);
}

struct mint *mint_with_extension(const char *oid, const char *hex)
{
    return mint_make(
        &(struct mint_spec){.no_basic_constraints = true,
            .no_key_usage = true,
            .eku = "",
            .no_ski = true,
            .no_aki = true,
            .extensions = (const struct mint_extension[]){{oid, false, hex}, {NULL, false, NULL}}},
        NULL);
}

struct cert_chain *mint_chain(const struct mint *first, ...)
{
    struct cert_chain *chain = cert_chain_new();
    va_list ap;

    va_start(ap, first);
    for (const struct mint *m = first; m; m = va_arg(ap, const struct mint *)) {
        must(m->cert != NULL, "reading a minted certificate");
        cert_chain_push(chain, m->cert);
    }
    va_end(ap);
    return chain;
}

uint8_t *mint_der(const struct mint *m, size_t *len)
{
    unsigned char *bytes = NULL;
    int n = i2d_X509(m->x509, &bytes);
    uint8_t *out;

    must(n > 0, "DER");
    out = mem_dup(bytes, (size_t)n);
    OPENSSL_free(bytes);
    *len = (size_t)n;
    return out;
}

void mint_pem(const struct mint *m, char *pem, size_t cap)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *at;
    long n;
    size_t used = strlen(pem);

    must(PEM_write_bio_X509(bio, m->x509) == 1, "PEM");
    n = BIO_get_mem_data(bio, &at);
    must(used + (size_t)n + 1 <= cap, "room for PEM");
    memcpy(pem + used, at, (size_t)n);
    pem[used + (size_t)n] = '\0';
    BIO_free(bio);
}
