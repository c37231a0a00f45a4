#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "csv_out.h"

static void a_line_has_its_cells_in_order(void **state)
{
    struct text t = {0};

    (void)state;
    csv_text(&t, "shop.example");
    csv_int(&t, INT64_MIN);
    csv_none(&t);
    csv_text(&t, NULL);
    csv_bool(&t, true);
    csv_bool(&t, false);
    csv_end(&t);
    assert_string_equal(text_str(&t), "\"shop.example\",-9223372036854775808,,\"\",yes,no\r\n");
    text_fini(&t);
}

static void a_hostile_text_stays_in_its_cell(void **state)
{
    static const struct {
        const char *text, *cell;
    } cases[] = {
        {"a\"b,c", "\"a\"\"b,c\"\r\n"},
        {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"\r\n"},
        {"+1", "\"'+1\"\r\n"},
        {"-1", "\"'-1\"\r\n"},
        {"@SUM(A1)", "\"'@SUM(A1)\"\r\n"},
        {"\tx", "\"'\xef\xbf\xbdx\"\r\n"},
        {"two\r\nlines", "\"two\xef\xbf\xbd\xef\xbf\xbdlines\"\r\n"},
        {"\x1b[2J\x7f", "\"\xef\xbf\xbd[2J\xef\xbf\xbd\"\r\n"},
        {"K\xc3\xb6ln", "\"K\xc3\xb6ln\"\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text t = {0};

        csv_text(&t, cases[i].text);
        csv_end(&t);
        assert_string_equal(text_str(&t), cases[i].cell);
        text_fini(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_its_cells_in_order),
        cmocka_unit_test(a_hostile_text_stays_in_its_cell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
