#include "trial.h"

enum { DAY = MINT_DAY };

static void dates_count_to_the_second_on_every_certificate(void **state)
{
    static const struct trial_row rows[] = {
        {"the last second is inside", {.leaf.not_after = MINT_AT}, "", ""},
        {"one second late", {.leaf.not_after = MINT_AT - 1}, "TemporalValidity@0",
            "cert-expired-leaf"},
        {"the first second is inside", {.leaf.not_before = MINT_AT}, "", ""},
        {"one second early", {.leaf.not_before = MINT_AT + 1}, "TemporalValidity@0",
            "cert-not-yet-valid"},
        {"intermediate", {.ica.not_after = MINT_AT - DAY}, "TemporalValidity@1",
            "cert-expired-intermediate"},
        {"root", {.root.not_after = MINT_AT - DAY}, "TemporalValidity@2", "cert-expired-root"},
        {"a root that its owner installed",
            {.root.not_after = MINT_AT - DAY, .anchors = ANCHORS_USER}, "TemporalValidity@2",
            "cert-expired-root"},
        {"two of them", {.leaf.not_after = MINT_AT - DAY, .ica.not_after = MINT_AT - DAY},
            "TemporalValidity@0 TemporalValidity@1", "cert-expired-leaf cert-expired-intermediate"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

/* 2020-06-01 and 2019-06-30 with its hour. */
#define JUNE_2020 INT64_C(1590969600)
#define RULE_STARTS INT64_C(1561935600)

static void lifetimes_have_their_limit_by_anchor_and_date(void **state)
{
    static const struct trial_row rows[] = {
        {"398 days", {.leaf.not_before = MINT_AT - DAY, .leaf.not_after = MINT_AT + 397 * DAY}, "",
            ""},
        {"398 days and a second",
            {.leaf.not_before = MINT_AT - DAY, .leaf.not_after = MINT_AT + 397 * DAY + 1},
            "SystemTrustValidityPeriod@0", "validity-too-long"},
        {"398 days are no rule for an app's anchor",
            {.leaf.not_before = MINT_AT - DAY,
                .leaf.not_after = MINT_AT + 800 * DAY,
                .anchors = ANCHORS_CUSTOM},
            "", ""},
        {"825 days and an hour under a user's root",
            {.leaf.not_before = MINT_AT,
                .leaf.not_after = MINT_AT + 825 * DAY + 3600,
                .anchors = ANCHORS_USER},
            "", ""},
        {"a second more",
            {.leaf.not_before = MINT_AT,
                .leaf.not_after = MINT_AT + 825 * DAY + 3601,
                .anchors = ANCHORS_USER},
            "OtherTrustValidityPeriod@0", "private-ca-long-validity"},
        {"both under a system root",
            {.leaf.not_before = MINT_AT, .leaf.not_after = MINT_AT + 900 * DAY},
            "SystemTrustValidityPeriod@0 OtherTrustValidityPeriod@0", "validity-too-long"},
        {"the very leaf trusted by its user",
            {.leaf.not_before = MINT_AT,
                .leaf.not_after = MINT_AT + 3650 * DAY,
                .anchors = ANCHORS_USER,
                .alone = true},
            "", ""},
        {"825 days from 2018",
            {.leaf.not_before = JUNE_2020,
                .leaf.not_after = JUNE_2020 + 825 * DAY + 3600,
                .at = JUNE_2020 + DAY,
                .ica.not_before = JUNE_2020,
                .root.not_before = JUNE_2020},
            "", ""},
        {"and no more",
            {.leaf.not_before = JUNE_2020,
                .leaf.not_after = JUNE_2020 + 826 * DAY,
                .at = JUNE_2020 + DAY,
                .ica.not_before = JUNE_2020,
                .root.not_before = JUNE_2020},
            "SystemTrustValidityPeriod@0 OtherTrustValidityPeriod@0", "validity-too-long"},
        {"before the rule of 2019",
            {.leaf.not_before = RULE_STARTS - 1,
                .leaf.not_after = RULE_STARTS + 3000 * DAY,
                .at = RULE_STARTS,
                .ica.not_before = RULE_STARTS,
                .root.not_before = RULE_STARTS,
                .anchors = ANCHORS_CUSTOM},
            "", ""},
        {"from its first second",
            {.leaf.not_before = RULE_STARTS,
                .leaf.not_after = RULE_STARTS + 3000 * DAY,
                .at = RULE_STARTS,
                .ica.not_before = RULE_STARTS,
                .root.not_before = RULE_STARTS,
                .anchors = ANCHORS_CUSTOM},
            "OtherTrustValidityPeriod@0", "private-ca-long-validity"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void the_evidence_names_date_and_distance(void **state)
{
    struct verdict v;

    (void)state;
    trial_run(&(struct trial){.leaf.not_after = MINT_AT - 3 * DAY}, &v);
    assert_string_equal(v.checks[0].detail,
        "notAfter 2026-11-18T09:00:00Z, judged at 2026-11-21T09:00:00Z: 3 days too late");
    verdict_fini(&v);
}

static void mail_lives_1185_days_and_may_be_read_later(void **state)
{
    static const struct trial_row rows[] = {
        {"1185 days",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .leaf.not_before = MINT_AT,
                .leaf.not_after = MINT_AT + 1185LL * MINT_DAY},
            "", ""},
        {"a second more",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .leaf.not_before = MINT_AT,
                .leaf.not_after = MINT_AT + 1185LL * MINT_DAY + 1},
            "SystemTrustValidityPeriod@0", "validity-too-long"},
        {"not of an app's anchor",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .anchors = ANCHORS_CUSTOM,
                .leaf.not_before = MINT_AT,
                .leaf.not_after = MINT_AT + 1300LL * MINT_DAY},
            "", ""},
        {"expired, and the caller does not mind",
            {.policy = JUDGE_SMIME,
                .leaf.eku = "emailProtection",
                .ignore_expiry = true,
                .leaf.not_after = MINT_AT - 1},
            "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_count_to_the_second_on_every_certificate),
        cmocka_unit_test(lifetimes_have_their_limit_by_anchor_and_date),
        cmocka_unit_test(the_evidence_names_date_and_distance),
        cmocka_unit_test(mail_lives_1185_days_and_may_be_read_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
