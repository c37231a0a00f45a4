#include "trial.h"

static void issuers_must_be_cas(void **state)
{
    static const struct trial_row rows[] = {
        {"no basicConstraints", {.ica.no_basic_constraints = true}, "BasicConstraints@1",
            "basic-constraints-missing"},
        {"cA FALSE", {.ica.ca_says_false = true}, "BasicConstraintsCA@1", "not-a-ca"},
        {"no keyCertSign", {.ica.key_usage = CERT_USE_CRL_SIGN}, "KeyUsage@1",
            "keycertsign-missing"},
        {"no key usage at all", {.ica.no_key_usage = true}, "", ""},
        {"a root without keyCertSign", {.root.key_usage = CERT_USE_CRL_SIGN}, "KeyUsage@2",
            "keycertsign-missing"},
        {"version 1 in the middle", {.ica.version = 1}, "BasicConstraints@1",
            "cert-v1 basic-constraints-missing"},
        {"a root of version 1", {.root.version = 1}, "", ""},
        {"a CA may serve as a leaf", {.leaf.ca = true, .leaf.eku = "serverAuth"}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void path_lengths_count_the_cas_below(void **state)
{
    static const struct trial_row rows[] = {
        {"0 on the issuing CA", {.ica.path_len = 1}, "", ""},
        {"0 on the root", {.root.path_len = 1}, "BasicConstraintsPathLen@1",
            "path-length-exceeded"},
        {"1 on the root", {.root.path_len = 2}, "", ""},
        {"0 on a root without intermediate", {.root.path_len = 1, .short_one = true}, "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuers_must_be_cas),
        cmocka_unit_test(path_lengths_count_the_cas_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
