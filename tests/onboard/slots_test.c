#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "slots.h"

static void check(const struct slots *s, const char *page, const char *expected)
{
    struct text out = {0};

    slots_fill(s, page, &out);
    assert_string_equal(text_str(&out), expected);
    text_fini(&out);
}

static void slots_are_filled_and_the_rest_stays(void **state)
{
    struct slots s = {0};

    (void)state;
    text_add(slots_add(&s, "who"), "Safari");
    text_add(slots_add(&s, "n"), "3");
    check(&s, "", "");
    check(&s, "no slot { } {x}", "no slot { } {x}");
    check(&s, "{{who}} did {{n}}{{n}}.", "Safari did 33.");
    check(&s, "{{nobody}}-", "-");
    check(&s, "{{a name that is longer than any name of a slot is}}-", "-");
    check(&s, "open {{who", "open {{who");
    assert_string_equal(slots_get(&s, "who"), "Safari");
    assert_null(slots_get(&s, "nobody"));
    slots_fini(&s);
}

static void values_are_harmless_in_a_page_and_in_json(void **state)
{
    struct slots s = {0};
    struct text json = {0};
    struct json_out j;

    (void)state;
    text_add(slots_add(&s, "who"), "<b title=\"x\" id='y'>&{{who}}\xe2\x80\xae");
    check(&s, "{{who}}", "&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;{{who}}U+202E");
    json_init(&j, &json);
    json_object(&j);
    slots_json(&s, &j);
    json_object_end(&j);
    assert_string_equal(text_str(&json),
        "{\"who\":\"\\u003cb title=\\\"x\\\" id='y'\\u003e\\u0026{{who}}U+202E\"}");
    text_fini(&json);
    slots_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_filled_and_the_rest_stays),
        cmocka_unit_test(values_are_harmless_in_a_page_and_in_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
