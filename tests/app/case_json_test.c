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
#include "mint_chain.h"

enum { NOW = 1000 };

/* A case with a real leaf; `more` are further members. */
static char *case_of(const char *more)
{
    struct mint *leaf = mint_make(&(struct mint_spec){.cn = "leaf"}, NULL);
    struct text  t = {0};
    size_t       len;
    uint8_t     *der = mint_der(leaf, &len);

    text_add(&t, "{\"id\":\"one\",\"leaf\":\"");
    text_add_base64(&t, der, len);
    text_printf(&t, "\"%s}", more);
    mem_free(der);
    mint_free(leaf);
    return text_give(&t);
}

static void a_case_is_read_with_its_defaults(void **state)
{
    char            *line = case_of("");
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
    char *line = case_of(",\"policy\":\"webpki\",\"kind\":\"tls-server\",\"hostname\":\"a.example\","
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
        {",\"kind\":\"smime\"", "kind smime"},
        {",\"requires\":[\"public-suffix\",\"ct\"]", "requires ct"},
        {",\"crls\":[\"AAAA\"]", "uses crls"},
        {",\"max_depth\":3", "uses max_depth"},
        {",\"ct_enforced\":true", "uses ct_enforced"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char            *line = case_of(cases[i].more);
        struct case_json c;

        assert_true(case_json_read(line, strlen(line), NOW, &c, NULL));
        assert_string_equal(c.unsupported, cases[i].what);
        case_json_fini(&c);
        mem_free(line);
    }
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
        {"{\"id\":\"a\",\"leaf\":\"AAAA\"}", "a", "\"leaf\": "},
        {"{\"id\":\"a\",\"policy\":\"mine\"}", "a", "\"policy\" must be"},
        {"{\"id\":\"a\",\"anchors_are\":\"nobody\"}", "a", "\"anchors_are\" must be"},
        {"{\"id\":\"a\",\"verify_time\":\"soon\"}", "a", "\"verify_time\" must be an RFC 3339 time"},
        {"{\"id\":\"a\",\"requires\":\"ct\"}", "a", "\"requires\" must be a list"},
        {"{\"id\":\"a\",\"hostname\":\"x\\u0000y\"}", "a", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err       e = {0};
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
        cmocka_unit_test(a_malformed_case_is_answered_with_the_mend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
