#include "trial.h"

static void extensions_are_judged_on_every_certificate(void **state)
{
    static const struct mint_extension unknown[] = {{"1.2.3.4", true, "0500"}, {NULL, false, NULL}};
    static const struct mint_extension poison[] = {
        {"1.3.6.1.4.1.11129.2.4.3", true, "0500"}, {NULL, false, NULL}};
    static const struct mint_extension apples[] = {
        {"1.2.840.113635.100.6.1.2", true, "0500"}, {NULL, false, NULL}};
    static const struct mint_extension relaxed[] = {
        {"1.2.3.4", false, "0500"}, {NULL, false, NULL}};
    static const struct mint_extension broken[] = {
        {"1.3.6.1.5.5.7.1.1", false, "3000"}, {NULL, false, NULL}};
    static const struct mint_extension twice[] = {
        {"1.2.3.4", false, "0500"}, {"1.2.3.4", false, "0500"}, {NULL, false, NULL}};
    static const struct trial_row rows[] = {
        {"critical and unknown", {.leaf.extensions = unknown}, "CriticalExtensions@0",
            "unknown-critical-extension"},
        {"on an intermediate", {.ica.extensions = unknown}, "CriticalExtensions@1",
            "unknown-critical-extension"},
        {"on a trusted anchor", {.root.extensions = unknown}, "", ""},
        {"a precertificate", {.leaf.extensions = poison}, "CriticalExtensions@0",
            "unknown-critical-extension"},
        {"one of Apple's", {.leaf.extensions = apples}, "", ""},
        {"unknown, not critical", {.leaf.extensions = relaxed}, "", ""},
        {"does not decode", {.leaf.extensions = broken}, "UnparseableExtension@0",
            "extension-malformed"},
        {"does not decode, on the anchor", {.root.extensions = broken}, "UnparseableExtension@2",
            "extension-malformed"},
        {"twice", {.leaf.extensions = twice}, "DuplicateExtension@0", "duplicate-extension"},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

/* It knows fewer than iOS, looks into anchors as well, and does not read statements about qualified
 * certificates. */
static void the_web_goes_by_the_list_of_the_rfc(void **state)
{
    static const struct mint_extension unknown[] = {{"1.2.3.4", true, "0500"}, {0}};
    static const struct mint_extension apples[] = {{"1.2.840.113635.100.6.1.2", true, "0500"}, {0}};
    static const struct mint_extension netscape[] = {
        {"2.16.840.1.113730.1.1", true, "03020640"}, {0}};
    /* esi4-qcStatement-3, a retention period, which is an INTEGER */
    static const struct mint_extension period[] = {
        {"1.3.6.1.5.5.7.1.3", false, "300d300b060604008e46010302010f"}, {0}};
    static const struct trial_row rows[] = {
        {"one of Apple's", {.leaf.extensions = apples, .policy = JUDGE_WEBPKI},
            "CriticalExtensions@0", "unknown-critical-extension"},
        {"one that iOS knows", {.leaf.extensions = netscape}, "", ""},
        {"one that only iOS knows", {.leaf.extensions = netscape, .policy = JUDGE_WEBPKI},
            "CriticalExtensions@0", "unknown-critical-extension"},
        {"on an anchor of the caller",
            {.root.extensions = unknown, .policy = JUDGE_WEBPKI, .anchors = ANCHORS_CUSTOM},
            "CriticalExtensions@2", "unknown-critical-extension"},
        {"on a root of a public store", {.root.extensions = unknown, .policy = JUDGE_WEBPKI}, "",
            ""},
        {"a statement that iOS cannot read", {.leaf.extensions = period}, "UnparseableExtension@0",
            "extension-malformed"},
        {"a statement that nobody else reads", {.leaf.extensions = period, .policy = JUDGE_WEBPKI},
            "", ""},
    };

    (void)state;
    TRIAL_ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extensions_are_judged_on_every_certificate),
        cmocka_unit_test(the_web_goes_by_the_list_of_the_rfc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
