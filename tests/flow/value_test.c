#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/path.h"

static void values_are_shown_as_people_read_them(void **state)
{
    (void)state;
    const struct flow_check check = {.check = "TemporalValidity", .cert = 1};
    const char *list[] = {"a.example", "b.example"};
    const struct flow_texts texts = {list, 2};
    const struct {
        struct value v;
        const char *shown;
    } cases[] = {
        {{.none = true, .kind = FIELD_TEXT}, ""},
        {{.kind = FIELD_TEXT, .text = "h2"}, "h2"},
        {{.kind = FIELD_TEXT, .text = "a\033[2J\xe2\x80\xae"}, "aU+001B[2JU+202E"},
        {{.kind = FIELD_TEXTS, .texts = &texts}, "a.example, b.example"},
        {{.kind = FIELD_BOOLEAN, .integer = 1}, "true"},
        {{.kind = FIELD_INTEGER, .integer = -67818}, "-67818"},
        {{.kind = FIELD_INTEGER, .is_number = true, .number = 0.25}, "0.25"},
        {{.kind = FIELD_TIME, .integer = 1795251600}, "2026-11-21T09:00:00Z"},
        {{.kind = FIELD_DURATION, .integer = 3 * 86400 + 7}, "3 days"},
        {{.kind = FIELD_DURATION, .integer = -3600}, "-1 hour"},
        {{.kind = FIELD_BYTES, .integer = 512}, "512 bytes"},
        {{.kind = FIELD_MS, .integer = 61}, "61 ms"},
        {{.kind = FIELD_RECORD, .record = &check, .type = flow_type_check()},
            "fails at certificate 1"},
        {{.kind = FIELD_LIST, .n = 3, .type = flow_type_check()}, "3"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        value_show(&cases[i].v, &out);
        assert_string_equal(text_str(&out), cases[i].shown);
        text_fini(&out);
    }
}

static void a_record_is_shown_by_its_most_telling_field(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct flow_alert *alert = FLOW_MAKE(f, alert);
    struct value v = {.kind = FIELD_RECORD, .record = alert, .type = flow_type_alert(), .n = 1};
    struct text out = {0};

    alert->name = "certificate_unknown";
    value_show(&v, &out);
    assert_string_equal(text_str(&out), "certificate_unknown");
    text_fini(&out);
    flow_free(f);
}

static void a_long_list_is_cut_with_its_count(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct text out = {0};

    for (int i = 0; i < 1000; i++)
        flow_texts_add(f, &f->target->aliases, "x.example");
    struct value v = {.kind = FIELD_TEXTS, .texts = &f->target->aliases};
    value_show(&v, &out);
    assert_true(text_ends(text_str(&out), "x.example and 988 more"));
    text_fini(&out);
    flow_free(f);
}

static void equality_is_by_decimal_words_and_membership(void **state)
{
    (void)state;
    const char *list[] = {"a", "b"};
    const struct flow_texts texts = {list, 2};

    assert_true(value_is(&(struct value){.kind = FIELD_INTEGER, .integer = 46}, "46"));
    assert_false(value_is(&(struct value){.kind = FIELD_INTEGER, .integer = 46}, "046"));
    assert_true(value_is(&(struct value){.kind = FIELD_BOOLEAN}, "false"));
    assert_true(value_is(&(struct value){.kind = FIELD_TEXTS, .texts = &texts}, "b"));
    assert_false(value_is(&(struct value){.kind = FIELD_TEXTS, .texts = &texts}, "c"));
    assert_false(value_is(&(struct value){.none = true, .kind = FIELD_TEXT}, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_shown_as_people_read_them),
        cmocka_unit_test(a_record_is_shown_by_its_most_telling_field),
        cmocka_unit_test(a_long_list_is_cut_with_its_count),
        cmocka_unit_test(equality_is_by_decimal_words_and_membership),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
