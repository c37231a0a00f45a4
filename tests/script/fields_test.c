#include "rule_kit.h"

#include "fields.h"

static void the_reference_holds_every_field(void **state)
{
    struct text out = {0};
    size_t n;
    const struct record_type *const *types = record_types(&n);

    (void)state;
    fields_write(NULL, &out);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < types[i]->n_fields; j++) {
            char name[96];

            snprintf(name, sizeof name, "  %s.%s ", types[i]->name, types[i]->fields[j].name);
            if (!strstr(text_str(&out), name))
                fail_msg("%s is missing", name);
        }
    assert_non_null(strstr(text_str(&out), "checks.TemporalValidity"));
    assert_non_null(strstr(text_str(&out), "alert-after-certificate"));
    text_fini(&out);
}

static void a_word_narrows_it(void **state)
{
    struct text out = {0};

    (void)state;
    fields_write("not_after", &out);
    assert_non_null(strstr(text_str(&out), "certificate.not_after"));
    assert_null(strstr(text_str(&out), "certificate.serial"));
    text_clear(&out);
    fields_write("no such word", &out);
    assert_int_equal(out.len, 0);
    text_fini(&out);
}

static void editors_get_types(void **state)
{
    struct text out = {0};

    (void)state;
    fields_write_meta(&out);
    assert_non_null(strstr(text_str(&out), "---@class whytls.server_leg"));
    assert_non_null(strstr(text_str(&out), "---@field chain whytls.certificate[]|nil"));
    text_fini(&out);
}

static void the_tables_of_the_guide_are_whole(void **state)
{
    struct text out = {0};

    (void)state;
    fields_write_markdown(&out);
    assert_non_null(strstr(text_str(&out), "| `judged` | "));
    assert_non_null(strstr(text_str(&out), "refuse > page > mirror > allow |"));
    assert_non_null(strstr(text_str(&out), "| **certificate** | `sha256` | string! | judged |"));
    assert_non_null(strstr(text_str(&out), "| `headers:set(name, value)` | request response |"));
    for (const char *line = text_str(&out); *line; line += strcspn(line, "\n") + 1)
        if (*line == '|') /* every row ends its last cell */
            assert_int_equal(line[strcspn(line, "\n") - 1], '|');
    text_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_holds_every_field),
        cmocka_unit_test(a_word_narrows_it),
        cmocka_unit_test(editors_get_types),
        cmocka_unit_test(the_tables_of_the_guide_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
