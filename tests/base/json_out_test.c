#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_out.h"

static void commas_and_colons_come_by_themselves(void **state)
{
    struct text     t = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &t);
    json_object(&j);
    json_put_int(&j, "v", 1);
    json_put_text(&j, "id", "x");
    json_put_text(&j, "none", NULL);
    json_put_bool(&j, "yes", true);
    json_put_null(&j, "nothing");
    json_key(&j, "list");
    json_array(&j);
    json_int(&j, INT64_MIN);
    json_bool(&j, false);
    json_object(&j);
    json_object_end(&j);
    json_array(&j);
    json_array_end(&j);
    json_null(&j);
    json_array_end(&j);
    json_put_int(&j, "end", INT64_MAX);
    json_object_end(&j);
    assert_string_equal(text_str(&t), "{\"v\":1,\"id\":\"x\",\"none\":null,\"yes\":true,\"nothing\":null,"
                                      "\"list\":[-9223372036854775808,false,{},[],null],\"end\":9223372036854775807}");
    text_fini(&t);
}

static void texts_are_escaped_for_json_and_for_html(void **state)
{
    static const struct {
        const char *in;
        size_t      n;
        const char *out;
    } cases[] = {
        {"plain", 5, "\"plain\""},
        {"", 0, "\"\""},
        {"a\"b\\c", 5, "\"a\\\"b\\\\c\""},
        {"\n\r\t", 3, "\"\\n\\r\\t\""},
        {"\0\x1f\x7f", 3, "\"\\u0000\\u001f\\u007f\""},
        {"</script>&", 10, "\"\\u003c/script\\u003e\\u0026\""},
        {"\xe2\x80\xa8\xe2\x80\xa9", 6, "\"\\u2028\\u2029\""},
        {"caf\xc3\xa9", 5, "\"caf\xc3\xa9\""},
        {"\xf0\x9f\x94\x92", 4, "\"\xf0\x9f\x94\x92\""},
        {"a\xff\xc3", 3, "\"a\\ufffd\\ufffd\""},
        {"\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text     t = {0};
        struct json_out j;

        json_init(&j, &t);
        json_text_n(&j, cases[i].in, cases[i].n);
        assert_string_equal(text_str(&t), cases[i].out);
        text_fini(&t);
    }
}

static void keys_are_escaped_too(void **state)
{
    struct text     t = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &t);
    json_object(&j);
    json_put_int(&j, "a\"<", 1);
    json_object_end(&j);
    assert_string_equal(text_str(&t), "{\"a\\\"\\u003c\":1}");
    text_fini(&t);
}

static void many_levels_keep_their_commas_apart(void **state)
{
    struct text     t = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &t);
    for (int i = 0; i < 30; i++)
        json_array(&j);
    json_int(&j, 1);
    for (int i = 0; i < 30; i++) {
        json_array_end(&j);
        if (i < 29)
            json_int(&j, 2);
    }
    assert_int_equal(t.len, 30 + 1 + 30 + 29 * 2);
    assert_null(j.depth ? "open" : NULL);
    text_fini(&t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_colons_come_by_themselves),
        cmocka_unit_test(texts_are_escaped_for_json_and_for_html),
        cmocka_unit_test(keys_are_escaped_too),
        cmocka_unit_test(many_levels_keep_their_commas_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
