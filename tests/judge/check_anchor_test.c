#include "trial.h"

static void the_end_of_the_path_is_judged(void **state)
{
    static const struct trial_row rows[] = {
        {"root trusted, not sent", {.host = NULL}, "", ""},
        {"root trusted and sent", {.with_root = true}, "", ""},
        {"root sent, not trusted", {.with_root = true, .untrusted = true}, "AnchorTrusted@2",
            "untrusted-root"},
        {"root not sent, not trusted", {.untrusted = true}, "MissingIntermediate@1",
            "untrusted-root missing-intermediate-no-aia"},
        {"intermediate not sent", {.without_ica = true}, "MissingIntermediate@0",
            "missing-intermediate-no-aia"},
        {"intermediate not sent, address known",
            {.without_ica = true, .leaf.aia = "http://ca.example/i.crt"}, "MissingIntermediate@0",
            "missing-intermediate-aia"},
        {"self-signed", {.alone = true, .untrusted = true}, "AnchorTrusted@0", "self-signed-leaf"},
        {"self-signed and trusted by an app", {.alone = true, .anchors = ANCHORS_CUSTOM}, "", ""},
        {"a signature that does not verify", {.leaf.broken_signature = true},
            "MissingIntermediate@0", "signature-invalid missing-intermediate-no-aia"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void names_and_key_ids_must_link(void **state)
{
    static const struct trial_row rows[] = {
        {"another authority's key id", {.leaf.wrong_aki = true}, "IdLinkage@0", "aki-ski-mismatch"},
        {"none", {.leaf.no_aki = true}, "", ""},
        {"an issuer without its own", {.ica.no_ski = true}, "", ""},
        {"empty subject, names not critical", {.leaf.subject = ""}, "NonEmptySubject@0",
            "san-empty-subject-noncritical"},
        {"empty subject, names critical", {.leaf.subject = "", .leaf.san_critical = true}, "", ""},
        {"a CA with an empty subject", {.ica.subject = ""}, "NonEmptySubject@1",
            "subject-empty-ca"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

static void a_denied_certificate_is_refused_whoever_vouches(void **state)
{
    struct trial_row row = {"denied", {.denied = true}, "UsageConstraints@1", NULL};
    struct verdict v;

    (void)state;
    trial_rows(&row, 1);
    trial_run(&row.trial, &v);
    assert_false(v.overridable);
    assert_string_equal(v.text, "User or administrator set “Issuing CA” certificate as distrusted");
    verdict_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_path_is_judged),
        cmocka_unit_test(names_and_key_ids_must_link),
        cmocka_unit_test(a_denied_certificate_is_refused_whoever_vouches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
