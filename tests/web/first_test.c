#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "first.h"

/* What node's URLSearchParams and encodeURIComponent give. */
static void a_question_is_written_as_the_page_writes_it(void **state)
{
    static const struct {
        const char *value, *in_query, *in_path;
    } cases[] = {
        {"", "", ""},
        {"AZaz09", "AZaz09", "AZaz09"},
        {"-_.*", "-_.*", "-_.*"},
        {"a b", "a+b", "a%20b"},
        {"~d x", "%7Ed+x", "~d%20x"},
        {"!~'()", "%21%7E%27%28%29", "!~'()"},
        {"+%&=#?/", "%2B%25%26%3D%23%3F%2F", "%2B%25%26%3D%23%3F%2F"},
        {"\"<>:;@,$|\\^`{}[]", "%22%3C%3E%3A%3B%40%2C%24%7C%5C%5E%60%7B%7D%5B%5D",
            "%22%3C%3E%3A%3B%40%2C%24%7C%5C%5E%60%7B%7D%5B%5D"},
        {"\t\x7f", "%09%7F", "%09%7F"},
        {"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80", "%C3%A9%E2%80%A8%F0%9F%98%80",
            "%C3%A9%E2%80%A8%F0%9F%98%80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text query = {0}, path = {0};

        first_add_encoded(&query, cases[i].value, false);
        first_add_encoded(&path, cases[i].value, true);
        assert_string_equal(text_str(&query), cases[i].in_query);
        assert_string_equal(text_str(&path), cases[i].in_path);
        text_fini(&query);
        text_fini(&path);
    }
}

static void no_answer_ends_the_element_that_it_stands_in(void **state)
{
    static const struct {
        const char *json, *wanted;
    } cases[] = {
        {"", ""},
        {"{\"v\":1}", "{\"v\":1}"},
        {"[\"</script>\"]", "[\"\\u003c/script>\"]"},
        {"[\"</SCRIPT >\"]", "[\"\\u003c/SCRIPT >\"]"},
        {"[\"<!--<script>\"]", "[\"\\u003c!--\\u003cscript>\"]"},
        {"[\"<<\",\"<\"]", "[\"\\u003c\\u003c\",\"\\u003c\"]"},
        /* No script: a separator of lines is a character as others are. */
        {"[\"\xe2\x80\xa8\"]", "[\"\xe2\x80\xa8\"]"},
        {"[\"a\\\\<b\"]", "[\"a\\\\\\u003cb\"]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        first_add_harmless(&out, cases[i].json);
        assert_string_equal(text_str(&out), cases[i].wanted);
        assert_null(strchr(text_str(&out), '<'));
        text_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_written_as_the_page_writes_it),
        cmocka_unit_test(no_answer_ends_the_element_that_it_stands_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
