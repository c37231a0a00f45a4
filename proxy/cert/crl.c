#include "crl.h"

#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

#include "crypto_err_priv.h"

struct crl {
    struct crl_facts facts;
    X509_CRL *list;
    ISSUING_DIST_POINT *scope; /* NULL: everything of its issuer */
};

const char *revocation_reason(int number)
{
    static const char *const names[] = {"unspecified", "keyCompromise", "cACompromise",
        "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold", NULL,
        "removeFromCRL", "privilegeWithdrawn", "aACompromise"};

    return number >= 0 && (size_t)number < sizeof(names) / sizeof(names[0]) ? names[number] : NULL;
}

static int64_t seconds_of(const ASN1_TIME *t)
{
    struct tm tm;

    return t && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static bool has_unknown_critical(const X509_CRL *list)
{
    for (int i = 0; i < X509_CRL_get_ext_count(list); i++) {
        X509_EXTENSION *x = X509_CRL_get_ext(list, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(x));

        if (X509_EXTENSION_get_critical(x) && nid != NID_issuing_distribution_point &&
            nid != NID_crl_number && nid != NID_authority_key_identifier)
            return true;
    }
    return false;
}

static bool is_partial(struct crl *l)
{
    int critical = -1;

    l->scope = X509_CRL_get_ext_d2i(l->list, NID_issuing_distribution_point, &critical, NULL);
    if (!l->scope && critical != -1)
        return true; /* there, and unreadable or twice */
    return has_unknown_critical(l->list) ||
           X509_CRL_get_ext_by_NID(l->list, NID_delta_crl, -1) >= 0 ||
           (l->scope &&
               (l->scope->indirectCRL > 0 || l->scope->onlyattr > 0 || l->scope->onlysomereasons));
}

static void facts_read(struct crl *l)
{
    STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(l->list);
    int number = X509_CRL_get_ext_by_NID(l->list, NID_crl_number, -1);

    l->facts = (struct crl_facts){
        .this_update = seconds_of(X509_CRL_get0_lastUpdate(l->list)),
        .next_update = seconds_of(X509_CRL_get0_nextUpdate(l->list)),
        .has_number = number >= 0,
        .number_critical =
            number >= 0 && X509_EXTENSION_get_critical(X509_CRL_get_ext(l->list, number)),
        .has_aki = X509_CRL_get_ext_by_NID(l->list, NID_authority_key_identifier, -1) >= 0,
        .partial = is_partial(l),
        .n_revoked = revoked ? (size_t)sk_X509_REVOKED_num(revoked) : 0,
    };
    ERR_clear_error();
}

struct crl *crl_read(struct cert_span bytes, struct err *e)
{
    const unsigned char *at = bytes.at;
    struct crl *l;

    if (bytes.len == 0 || bytes.len > CRL_BYTES_MOST) {
        err_set(e, ERR_INPUT, "a CRL of %zu bytes, the limit is %d", bytes.len, CRL_BYTES_MOST);
        return NULL;
    }
    l = mem_new(sizeof(*l));
    ERR_clear_error();
    l->list = d2i_X509_CRL(NULL, &at, (long)bytes.len);
    if (!l->list || at != bytes.at + bytes.len) {
        crypto_err(e, "not a CRL");
        crl_free(l);
        return NULL;
    }
    facts_read(l);
    return l;
}

void crl_free(struct crl *l)
{
    if (!l)
        return;
    ISSUING_DIST_POINT_free(l->scope);
    X509_CRL_free(l->list);
    mem_free(l);
}

const struct crl_facts *crl_facts(const struct crl *l)
{
    return &l->facts;
}

static bool has_address(const struct cert *c, const ASN1_IA5STRING *uri)
{
    size_t len = (size_t)ASN1_STRING_length(uri);

    for (size_t i = 0; i < c->crls.n; i++)
        if (strlen(c->crls.at[i]) == len &&
            memcmp(c->crls.at[i], ASN1_STRING_get0_data(uri), len) == 0)
            return true;
    return false;
}

/* RFC 5280 §6.3.3 (b)(2)(i): one name of the list's point is one of the certificate's. Names
 * relative to the issuer are not in use. */
static bool point_fits(const DIST_POINT_NAME *point, const struct cert *c)
{
    if (point->type != 0)
        return false;
    for (int i = 0; i < sk_GENERAL_NAME_num(point->name.fullname); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(point->name.fullname, i);

        if (name->type == GEN_URI && has_address(c, name->d.uniformResourceIdentifier))
            return true;
    }
    return false;
}

bool crl_covers(const struct crl *l, const struct cert *c)
{
    const ISSUING_DIST_POINT *scope = l->scope;

    if (X509_NAME_cmp(X509_CRL_get_issuer(l->list), X509_get_issuer_name(c->x509)) != 0)
        return false;
    if (!scope)
        return true;
    if ((scope->onlyuser > 0 && c->is_ca) || (scope->onlyCA > 0 && !c->is_ca))
        return false;
    return !scope->distpoint || point_fits(scope->distpoint, c);
}

bool crl_is_signed_by(const struct crl *l, const struct cert *issuer)
{
    if (!issuer->key || (issuer->has_key_usage && !(issuer->key_usage & CERT_USE_CRL_SIGN)))
        return false;
    bool good = X509_CRL_verify(l->list, issuer->key) == 1;
    ERR_clear_error();
    return good;
}

static int reason_of(const X509_REVOKED *entry)
{
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    int number = reason ? (int)ASN1_ENUMERATED_get(reason) : -1;

    ASN1_ENUMERATED_free(reason);
    ERR_clear_error();
    return number;
}

void crl_find(const struct crl *l, const struct cert *c, struct crl_answer *out)
{
    X509_REVOKED *entry = NULL;

    *out = (struct crl_answer){0};
    /* 2: it was on the list and is taken off (removeFromCRL). */
    if (X509_CRL_get0_by_serial(l->list, &entry, X509_get0_serialNumber(c->x509)) != 1)
        return;
    out->revoked = true;
    out->revoked_at = seconds_of(X509_REVOKED_get0_revocationDate(entry));
    out->reason = revocation_reason(reason_of(entry));
}
