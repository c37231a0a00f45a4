#include "staple.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "issue.h"

enum { DAY_S = 86400 };

static bool add_answer(OCSP_BASICRESP *basic, const struct staple_order *o)
{
    bool old = o->says == SAYS_OLD;
    bool revoked = o->says == SAYS_REVOKED || o->says == SAYS_ISSUER_REVOKED;
    int state = revoked                   ? V_OCSP_CERTSTATUS_REVOKED
                : o->says == SAYS_UNKNOWN ? V_OCSP_CERTSTATUS_UNKNOWN
                                          : V_OCSP_CERTSTATUS_GOOD;
    ASN1_GENERALIZEDTIME *from = ASN1_GENERALIZEDTIME_adj(NULL, o->now_s, old ? -30 : -1, 0);
    ASN1_GENERALIZEDTIME *to = ASN1_GENERALIZEDTIME_adj(NULL, o->now_s, old ? -20 : STAPLE_DAYS, 0);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), o->leaf, o->issuer);
    bool good =
        from && to && id &&
        OCSP_basic_add1_status(basic, id, state, revoked ? OCSP_REVOKED_STATUS_KEYCOMPROMISE : 0,
            revoked ? from : NULL, from, to);

    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(to);
    OCSP_CERTID_free(id);
    return good;
}

bool staple_make(const struct staple_order *o, unsigned char **der, size_t *len, struct err *e)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_RESPONSE *response = NULL;
    unsigned char *bytes = NULL;
    int n = -1;

    *len = 0;
    if (basic && add_answer(basic, o) &&
        OCSP_basic_sign(basic, o->issuer, o->issuer_key, EVP_sha256(), NULL, OCSP_NOCERTS))
        response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    if (response)
        n = i2d_OCSP_RESPONSE(response, &bytes);
    if (n > 0 && n <= STAPLE_BYTES_MOST) {
        *der = mem_dup(bytes, (size_t)n);
        *len = (size_t)n;
    }
    OPENSSL_free(bytes);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    return *len > 0 || issue_failed(e, "making an OCSP response");
}
