#include "ocsp.h"

#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "base/mem.h"

#include "crl.h"
#include "crypto_err_priv.h"
#include "der.h"

#define OID_SCT_LIST "1.3.6.1.4.1.11129.2.4.5" /* RFC 6962 §3.3 */
#define OID_OCSP_SIGNING "1.3.6.1.5.5.7.3.9"

struct ocsp {
    OCSP_RESPONSE *response;
    OCSP_BASICRESP *basic;
};

static bool responder_failed(const OCSP_RESPONSE *r, struct err *e)
{
    int status = OCSP_response_status((OCSP_RESPONSE *)(uintptr_t)r);

    return status != OCSP_RESPONSE_STATUS_SUCCESSFUL &&
           !err_set(
               e, ERR_INPUT, "the responder gives no answer: %s", OCSP_response_status_str(status));
}

static bool within_bounds(const OCSP_BASICRESP *basic, struct err *e)
{
    const STACK_OF(X509) *signers = OCSP_resp_get0_certs(basic);
    int entries = OCSP_resp_count((OCSP_BASICRESP *)(uintptr_t)basic);

    if (entries > OCSP_ENTRIES_MOST)
        return err_set(e, ERR_INPUT, "it speaks of %d certificates, the limit is %d", entries,
            OCSP_ENTRIES_MOST);
    if (signers && sk_X509_num(signers) > OCSP_SIGNERS_MOST)
        return err_set(e, ERR_INPUT, "%d certificates come along, the limit is %d",
            sk_X509_num(signers), OCSP_SIGNERS_MOST);
    return true;
}

struct ocsp *ocsp_read(struct cert_span bytes, struct err *e)
{
    const unsigned char *at = bytes.at;
    struct ocsp *o;

    if (bytes.len == 0 || bytes.len > OCSP_BYTES_MOST) {
        err_set(e, ERR_INPUT, "an OCSP response of %zu bytes, the limit is %d", bytes.len,
            OCSP_BYTES_MOST);
        return NULL;
    }
    o = mem_new(sizeof(*o));
    ERR_clear_error();
    o->response = d2i_OCSP_RESPONSE(NULL, &at, (long)bytes.len);
    if (!o->response || at != bytes.at + bytes.len) {
        crypto_err(e, "not an OCSP response");
        goto bad;
    }
    if (responder_failed(o->response, e))
        goto bad;
    o->basic = OCSP_response_get1_basic(o->response);
    if (!o->basic) {
        crypto_err(e, "not a basic OCSP response");
        goto bad;
    }
    if (within_bounds(o->basic, e))
        return o;
bad:
    ocsp_free(o);
    return NULL;
}

void ocsp_free(struct ocsp *o)
{
    if (!o)
        return;
    OCSP_BASICRESP_free(o->basic);
    OCSP_RESPONSE_free(o->response);
    mem_free(o);
}

static int64_t seconds_of(const ASN1_GENERALIZEDTIME *t)
{
    struct tm tm;

    return t && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

/* The hashes that responders build a CertID with; anything else is taken for another certificate.
 */
static const EVP_MD *hash_of(const OCSP_CERTID *id)
{
    ASN1_OBJECT *algorithm = NULL;

    if (OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, (OCSP_CERTID *)(uintptr_t)id) != 1)
        return NULL;
    switch (OBJ_obj2nid(algorithm)) {
    case NID_sha1:
        return EVP_sha1();
    case NID_sha256:
        return EVP_sha256();
    case NID_sha384:
        return EVP_sha384();
    case NID_sha512:
        return EVP_sha512();
    default:
        return NULL;
    }
}

static bool is_about(const OCSP_CERTID *id, const struct cert *c, const struct cert *issuer)
{
    const EVP_MD *hash = hash_of(id);
    OCSP_CERTID *wanted = hash ? OCSP_cert_to_id(hash, c->x509, issuer->x509) : NULL;
    bool same = wanted && OCSP_id_cmp(id, wanted) == 0;

    OCSP_CERTID_free(wanted);
    return same;
}

/* The extension's value is an OCTET STRING that holds the list as TLS spells it. */
static struct cert_span scts_of(const OCSP_SINGLERESP *one)
{
    OCSP_SINGLERESP *entry = (OCSP_SINGLERESP *)(uintptr_t)one;
    ASN1_OBJECT *oid = OBJ_txt2obj(OID_SCT_LIST, 1);
    int at = oid ? OCSP_SINGLERESP_get_ext_by_OBJ(entry, oid, -1) : -1;
    struct der_item list;

    ASN1_OBJECT_free(oid);
    if (at < 0)
        return (struct cert_span){0};
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(OCSP_SINGLERESP_get_ext(entry, at));
    struct cert_span bytes = {ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    return der_only(bytes, DER_OCTET_STRING, &list) ? list.body : (struct cert_span){0};
}

static void answer_read(const OCSP_SINGLERESP *one, struct ocsp_answer *out)
{
    ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
    int reason = -1;
    int status = OCSP_single_get0_status(
        (OCSP_SINGLERESP *)(uintptr_t)one, &reason, &revoked, &this_update, &next_update);

    *out = (struct ocsp_answer){.this_update = seconds_of(this_update),
        .next_update = seconds_of(next_update),
        .scts = scts_of(one)};
    switch (status) {
    case V_OCSP_CERTSTATUS_GOOD:
        out->status = OCSP_GOOD;
        break;
    case V_OCSP_CERTSTATUS_REVOKED:
        out->status = OCSP_REVOKED;
        out->revoked_at = seconds_of(revoked);
        out->reason = revocation_reason(reason);
        break;
    default:
        out->status = OCSP_UNKNOWN;
        break;
    }
}

static bool counts_more(const struct ocsp_answer *a, const struct ocsp_answer *b)
{
    if ((a->status == OCSP_REVOKED) != (b->status == OCSP_REVOKED))
        return a->status == OCSP_REVOKED;
    return a->this_update > b->this_update;
}

bool ocsp_find(
    const struct ocsp *o, const struct cert *c, const struct cert *issuer, struct ocsp_answer *out)
{
    int n = OCSP_resp_count(o->basic);

    *out = (struct ocsp_answer){0};
    for (int i = 0; i < n; i++) {
        const OCSP_SINGLERESP *one = OCSP_resp_get0(o->basic, i);
        struct ocsp_answer said;

        if (!is_about(OCSP_SINGLERESP_get0_id(one), c, issuer))
            continue;
        answer_read(one, &said);
        if (out->status == OCSP_NOTHING || counts_more(&said, out))
            *out = said;
    }
    ERR_clear_error();
    return out->status != OCSP_NOTHING;
}

/* The signature alone: OpenSSL would otherwise want a store, and have rules of its own. */
static bool is_signed_with(const struct ocsp *o, STACK_OF(X509) * among, unsigned long flags)
{
    return OCSP_basic_verify(o->basic, among, NULL, flags | OCSP_NOVERIFY) == 1;
}

static bool issuer_signed(const struct ocsp *o, const struct cert *issuer)
{
    STACK_OF(X509) *alone = sk_X509_new_null();
    bool good = alone && sk_X509_push(alone, issuer->x509) == 1 &&
                is_signed_with(o, alone, OCSP_NOINTERN | OCSP_TRUSTOTHER);

    sk_X509_free(alone); /* its certificate is borrowed */
    return good;
}

static bool is_fit_signer(const struct cert *c, const struct cert *issuer, int64_t at)
{
    return cert_has_eku(c, OID_OCSP_SIGNING) && c->dates_readable && c->not_before <= at &&
           at <= c->not_after && cert_is_signed_by(c, issuer);
}

static bool delegate_signed(const struct ocsp *o, const struct cert *issuer, int64_t at)
{
    X509 *signer = NULL;
    unsigned char *der = NULL;

    if (OCSP_resp_get0_signer(o->basic, &signer, NULL) != 1)
        return false;
    int len = i2d_X509(signer, &der);
    const struct cert *c = len > 0 ? cert_share(der, (size_t)len, NULL) : NULL;
    OPENSSL_free(der);
    bool good = c && is_fit_signer(c, issuer, at) && is_signed_with(o, NULL, 0);
    cert_unref(c);
    return good;
}

bool ocsp_is_signed_by(const struct ocsp *o, const struct cert *issuer, int64_t at)
{
    ERR_clear_error();
    bool good = issuer_signed(o, issuer) || delegate_signed(o, issuer, at);
    ERR_clear_error();
    return good;
}

uint8_t *ocsp_request(const struct cert *c, const struct cert *issuer, size_t *len)
{
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), c->x509, issuer->x509);
    unsigned char *der = NULL;
    uint8_t *out = NULL;
    int n = -1;

    if (request && id && OCSP_request_add0_id(request, id)) {
        id = NULL; /* the request's now */
        n = i2d_OCSP_REQUEST(request, &der);
    }
    if (n > 0) {
        out = mem_dup(der, (size_t)n);
        *len = (size_t)n;
    }
    OPENSSL_free(der);
    OCSP_CERTID_free(id);
    OCSP_REQUEST_free(request);
    ERR_clear_error();
    return out;
}
