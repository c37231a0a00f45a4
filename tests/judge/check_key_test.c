#include "trial.h"

static void keys_are_measured_in_whole_bytes(void **state)
{
    static const struct trial_row rows[] = {
        {"RSA-2048", {.leaf.key = MINT_RSA2048}, "", ""},
        {"RSA-2041 passes as 2048", {.leaf.key = MINT_RSA2041}, "", ""},
        {"RSA-1024", {.leaf.key = MINT_RSA1024}, "KeySize@0", "weak-key-rsa"},
        {"RSA-512 is fatal", {.leaf.key = MINT_RSA512}, "WeakKeySize@0 KeySize@0", "weak-key-rsa"},
        {"P-224", {.leaf.key = MINT_P224}, "KeySize@0", "ec-curve-unsupported"},
        {"P-192", {.leaf.key = MINT_P192}, "KeySize@0", "ec-curve-unsupported"},
        {"P-384", {.leaf.key = MINT_P384}, "", ""},
        {"Ed25519 has no minimum, and fails", {.leaf.key = MINT_ED25519}, "KeySize@0",
            "ed25519-cert"},
        {"DSA is no key at all", {.leaf.key = MINT_DSA}, "WeakKeySize@0 KeySize@0", "dsa-key"},
        {"explicit parameters", {.leaf.key = MINT_P256_EXPLICIT}, "WeakKeySize@0",
            "ec-explicit-params"},
        {"an intermediate", {.ica.key = MINT_RSA1024}, "KeySize@1", "weak-key-rsa"},
        {"a root", {.root.key = MINT_RSA1024}, "KeySize@2", "weak-key-rsa"},
        {"a user's root", {.root.key = MINT_RSA1024, .anchors = ANCHORS_USER}, "KeySize@2",
            "weak-key-rsa"},
        {"a leaf that its user trusts",
            {.leaf.key = MINT_RSA1024, .alone = true, .anchors = ANCHORS_USER}, "", ""},
        {"not even that below the floor",
            {.leaf.key = MINT_RSA512, .alone = true, .anchors = ANCHORS_USER}, "WeakKeySize@0",
            "weak-key-rsa"},
        {"the chain alone has only the floor",
            {.leaf.key = MINT_RSA1024, .policy = JUDGE_X509_BASIC}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void hashes_of_signatures_are_judged_but_for_the_self_signed(void **state)
{
    static const struct trial_row rows[] = {
        {"SHA-1", {.leaf.hash = "SHA1"}, "SignatureHashAlgorithms@0", "weak-signature-sha1"},
        {"MD5 is fatal", {.leaf.hash = "MD5", .ica.key = MINT_RSA2048},
            "WeakSignature@0 SignatureHashAlgorithms@0", "weak-signature-md5"},
        {"SHA-1 on an intermediate", {.ica.hash = "SHA1"}, "SignatureHashAlgorithms@1",
            "weak-signature-sha1"},
        {"SHA-1 on a self-signed root", {.root.hash = "SHA1"}, "", ""},
        {"SHA-1 under a user's root", {.leaf.hash = "SHA1", .anchors = ANCHORS_USER},
            "SignatureHashAlgorithms@0", "weak-signature-sha1"},
        {"SHA-384", {.leaf.hash = "SHA384"}, "", ""},
        {"SHA-1 where only the chain counts", {.leaf.hash = "SHA1", .policy = JUDGE_X509_BASIC}, "",
            ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void wi_fi_minds_keys_and_hashes_under_the_platforms_roots_only(void **state)
{
    static const struct trial_row rows[] = {
        {"RSA-1024", {.leaf.key = MINT_RSA1024, .policy = JUDGE_EAP_SERVER},
            "SystemTrustedWeakKey@0", "weak-key-rsa"},
        {"P-224 passes", {.leaf.key = MINT_P224, .policy = JUDGE_EAP_SERVER}, "", ""},
        {"RSA-1024 of a user's root",
            {.leaf.key = MINT_RSA1024, .policy = JUDGE_EAP_SERVER, .anchors = ANCHORS_USER}, "",
            ""},
        {"SHA-1", {.leaf.hash = "SHA1", .policy = JUDGE_EAP_SERVER}, "SystemTrustedWeakHash@0",
            "weak-signature-sha1"},
        {"SHA-1 of a Wi-Fi client",
            {.leaf.hash = "SHA1", .leaf.eku = "clientAuth", .policy = JUDGE_EAP_CLIENT}, "", ""},
        {"SHA-1 of an app's anchor",
            {.leaf.hash = "SHA1", .policy = JUDGE_EAP_SERVER, .anchors = ANCHORS_CUSTOM}, "", ""},
        {"a client has the floor only",
            {.leaf.key = MINT_P192,
                .leaf.hash = "SHA1",
                .leaf.eku = "",
                .policy = JUDGE_TLS_CLIENT},
            "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_measured_in_whole_bytes),
        cmocka_unit_test(hashes_of_signatures_are_judged_but_for_the_self_signed),
        cmocka_unit_test(wi_fi_minds_keys_and_hashes_under_the_platforms_roots_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
