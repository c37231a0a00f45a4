#include "trial.h"

static void the_host_must_be_among_the_alternative_names(void **state)
{
    static const struct trial_row rows[] = {
        {"no host, no check", {.host = "", .leaf.dns = {"other.example"}}, "", ""},
        {"another site", {.leaf.dns = {"other.test"}}, "SSLHostname@0", "name-mismatch"},
        {"only the common name", {.bare = true}, "SSLHostname@0", "san-missing-cn-only"},
        {"not even that", {.bare = true, .leaf.cn = "other"}, "SSLHostname@0", "name-mismatch"},
        {"an address", {.host = "192.0.2.1"}, "SSLHostname@0", "ip-not-in-san"},
        {"an address among the names", {.host = "192.0.2.1", .leaf.dns = {"192.0.2.1"}},
            "SSLHostname@0", "ip-as-dns-san"},
        {"an address where it belongs", {.host = "192.0.2.1", .leaf.ips = {"192.0.2.1"}}, "", ""},
        {"two labels below a wildcard",
            {.host = "a.b.shop.example", .leaf.dns = {"*.shop.example"}}, "SSLHostname@0",
            "wildcard-depth name-mismatch"},
        {"the wildcard's own parent", {.leaf.dns = {"*.shop.example"}}, "SSLHostname@0",
            "wildcard-depth name-mismatch"},
        {"a part of a label", {.host = "www.shop.example", .leaf.dns = {"w*.shop.example"}},
            "SSLHostname@0", "wildcard-bad-position name-mismatch"},
        {"a public suffix", {.host = "shop.co.uk", .leaf.dns = {"*.co.uk"}}, "SSLHostname@0",
            "wildcard-public-suffix name-mismatch"},
        {"with www", {.host = "www.shop.example"}, "SSLHostname@0",
            "apex-www-mismatch name-mismatch"},
        {"without", {.leaf.dns = {"www.shop.example"}}, "SSLHostname@0",
            "apex-www-mismatch name-mismatch"},
        {"Unicode instead of A-labels",
            {.host = "xn--mnchen-3ya.example", .leaf.dns = {"m\xc3\xbcnchen.example"}},
            "SSLHostname@0", "idn-mismatch name-mismatch"},
        {"a client's, when a name is asked for",
            {.host = "ann.example", .policy = JUDGE_TLS_CLIENT, .leaf.eku = "clientAuth"},
            "SSLHostname@0", "name-mismatch"},
        {"a gateway's", {.host = "vpn.example", .policy = JUDGE_IPSEC_SERVER}, "SSLHostname@0",
            "name-mismatch"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void the_evidence_lists_the_names_that_are_there(void **state)
{
    struct verdict v;

    (void)state;
    trial_run(
        &(struct trial){.host = "x.test", .leaf.dns = {"a", "b", "c", "d", "e", "f", "g", "h"}},
        &v);
    assert_string_equal(
        v.checks[0].detail, "asked for x.test, the certificate names a, b, c, d, e, f and 2 more");
    verdict_fini(&v);
}

static void wi_fi_trusts_the_names_of_the_profile(void **state)
{
    static const struct trial_row rows[] = {
        {"no list", {.policy = JUDGE_EAP_SERVER}, "", ""},
        {"on the list",
            {.policy = JUDGE_EAP_SERVER, .server_names = {"other.example", "SHOP.example"}}, "",
            ""},
        {"the list has a wildcard",
            {.policy = JUDGE_EAP_SERVER,
                .server_names = {"*.corp.example"},
                .leaf.dns = {"radius.corp.example"}},
            "", ""},
        {"the certificate has one",
            {.policy = JUDGE_EAP_SERVER,
                .server_names = {"radius.corp.example"},
                .leaf.dns = {"*.corp.example"}},
            "EAPTrustedServerNames@0", "name-mismatch"},
        {"the common name, without others",
            {.policy = JUDGE_EAP_SERVER,
                .server_names = {"radius"},
                .bare = true,
                .leaf.cn = "radius"},
            "", ""},
        {"the common name, beside others",
            {.policy = JUDGE_EAP_SERVER, .server_names = {"radius"}, .leaf.cn = "radius"},
            "EAPTrustedServerNames@0", "name-mismatch"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void mail_is_for_an_address(void **state)
{
    static const struct trial_row rows[] = {
        {"nobody asks", {.policy = JUDGE_SMIME, .leaf.eku = "emailProtection"}, "", ""},
        {"in the alternative name",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .email = "Ann@shop.example",
                .leaf.emails = {"ann@shop.example"}},
            "", ""},
        {"somebody else's",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .email = "bob@shop.example",
                .leaf.emails = {"ann@shop.example"}},
            "Email@0", "smime-address-mismatch"},
        {"in the subject, under an app's anchor",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .anchors = ANCHORS_CUSTOM,
                .email = "ann@shop.example",
                .leaf.subject = "CN=Ann/emailAddress=ann@shop.example"},
            "", ""},
        {"in the subject, under the system's since 2022",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .email = "ann@shop.example",
                .leaf.subject = "CN=Ann/emailAddress=ann@shop.example"},
            "Email@0", "smime-address-mismatch"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void the_web_minds_an_address_when_the_caller_names_one(void **state)
{
    static const struct trial_row rows[] = {
        {"it is there",
            {.policy = JUDGE_WEBPKI_CLIENT,
                .host = "",
                .leaf.eku = "clientAuth",
                .leaf.emails = {"ann@shop.example"},
                .email = "ann@shop.example"},
            "", ""},
        {"another is there",
            {.policy = JUDGE_WEBPKI_CLIENT,
                .host = "",
                .leaf.eku = "clientAuth",
                .leaf.emails = {"ann@shop.example"},
                .email = "bob@shop.example"},
            "Email@0", "smime-address-mismatch"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void a_host_with_the_last_dot_is_the_same_host_to_the_web(void **state)
{
    static const struct trial_row rows[] = {
        {"an entry", {.policy = JUDGE_WEBPKI, .host = "shop.example."}, "", ""},
        {"below a public suffix",
            {.policy = JUDGE_WEBPKI,
                .host = "me.github.io.",
                .leaf.cn = "Me",
                .leaf.dns = {"*.github.io"}},
            "SSLHostname@0", "wildcard-public-suffix"},
        {"itself there",
            {.policy = JUDGE_WEBPKI,
                .host = "me.github.io.",
                .leaf.cn = "Me",
                .leaf.dns = {"me.github.io", "*.github.io"}},
            "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_must_be_among_the_alternative_names),
        cmocka_unit_test(the_evidence_lists_the_names_that_are_there),
        cmocka_unit_test(wi_fi_trusts_the_names_of_the_profile),
        cmocka_unit_test(mail_is_for_an_address),
        cmocka_unit_test(the_web_minds_an_address_when_the_caller_names_one),
        cmocka_unit_test(a_host_with_the_last_dot_is_the_same_host_to_the_web),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
