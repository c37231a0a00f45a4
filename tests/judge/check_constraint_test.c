#include "trial.h"

static void names_must_lie_within_what_the_cas_permit(void **state)
{
    static const struct trial_row rows[] = {
        {"permitted", {.ica.permitted = "DNS:example"}, "", ""},
        {"at the border of a label", {.ica.permitted = "DNS:p.example"}, "NameConstraints@0",
            "name-constraint-dns"},
        {"another tree", {.ica.permitted = "DNS:test"}, "NameConstraints@0", "name-constraint-dns"},
        {"equal", {.ica.permitted = "DNS:shop.example"}, "", ""},
        {"a leading dot wants one more label", {.ica.permitted = "DNS:.shop.example"},
            "NameConstraints@0", "name-constraint-dns"},
        {"either of two in one list", {.ica.permitted = "DNS:shop.example,DNS:.shop.example"}, "",
            ""},
        {"excluded", {.ica.excluded = "DNS:shop.example"}, "NameConstraints@0",
            "name-constraint-dns"},
        {"excluded by the anchor", {.root.excluded = "DNS:example"}, "NameConstraints@0",
            "name-constraint-dns"},
        {"another kind of name is free", {.ica.permitted = "email:example"}, "", ""},
        {"an address outside",
            {.ica.permitted = "IP:10.0.0.0/255.0.0.0",
                .leaf.ips = {"192.0.2.1"},
                .host = "192.0.2.1"},
            "NameConstraints@0", "name-constraint-other"},
        {"an address inside",
            {.ica.permitted = "IP:192.0.2.0/255.255.255.0",
                .leaf.ips = {"192.0.2.1"},
                .host = "192.0.2.1"},
            "", ""},
        {"the common name is not a DNS name",
            {.ica.permitted = "DNS:example", .leaf.cn = "elsewhere.test"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

/* iOS does not intersect: what surprises stays as a test. */
static void disjoint_lists_add_up_for_ios_and_not_for_the_web(void **state)
{
    static const struct trial_row rows[] = {
        {"iOS takes either", {.root.permitted = "DNS:test", .ica.permitted = "DNS:example"}, "",
            ""},
        {"a narrower tree replaces a wider one",
            {.root.permitted = "DNS:example", .ica.permitted = "DNS:other.example"},
            "NameConstraints@0", "name-constraint-dns"},
        {"the web wants both",
            {.root.permitted = "DNS:test", .ica.permitted = "DNS:example", .policy = JUDGE_WEBPKI},
            "NameConstraints@0", "name-constraint-dns"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void directory_names_must_be_longer_than_their_constraint(void **state)
{
    /* permitted: directoryName O=Acme as UTF8String */
    static const struct mint_extension acme[] = {
        {"2.5.29.30", true, "3019a0173015a4133011310f300d060355040a0c0641636d652031"},
        {NULL, false, NULL}};
    static const struct trial_row rows[] = {
        {"longer", {.ica.extensions = acme, .leaf.subject = "O=Acme 1/CN=shop.example"}, "", ""},
        {"equal", {.ica.extensions = acme, .leaf.subject = "O=Acme 1"}, "NameConstraints@0",
            "name-constraint-other"},
        {"equal is enough for the web",
            {.ica.extensions = acme, .leaf.subject = "O=Acme 1", .policy = JUDGE_WEBPKI}, "", ""},
        {"another", {.ica.extensions = acme, .leaf.subject = "O=Other"}, "NameConstraints@0",
            "name-constraint-other"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void what_cannot_be_applied_fails_at_its_ca(void **state)
{
    /* permitted: registeredID 1.2 */
    static const struct mint_extension odd[] = {{"2.5.29.30", true,
                                                    "3007a0053003"
                                                    "88012a"},
        {NULL, false, NULL}};
    static const struct mint_extension mild[] = {{"2.5.29.30", false,
                                                     "3007a0053003"
                                                     "88012a"},
        {NULL, false, NULL}};
    static const struct trial_row      rows[] = {
             {"critical", {.ica.extensions = odd}, "NameConstraints@1", "name-constraint-malformed"},
             {"not critical", {.ica.extensions = mild}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_must_lie_within_what_the_cas_permit),
        cmocka_unit_test(disjoint_lists_add_up_for_ios_and_not_for_the_web),
        cmocka_unit_test(directory_names_must_be_longer_than_their_constraint),
        cmocka_unit_test(what_cannot_be_applied_fails_at_its_ca),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
