#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "comparison.h"
#include "explain/compare.h"
#include "flow/sample_flow.h"
#include "judge/verdict.h"
#include "term.h"

static const struct term term = {.utf8 = true, .width = 80};

static char text_of_a[] = "“shop” certificate is not permitted for this usage",
            deciding[] = "extended key usage", where[] = "intermediate", leaf[] = "leaf",
            mail[] = "emailProtection", unset[] = "not set", why[] = "only emailProtection",
            dates[] = "dates", past[] = "2026", future[] = "2027", serial[] = "serial number",
            keys[] = "key bytes (SHA-256)", evil[] = "\x1b[31mred",
            answer[] = "An iPhone refuses A and accepts B: the reason.", hex_a[] = "aa",
            hex_b[] = "bb", mail_ca[] = "Mail CA", web_ca[] = "Web CA";

static struct difference rows[] = {
    {.what = deciding,
        .where = where,
        .a = mail,
        .b = unset,
        .a_name = mail_ca,
        .b_name = web_ca,
        .why = why,
        .matters = true,
        .fails = FAILS_ON_A,
        .check = "ServerAuthEKU"},
    {.what = dates, .where = leaf, .a = past, .b = future},
    {.what = keys, .where = leaf, .a = hex_a, .b = hex_b, .opaque = true},
    {.what = serial, .where = leaf, .a = hex_a, .b = hex_b, .opaque = true},
    {.what = dates, .where = where, .a = evil, .b = future},
};

static const struct comparison sample = {
    .answer = answer, .at = rows, .n = sizeof rows / sizeof *rows, .n_matter = 1};

static void expect(bool all, const char *wanted)
{
    struct verdict a = {.answer = VERDICT_REJECT, .text = text_of_a},
                   b = {.answer = VERDICT_ACCEPT};
    struct flow *f = sample_expired(), *g = sample_fine();
    const struct comparison_side sides[2] = {{"a.pem", &a, f}, {"b.pem", &b, g}};
    struct text out = {0};

    comparison_write(&term, &sample, sides, all, &out);
    assert_string_equal(text_str(&out), wanted);
    text_fini(&out);
    flow_free(f);
    flow_free(g);
}

static void the_answer_stands_first_and_what_decides_before_what_does_not(void **state)
{
    (void)state;
    expect(false, "◆ An iPhone refuses A and accepts B: the reason.\n"
                  "\n"
                  "  A  a.pem\n"
                  "     ◆ refused: “shop” certificate is not permitted for this usage\n"
                  "       The server's certificate has expired\n"
                  "  B  b.pem\n"
                  "     ● accepted\n"
                  "\n"
                  "  What decides\n"
                  "  ≠ extended key usage of the intermediate\n"
                  "    A  emailProtection — Mail CA\n"
                  "    B  not set — Web CA\n"
                  "       ServerAuthEKU fails on A: only emailProtection\n"
                  "\n"
                  "  What differs, and no check objects to\n"
                  "    dates of the leaf: 2026 / 2027\n"
                  "    key bytes (SHA-256), serial number of the leaf\n"
                  "    dates of the intermediate: U+001B[31mred / 2027\n");
}

static void every_value_is_shown_when_all_are_asked_for(void **state)
{
    (void)state;
    expect(true, "◆ An iPhone refuses A and accepts B: the reason.\n"
                 "\n"
                 "  A  a.pem\n"
                 "     ◆ refused: “shop” certificate is not permitted for this usage\n"
                 "       The server's certificate has expired\n"
                 "  B  b.pem\n"
                 "     ● accepted\n"
                 "\n"
                 "  What decides\n"
                 "  ≠ extended key usage of the intermediate\n"
                 "    A  emailProtection — Mail CA\n"
                 "    B  not set — Web CA\n"
                 "       ServerAuthEKU fails on A: only emailProtection\n"
                 "\n"
                 "  What differs, and no check objects to\n"
                 "    dates of the leaf\n"
                 "    A  2026\n"
                 "    B  2027\n"
                 "    key bytes (SHA-256) of the leaf\n"
                 "    A  aa\n"
                 "    B  bb\n"
                 "    serial number of the leaf\n"
                 "    A  aa\n"
                 "    B  bb\n"
                 "    dates of the intermediate\n"
                 "    A  U+001B[31mred\n"
                 "    B  2027\n");
}

static void the_object_holds_both_verdicts_and_every_difference(void **state)
{
    (void)state;
    struct verdict a = {.answer = VERDICT_REJECT, .text = text_of_a},
                   b = {.answer = VERDICT_ACCEPT};
    struct flow *f = sample_expired(), *g = sample_fine();
    const struct comparison_side sides[2] = {{"a.pem", &a, f}, {"b.pem", &b, g}};
    struct text out = {0};
    struct json_out json;

    json_init(&json, &out);
    comparison_json(&sample, sides, &json);
    static const char *const wanted[] = {
        "{\"v\":1,\"answer\":\"An iPhone refuses A and accepts B: the "
        "reason.\",\"a\":{\"target\":\"a.pem\",\"diagnosis\":[\"cert-expired-leaf\"]}",
        "\"b\":{\"target\":\"b.pem\",\"diagnosis\":[]},\"verdicts\":{\"a\":{",
        "\"verdict\":\"reject\"", "\"verdict\":\"accept\"",
        "\"differences\":[{\"what\":\"extended key "
        "usage\",\"where\":\"intermediate\",\"a\":\"emailProtection\",\"b\":\"not set\","
        "\"matters\":true,\"check\":\"ServerAuthEKU\",\"fails\":\"a\",\"why\":\"only "
        "emailProtection\",\"cause\":null}",
        "{\"what\":\"dates\",\"where\":\"leaf\",\"a\":\"2026\",\"b\":\"2027\",\"matters\":false,"
        "\"check\":null,\"fails\":null,\"why\":null,"
        "\"cause\":null}",
        "\\u001b[31mred"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(text_str(&out), wanted[i]))
            fail_msg("%s\nis not in\n%s", wanted[i], text_str(&out));
    text_fini(&out);
    flow_free(f);
    flow_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answer_stands_first_and_what_decides_before_what_does_not),
        cmocka_unit_test(every_value_is_shown_when_all_are_asked_for),
        cmocka_unit_test(the_object_holds_both_verdicts_and_every_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
