#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/text.h"
#include "device/passes.h"
#include "pass_list.h"

#define NOW INT64_C(1795165200000)

static struct passes *two(void)
{
    struct passes *p = passes_new();
    struct pass one;

    assert_true(pass_make(&one, "b.example", NOW - 1000, NOW + 60000, "ui", NULL));
    assert_true(passes_put(p, &one));
    assert_true(pass_make(&one, "a.example", NOW - 2000, 0, "api", NULL));
    assert_true(passes_put(p, &one));
    return p;
}

static void a_person_reads_since_when_and_until_when(void **state)
{
    struct passes *p = two();
    struct text out = {0};

    (void)state;
    pass_list_write(p, NOW, &out);
    assert_string_equal(text_str(&out),
        "\nPass unread by your word:\n"
        "  a.example, since 2026-11-20T08:59:58Z, until it is taken back\n"
        "  b.example, since 2026-11-20T08:59:59Z, until 2026-11-20T09:01:00Z\n");
    text_fini(&out);
    passes_free(p);
}

static void a_script_reads_the_same(void **state)
{
    struct passes *p = two();
    struct text out = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &out);
    json_object(&j);
    pass_list_json(p, NOW + 60000, &j);
    json_object_end(&j);
    assert_string_equal(text_str(&out),
        "{\"passes\":[{\"host\":\"a.example\",\"since\":\"2026-11-20T08:59:58.000Z\","
        "\"until\":null,\"by\":\"api\"}]}");
    text_fini(&out);
    passes_free(p);
}

static void none_is_no_line(void **state)
{
    struct passes *p = passes_new();
    struct text out = {0};

    (void)state;
    pass_list_write(p, NOW, &out);
    assert_string_equal(text_str(&out), "");
    text_fini(&out);
    passes_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_reads_since_when_and_until_when),
        cmocka_unit_test(a_script_reads_the_same),
        cmocka_unit_test(none_is_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
