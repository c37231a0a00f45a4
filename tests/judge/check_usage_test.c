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
    static const int64_t old = INT64_C(
        1561935600); /* the rule wants notBefore to be later than this second */
    struct trial     t = {.leaf.eku = "",
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_is_judged_by_anchor),
        cmocka_unit_test(an_apps_anchor_frees_what_is_older_than_the_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
