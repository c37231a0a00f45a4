/* What happens around a call: faults are told and counted, a clean flow costs nothing, the order of
 * rules means nothing. */
#include "rule_kit.h"

#include "base/clock.h"
#include "diagnosis/board.h"

#define RULE(name, body)                                                                           \
    "rule { name = '" name                                                                         \
    "', about = 'a', wakes_on = { hello = 'always' }, hello = function(flow) " body " end }\n"

static void a_fault_is_told_and_the_fifth_switches_the_rule_off(void **state)
{
    struct kit k;
    struct clock clock;

    (void)state;
    kit_init(&k);
    kit_one(&k, RULE("bad", "local x = flow.nothing") RULE("good", "local y = flow.target"), NULL);
    clock_fake_init(&clock, 0);
    hooks_measure(k.hooks, &clock, NULL, NULL);
    for (int i = 1; i <= 5; i++) {
        struct flow *f = spec_flow_new();

        assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 2);
        assert_string_equal(f->notes[0].code, "rules/fault");
        assert_string_equal(f->notes[0].by, "rule:p/bad");
        assert_non_null(strstr(f->notes[0].text, "p/init.lua:1: flow has no 'nothing'"));
        assert_int_equal(f->n_notes, i == 5 ? 2 : 1);
        if (i == 5)
            assert_string_equal(f->notes[1].code, "rules/off");
        assert_int_equal(hooks_is_off(k.hooks, "rule:p/bad"), i == 5);
        flow_free(f);
        clock_advance(&clock, 60 * 1000);
    }
    struct flow *f = spec_flow_new();

    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 1);
    assert_int_equal(f->n_notes, 0);
    assert_false(hooks_is_off(k.hooks, "rule:p/good"));
    flow_free(f);
    kit_fini(&k);
}

static void rare_faults_switch_nothing_off(void **state)
{
    struct kit k;
    struct clock clock;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_one(&k, RULE("bad", "local x = flow.nothing"), NULL);
    clock_fake_init(&clock, 0);
    hooks_measure(k.hooks, &clock, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
        clock_advance(&clock, 3 * 60 * 1000);
    }
    assert_false(hooks_is_off(k.hooks, "rule:p/bad"));
    flow_free(f);
    kit_fini(&k);
}

static void a_fault_takes_all_that_the_call_wrote(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    struct decision d;

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "rule { name = 'x', about = 'a', notes = { n = 'low' }, causes = { 'cert-expired-leaf' }, "
        "may = { 'refuse' }, wakes_on = { hello = 'always' },"
        " hello = function(flow) flow:note 'n' "
        "flow:suspect('cert-expired-leaf'):because('target.host', 3) flow:decide 'refuse' "
        "flow:note 'oops' end }",
        "return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = 'w' } }");
    hook_fire(k.hooks, MOMENT_HELLO, f, &d);
    assert_int_equal(d.action, ACTION_NONE);
    assert_int_equal(f->n_notes, 1);
    assert_string_equal(f->notes[0].code, "rules/fault");
    assert_null(f->board);
    assert_int_equal(f->n_diagnosis, 0);
    flow_free(f);
    kit_fini(&k);
}

static void a_counter_in_a_local_is_a_fault(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_one(&k, "local n = 0\n" RULE("x", "n = n + 1"), NULL);
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_non_null(
        strstr(text_str(&k.faults), "p/init.lua:2: 'hello' changed the file's local 'n'"));
    flow_free(f);
    kit_fini(&k);
}

static const enum moment life[] = {
    MOMENT_HELLO, MOMENT_JUDGED, MOMENT_REQUEST, MOMENT_RESPONSE, MOMENT_FINISH};

static void shipped_load(struct kit *k)
{
    const char *folders[] = {WHYTLS_LUA_SOURCE "/rules", NULL};
    struct rules_config config = {.folders = folders, .library = WHYTLS_LUA_SOURCE "/whytls"};
    struct err e = {0};

    if (!rules_load(&config, kit_warn, k, &k->rules, &e))
        fail_msg("%s", e.text);
    assert_string_equal(text_str(&k->warnings), "");
    k->hooks = hooks_new();
    if (!rules_attach(k->rules, k->hooks, &e))
        fail_msg("%s", e.text);
    hooks_trace(k->hooks, kit_seen, k);
}

static void a_flow_with_nothing_wrong_enters_lua_not_at_all(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    size_t woken = 0;

    (void)state;
    kit_init(&k);
    shipped_load(&k);
    f->request = FLOW_MAKE(f, request);
    f->request->scheme = "https";
    flow_header_add(f, f->request->headers, "Accept", "*/*");
    f->response = FLOW_MAKE(f, response);
    f->response->status = 200;
    for (size_t i = 0; i < sizeof life / sizeof *life; i++)
        woken += hook_fire(k.hooks, life[i], f, NULL);
    assert_int_equal(woken, 0);
    assert_int_equal(k.n_visits, 0);
    assert_int_equal(f->n_diagnosis, 0);
    flow_free(f);
    kit_fini(&k);
}

static void facts_come_before_who_needs_them(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    size_t all, awake;

    (void)state;
    kit_init(&k);
    kit_write(&k, "a", "init.lua",
        "rule { name = 'x', about = 'a', needs = { 'z.fact' }, notes = { n = 'low' }, wakes_on = { "
        "hello = { has = 'z.fact' } },"
        " hello = function(flow) flow:note('n', { v = flow.fact['z.fact'] }) end }\n"
        "rule { name = 'sleeps', about = 'a', needs = { 'no.body' }, wakes_on = { hello = 'always' "
        "}, hello = function() end }\n"
        "rule { name = 'too', about = 'a', needs = { 'a.gives' }, wakes_on = { hello = 'always' }, "
        "hello = function() end }\n"
        "rule { name = 'gives', about = 'a', needs = { 'geo.country' }, provides = { ['a.gives'] = "
        "'string' } }");
    kit_write(&k, "a", "texts/en.lua", "return { n = 'it is {$v}, {z.fact}' }");
    kit_write(&k, "z", "init.lua",
        "rule { name = 'x', about = 'a', provides = { ['z.fact'] = 'integer' }, wakes_on = { hello "
        "= 'always' },"
        " hello = function(flow) flow:set('z.fact', 7) end }");
    kit_load(&k);
    assert_string_equal(text_str(&k.warnings), "");
    rules_count(k.rules, &all, &awake);
    assert_int_equal(all, 5);
    assert_int_equal(awake, 2);
    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 2);
    assert_string_equal(f->notes[0].text, "it is 7, 7");
    struct text list = {0};

    rules_list(k.rules, &list);
    assert_non_null(strstr(text_str(&list), "asleep: nothing provides 'no.body'"));
    assert_non_null(
        strstr(text_str(&list), "asleep: 'a.gives' comes from a/gives, which is asleep"));
    text_fini(&list);
    flow_free(f);
    kit_fini(&k);
}

static void a_users_rule_can_strike_out_a_shipped_one(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    const char *folders[] = {WHYTLS_LUA_SOURCE "/rules", NULL, NULL};
    struct err e = {0};

    (void)state;
    kit_init(&k);
    kit_write(&k, "mine", "init.lua",
        "local known = match.hosts { 'shop.example' }\n"
        "rule { name = 'no-pins', about = 'We know that our app does not pin.', wakes_on = { "
        "tls_failed = { leg = 'client' } },"
        " tls_failed = function(flow) if known:has(flow.target.host) then "
        "flow:rule_out('app-pinning', 'target.host') end end }");
    folders[1] = k.folder;
    struct rules_config config = {.folders = folders, .library = WHYTLS_LUA_SOURCE "/whytls"};

    assert_true(rules_load(&config, kit_warn, &k, &k.rules, &e));
    k.hooks = hooks_new();
    assert_true(rules_attach(k.rules, k.hooks, &e));
    f->failed_leg = "client";
    f->client_leg->symptom = "alert-after-certificate";
    f->history->host->streak = 4;
    hook_fire(k.hooks, MOMENT_TLS_FAILED, f, NULL);
    assert_string_equal(board_find(f, "app-pinning")->struck_by, "rule:mine/no-pins");
    for (size_t i = 0; i < f->n_diagnosis; i++)
        assert_string_not_equal(f->diagnosis[i].cause, "app-pinning");
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_told_and_the_fifth_switches_the_rule_off),
        cmocka_unit_test(rare_faults_switch_nothing_off),
        cmocka_unit_test(a_fault_takes_all_that_the_call_wrote),
        cmocka_unit_test(a_counter_in_a_local_is_a_fault),
        cmocka_unit_test(a_flow_with_nothing_wrong_enters_lua_not_at_all),
        cmocka_unit_test(facts_come_before_who_needs_them),
        cmocka_unit_test(a_users_rule_can_strike_out_a_shipped_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
