#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "cert/facts.h"

#include "case_wants.h"

static bool read_case(const char *json, struct case_wants *out, struct err *e)
{
    json_t *o = json_loads(json, 0, NULL);
    bool good;

    assert_non_null(o);
    *out = (struct case_wants){0};
    good = case_wants_read(o, out, e);
    json_decref(o);
    return good;
}

static void a_case_without_a_word_wants_nothing(void **state)
{
    struct judge_case the_case = {0};
    struct case_wants w;
    struct err e = {0};

    (void)state;
    assert_true(read_case("{\"email\":null,\"pins\":null,\"crls\":[],\"max_depth\":null}", &w, &e));
    case_wants_put(&w, &the_case);
    assert_null(the_case.email);
    assert_null(the_case.pins);
    assert_null(the_case.denied);
    assert_false(the_case.has_max_depth);
    assert_int_equal(the_case.n_server_names, 0);
    assert_int_equal(w.evidence.n_ocsp + w.evidence.n_crls, 0);
    case_wants_fini(&w);
}

static void everything_said_is_wanted(void **state)
{
    struct judge_case the_case = {0};
    struct case_wants w;
    struct err e = {0};

    (void)state;
    assert_true(
        read_case("{\"email\":\"ann@shop.example\",\"trusted_names\":[\"a\",\"*.b\"],"
                  "\"key_usage\":[\"digitalSignature\",\"keyAgreement\"],\"smime_usage\":[\"sign\","
                  "\"key-encrypt\"],"
                  "\"max_depth\":0,\"ocsp_responses\":[\"AAAA\"],\"crls\":[\"AA==\",\"AAA=\"],"
                  "\"pins\":{\"leaf_spki_sha256\":[],\"ca_spki_sha256\":["
                  "\"00000000000000000000000000000000000000000000000000000000000000Ff\","
                  "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\"]}}",
            &w, &e));
    case_wants_put(&w, &the_case);
    assert_string_equal(the_case.email, "ann@shop.example");
    assert_int_equal(the_case.n_server_names, 2);
    assert_string_equal(the_case.server_names[1], "*.b");
    assert_int_equal(the_case.key_usage, CERT_USE_DIGITAL_SIGNATURE | CERT_USE_KEY_AGREEMENT);
    assert_int_equal(the_case.smime_usage, SMIME_SIGN | SMIME_KEY_ENCRYPT);
    assert_true(the_case.has_max_depth);
    assert_int_equal(the_case.max_depth, 0);
    assert_true(the_case.pins->has_leaf);
    assert_int_equal(the_case.pins->n_leaf, 0);
    assert_int_equal(the_case.pins->n_ca, 2);
    assert_int_equal(the_case.pins->ca[0][31], 0xff);
    assert_int_equal(the_case.pins->ca[1][31], 1);
    assert_int_equal(w.evidence.n_stapled, 1);
    assert_int_equal(w.evidence.ocsp[0].len, 3);
    assert_int_equal(w.evidence.n_crls, 2);
    case_wants_fini(&w);
}

static void what_is_malformed_is_named(void **state)
{
    static const struct {
        const char *json, *words;
    } cases[] = {
        {"{\"email\":7}", "\"email\" must be a string"},
        {"{\"trusted_names\":\"a\"}", "\"trusted_names\" must be a list"},
        {"{\"key_usage\":[\"everything\"]}", "item 0 of \"key_usage\""},
        {"{\"smime_usage\":[\"sign\",1]}", "item 1 of \"smime_usage\""},
        {"{\"max_depth\":-1}", "\"max_depth\" must be"},
        {"{\"max_depth\":1.5}", "\"max_depth\" must be"},
        {"{\"pins\":[]}", "\"pins\" must be an object"},
        {"{\"pins\":{\"ca_spki_sha256\":[\"AAAA\"]}}", "item 0 of \"ca_spki_sha256\""},
        {"{\"crls\":[\"!\"]}", "item 0 of \"crls\""},
        {"{\"denied\":[\"AAAA\"]}", "\"denied\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct case_wants w;
        struct err e = {0};

        assert_false(read_case(cases[i].json, &w, &e));
        if (!strstr(e.text, cases[i].words))
            fail_msg("%s: “%s”", cases[i].json, e.text);
        case_wants_fini(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_without_a_word_wants_nothing),
        cmocka_unit_test(everything_said_is_wanted),
        cmocka_unit_test(what_is_malformed_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
