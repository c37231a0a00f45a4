#include "trial.h"

static void usage_is_judged_by_anchor(void **state)
{
    static const struct trial_row rows[] = {
        {"none, under a system root", {.leaf.eku = ""}, "ServerAuthEKU@0", "eku-missing"},
        {"none, under a user's root", {.leaf.eku = "", .anchors = ANCHORS_USER}, "", ""},
        {"none, under an app's anchor", {.leaf.eku = "", .anchors = ANCHORS_CUSTOM},
            "ServerAuthEKU@0", "eku-missing"},
        {"any, under a system root", {.leaf.eku = "anyExtendedKeyUsage"}, "ServerAuthEKU@0",
            "eku-missing"},
        {"any, under a user's root", {.leaf.eku = "anyExtendedKeyUsage", .anchors = ANCHORS_USER},
            "", ""},
        {"for clients", {.leaf.eku = "clientAuth"}, "ExtendedKeyUsage@0 ServerAuthEKU@0",
            "eku-not-server"},
        {"for clients, under a user's root", {.leaf.eku = "clientAuth", .anchors = ANCHORS_USER},
            "ExtendedKeyUsage@0", "eku-not-server"},
        {"for both", {.leaf.eku = "clientAuth,serverAuth"}, "", ""},
        {"Netscape's old one", {.leaf.eku = "nsSGC", .anchors = ANCHORS_USER}, "", ""},
        {"a CA for mail, blamed on the leaf too", {.ica.eku = "emailProtection"},
            "ServerAuthEKU@0 ExtendedKeyUsage@1", "eku-intermediate"},
        {"a CA for mail, under a user's root",
            {.ica.eku = "emailProtection", .anchors = ANCHORS_USER}, "ExtendedKeyUsage@1",
            "eku-intermediate"},
        {"a CA for anything", {.ica.eku = "anyExtendedKeyUsage"}, "", ""},
        {"a root for mail is not looked at", {.root.eku = "emailProtection"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void an_apps_anchor_frees_what_is_older_than_the_rule(void **state)
{
    static const int64_t old =
        INT64_C(1561935600); /* the rule wants notBefore to be later than this second */
    struct trial t = {.leaf.eku = "",
        .anchors = ANCHORS_CUSTOM,
        .at = old,
        .leaf.not_before = old,
        .leaf.not_after = old + 90 * MINT_DAY,
        .ica.not_before = old,
        .root.not_before = old};
    struct trial_row rows[] = {
        {"older", t, "", ""}, {"younger", t, "ServerAuthEKU@0", "eku-missing"}};

    (void)state;
    rows[1].trial.leaf.not_before = old + 1;
    rows[1].trial.at = old + 1;
    TRIAL_ROWS(rows);
}

static void each_policy_wants_its_own_usage(void **state)
{
    static const struct trial_row rows[] = {
        {"a client's", {.leaf.eku = "clientAuth", .policy = JUDGE_TLS_CLIENT}, "", ""},
        {"none at all", {.leaf.eku = "", .policy = JUDGE_TLS_CLIENT}, "", ""},
        {"a server's shown by a client", {.policy = JUDGE_TLS_CLIENT}, "ExtendedKeyUsage@0",
            "identity-wrong-eku"},
        {"a client's shown by a Wi-Fi server",
            {.leaf.eku = "clientAuth", .policy = JUDGE_EAP_SERVER}, "ExtendedKeyUsage@0",
            "eku-not-server"},
        {"EAP has the loose rule only", {.leaf.eku = "", .policy = JUDGE_EAP_SERVER}, "", ""},
        {"an IPsec server's", {.policy = JUDGE_IPSEC_SERVER}, "", ""},
        {"an IPsec server's of any usage",
            {.leaf.eku = "codeSigning", .policy = JUDGE_IPSEC_SERVER}, "", ""},
        {"an IPsec client's", {.leaf.eku = "clientAuth", .policy = JUDGE_IPSEC_CLIENT, .host = ""},
            "", ""},
        {"for mail", {.leaf.eku = "emailProtection", .policy = JUDGE_SMIME}, "", ""},
        {"any does not count for mail",
            {.leaf.eku = "anyExtendedKeyUsage", .policy = JUDGE_SMIME, .anchors = ANCHORS_USER},
            "ExtendedKeyUsage@0", "identity-wrong-eku"},
        {"mail without a usage, of an app's anchor",
            {.leaf.eku = "", .policy = JUDGE_SMIME, .anchors = ANCHORS_CUSTOM}, "", ""},
        {"mail without a usage, of the system's since 2022",
            {.leaf.eku = "", .policy = JUDGE_SMIME}, "EmailProtectionEKU@0", "identity-wrong-eku"},
        {"the chain alone", {.leaf.eku = "clientAuth", .policy = JUDGE_X509_BASIC}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void a_key_usage_is_judged_when_somebody_asks_for_it(void **state)
{
    static const struct trial_row rows[] = {
        {"nobody asks", {.leaf.key_usage = CERT_USE_KEY_AGREEMENT}, "", ""},
        {"it is there", {.key_usage = CERT_USE_DIGITAL_SIGNATURE}, "", ""},
        {"one of two is missing",
            {.key_usage = CERT_USE_DIGITAL_SIGNATURE | CERT_USE_KEY_AGREEMENT}, "KeyUsage@0",
            "key-usage-leaf"},
        {"absent", {.leaf.no_key_usage = true, .key_usage = CERT_USE_DIGITAL_SIGNATURE},
            "KeyUsage@0", "key-usage-leaf"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void mail_is_signed_or_encrypted(void **state)
{
    static const struct trial mail = {.policy = JUDGE_SMIME, .leaf.eku = "emailProtection"};
    static const struct {
        const char *name;
        unsigned key_usage; /* of the certificate; 0: no extension */
        unsigned wanted;
        const char *checks;
    } cases[] = {
        {"signs", CERT_USE_DIGITAL_SIGNATURE, SMIME_SIGN, ""},
        {"non-repudiation alone does not sign", CERT_USE_NON_REPUDIATION, SMIME_SIGN, "KeyUsage@0"},
        {"without the extension it signs", 0, SMIME_SIGN, ""},
        {"and does not encrypt", 0, SMIME_KEY_ENCRYPT, "KeyUsage@0"},
        {"encrypts keys", CERT_USE_KEY_ENCIPHERMENT, SMIME_KEY_ENCRYPT, ""},
        {"encrypts keys, asked to sign", CERT_USE_KEY_ENCIPHERMENT, SMIME_SIGN, "KeyUsage@0"},
        {"one purpose of several is enough", CERT_USE_KEY_AGREEMENT,
            SMIME_SIGN | SMIME_KEY_AGREEMENT, ""},
        {"nothing in particular", CERT_USE_NON_REPUDIATION, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trial_row row = {
            cases[i].name, mail, cases[i].checks, *cases[i].checks ? "identity-wrong-eku" : ""};

        row.trial.leaf.no_key_usage = !cases[i].key_usage;
        row.trial.leaf.key_usage = cases[i].key_usage;
        row.trial.smime_usage = cases[i].wanted;
        trial_rows(&row, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_is_judged_by_anchor),
        cmocka_unit_test(an_apps_anchor_frees_what_is_older_than_the_rule),
        cmocka_unit_test(each_policy_wants_its_own_usage),
        cmocka_unit_test(a_key_usage_is_judged_when_somebody_asks_for_it),
        cmocka_unit_test(mail_is_signed_or_encrypted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
