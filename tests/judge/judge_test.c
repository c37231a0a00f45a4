#include "trial.h"

/* What surprises about iOS, kept so that nobody mends it by mistake. */
static void surprises_of_ios(void **state)
{
    static const struct trial_row rows[] = {
        {"a user's root escapes the usage rule", {.leaf.eku = "", .anchors = ANCHORS_USER}, "", ""},
        {"but not 825 days", {.leaf.not_after = MINT_AT + 900 * MINT_DAY, .anchors = ANCHORS_USER},
            "OtherTrustValidityPeriod@0", "private-ca-long-validity"},
        {"a CA as a leaf is no fault", {.leaf.ca = true, .leaf.eku = "serverAuth"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void every_fault_is_told_and_not_only_the_first(void **state)
{
    static const struct trial_row rows[] = {
        {"five at once",
            {.leaf = {.not_after = MINT_AT - 1,
                 .dns = {"x.test"},
                 .eku = "clientAuth",
                 .hash = "SHA1"},
                .ica.key = MINT_RSA1024},
            "SSLHostname@0 TemporalValidity@0 SignatureHashAlgorithms@0 ExtendedKeyUsage@0 "
            "ServerAuthEKU@0 KeySize@1",
            "weak-key-rsa weak-signature-sha1 eku-not-server name-mismatch cert-expired-leaf"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void an_unanchored_chain_is_held_to_the_rules_of_an_apps_anchor(void **state)
{
    static const struct trial_row rows[] = {
        {"500 days",
            {.untrusted = true, .with_root = true, .leaf.not_after = MINT_AT + 470 * MINT_DAY},
            "AnchorTrusted@2", "untrusted-root"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void kinds_of_anchor_have_names(void **state)
{
    enum anchors_are a = ANCHORS_SYSTEM;

    (void)state;
    assert_string_equal(anchors_are_name(ANCHORS_USER), "user");
    assert_true(anchors_are_find("custom", &a));
    assert_int_equal(a, ANCHORS_CUSTOM);
    assert_false(anchors_are_find("nobody", &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surprises_of_ios),
        cmocka_unit_test(every_fault_is_told_and_not_only_the_first),
        cmocka_unit_test(an_unanchored_chain_is_held_to_the_rules_of_an_apps_anchor),
        cmocka_unit_test(kinds_of_anchor_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
