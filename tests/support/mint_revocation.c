#include "mint_revocation.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

static void must(bool worked)
{
    if (!worked)
        abort();
}

static struct cert_span span_of(unsigned char *der, int len)
{
    must(len > 0);
    struct cert_span out = {mem_dup(der, (size_t)len), (size_t)len};
    OPENSSL_free(der);
    return out;
}

static ASN1_TIME *time_of(int64_t given, int64_t otherwise)
{
    ASN1_TIME *t = given == -1 ? NULL : ASN1_TIME_adj(NULL, given ? given : otherwise, 0, 0);

    must(given == -1 || t);
    return t;
}

static ASN1_TIME *general(ASN1_TIME *t)
{
    ASN1_GENERALIZEDTIME *g = t ? ASN1_TIME_to_generalizedtime(t, NULL) : NULL;

    ASN1_TIME_free(t);
    return g;
}

static void scts_put(OCSP_SINGLERESP *one, const char *hex)
{
    long len = 0;
    unsigned char *list = OPENSSL_hexstr2buf(hex, &len), *inner = NULL;
    ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.11129.2.4.5", 1);

    must(list && ASN1_OCTET_STRING_set(string, list, (int)len));
    int n = i2d_ASN1_OCTET_STRING(string, &inner);
    must(n > 0 && ASN1_OCTET_STRING_set(string, inner, n));
    X509_EXTENSION *x = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, string);
    must(x && OCSP_SINGLERESP_add_ext(one, x, -1));
    X509_EXTENSION_free(x);
    ASN1_OBJECT_free(oid);
    ASN1_OCTET_STRING_free(string);
    OPENSSL_free(inner);
    OPENSSL_free(list);
}

static void entry_put(OCSP_BASICRESP *basic, const struct mint_ocsp_spec *spec)
{
    const EVP_MD *hash = EVP_get_digestbyname(spec->id_hash ? spec->id_hash : "SHA1");
    OCSP_CERTID *id = OCSP_cert_to_id(hash, spec->about->x509, spec->issuer->x509);
    ASN1_TIME *from = general(time_of(spec->this_update, MINT_AT - 3600));
    ASN1_TIME *to = general(time_of(spec->next_update, MINT_AT + MINT_DAY));
    ASN1_TIME *revoked = general(time_of(spec->revoked_at, MINT_AT - MINT_DAY));
    OCSP_SINGLERESP *one = OCSP_basic_add1_status(basic, id, spec->status, spec->reason - 1,
        spec->status == V_OCSP_CERTSTATUS_REVOKED ? revoked : NULL, from, to);

    must(one);
    if (spec->scts_hex)
        scts_put(one, spec->scts_hex);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    ASN1_TIME_free(revoked);
}

/* About serial numbers that no test asks for. */
static void others_put(OCSP_BASICRESP *basic, const struct mint_ocsp_spec *spec)
{
    ASN1_TIME *from = general(time_of(0, MINT_AT - 3600));
    ASN1_INTEGER *serial = ASN1_INTEGER_new();

    for (size_t i = 0; i < spec->entries; i++) {
        must(ASN1_INTEGER_set_int64(serial, (int64_t)(1000000 + i)));
        OCSP_CERTID *id = OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(spec->issuer->x509),
            X509_get0_pubkey_bitstr(spec->issuer->x509), serial);
        must(
            OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, NULL) != NULL);
        OCSP_CERTID_free(id);
    }
    ASN1_INTEGER_free(serial);
    ASN1_TIME_free(from);
}

struct cert_span mint_ocsp(const struct mint_ocsp_spec *spec)
{
    const struct mint *signer = spec->signer ? spec->signer : spec->issuer;
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    unsigned char *der = NULL;

    entry_put(basic, spec);
    others_put(basic, spec);
    must(OCSP_basic_sign(basic, signer->x509, signer->key, EVP_sha256(), NULL,
             spec->without_signer_cert || !spec->signer ? OCSP_NOCERTS : 0) == 1);
    if (spec->broken_signature)
        ((unsigned char *)(uintptr_t)ASN1_STRING_get0_data(OCSP_resp_get0_signature(basic)))[10] ^=
            1;
    OCSP_RESPONSE *r = OCSP_response_create(spec->response, spec->response ? NULL : basic);
    int len = i2d_OCSP_RESPONSE(r, &der);
    OCSP_RESPONSE_free(r);
    OCSP_BASICRESP_free(basic);
    return span_of(der, len);
}

static void ext_put(X509_CRL *l, const struct mint *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *x;

    X509V3_set_ctx(&ctx, issuer->x509, NULL, NULL, l, 0);
    X509V3_set_ctx_nodb(&ctx);
    x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    must(x && X509_CRL_add_ext(l, x, -1));
    X509_EXTENSION_free(x);
}

static void number_put(X509_CRL *l, int nid, bool critical)
{
    ASN1_INTEGER *number = ASN1_INTEGER_new();

    must(ASN1_INTEGER_set(number, 7) && X509_CRL_add1_ext_i2d(l, nid, number, critical, 0));
    ASN1_INTEGER_free(number);
}

static void scope_put(X509_CRL *l, const struct mint_crl_spec *spec)
{
    char value[300] = "critical";

    if (spec->point)
        strcat(strcat(value, ",fullname:URI:"), spec->point);
    if (spec->indirect)
        strcat(value, ",indirectCRL:TRUE");
    if (spec->only_ca)
        strcat(value, ",onlyCA:TRUE");
    if (spec->only_user)
        strcat(value, ",onlyuser:TRUE");
    if (strchr(value, ','))
        ext_put(l, spec->issuer, NID_issuing_distribution_point, value);
}

static void revoked_put(X509_CRL *l, const struct mint *m, int reason)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *when = time_of(0, MINT_AT - MINT_DAY);

    must(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(m->x509)) &&
         X509_REVOKED_set_revocationDate(entry, when));
    if (reason) {
        ASN1_ENUMERATED *why = ASN1_ENUMERATED_new();

        must(ASN1_ENUMERATED_set(why, reason - 1) &&
             X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, why, 0, 0));
        ASN1_ENUMERATED_free(why);
    }
    must(X509_CRL_add0_revoked(l, entry));
    ASN1_TIME_free(when);
}

struct cert_span mint_crl(const struct mint_crl_spec *spec)
{
    X509_CRL *l = X509_CRL_new();
    ASN1_TIME *from = time_of(spec->this_update, MINT_AT - 3600),
              *to = time_of(spec->next_update, MINT_AT + MINT_DAY);
    unsigned char *der = NULL;

    must(X509_CRL_set_version(l, X509_CRL_VERSION_2) &&
         X509_CRL_set_issuer_name(l, X509_get_subject_name(spec->issuer->x509)) &&
         X509_CRL_set1_lastUpdate(l, from));
    must(!to || X509_CRL_set1_nextUpdate(l, to));
    for (size_t i = 0; i < MINT_CRL_SERIALS_MOST && spec->revoked[i]; i++)
        revoked_put(l, spec->revoked[i], spec->reason);
    if (!spec->no_number)
        number_put(l, NID_crl_number, spec->number_critical);
    if (spec->delta)
        number_put(l, NID_delta_crl, true);
    if (!spec->no_aki)
        ext_put(l, spec->issuer, NID_authority_key_identifier, "keyid:always");
    scope_put(l, spec);
    must(X509_CRL_sort(l) &&
         X509_CRL_sign(l, (spec->key_of ? spec->key_of : spec->issuer)->key, EVP_sha256()) > 0);
    int len = i2d_X509_CRL(l, &der);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    X509_CRL_free(l);
    return span_of(der, len);
}
