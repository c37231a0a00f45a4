#include "issuer_file.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "crypto_err_priv.h"
#include "der.h"

/* ContentInfo begins with an object identifier (RFC 5652 §3), Certificate with a SEQUENCE. */
static bool is_cms(struct cert_span bytes)
{
    struct der d = der_of(bytes);
    struct der_item outer;

    if (!der_take(&d, DER_SEQUENCE, &outer))
        return bytes.len > 1 && bytes.at[0] == DER_SEQUENCE &&
               bytes.at[1] == 0x80; /* BER, as CMS may be */
    d = der_of(outer.body);
    return der_peek(&d, DER_OID);
}

static void add(struct cert_chain *out, const X509 *x)
{
    unsigned char *der = NULL;
    int len = i2d_X509(x, &der);
    const struct cert *c = len > 0 ? cert_share(der, (size_t)len, NULL) : NULL;

    OPENSSL_free(der);
    if (c)
        cert_chain_push(out, c);
    cert_unref(c);
}

static bool cms_read(struct cert_chain *out, struct cert_span bytes, struct err *e)
{
    const unsigned char *at = bytes.at;
    CMS_ContentInfo *cms;
    STACK_OF(X509) *certs = NULL;

    ERR_clear_error();
    cms = d2i_CMS_ContentInfo(NULL, &at, (long)bytes.len);
    if (cms)
        certs = CMS_get1_certs(cms);
    for (int i = 0; certs && i < sk_X509_num(certs) && i < ISSUER_FILE_CERTS_MOST; i++)
        add(out, sk_X509_value(certs, i));
    if (!cms)
        crypto_err(e, "not a CMS message");
    else if (out->n == 0)
        err_set(e, ERR_INPUT, "a CMS message without a certificate that can be read");
    sk_X509_pop_free(certs, X509_free);
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return out->n > 0;
}

struct cert_chain *issuer_file_read(struct cert_span bytes, struct err *e)
{
    struct cert_chain *out;

    if (bytes.len == 0 || bytes.len > ISSUER_FILE_BYTES_MOST) {
        err_set(e, ERR_INPUT, "a file of %zu bytes, the limit is %d", bytes.len,
            ISSUER_FILE_BYTES_MOST);
        return NULL;
    }
    if (!is_cms(bytes)) {
        out = cert_chain_from_bytes(bytes.at, bytes.len, e);
        while (out && out->n > ISSUER_FILE_CERTS_MOST)
            cert_unref(out->at[--out->n]);
        return out;
    }
    out = cert_chain_new();
    if (cms_read(out, bytes, e))
        return out;
    cert_chain_free(out);
    return NULL;
}
