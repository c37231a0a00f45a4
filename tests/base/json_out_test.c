#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

/* The reader has three names that our writer has as well; neither is called here. */
#define json_object jansson_object
#define json_array jansson_array
#define json_null jansson_null
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_null

#include "json_out.h"

static void commas_and_colons_come_by_themselves(void **state)
{
    struct text t = {0};
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
    assert_string_equal(text_str(&t),
        "{\"v\":1,\"id\":\"x\",\"none\":null,\"yes\":true,\"nothing\":null,"
        "\"list\":[-9223372036854775808,false,{},[],null],\"end\":9223372036854775807}");
    text_fini(&t);
}

static void texts_are_escaped_for_json_and_for_html(void **state)
{
    static const struct {
        const char *in;
        size_t n;
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
        struct text t = {0};
        struct json_out j;

        json_init(&j, &t);
        json_text_n(&j, cases[i].in, cases[i].n);
        assert_string_equal(text_str(&t), cases[i].out);
        text_fini(&t);
    }
}

static void keys_are_escaped_too(void **state)
{
    struct text t = {0};
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
    struct text t = {0};
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

static void fractions_are_written_as_numbers_or_not_at_all(void **state)
{
    static const struct {
        double n;
        const char *out;
    } cases[] = {{0, "0"}, {0.5, "0.5"}, {-12.25, "-12.25"}, {1e21, "1e+21"}, {1e-7, "1e-07"},
        {0.1, "0.1"}, {3, "3"}, {0.1 + 0.2, "0.30000000000000004"}, {NAN, "null"},
        {INFINITY, "null"}, {-INFINITY, "null"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t = {0};
        struct json_out j;

        json_init(&j, &t);
        json_double(&j, cases[i].n);
        assert_string_equal(text_str(&t), cases[i].out);
        text_fini(&t);
    }
}

/* Freed with json_decref. */
static json_t *read_back(const struct text *t)
{
    json_error_t e;
    json_t *doc = json_loadb(
        text_str(t), t->len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &e);

    if (!doc)
        fail_msg("%s in %s", e.text, text_str(t));
    return doc;
}

static void another_reader_reads_what_was_written(void **state)
{
    static const char hostile[] =
        "\0\x01\x1f \"\\/\b\f\n\r\t\x7f</script>\xe2\x80\xa8\xc3\xa9\xf0\x9f\x94\x92";
    struct text t = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &t);
    json_object(&j);
    json_put_int(&j, "least", INT64_MIN);
    json_put_text(&j, "a\"\n\xe2\x80\xa9", "key");
    json_key(&j, "list");
    json_array(&j);
    json_double(&j, 0.25);
    json_double(&j, DBL_MAX);
    json_double(&j, NAN);
    json_text_n(&j, hostile, sizeof hostile - 1);
    json_array_end(&j);
    json_put_bool(&j, "last", true);
    json_object_end(&j);
    json_t *doc = read_back(&t);
    const json_t *list = json_object_get(doc, "list"), *text = json_array_get(list, 3);
    assert_int_equal(json_object_size(doc), 4);
    assert_int_equal(json_integer_value(json_object_get(doc, "least")), INT64_MIN);
    assert_string_equal(json_string_value(json_object_get(doc, "a\"\n\xe2\x80\xa9")), "key");
    assert_true(json_real_value(json_array_get(list, 0)) == 0.25);
    assert_true(json_real_value(json_array_get(list, 1)) == DBL_MAX);
    assert_true(json_is_null(json_array_get(list, 2)));
    assert_int_equal(json_string_length(text), sizeof hostile - 1);
    assert_memory_equal(json_string_value(text), hostile, sizeof hostile - 1);
    assert_true(json_is_true(json_object_get(doc, "last")));
    json_decref(doc);
    text_fini(&t);
}

static void every_byte_and_every_pair_reads_back(void **state)
{
    (void)state;
    for (int a = 0; a < 256; a++) {
        struct text t = {0};
        struct json_out j;

        json_init(&j, &t);
        json_array(&j);
        for (int b = 0; b < 256; b++)
            json_text_n(&j, (const char[]){(char)a, (char)b}, 2);
        json_array_end(&j);
        json_t *doc = read_back(&t);
        assert_int_equal(json_array_size(doc), 256);
        json_decref(doc);
        text_fini(&t);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_colons_come_by_themselves),
        cmocka_unit_test(texts_are_escaped_for_json_and_for_html),
        cmocka_unit_test(keys_are_escaped_too),
        cmocka_unit_test(many_levels_keep_their_commas_apart),
        cmocka_unit_test(fractions_are_written_as_numbers_or_not_at_all),
        cmocka_unit_test(another_reader_reads_what_was_written),
        cmocka_unit_test(every_byte_and_every_pair_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
