#include "trial.h"

/* policyConstraints: requireExplicitPolicy 0; certificatePolicies: 1.2.3, and any */
static const struct mint_extension demand[] = {{"2.5.29.36", true, "3003800100"},
    {"2.5.29.32", false,
        "300630040602"
        "2a03"},
    {NULL, false, NULL}};
static const struct mint_extension demand_alone[] = {
    {"2.5.29.36", true, "3003800100"}, {NULL, false, NULL}};
static const struct mint_extension same[] = {{"2.5.29.32", false,
                                                 "300630040602"
                                                 "2a03"},
    {NULL, false, NULL}};
static const struct mint_extension other[] = {{"2.5.29.32", false,
                                                  "300630040602"
                                                  "2a04"},
    {NULL, false, NULL}};

static void a_required_policy_must_hold_for_the_whole_path(void **state)
{
    static const struct trial_row rows[] = {
        {"nobody demands one", {.leaf.extensions = other}, "", ""},
        {"the same all the way", {.ica.extensions = demand, .leaf.extensions = same}, "", ""},
        {"another on the leaf", {.ica.extensions = demand, .leaf.extensions = other},
            "PolicyConstraints@0", "policy-constraint-failed"},
        {"none on the leaf", {.ica.extensions = demand}, "PolicyConstraints@0",
            "policy-constraint-failed"},
        {"none on the CA", {.ica.extensions = demand_alone, .leaf.extensions = same},
            "PolicyConstraints@0", "policy-constraint-failed"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_required_policy_must_hold_for_the_whole_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
