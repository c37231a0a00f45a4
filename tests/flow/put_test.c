#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "flow/flow.h"
#include "put_priv.h"

static void what_is_absent_is_null_or_left_out(void **state)
{
    struct text out = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &out);
    json_object(&j);
    put_number(&j, "a", FLOW_NONE);
    put_time(&j, "b", FLOW_NONE);
    put_known_number(&j, "c", FLOW_NONE);
    put_known_time(&j, "d", FLOW_NONE);
    put_known_text(&j, "e", NULL);
    json_object_end(&j);
    assert_string_equal(text_str(&out), "{\"a\":null,\"b\":null}");
    text_fini(&out);
}

static void what_is_there_is_written(void **state)
{
    const char *names[] = {"x", "y"};
    struct text out = {0};
    struct json_out j;

    (void)state;
    json_init(&j, &out);
    json_object(&j);
    put_number(&j, "a", 0);
    put_known_time(&j, "b", 0);
    put_known_text(&j, "c", "");
    put_texts(&j, "d", &(struct flow_texts){names, 2});
    put_open(&j, "e");
    json_object_end(&j);
    put_list(&j, "f");
    json_array_end(&j);
    json_object_end(&j);
    assert_string_equal(text_str(&out), "{\"a\":0,\"b\":\"1970-01-01T00:00:00Z\",\"c\":\"\",\"d\":["
                                        "\"x\",\"y\"],\"e\":{},\"f\":[]}");
    text_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_absent_is_null_or_left_out),
        cmocka_unit_test(what_is_there_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
