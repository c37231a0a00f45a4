#include "rule_kit.h"

#include "base/json_out.h"

static void the_list_is_json_by_contract(void **state)
{
    struct kit k;
    struct text out = {0};
    struct json_out json;

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "rule { name = 'b', about = 'second', may = { 'edit', 'tunnel' } }\n"
        "rule { name = 'a', about = 'first', causes = { 'cert-expired-leaf' }, settings = { hosts "
        "= { kind = 'hosts' } },"
        " wakes_on = { hello = { host = 'settings.hosts' } }, hello = function() end }",
        "return { ['cert-expired-leaf'] = { title = 't', why = 'w' } }");
    json_init(&json, &out);
    rules_json(k.rules, NULL, &json);
    assert_string_equal(text_str(&out),
        "[{\"id\":\"p/"
        "a\",\"about\":\"first\",\"causes\":[\"cert-expired-leaf\"],\"lab\":[],\"spec\":null,"
        "\"on\":false,"
        "\"asleep\":\"setting 'hosts' is not set\",\"wakes_on\":[\"hello\"],\"may\":[]},"
        "{\"id\":\"p/"
        "b\",\"about\":\"second\",\"causes\":[],\"lab\":[],\"spec\":null,\"on\":true,\"asleep\":"
        "null,\"wakes_"
        "on\":[],"
        "\"may\":[\"tunnel\",\"edit\"]}]");
    text_fini(&out);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_json_by_contract),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
