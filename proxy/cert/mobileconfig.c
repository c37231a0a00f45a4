#include "mobileconfig.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <plist/plist.h>

#include "base/mem.h"
#include "crypto_err_priv.h"
#include "der.h"
#include "plist_bound_priv.h"

/* Property lists count seconds from 2001-01-01T00:00:00Z. */
#define PLIST_EPOCH_S INT64_C(978307200)
/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what can be written as a date. */
#define DATE_LEAST_S INT64_C(-62135596800)
#define DATE_MOST_S INT64_C(253402300799)

/* A binary list of one date: the magic, the mark of a date, a number in IEEE 754 with its highest
 * byte first. */
enum { DATE_MARK_AT = 8, DATE_MARK = 0x33 };

static bool is_xml(struct cert_span bytes)
{
    static const char *const begins[] = {"<?xml", "<!DOCTYPE plist", "<plist"};

    if (bytes.len >= 3 && memcmp(bytes.at, "\xef\xbb\xbf", 3) == 0)
        bytes = (struct cert_span){bytes.at + 3, bytes.len - 3};
    while (bytes.len &&
           (*bytes.at == ' ' || *bytes.at == '\t' || *bytes.at == '\r' || *bytes.at == '\n'))
        bytes = (struct cert_span){bytes.at + 1, bytes.len - 1};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (bytes.len >= strlen(begins[i]) && memcmp(bytes.at, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static bool is_plist(struct cert_span bytes)
{
    return plist_looks_binary(bytes) || is_xml(bytes);
}

/* ContentInfo begins with an object identifier (RFC 5652 §3); its lengths may be of the indefinite
 * form. */
static bool is_cms(struct cert_span bytes)
{
    size_t at = 2;

    if (bytes.len < 2 || bytes.at[0] != DER_SEQUENCE)
        return false;
    if (bytes.at[1] & 0x80)
        at += bytes.at[1] & 0x7f;
    return at < bytes.len && bytes.at[at] == DER_OID;
}

bool mobileconfig_looks_like(struct cert_span bytes)
{
    if (is_plist(bytes))
        return true;
    return is_cms(bytes) &&
           (memmem(bytes.at, bytes.len, "<plist", 6) || memmem(bytes.at, bytes.len, "bplist0", 7));
}

/* --- the signature --- */

static void signer_push(struct cert_chain *out, const X509 *x)
{
    unsigned char *der = NULL;
    int len = i2d_X509(x, &der);
    const struct cert *c = len > 0 ? cert_share(der, (size_t)len, NULL) : NULL;

    OPENSSL_free(der);
    if (c && out->n < CHAIN_MOST)
        cert_chain_push(out, c);
    cert_unref(c);
}

static void signers_lay(struct mobileconfig *m, CMS_ContentInfo *cms)
{
    STACK_OF(X509) *signers = CMS_get0_signers(cms), *all = CMS_get1_certs(cms);
    const X509 *signer = sk_X509_num(signers) > 0 ? sk_X509_value(signers, 0) : NULL;

    if (signer)
        signer_push(m->signers, signer);
    for (int i = 0; i < sk_X509_num(all); i++)
        if (!signer || X509_cmp(sk_X509_value(all, i), signer) != 0)
            signer_push(m->signers, sk_X509_value(all, i));
    sk_X509_free(signers);
    sk_X509_pop_free(all, X509_free);
}

/* The signature alone: who the signer is, is judged elsewhere. */
static void signature_check(struct mobileconfig *m, CMS_ContentInfo *cms)
{
    /* Certificates alone, and nobody signed: there is nothing to be broken. */
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) < 1)
        return;
    BIO *sink = BIO_new(BIO_s_null());
    bool good =
        CMS_verify(cms, NULL, NULL, NULL, sink, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;

    m->signature = good ? SIGNATURE_GOOD : SIGNATURE_BROKEN;
    BIO_free(sink);
    signers_lay(m, cms);
    ERR_clear_error();
}

static bool cms_open(
    struct mobileconfig *m, CMS_ContentInfo *cms, struct cert_span *inside, struct err *e)
{
    int kind = OBJ_obj2nid(CMS_get0_type(cms));

    if (kind == NID_pkcs7_enveloped) {
        m->is_encrypted = true;
        return true;
    }
    if (kind != NID_pkcs7_signed)
        return err_set(e, ERR_INPUT, "a CMS message that is not signed");
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > MOBILECONFIG_SIGNERS_MOST)
        return err_set(
            e, ERR_INPUT, "a profile with more than %d signers", MOBILECONFIG_SIGNERS_MOST);
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);

    if (!content || !*content)
        return err_set(e, ERR_INPUT, "a signature without the profile that it is of");
    *inside =
        (struct cert_span){ASN1_STRING_get0_data(*content), (size_t)ASN1_STRING_length(*content)};
    signature_check(m, cms);
    return true;
}

/* --- the property list --- */

static char *text_of(plist_t dict, const char *key)
{
    plist_t node = plist_dict_get_item(dict, key);
    const char *at =
        node && plist_get_node_type(node) == PLIST_STRING ? plist_get_string_ptr(node, NULL) : NULL;

    return mem_text(at);
}

static bool is_one(plist_t dict, const char *key)
{
    plist_t node = plist_dict_get_item(dict, key);
    uint64_t value = 0;

    if (node && plist_get_node_type(node) == PLIST_UINT)
        plist_get_uint_val(node, &value);
    return value == 1;
}

static enum mobileconfig_payload_type kind_of(const char *type)
{
    static const struct {
        const char *type;
        enum mobileconfig_payload_type kind;
    } rows[] = {
        {"com.apple.security.root", PAYLOAD_ROOT},
        {"com.apple.security.pkcs1", PAYLOAD_PKCS1},
        {"com.apple.security.pem", PAYLOAD_PEM},
        {"com.apple.security.pkcs12", PAYLOAD_PKCS12},
    };

    for (size_t i = 0; type && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].type, type) == 0)
            return rows[i].kind;
    return PAYLOAD_OTHER;
}

static void payload_read(struct mobileconfig_payload *p, plist_t dict)
{
    plist_t content = plist_dict_get_item(dict, "PayloadContent");

    p->type = text_of(dict, "PayloadType");
    p->kind = kind_of(p->type);
    p->identifier = text_of(dict, "PayloadIdentifier");
    p->uuid = text_of(dict, "PayloadUUID");
    p->name = text_of(dict, "PayloadDisplayName");
    p->password = p->kind == PAYLOAD_PKCS12 ? text_of(dict, "Password") : NULL;
    p->has_version = is_one(dict, "PayloadVersion");
    if (p->kind == PAYLOAD_OTHER || !content || plist_get_node_type(content) != PLIST_DATA)
        return;
    uint64_t len = 0;
    const char *at = plist_get_data_ptr(content, &len);

    if (at && len)
        p->content = (struct cert_span){mem_dup(at, (size_t)len), (size_t)len};
}

static void payloads_read(struct mobileconfig *m, plist_t list)
{
    if (!list || plist_get_node_type(list) != PLIST_ARRAY)
        return;
    uint32_t n = plist_array_get_size(list);

    m->has_payloads = true;
    m->n_cut = n > MOBILECONFIG_PAYLOADS_MOST ? n - MOBILECONFIG_PAYLOADS_MOST : 0;
    n -= (uint32_t)m->n_cut;
    m->payloads = mem_array(n ? n : 1, sizeof *m->payloads);
    m->n_payloads = n;
    for (uint32_t i = 0; i < n; i++) {
        plist_t one = plist_array_get_item(list, i);

        if (plist_get_node_type(one) == PLIST_DICT)
            payload_read(&m->payloads[i], one);
    }
}

/* libplist gives a date in 32 bits, which end in 2069; so its binary form is asked. INT64_MIN when
 * it is none. */
static int64_t date_of(plist_t node)
{
    char *bytes = NULL;
    uint32_t len = 0;
    uint64_t bits = 0;
    double since;

    if (!node || plist_get_node_type(node) != PLIST_DATE)
        return INT64_MIN;
    plist_to_bin(node, &bytes, &len);
    if (!bytes)
        return INT64_MIN;
    bool good = len > DATE_MARK_AT + sizeof bits && (uint8_t)bytes[DATE_MARK_AT] == DATE_MARK;
    for (size_t i = 0; good && i < sizeof bits; i++)
        bits = bits << 8 | (uint8_t)bytes[DATE_MARK_AT + 1 + i];
    plist_to_bin_free(bytes);
    memcpy(&since, &bits, sizeof since);
    if (!good || since != since) /* not a number */
        return INT64_MIN;
    if (since < (double)(DATE_LEAST_S - PLIST_EPOCH_S))
        return DATE_LEAST_S;
    if (since > (double)(DATE_MOST_S - PLIST_EPOCH_S))
        return DATE_MOST_S;
    return PLIST_EPOCH_S + (int64_t)since;
}

static void dict_read(struct mobileconfig *m, plist_t dict)
{
    m->type = text_of(dict, "PayloadType");
    m->name = text_of(dict, "PayloadDisplayName");
    m->organization = text_of(dict, "PayloadOrganization");
    m->identifier = text_of(dict, "PayloadIdentifier");
    m->uuid = text_of(dict, "PayloadUUID");
    m->has_version = is_one(dict, "PayloadVersion");
    m->removal_s = date_of(plist_dict_get_item(dict, "RemovalDate"));
    m->is_encrypted |= plist_dict_get_item(dict, "EncryptedPayloadContent") != NULL;
    payloads_read(m, plist_dict_get_item(dict, "PayloadContent"));
}

static bool plist_read(struct mobileconfig *m, struct cert_span bytes, struct err *e)
{
    plist_t list = NULL;

    if (!is_plist(bytes))
        return err_set(e, ERR_INPUT,
            "no configuration profile: neither a property list nor one that is signed");
    if (!plist_is_bounded(bytes, e))
        return false;
    m->is_binary = plist_looks_binary(bytes);
    if (m->is_binary)
        plist_from_bin((const char *)bytes.at, (uint32_t)bytes.len, &list);
    else
        plist_from_xml((const char *)bytes.at, (uint32_t)bytes.len, &list);
    bool good = list && plist_get_node_type(list) == PLIST_DICT;
    if (good)
        dict_read(m, list);
    else
        err_set(e, ERR_INPUT,
            list ? "a property list that is no dictionary"
                 : "a property list that cannot be read: it is cut short, or malformed");
    plist_free(list);
    return good;
}

static bool file_read_into(struct mobileconfig *m, struct cert_span bytes, struct err *e)
{
    const unsigned char *at = bytes.at;
    struct cert_span inside = {0};

    if (bytes.len > MOBILECONFIG_BYTES_MOST)
        return err_set(e, ERR_INPUT, "%zu bytes are too many for a profile; the limit is %d",
            bytes.len, MOBILECONFIG_BYTES_MOST);
    if (!is_cms(bytes))
        return plist_read(m, bytes, e);
    ERR_clear_error();
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)bytes.len);

    if (!cms)
        return crypto_err(e, "a CMS message that cannot be read");
    bool good = cms_open(m, cms, &inside, e) && (m->is_encrypted || plist_read(m, inside, e));
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return good;
}

struct mobileconfig *mobileconfig_read(struct cert_span bytes, struct err *e)
{
    struct mobileconfig *m = mem_new(sizeof *m);

    m->signers = cert_chain_new();
    m->removal_s = INT64_MIN;
    if (file_read_into(m, bytes, e))
        return m;
    mobileconfig_free(m);
    return NULL;
}

static void payload_fini(struct mobileconfig_payload *p)
{
    mem_free(p->type);
    mem_free(p->identifier);
    mem_free(p->uuid);
    mem_free(p->name);
    if (p->password)
        OPENSSL_cleanse(p->password, strlen(p->password));
    mem_free(p->password);
    mem_free((void *)(uintptr_t)p->content.at);
}

void mobileconfig_free(struct mobileconfig *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n_payloads; i++)
        payload_fini(&m->payloads[i]);
    mem_free(m->payloads);
    cert_chain_free(m->signers);
    mem_free(m->type);
    mem_free(m->name);
    mem_free(m->organization);
    mem_free(m->identifier);
    mem_free(m->uuid);
    mem_free(m);
}
