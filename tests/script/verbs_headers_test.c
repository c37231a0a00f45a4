/* Fields of a message: read by name, edited with the power. */
#include "verb_kit.h"

static const struct slip slips[] = {
    {"a header edited too late", "finish", "flow.request.headers:set('a', 'b')",
        "is not allowed at 'finish'; it is at: request response"},
    {"a header edited without the power", "request", "flow.request.headers:set('a', 'b')",
        "declare may = { \"edit\" }"},
};

static void every_slip_is_told_and_drops_the_call(void **state)
{
    (void)state;
    slips_check(slips, sizeof slips / sizeof *slips);
}

static void headers_are_edited_with_the_power_and_never_split(void **state)
{
    struct kit k;
    struct flow *f = flow_with_request();

    (void)state;
    kit_init(&k);
    rule_of(&k, "request", "\"edit\"",
        "local h = flow.request.headers h:set('X-New', 'one') h:remove 'cookie'\n"
        "assert(not pcall(h.set, h, 'X-Bad', 'a\\r\\nEvil: b') and not pcall(h.set, h, 'X Bad', "
        "'a'))");
    flow_header_add(f, f->request->headers, "Cookie", "a=1");
    flow_header_add(f, f->request->headers, "Host", "shop.example");
    flow_header_add(f, f->request->headers, "cookie", "b=2");
    hook_fire(k.hooks, MOMENT_REQUEST, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    assert_int_equal(f->request->headers->n, 2);
    assert_string_equal(flow_header_get(f->request->headers, "x-new"), "one");
    assert_null(flow_header_get(f->request->headers, "cookie"));
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slip_is_told_and_drops_the_call),
        cmocka_unit_test(headers_are_edited_with_the_power_and_never_split),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
