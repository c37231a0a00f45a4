#include "recipe.h"

#include <string.h>

#include "base/text.h"
#include "cert/leaf_fault.h"

/* Every site is CAUSE.lab.test, or a variation under another name. */
#define LAB_DOMAIN ".lab.test"
/* Where missing-intermediate-aia sends those who look for its issuer; visit.c serves it. */
#define AIA_URL "caIssuers;URI:http://aia.lab.test/unsent-ca.der"

static const struct recipe cas[N_RECIPE_CAS] = {
    [CA_ROOT] = {.subject = "Lab Public Root", .issuer = CA_ROOT},
    [CA_ELSEWHERE] = {.subject = "Elsewhere Root", .issuer = CA_ELSEWHERE},
    [CA_ISSUING] = {.subject = "Lab Issuing CA"},
    [CA_RSA] = {.subject = "Lab RSA Issuing CA", .key = KEY_RSA2048},
    [CA_EXPIRED] = {.subject = "Lab Expired CA", .from_day = -400, .to_day = -10},
    [CA_ELSEWHERE_ISSUING] = {.subject = "Elsewhere Issuing CA", .issuer = CA_ELSEWHERE},
    [CA_UNSENT] = {.subject = "Lab Unsent CA"},
    [CA_MAIL_ONLY] = {.subject = "Lab Mail CA", .extended_key_usage = "emailProtection"},
    [CA_NOT_A_CA] = {.subject = "Lab End Entity", .basic_constraints = "critical,CA:FALSE"},
    [CA_NO_BASIC] = {.subject = "Lab CA Without Constraints", .basic_constraints = ""},
    [CA_NO_CERT_SIGN] = {.subject = "Lab CRL Signer",
        .key_usage = "critical,digitalSignature,cRLSign"},
    [CA_CONSTRAINED] = {.subject = "Lab Constrained CA",
        .extra_name = "nameConstraints",
        .extra_value = "critical,permitted;DNS:lab-two.test"},
    [CA_SHORT] = {.subject = "Lab Short CA"},
    [CA_BELOW_SHORT] = {.subject = "Lab CA Below Short", .issuer = CA_SHORT},
};

/* Besides what cert/leaf_fault.h says of its faults. */
static const struct recipe sites[] = {
    {.subject = "good.lab-two.test", .says = SAYS_GOOD, .staples = true},
    {.subject = "rsa.lab.test", .key = KEY_RSA2048},
    {.subject = "wildcard.lab.test", .alt_name = "DNS:*.lab.test"},
    {.subject = "cert-expired-intermediate.lab.test", .issuer = CA_EXPIRED},
    {.subject = "wildcard.depth.lab.test", .alt_name = "DNS:*.lab.test"},
    {.subject = "missing-intermediate-aia.lab.test",
        .issuer = CA_UNSENT,
        .sends = SENDS_LEAF_ONLY,
        .extra_name = "authorityInfoAccess",
        .extra_value = AIA_URL},
    {.subject = "missing-intermediate-no-aia.lab.test",
        .issuer = CA_UNSENT,
        .sends = SENDS_LEAF_ONLY},
    /* Past 27 months Apple wants the promise of a fourth log as well, and the lab has three. */
    {.subject = "validity-too-long.lab.test", .from_day = -10, .to_day = 490},
    {.subject = "weak-signature-sha1.lab.test", .issuer = CA_RSA},
    {.subject = "weak-signature-md5.lab.test",
        .issuer = CA_RSA,
        .digest = "MD5"}, /* ECDSA has no id for MD5 */
    {.subject = "eku-not-server.lab.test", .extended_key_usage = "clientAuth"},
    {.subject = "eku-intermediate.lab.test", .issuer = CA_MAIL_ONLY},
    {.subject = "not-a-ca.lab.test", .issuer = CA_NOT_A_CA},
    {.subject = "basic-constraints-missing.lab.test", .issuer = CA_NO_BASIC},
    {.subject = "keycertsign-missing.lab.test", .issuer = CA_NO_CERT_SIGN},
    {.subject = "path-length-exceeded.lab.test", .issuer = CA_BELOW_SHORT},
    {.subject = "name-constraint-dns.lab.test", .issuer = CA_CONSTRAINED},
    /* Under the example arc of joint-iso-itu-t (RFC 7042 has none; 2.999 is ITU-T X.660's). */
    {.subject = "unknown-critical-extension.lab.test",
        .extra_name = "2.999.1",
        .extra_value = "critical,DER:0500"},
    /* RFC 5280 §4.2.1.4: certificatePolicies with 2.23.140.1.2.1, domain-validated. */
    {.subject = "duplicate-extension.lab.test",
        .extra_name = "2.5.29.32",
        .extra_value = "DER:30:0a:30:08:06:06:67:81:0c:01:02:01",
        .extra_twice = true},
    /* RFC 5280 §4.2.1.1: SEQUENCE { [0] keyIdentifier }, twenty octets that are nobody's. */
    {.subject = "aki-ski-mismatch.lab.test",
        .authority_key_id = "",
        .extra_name = "2.5.29.35",
        .extra_value =
            "DER:30:16:80:14:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14"},
    {.subject = "cert-revoked.lab.test", .says = SAYS_REVOKED, .staples = true},
    {.subject = "ocsp-stale.lab.test", .says = SAYS_OLD, .staples = true},
    /* RFC 7633: status_request, which is a staple. */
    {.subject = "must-staple-missing.lab.test",
        .says = SAYS_GOOD,
        .extra_name = "tlsfeature",
        .extra_value = "status_request"},
    {.subject = "ct-missing.lab.test", .promises = PROMISES_NONE},
    {.subject = "ct-invalid.lab.test", .promises = PROMISES_BROKEN},
    /* The old suites of these two want an RSA key. */
    {.subject = "tls-version-too-low.lab.test", .key = KEY_RSA2048},
    {.subject = "no-shared-cipher.lab.test", .key = KEY_RSA2048},
};

void recipe_of_ca(enum recipe_ca ca, struct recipe *out)
{
    *out = cas[ca];
    out->is_ca = true;
    if (!out->from_day && !out->to_day) {
        out->from_day = -30;
        out->to_day = 700;
    }
    if (!out->digest)
        out->digest = "SHA256";
    if (!out->basic_constraints) {
        bool above_others = ca == CA_ROOT || ca == CA_ELSEWHERE;
        out->basic_constraints = above_others ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0";
    }
    if (!out->key_usage)
        out->key_usage = "critical,digitalSignature,keyCertSign,cRLSign";
    if (!out->extended_key_usage)
        out->extended_key_usage = "";
    if (!out->alt_name)
        out->alt_name = "";
    if (!out->authority_key_id)
        out->authority_key_id = "keyid:always";
}

static const struct recipe *site_find(const char *host)
{
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        if (strcmp(sites[i].subject, host) == 0)
            return &sites[i];
    return NULL;
}

static const struct leaf_fault *fault_of(const char *host)
{
    char cause[64];
    size_t n = strlen(host), tail = strlen(LAB_DOMAIN);

    if (!text_ends(host, LAB_DOMAIN) || n - tail >= sizeof cause)
        return NULL;
    memcpy(cause, host, n - tail);
    cause[n - tail] = '\0';
    return leaf_fault_find(cause);
}

static void fault_put(const struct leaf_fault *fault, struct recipe *r)
{
    if (!r->from_day && !r->to_day) {
        r->from_day = fault->from_day;
        r->to_day = fault->to_day;
    }
    r->digest = fault->digest;
    if (fault->rsa_bits)
        r->key = KEY_RSA1024;
    if (fault->no_usage)
        r->extended_key_usage = "";
    if (fault->names != LEAF_NAMES_ITS_HOST)
        r->alt_name = fault->names == LEAF_NAMES_ANOTHER ? "DNS:sibling.lab.test" : "";
    if (fault->signer == LEAF_BY_ITSELF)
        r->issuer = CA_ITSELF;
    if (fault->signer == LEAF_BY_A_STRANGER) {
        r->issuer = CA_ELSEWHERE_ISSUING;
        r->sends = SENDS_ROOT_TOO;
    }
}

void recipe_of_site(const char *host, struct recipe *out)
{
    const struct recipe *special = site_find(host);
    const struct leaf_fault *fault = fault_of(host);

    *out = special ? *special : (struct recipe){.subject = host};
    if (fault)
        fault_put(fault, out);
    if (out->issuer == CA_ROOT)
        out->issuer = CA_ISSUING; /* no site hangs from the root itself */
    if (!out->from_day && !out->to_day) {
        out->from_day = -10;
        out->to_day = 80;
    }
    if (!out->digest)
        out->digest = "SHA256";
    if (!out->basic_constraints)
        out->basic_constraints = "critical,CA:FALSE";
    if (!out->key_usage)
        out->key_usage = out->key == KEY_P256 ? "critical,digitalSignature"
                                              : "critical,digitalSignature,keyEncipherment";
    if (!out->extended_key_usage)
        out->extended_key_usage = "serverAuth";
    if (!out->authority_key_id)
        out->authority_key_id = "keyid:always";
}
