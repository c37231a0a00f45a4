#include "trial.h"

#include "judge/certificate.h"

struct row {
    const char *name;
    struct mint_spec spec;
    enum certificate_question question;
    const char *checks; /* NULL: refused without a check; "": accepted */
};

static void a_certificate_is_judged_by_itself(void **state)
{
    /* RFC 5280 §4.2: qcStatements that are no list; a policy list without a policy; car keys' arc.
     */
    static const struct mint_extension bad_qc[] = {{"1.3.6.1.5.5.7.1.3", false, "3000"}, {0}};
    static const struct mint_extension bad_qc_critical[] = {
        {"1.3.6.1.5.5.7.1.3", true, "0400"}, {0}};
    static const struct mint_extension good_qc[] = {
        {"1.3.6.1.5.5.7.1.3", false, "300a3008060604008e460101"}, {0}};
    static const struct mint_extension empty_type[] = {
        {"1.3.6.1.5.5.7.1.3", false, "300c300a060604008e4601063000"}, {0}};
    static const struct mint_extension twice[] = {
        {"2.999.1", false, "0500"}, {"2.999.1", false, "0500"}, {0}};
    static const struct mint_extension car[] = {{"1.3.6.1.4.1.41577.5.9", true, "3003020101"}, {0}};
    static const struct mint_extension nobody[] = {{"2.999.1", true, "0500"}, {0}};
    const struct row rows[] = {
        {"plain", {0}, CERTIFICATE_READABLE, ""},
        {"a non-critical one does not decode", {.extensions = bad_qc}, CERTIFICATE_READABLE, ""},
        {"a critical one does not decode", {.extensions = bad_qc_critical}, CERTIFICATE_READABLE,
            NULL},
        {"version 4", {.version = 4}, CERTIFICATE_READABLE, NULL},
        {"Ed25519", {.key = MINT_ED25519}, CERTIFICATE_KEY, ""},
        {"P-384", {.key = MINT_P384}, CERTIFICATE_KEY, ""},
        {"explicit parameters", {.key = MINT_P256_EXPLICIT}, CERTIFICATE_KEY, NULL},
        {"DSA", {.key = MINT_DSA}, CERTIFICATE_KEY, NULL},
        {"extensions in order", {.extensions = good_qc}, CERTIFICATE_EXTENSIONS, ""},
        {"statements that are none", {.extensions = bad_qc}, CERTIFICATE_EXTENSIONS,
            "UnparseableExtension@0"},
        {"a type without a value", {.extensions = empty_type}, CERTIFICATE_EXTENSIONS,
            "UnparseableExtension@0"},
        {"one twice", {.extensions = twice}, CERTIFICATE_EXTENSIONS, "DuplicateExtension@0"},
        {"a critical one of car keys", {.extensions = car}, CERTIFICATE_EXTENSIONS, ""},
        {"a critical one of nobody", {.extensions = nobody}, CERTIFICATE_EXTENSIONS,
            "CriticalExtensions@0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mint *m = mint_make(&rows[i].spec, NULL);
        struct verdict v = {0};
        char *checks;

        certificate_judge(rows[i].question, m->cert, &v);
        checks = trial_checks(&v);
        if (v.answer != (rows[i].checks && !*rows[i].checks ? VERDICT_ACCEPT : VERDICT_REJECT) ||
            strcmp(checks, rows[i].checks ? rows[i].checks : "") != 0)
            fail_msg("%s: %s, checks “%s”", rows[i].name, verdict_answer_name(v.answer), checks);
        mem_free(checks);
        verdict_fini(&v);
        mint_free(m);
    }
}

static void one_that_does_not_decode_is_refused(void **state)
{
    struct verdict v = {0};

    (void)state;
    certificate_judge(CERTIFICATE_EXTENSIONS, NULL, &v);
    assert_int_equal(v.answer, VERDICT_REJECT);
    assert_string_equal(v.causes[0], "cert-unparsable");
    verdict_fini(&v);
}

static void questions_have_names(void **state)
{
    (void)state;
    assert_int_equal(certificate_question_find("cert-key"), CERTIFICATE_KEY);
    assert_int_equal(certificate_question_find("tls-server"), CERTIFICATE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_judged_by_itself),
        cmocka_unit_test(one_that_does_not_decode_is_refused),
        cmocka_unit_test(questions_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
