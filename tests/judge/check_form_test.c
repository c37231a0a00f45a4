#include "trial.h"

#define WEB .policy = JUDGE_WEBPKI

static void the_web_wants_form(void **state)
{
    static const struct mint_extension critical_aia[] = {
        {"1.3.6.1.5.5.7.1.1", true, "3018301606082b06010505073002860a687474703a2f2f612e62"}, {0}};
    static const struct mint_extension soft_policy[] = {{"2.5.29.36", false, "3003810101"}, {0}};
    static const struct mint_extension no_subtrees[] = {{"2.5.29.30", true, "3000"}, {0}};
    static const struct mint_extension empty_subtrees[] = {{"2.5.29.30", true, "3004a000a100"}, {0}};
    /* 192.0.2.0 with the mask 255.0.255.0 */
    static const struct mint_extension torn_mask[] = {{"2.5.29.30", true, "300ea00c300a8708c0000200ff00ff00"}, {0}};
    static const struct trial_row rows[] = {
        {"a good chain", {WEB}, "", ""},
        {"version 1", {WEB, .leaf.version = 1}, NULL, NULL},
        {"no key id of the issuer", {WEB, .leaf.no_aki = true}, "AuthorityKeyIdentifier@0", "key-id-missing"},
        {"a root needs none", {WEB, .root.no_aki = true}, "", ""},
        {"a CA without its own", {WEB, .ica.no_ski = true}, "AuthorityKeyIdentifier@0 SubjectKeyIdentifier@1", "key-id-missing"},
        {"a critical address of the issuer", {WEB, .leaf.extensions = critical_aia}, "CriticalExtensions@0 ExtensionCriticality@0", NULL},
        {"a soft policy constraint", {WEB, .ica.extensions = soft_policy}, "ExtensionCriticality@1", NULL},
        {"a critical alternative name beside a subject", {WEB, .leaf.san_critical = true}, "ExtensionCriticality@0", ""},
        {"no usage", {WEB, .leaf.eku = ""}, "ServerAuthEKU@0", "eku-missing"},
        {"any usage", {WEB, .leaf.eku = "serverAuth,anyExtendedKeyUsage"}, "ServerAuthEKU@0", "eku-missing"},
        {"a root with a usage", {WEB, .root.eku = "serverAuth"}, "", NULL},
        {"a CA as a leaf", {WEB, .leaf.ca = true, .leaf.eku = "serverAuth"}, NULL, NULL},
        {"constraints without subtrees", {WEB, .ica.extensions = no_subtrees}, "NameConstraintsForm@1",
            "name-constraint-malformed"},
        {"constraints with empty lists", {WEB, .ica.extensions = empty_subtrees}, "NameConstraintsForm@1",
            "name-constraint-malformed"},
        {"a mask with a hole", {WEB, .ica.extensions = torn_mask}, "NameConstraintsForm@1", "name-constraint-malformed"},
        {"a constraint with a leading dot", {WEB, .ica.permitted = "DNS:.example"}, "NameConstraintsForm@1",
            "name-constraint-malformed"},
        {"constraints on a leaf", {WEB, .leaf.permitted = "DNS:shop.example"}, "NameConstraintsForm@0",
            "name-constraint-malformed"},
        {"a name with a leading dot", {WEB, .leaf.dns = {".shop.example", "shop.example"}}, "SubjectAltName@0", NULL},
        {"an underscore", {WEB, .leaf.dns = {"a_b.example", "shop.example"}}, "SubjectAltName@0", NULL},
        {"another common name", {WEB, .leaf.cn = "other.example"}, "CommonName@0", "cn-not-in-san"},
        {"a common name of people", {WEB, .leaf.cn = "The Shop"}, "", ""},
        {"the base of a wildcard", {WEB, .leaf.cn = "shop.example", .host = "a.shop.example", .leaf.dns = {"*.shop.example"}},
            "", ""},
        {"an address written otherwise", {WEB, .leaf.cn = "192.168.001.001", .host = "192.168.1.1", .leaf.ips = {"192.168.1.1"}},
            "CommonName@0", "cn-not-in-san"},
        {"a client may be called what it likes", {.policy = JUDGE_WEBPKI_CLIENT, .leaf.cn = "ann.example",
            .leaf.eku = "clientAuth", .host = ""}, "", ""},
        {"a wildcard before a company's customers", {WEB, .host = "x.s3.amazonaws.com", .leaf.cn = "Shop",
            .leaf.dns = {"*.s3.amazonaws.com"}}, "SSLHostname@0", "wildcard-public-suffix"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict v;

        if (rows[i].checks) {
            trial_rows(&rows[i], 1);
            continue;
        }
        trial_run(&rows[i].trial, &v); /* several checks mind it; that one is this file's */
        assert_int_equal(v.answer, VERDICT_REJECT);
        assert_true(verdict_failed(&v, "Version", 0) || verdict_failed(&v, "LeafIsCA", 0));
        verdict_fini(&v);
    }
}

static void ios_minds_none_of_it(void **state)
{
    static const struct trial_row rows[] = {
        {"no key id", {.leaf.no_aki = true}, "", ""},
        {"another common name", {.leaf.cn = "other.example"}, "", ""},
        {"a private suffix", {.host = "x.s3.amazonaws.com", .leaf.dns = {"*.s3.amazonaws.com"}}, "", ""},
        {"a CA as a leaf", {.leaf.ca = true, .leaf.eku = "serverAuth"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_web_wants_form),
        cmocka_unit_test(ios_minds_none_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
