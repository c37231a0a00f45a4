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
    [CA_UPPER] = {.subject = "Lab Upper CA", .basic_constraints = "critical,CA:TRUE,pathlen:1"},
    [CA_LOWER] = {.subject = "Lab Lower CA", .issuer = CA_UPPER},
    [CA_EXPIRED_ROOT] = {.subject = "Lab Expired Root",
        .issuer = CA_EXPIRED_ROOT,
        .from_day = -4000,
        .to_day = -10},
    [CA_P224] = {.subject = "Lab P-224 CA", .key = KEY_P224},
    [CA_SPELT] = {.subject = "Lab Spelt Curve CA", .key = KEY_P256_SPELT},
    [CA_ED25519] = {.subject = "Lab Ed25519 CA", .key = KEY_ED25519},
    [CA_DSA] = {.subject = "Lab DSA CA", .key = KEY_DSA},
    [CA_RSA_PSS] = {.subject = "Lab RSA-PSS CA", .key = KEY_RSA_PSS},
    [CA_FOREIGN_ADDRESSES] = {.subject = "Lab CA Without Addresses",
        .extra_name = "nameConstraints",
        .extra_value = "critical,excluded;IP:192.0.2.0/255.255.255.0"},
    /* RFC 5280 §4.2.1.10 knows no rule for registered ids. */
    [CA_ODD_SUBTREES] = {.subject = "Lab CA With Odd Subtrees",
        .extra_name = "nameConstraints",
        .extra_value = "critical,permitted;RID:2.999.1"},
    [CA_POLICIES] = {.subject = "Lab Policy CA",
        .extra_name = "policyConstraints",
        .extra_value = "critical,requireExplicitPolicy:0"},
    [CA_NAMELESS] = {.subject = "Lab Nameless CA", .nameless = true},
    [CA_REVOKED] = {.subject = "Lab Revoked CA"},
    [CA_CROSSED] = {.subject = "Lab Crossed CA"},
    [CA_CROSSED_OLD] = {.subject = "Lab Crossed CA",
        .issuer = CA_ELSEWHERE,
        .twin = CA_CROSSED,
        .from_day = -800,
        .to_day = -10},
    [CA_CIRCLE_BEGIN] = {.subject = "Lab Circle CA", .issuer = CA_CIRCLE_BEGIN},
    [CA_CIRCLE_ABOVE] = {.subject = "Lab CA Above Circle",
        .issuer = CA_CIRCLE_BEGIN,
        .basic_constraints = "critical,CA:TRUE"},
    [CA_CIRCLE] = {.subject = "Lab Circle CA",
        .issuer = CA_CIRCLE_ABOVE,
        .twin = CA_CIRCLE_BEGIN,
        .basic_constraints = "critical,CA:TRUE"},
    [CA_MAZE_TOP] = {.subject = "Lab Maze Top CA",
        .issuer = CA_ELSEWHERE,
        .basic_constraints = "critical,CA:TRUE"},
    [CA_MAZE_ABOVE] = {.subject = "Lab CA Above Maze",
        .issuer = CA_MAZE_TOP,
        .basic_constraints = "critical,CA:TRUE"},
    [CA_MAZE] = {.subject = "Lab Maze CA", .issuer = CA_MAZE_ABOVE},
    [CA_PUBLIC_ROOT] = {.subject = "eDellRoot", .issuer = CA_PUBLIC_ROOT},
    [CA_BAD_KEY] = {.subject = "Lab CA With A Bad Key", .spoils = SPOILS_KEY},
    /* nsCertType, a bit string of Netscape's; iOS does not know it, and OpenSSL stumbles over it.
     */
    [CA_ODD_TYPE] = {.subject = "Lab CA Of An Odd Type",
        .extra_name = "2.16.840.1.113730.1.1",
        .extra_value = "DER:05:00"},
    [CA_TWICE] = {.subject = "Lab Twice CA", .serial = "4711"},
    [CA_TWICE_OLD] = {.subject = "Lab Twice CA",
        .twin = CA_TWICE,
        .serial = "4711",
        .from_day = -300,
        .to_day = 60},
    [CA_VERSION_1] = {.subject = "Lab Version 1 CA", .old_version = true},
    [CA_FILTER] = {.subject = "Lab Web Filter", .issuer = CA_FILTER},
};

/* Besides what cert/leaf_fault.h says of its faults. */
static const struct recipe sites[] = {
    {.subject = "good.lab-two.test", .says = SAYS_GOOD, .staples = true},
    {.subject = "rsa.lab.test", .key = KEY_RSA2048},
    {.subject = "front.lab.test", .alt_name = "DNS:front.lab.test,DNS:cloudflare-ech.com"},
    {.subject = "wildcard.lab.test", .common_name = "*.lab.test", .alt_name = "DNS:*.lab.test"},
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
    {.subject = "short-lived.lab.test", .from_day = -2, .to_day = 4},
    {.subject = "no-name.lab.test", .alt_name = "critical,DNS:no-name.lab.test", .nameless = true},
    {.subject = "cert-expiring-soon.lab.test", .from_day = -80, .to_day = 5},
    {.subject = "cross-sign-expired.lab.test", .issuer = CA_CROSSED, .also = CA_CROSSED_OLD},
    {.subject = "cn-not-in-san.lab.test", .common_name = "old-name.lab.test"},
    {.subject = "hostname_underscore.lab.test"},
    {.subject = "san-oversize.lab.test", .more_names = 500},
    {.subject = "chain-unneeded-certs.lab.test", .also = CA_RSA},
    {.subject = "chain-too-long.lab.test", .issuer = CA_CIRCLE},
    {.subject = "chain-hostile-dos.lab.test", .issuer = CA_MAZE, .sends = SENDS_MAZE},
    {.subject = "known-interception-root.lab.test",
        .issuer = CA_PUBLIC_ROOT,
        .sends = SENDS_ROOT_TOO},
    {.subject = "signature-algorithm-mismatch.lab.test", .spoils = SPOILS_ALGORITHM},
    {.subject = "issuer-key-malformed.lab.test", .issuer = CA_BAD_KEY},
    {.subject = "issuer-not-usable.lab.test", .issuer = CA_ODD_TYPE},
    {.subject = "key-id-missing.lab.test", .authority_key_id = ""},
    {.subject = "root-as-leaf.lab.test",
        .basic_constraints = "critical,CA:TRUE",
        .key_usage = "critical,digitalSignature,keyCertSign"},
    {.subject = "odd-rsa-size.lab.test", .key = KEY_RSA2052},
    {.subject = "debian-or-roca-key.lab.test", .key = KEY_ROCA},
    {.subject = "key-reused-public.lab.test", .key = KEY_PUBLISHED},
    {.subject = "key-usage-leaf.lab.test",
        .key = KEY_RSA2048,
        .key_usage = "critical,keyEncipherment"},
    {.subject = "serial-abnormal.lab.test", .serial = "0"},
    {.subject = "duplicate-serial.lab.test", .issuer = CA_TWICE, .also = CA_TWICE_OLD},
    {.subject = "cert-v1.lab.test", .issuer = CA_VERSION_1, .authority_key_id = ""},
    {.subject = "cert-unparsable.lab.test", .spoils = SPOILS_FORM},
    {.subject = "client-cert-on-server.lab.test",
        .common_name = "Alice Example",
        .alt_name = "email:alice@lab.test",
        .extended_key_usage = "clientAuth,emailProtection"},
    {.subject = "xn--pple-43d.lab.test"},
    {.subject = "apex-www-mismatch.lab.test", .alt_name = "DNS:www.apex-www-mismatch.lab.test"},
    {.subject = "wildcard-bad-position.lab.test", .alt_name = "DNS:wildcard-*.lab.test"},
    {.subject = "wildcard-public-suffix.test", .alt_name = "DNS:*.test"},
    {.subject = "xn--idn-mismatch--8ob.lab.test", .alt_name = "DNS:idn-mismatch-\xc3\xbc.lab.test"},
    {.subject = "192.0.2.1", .alt_name = "DNS:router.lab.test"},
    {.subject = "192.0.2.2", .alt_name = "DNS:192.0.2.2"},
    {.subject = "cert-expired-root.lab.test", .issuer = CA_EXPIRED_ROOT},
    {.subject = "cert-time-malformed.lab.test", .spoils = SPOILS_DATES},
    {.subject = "signature-invalid.lab.test", .spoils = SPOILS_SIGNATURE},
    {.subject = "chain-wrong-order.lab.test", .issuer = CA_LOWER, .sends = SENDS_TOP_DOWN},
    {.subject = "ec-curve-unsupported.lab.test", .issuer = CA_P224},
    {.subject = "ec-explicit-params.lab.test", .issuer = CA_SPELT},
    {.subject = "ed25519-cert.lab.test", .issuer = CA_ED25519},
    {.subject = "dsa-key.lab.test", .issuer = CA_DSA},
    {.subject = "rsa-pss-cert.lab.test", .issuer = CA_RSA_PSS},
    {.subject = "name-constraint-other.lab.test",
        .issuer = CA_FOREIGN_ADDRESSES,
        .alt_name = "DNS:name-constraint-other.lab.test,IP:192.0.2.3"},
    {.subject = "name-constraint-malformed.lab.test", .issuer = CA_ODD_SUBTREES},
    {.subject = "policy-constraint-failed.lab.test", .issuer = CA_POLICIES},
    {.subject = "subject-empty-ca.lab.test", .issuer = CA_NAMELESS},
    {.subject = "san-empty-subject-noncritical.lab.test", .nameless = true},
    /* RFC 5280 §4.2.1.4: certificatePolicies is a SEQUENCE, not a NULL. */
    {.subject = "extension-malformed.lab.test",
        .extra_name = "2.5.29.32",
        .extra_value = "DER:05:00"},
    {.subject = "private-root-not-installed.lab.lan", .issuer = CA_ELSEWHERE_ISSUING},
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
    {.subject = "ocsp-unknown.lab.test", .says = SAYS_UNKNOWN, .staples = true},
    {.subject = "intermediate-revoked.lab.test",
        .issuer = CA_REVOKED,
        .says = SAYS_ISSUER_REVOKED,
        .staples = true},
    {.subject = "ct-missing.lab.test", .promises = PROMISES_NONE},
    {.subject = "ct-invalid.lab.test", .promises = PROMISES_BROKEN},
    {.subject = "dns-split-horizon.lab.example.com", .alt_name = "DNS:intranet.lab.internal"},
    {.subject = "portal.lab-four.test"},
    {.subject = "middlebox-upstream.lab.test", .issuer = CA_FILTER, .sends = SENDS_ROOT_TOO},
    {.subject = "middlebox-upstream.lab-two.test", .issuer = CA_FILTER, .sends = SENDS_ROOT_TOO},
    {.subject = "middlebox-upstream.lab-three.test", .issuer = CA_FILTER, .sends = SENDS_ROOT_TOO},
    {.subject = "old.mail-smtp-vs-imap-cert.lab.test",
        .alt_name = "DNS:mail-smtp-vs-imap-cert.lab.test",
        .issuer = CA_UNSENT,
        .sends = SENDS_LEAF_ONLY},
    {.subject = "mail-cert-renewed.lab.test",
        .issuer = CA_ELSEWHERE_ISSUING,
        .sends = SENDS_LEAF_ONLY},
    {.subject = "renewed.mail-cert-renewed.lab.test",
        .alt_name = "DNS:mail-cert-renewed.lab.test",
        .issuer = CA_ELSEWHERE_ISSUING,
        .sends = SENDS_LEAF_ONLY},
    {.subject = "other.mixed-fleet-certs.lab.test",
        .alt_name = "DNS:mixed-fleet-certs.lab.test",
        .from_day = -100,
        .to_day = -10},
    {.subject = "old.renewed-not-reloaded.lab.test",
        .alt_name = "DNS:renewed-not-reloaded.lab.test",
        .from_day = -100,
        .to_day = -10},
    {.subject = "mail-name-mismatch.lab.test", .alt_name = "DNS:mail.provider.lab-two.test"},
    /* The old suites and signatures of these want an RSA key. */
    {.subject = "tls-version-too-low.lab.test", .key = KEY_RSA2048},
    {.subject = "no-shared-cipher.lab.test", .key = KEY_RSA2048},
    {.subject = "weak-cipher-only.lab.test", .key = KEY_RSA2048},
    {.subject = "weak-dh.lab.test", .key = KEY_RSA2048},
    {.subject = "no-shared-sigalg.lab.test", .key = KEY_RSA2048},
    {.subject = "cut.hsts-block.lab.test",
        .alt_name = "DNS:hsts-block.lab.test",
        .issuer = CA_UNSENT,
        .sends = SENDS_LEAF_ONLY},
    {.subject = "sni-default-cert.lab.test", .alt_name = "DNS:hosting.lab-two.test"},
    {.subject = "no-shared-group.lab.test", .key = KEY_RSA2048},
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
        bool above_others = cas[ca].issuer == ca;
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
