#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"

#include "case_json.h"
#include "cert/chain.h"
#include "judge/verdict.h"
#include "mint_chain.h"

enum { NOW = 1000 };

/* A case with a real leaf; `more` are further members. */
static char *case_of(const char *more)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    struct text t = {0};
    size_t len;
    uint8_t *der = mint_der(leaf, &len);

    text_add(&t, "{\"id\":\"one\",\"leaf\":\"");
    text_add_base64(&t, der, len);
    text_printf(&t, "\"%s}", more);
    mem_free(der);
    mint_free(leaf);
    return text_give(&t);
}

static void a_case_is_read_with_its_defaults(void **state)
{
    char *line = case_of("");
    struct case_json c;

    (void)state;
    assert_true(case_json_read(line, strlen(line), NOW, &c, NULL));
    assert_string_equal(c.id, "one");
    assert_null(c.host);
    assert_null(c.unsupported);
    assert_int_equal(c.at, NOW);
    assert_int_equal(c.anchors_are, ANCHORS_CUSTOM);
    assert_int_equal(c.policy, JUDGE_TLS_SERVER);
    assert_int_equal(c.chain->n, 1);
    assert_int_equal(c.anchors->n, 0);
    case_json_fini(&c);
    mem_free(line);
}

static void what_the_case_says_is_taken(void **state)
{
    char *line =
        case_of(",\"policy\":\"webpki\",\"kind\":\"tls-server\",\"hostname\":\"a.example\","
                "\"verify_time\":\"2026-11-21T09:00:00Z\",\"anchors_are\":\"user\","
                "\"requires\":[\"public-suffix\"],\"crls\":[],\"max_depth\":null");
    struct case_json c;

    (void)state;
    assert_true(case_json_read(line, strlen(line), NOW, &c, NULL));
    assert_string_equal(c.host, "a.example");
    assert_int_equal(c.at, MINT_AT);
    assert_int_equal(c.anchors_are, ANCHORS_USER);
    assert_int_equal(c.policy, JUDGE_WEBPKI);
    assert_null(c.unsupported);
    case_json_fini(&c);
    mem_free(line);
}

static void what_it_cannot_do_is_said_and_not_guessed(void **state)
{
    static const struct {
        const char *more, *what;
    } cases[] = {
        {",\"kind\":\"code-signing\"", "kind code-signing"},
        {",\"kind\":\"smime\",\"policy\":\"webpki\"", "kind smime"},
        {",\"kind\":\"cert-key\",\"policy\":\"webpki\"", "kind cert-key"},
        {",\"requires\":[\"public-suffix\",\"telepathy\"]", "requires telepathy"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *line = case_of(cases[i].more);
        struct case_json c;

        assert_true(case_json_read(line, strlen(line), NOW, &c, NULL));
        assert_string_equal(c.unsupported, cases[i].what);
        case_json_fini(&c);
        mem_free(line);
    }
}

static void each_kind_is_a_policy_or_a_question(void **state)
{
    static const struct {
        const char *more;
        enum judge_policy policy;
        enum certificate_question question;
    } cases[] = {
        {",\"kind\":\"smime\"", JUDGE_SMIME, CERTIFICATE_NONE},
        {",\"kind\":\"ipsec-client\"", JUDGE_IPSEC_CLIENT, CERTIFICATE_NONE},
        {",\"kind\":\"tls-client\",\"policy\":\"webpki\"", JUDGE_WEBPKI_CLIENT, CERTIFICATE_NONE},
        {",\"kind\":\"cert-parse\"", JUDGE_TLS_SERVER, CERTIFICATE_READABLE},
        {",\"requires\":[\"ignore-expiry\"]", JUDGE_TLS_SERVER, CERTIFICATE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *line = case_of(cases[i].more);
        struct case_json c;

        assert_true(case_json_read(line, strlen(line), NOW, &c, NULL));
        assert_null(c.unsupported);
        assert_int_equal(c.policy, cases[i].policy);
        assert_int_equal(c.question, cases[i].question);
        assert_int_equal(c.ignore_expiry, strstr(cases[i].more, "ignore") != NULL);
        case_json_fini(&c);
        mem_free(line);
    }
}

static void a_leaf_that_does_not_decode_is_rejected(void **state)
{
    static const char *const lines[] = {"{\"id\":\"a\",\"kind\":\"cert-parse\",\"leaf\":\"AAAA\"}",
        "{\"id\":\"a\",\"leaf\":\"AAAA\",\"intermediates\":[\"AAAA\"]}",
        "{\"id\":\"a\",\"policy\":\"webpki\",\"leaf\":\"\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct case_json c;
        struct verdict v = {0};

        assert_true(case_json_read(lines[i], strlen(lines[i]), NOW, &c, NULL));
        assert_int_equal(c.chain->n, 0);
        case_json_judge(&c, NULL, &v);
        assert_int_equal(v.answer, VERDICT_REJECT);
        assert_string_equal(v.causes[0], "cert-unparsable");
        verdict_fini(&v);
        case_json_fini(&c);
    }
}

static void rubbish_among_the_intermediates_is_passed_over_and_among_the_anchors_told(void **state)
{
    char *line = case_of(",\"intermediates\":[\"AAAA\",\"\"]");
    struct case_json c;
    struct err e = {0};

    (void)state;
    assert_true(case_json_read(line, strlen(line), NOW, &c, NULL));
    assert_int_equal(c.chain->n, 1);
    assert_int_equal(c.chain->n_cut, 2);
    case_json_fini(&c);
    mem_free(line);
    line = case_of(",\"anchors\":[\"AAAA\"]");
    assert_false(case_json_read(line, strlen(line), NOW, &c, &e));
    assert_non_null(strstr(e.text, "item 0: \"anchors\": "));
    case_json_fini(&c);
    mem_free(line);
}

static void a_malformed_case_is_answered_with_the_mend(void **state)
{
    static const struct {
        const char *line, *id, *words;
    } cases[] = {
        {"", NULL, "no JSON"},
        {"{", NULL, "no JSON"},
        {"[]", NULL, "a case is a JSON object"},
        {"{}", NULL, "has no \"id\""},
        {"{\"id\":7}", NULL, "\"id\" must be a string"},
        {"{\"id\":\"a\",\"id\":\"b\"}", NULL, "no JSON"},
        {"{\"id\":\"a\"}", "a", "\"leaf\" must be Base64 of DER"},
        {"{\"id\":\"a\",\"leaf\":\"!\"}", "a", "\"leaf\" must be Base64 of DER"},
        {"{\"id\":\"a\",\"policy\":\"mine\"}", "a", "\"policy\" must be"},
        {"{\"id\":\"a\",\"anchors_are\":\"nobody\"}", "a", "\"anchors_are\" must be"},
        {"{\"id\":\"a\",\"verify_time\":\"soon\"}", "a",
            "\"verify_time\" must be an RFC 3339 time"},
        {"{\"id\":\"a\",\"requires\":\"ct\"}", "a", "\"requires\" must be a list"},
        {"{\"id\":\"a\",\"hostname\":\"x\\u0000y\"}", "a", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        struct case_json c;

        assert_false(case_json_read(cases[i].line, strlen(cases[i].line), NOW, &c, &e));
        if (!strstr(e.text, cases[i].words) || !*e.text)
            fail_msg("%s: “%s”", cases[i].line, e.text);
        if (cases[i].id && c.id)
            assert_string_equal(c.id, cases[i].id);
        case_json_fini(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_read_with_its_defaults),
        cmocka_unit_test(what_the_case_says_is_taken),
        cmocka_unit_test(what_it_cannot_do_is_said_and_not_guessed),
        cmocka_unit_test(each_kind_is_a_policy_or_a_question),
        cmocka_unit_test(a_leaf_that_does_not_decode_is_rejected),
        cmocka_unit_test(rubbish_among_the_intermediates_is_passed_over_and_among_the_anchors_told),
        cmocka_unit_test(a_malformed_case_is_answered_with_the_mend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
