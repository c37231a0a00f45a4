#include "mint_sct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "base/text.h"

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "mint_sct: %s failed\n", what);
    abort();
}

struct mint_log *mint_log_make(enum mint_key kind)
{
    struct mint_log *log = mem_new(sizeof(*log));
    struct mint *owner = mint_make(&(struct mint_spec){.cn = "Log", .key = kind}, NULL);
    int len;

    must(EVP_PKEY_up_ref(owner->key) == 1, "a log's key");
    log->key = owner->key;
    mint_free(owner);
    len = i2d_PUBKEY(log->key, &log->spki);
    must(len > 0, "a log's key in DER");
    log->spki_len = (size_t)len;
    must(
        EVP_Digest(log->spki, log->spki_len, log->id, NULL, EVP_sha256(), NULL) == 1, "a log's id");
    return log;
}

void mint_log_free(struct mint_log *log)
{
    if (!log)
        return;
    EVP_PKEY_free(log->key);
    OPENSSL_free(log->spki);
    mem_free(log);
}

static void add_uint(struct text *t, uint64_t n, unsigned width)
{
    while (width--)
        text_add_char(t, (char)(n >> (8 * width)));
}

/* RFC 6962 §3.2: all that is signed but for the body of the entry, which is put in. */
static void signed_add(struct text *t, const struct mint_promise *p, uint64_t ms,
    const uint8_t *issuer_key, const uint8_t *body, size_t len)
{
    const char *extensions = p->extensions ? p->extensions : "";

    add_uint(t, 0, 2);
    add_uint(t, ms, 8);
    add_uint(t, issuer_key ? 1 : 0, 2);
    if (issuer_key)
        text_add_n(t, (const char *)issuer_key, 32);
    add_uint(t, len, 3);
    text_add_n(t, (const char *)body, len);
    add_uint(t, strlen(extensions), 2);
    text_add(t, extensions);
}

static unsigned hash_number(const char *name)
{
    static const char *const names[] = {
        [2] = "SHA1", [4] = "SHA256", [5] = "SHA384", [6] = "SHA512"};

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return i;
    must(false, name);
    return 0;
}

static void sct_make(const struct mint_promise *p, const uint8_t *issuer_key, const uint8_t *body,
    size_t len, struct mint_sct *out)
{
    const char *hash = p->hash ? p->hash : "SHA256",
               *extensions = p->extensions ? p->extensions : "";
    uint64_t ms = (uint64_t)(p->at ? p->at : MINT_AT - MINT_DAY) * 1000;
    bool rsa = EVP_PKEY_get_base_id(p->log->key) == EVP_PKEY_RSA;
    struct text entry = {0}, sct = {0};
    uint8_t signature[512];
    size_t signature_len = sizeof(signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    signed_add(&entry, p, ms, issuer_key, body, len);
    must(EVP_DigestSignInit(ctx, NULL, EVP_get_digestbyname(hash), NULL, p->log->key) == 1 &&
             EVP_DigestSign(ctx, signature, &signature_len, (const uint8_t *)entry.at, entry.len) ==
                 1,
        "signing an SCT");
    EVP_MD_CTX_free(ctx);
    if (p->broken_signature)
        signature[signature_len - 1] ^= 1;
    add_uint(&sct, p->version_2 ? 1 : 0, 1);
    text_add_n(&sct, (const char *)p->log->id, 32);
    add_uint(&sct, ms, 8);
    add_uint(&sct, strlen(extensions), 2);
    text_add(&sct, extensions);
    add_uint(&sct, hash_number(hash), 1);
    add_uint(&sct, rsa != p->wrong_signer ? 1 : 3, 1);
    add_uint(&sct, signature_len, 2);
    text_add_n(&sct, (const char *)signature, signature_len);
    if (p->trailing_byte)
        add_uint(&sct, 0, 1);
    must(sct.len <= sizeof(out->at), "an SCT of usual size");
    memcpy(out->at, sct.at, sct.len);
    out->len = sct.len;
    text_fini(&entry);
    text_fini(&sct);
}

void mint_sct_presented(const struct mint_promise *p, const struct mint *m, struct mint_sct *out)
{
    size_t len;
    uint8_t *der = mint_der(m, &len);

    sct_make(p, NULL, der, len, out);
    mem_free(der);
}

size_t mint_sct_list(const struct mint_sct *scts, size_t n, uint8_t *out, size_t cap)
{
    struct text inside = {0}, list = {0};
    size_t len;

    for (size_t i = 0; i < n; i++) {
        add_uint(&inside, scts[i].len, 2);
        text_add_n(&inside, (const char *)scts[i].at, scts[i].len);
    }
    add_uint(&list, inside.len, 2);
    text_add_n(&list, text_str(&inside), inside.len);
    must(list.len <= cap, "a list that fits");
    memcpy(out, list.at, list.len);
    len = list.len;
    text_fini(&inside);
    text_fini(&list);
    return len;
}

/* The list inside the OCTET STRING of its extension, in hex. */
static char *extension_hex(
    const struct mint_promise *promises, const uint8_t *issuer_key, const uint8_t *tbs, size_t len)
{
    static struct mint_sct scts[MINT_SCTS_MOST];
    static uint8_t list[MINT_SCTS_MOST * (MINT_SCT_MOST + 2) + 8];
    struct text der = {0};
    size_t n = 0, list_len;
    char *hex;

    for (; promises[n].log; n++) {
        must(n < MINT_SCTS_MOST, "so many promises");
        sct_make(&promises[n], issuer_key, tbs, len, &scts[n]);
    }
    list_len = mint_sct_list(scts, n, list, sizeof(list));
    add_uint(&der, 0x04820000 | list_len, 4);
    if (list_len < 256) { /* X.690 §10.1: the shortest form */
        text_clear(&der);
        add_uint(
            &der, list_len < 128 ? 0x0400 | list_len : 0x048100 | list_len, list_len < 128 ? 2 : 3);
    }
    text_add_n(&der, (const char *)list, list_len);
    hex = mem_new(2 * der.len + 1);
    text_hex(hex, (const uint8_t *)der.at, der.len);
    text_fini(&der);
    return hex;
}

struct mint *mint_promised(
    const struct mint_spec *spec, const struct mint *issuer, const struct mint_promise *promises)
{
    static int64_t serial = 0x10000000;
    struct mint_spec s = *spec;
    struct mint *before, *after;
    uint8_t *tbs = NULL;
    int len;
    char *hex;

    s.serial = s.serial ? s.serial : ++serial;
    before = mint_make(&s, issuer);
    len = i2d_re_X509_tbs(before->x509, &tbs);
    must(len > 0 && before->cert, "a precertificate");
    hex = extension_hex(promises, (issuer ? issuer : before)->cert->spki_sha256, tbs, (size_t)len);
    OPENSSL_free(tbs);
    s.key_of = before;
    s.extensions = (struct mint_extension[]){{.oid = "1.3.6.1.4.1.11129.2.4.2", .hex = hex}, {0}};
    after = mint_make(&s, issuer);
    must(after->cert != NULL, "a certificate with promises");
    mint_free(before);
    mem_free(hex);
    return after;
}

/* RFC 6962 §3.3: singleExtensions, the list as TLS spells it inside an OCTET STRING. */
static void staple_put(OCSP_SINGLERESP *one, const uint8_t *list, size_t len)
{
    ASN1_OCTET_STRING *inner = ASN1_OCTET_STRING_new(), *outer = ASN1_OCTET_STRING_new();
    unsigned char *der = NULL;
    int n;

    must(ASN1_OCTET_STRING_set(inner, list, (int)len) == 1, "a list");
    n = i2d_ASN1_OCTET_STRING(inner, &der);
    must(n > 0 && ASN1_OCTET_STRING_set(outer, der, n) == 1, "a list in DER");
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.11129.2.4.5", 1);
    X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, outer);
    must(ext && OCSP_SINGLERESP_add_ext(one, ext, -1) == 1, "an extension of a response");
    X509_EXTENSION_free(ext);
    ASN1_OBJECT_free(oid);
    OPENSSL_free(der);
    ASN1_OCTET_STRING_free(inner);
    ASN1_OCTET_STRING_free(outer);
}

uint8_t *mint_sct_staple(const struct mint *m, const struct mint *issuer, const uint8_t *list,
    size_t list_len, size_t *len)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), m->x509, issuer->x509);
    ASN1_TIME *from = ASN1_TIME_set(NULL, MINT_AT - MINT_DAY),
              *to = ASN1_TIME_set(NULL, MINT_AT + MINT_DAY);
    OCSP_SINGLERESP *one =
        OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, to);
    unsigned char *der = NULL;
    int n;

    must(one != NULL, "a response's entry");
    staple_put(one, list, list_len);
    must(OCSP_basic_sign(basic, issuer->x509, issuer->key, EVP_sha256(), NULL, OCSP_NOCERTS) == 1,
        "signing a response");
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    n = i2d_OCSP_RESPONSE(response, &der);
    must(n > 0, "a response in DER");
    *len = (size_t)n;
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    return der;
}
