#include "trial.h"

static void the_class_decides_and_then_the_leaf(void **state)
{
    static const struct {
        const char *name;
        struct trial trial;
        const char *text;
        int osstatus;
        bool overridable;
    } cases[] = {
        {"expired", {.leaf.not_after = MINT_AT - 1}, "“shop.example” certificate is expired",
            -67818, true},
        {"expired and misnamed", {.leaf.not_after = MINT_AT - 1, .leaf.dns = {"x.test"}},
            "“shop.example” certificate name does not match input", -67602, true},
        {"misnamed and untrusted", {.leaf.dns = {"x.test"}, .untrusted = true, .with_root = true},
            "“Root” certificate is not trusted", -67843, true},
        {"incomplete", {.without_ica = true}, "“shop.example” certificate is not trusted", -25318,
            true},
        {"untrusted and far too long",
            {.untrusted = true, .with_root = true, .leaf.not_after = MINT_AT + 900 * MINT_DAY},
            "“shop.example” certificate is not standards compliant", -67901, true},
        {"SHA-1 and untrusted", {.leaf.hash = "SHA1", .untrusted = true},
            "“shop.example” certificate is using a broken signature algorithm", -67815, true},
        {"a tiny key and SHA-1", {.leaf.key = MINT_RSA512, .leaf.hash = "SHA1"},
            "“shop.example” certificate is using a broken key size", -67735, false},
        {"MD5", {.leaf.hash = "MD5", .ica.key = MINT_RSA2048},
            "“shop.example” certificate is using a broken signature algorithm", -67815, false},
        {"for clients", {.leaf.eku = "clientAuth"},
            "“shop.example” certificate is not permitted for this usage", -67609, true},
        {"both expired: the leaf is told",
            {.leaf.not_after = MINT_AT - 1, .ica.not_after = MINT_AT - 1},
            "“shop.example” certificate is expired", -67818, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct verdict v;

        trial_run(&cases[i].trial, &v);
        assert_string_equal(v.text, cases[i].text);
        assert_int_equal(v.osstatus, cases[i].osstatus);
        assert_int_equal(v.nsurlerror, -1202);
        if (v.overridable != cases[i].overridable)
            fail_msg("%s: overridable is %d", cases[i].name, v.overridable);
        verdict_fini(&v);
    }
}

static void an_accepted_chain_has_a_path_and_no_complaint(void **state)
{
    struct verdict v;

    (void)state;
    trial_run(&(struct trial){.with_root = true}, &v);
    assert_int_equal(v.answer, VERDICT_ACCEPT);
    assert_int_equal(v.n_path, 3);
    assert_true(v.anchored);
    assert_string_equal(v.trusted_by, "mozilla");
    assert_int_equal(v.class, CLASS_NONE);
    assert_null(v.text);
    assert_int_equal(v.n_causes, 0);
    assert_true(v.openssl.asked && v.openssl.accept);
    verdict_fini(&v);
}

static void whose_list_ends_the_path_is_told(void **state)
{
    struct verdict v;

    (void)state;
    trial_run(&(struct trial){.untrusted = true, .with_root = true}, &v);
    assert_string_equal(v.trusted_by, "neither");
    verdict_fini(&v);
    trial_run(&(struct trial){.anchors = ANCHORS_CUSTOM}, &v);
    assert_string_equal(v.trusted_by, "custom");
    verdict_fini(&v);
}

static void the_long_form_is_apples(void **state)
{
    struct verdict v;
    char *text;

    (void)state;
    trial_run(
        &(struct trial){
            .leaf.not_after = MINT_AT - 1, .leaf.dns = {"x.test"}, .ica.not_after = MINT_AT - 1},
        &v);
    text = verdict_long_text(&v);
    assert_string_equal(text,
        "Certificate 0 “shop.example” has errors: SSL hostname does not match name(s) in "
        "certificate, Certificate is not temporally valid;"
        "Certificate 1 “Issuing CA” has errors: Certificate is not temporally valid");
    mem_free(text);
    assert_non_null(verdict_failed(&v, "TemporalValidity", 1));
    assert_non_null(verdict_failed(&v, "TemporalValidity", SIZE_MAX));
    assert_null(verdict_failed(&v, "TemporalValidity", 2));
    verdict_fini(&v);
}

static void a_hostile_name_is_made_harmless(void **state)
{
    struct verdict v;

    (void)state;
    trial_run(
        &(struct trial){.leaf.cn = "a\x1b[31m\xe2\x80\xae", .leaf.not_after = MINT_AT - 1}, &v);
    assert_null(strchr(v.text, '\x1b'));
    assert_null(strstr(v.text, "\xe2\x80\xae"));
    verdict_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_class_decides_and_then_the_leaf),
        cmocka_unit_test(an_accepted_chain_has_a_path_and_no_complaint),
        cmocka_unit_test(whose_list_ends_the_path_is_told),
        cmocka_unit_test(the_long_form_is_apples),
        cmocka_unit_test(a_hostile_name_is_made_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
