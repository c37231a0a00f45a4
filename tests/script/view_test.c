/* What a rule may read, and the message that it gets for anything else. Nothing of a call that
 * failed stays. */
#include "rule_kit.h"

static const char words[] =
    "return { n = \"a note\", [\"cert-expired-leaf\"] = { title = \"t\", why = \"w\" } }";

static const struct {
    const char *name, *moment, *body, *wanted;
} cases[] = {
    {"an unknown field", "hello", "local x = flow.taget",
        "flow has no 'taget'; did you mean 'target'?"},
    {"the rule's own line", "hello", "\n\nlocal x = flow.taget", "p/init.lua:3:"},
    {"an unknown field further in", "judged", "local x = flow.server_leg.chain.leaf.notafter",
        "flow.server_leg.chain.leaf has no 'notafter'; did you mean 'not_after'?"},
    {"a field too early", "hello", "local x = flow.server_leg",
        "flow.server_leg is not known yet at 'hello'; it is from 'judged' on"},
    {"a field too early further in", "hello", "local x = flow.client_leg.alert",
        "flow.client_leg.alert is not known yet at 'hello'"},
    {"a write to a record", "hello", "flow.target.host = 'x'", "flow.target.host is read-only"},
    {"a write to a list", "judged", "flow.server_leg.chain[1] = nil",
        "flow.server_leg.chain is read-only"},
    {"index 0", "judged", "local x = flow.server_leg.chain[0]", "starts at 1"},
    {"a part that a list has not", "judged", "local x = flow.server_leg.chain.root",
        "'root' is not one of its parts"},
    {"a fact nobody gives", "judged", "local x = flow.fact['geo.contry']",
        "nothing provides a fact 'geo.contry'; did you mean 'geo.country'?"},
    {"a fact not under needs", "judged", "local x = flow.fact['geo.country']", "not under needs"},
    {"an unknown setting", "hello", "local x = flow.settings.day",
        "has no setting 'day'; did you mean 'days'?"},
    {"a write to a setting", "hello", "flow.settings.days = 4", "settings are the user's"},
    {"undeclared memory", "judged", "flow.memory.host.x = 1", "remembers nothing per 'host'"},
    {"the metatable", "hello", "local m = getmetatable(flow)", "no name 'getmetatable' here"},
    {"a write to headers", "finish", "flow.request.headers.x = 'y'",
        "attempt to index a nil value"},
};

static void rule_of(struct kit *k, const char *moment, const char *body)
{
    char init[2048];

    snprintf(init, sizeof init,
        "rule { name = \"x\", about = \"probe\", notes = { n = \"low\" }, causes = { "
        "\"cert-expired-leaf\" }, settings = { days = { "
        "default = 3, min = 1, max = 9 } }, wakes_on = { %s = \"always\" }, %s = function(flow) "
        "flow:note 'n' %s end }",
        moment, moment, body);
    kit_one(k, init, words);
    assert_string_equal(text_str(&k->warnings), "");
}

static void every_slip_is_told_and_leaves_nothing_behind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        struct flow *f = spec_flow_new();

        kit_init(&k);
        rule_of(&k, cases[i].moment, cases[i].body);
        hook_fire(k.hooks, moment_find(cases[i].moment), f, NULL);
        if (!strstr(text_str(&k.faults), cases[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", cases[i].name, cases[i].wanted,
                text_str(&k.faults));
        assert_int_equal(f->n_notes, 1); /* not the rule's: what is told of the fault */
        assert_string_equal(f->notes[0].code, "rules/fault");
        assert_null(f->board);
        flow_free(f);
        kit_fini(&k);
    }
}

static void what_the_log_shows_can_be_read(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    rule_of(&k, "finish",
        "local leg = flow.server_leg\n"
        "assert(flow.target.host == 'shop.example' and flow.target.port == 443 and "
        "flow.target.is_ip == false)\n"
        "assert(#leg.chain == 2 and leg.chain.leaf.depth == 0 and leg.chain.top.depth == 1 and "
        "leg.chain.issuer.is_ca)\n"
        "assert(leg.chain[1].names[2] == 'www.shop.example' and leg.chain[3] == nil and "
        "flow.target.apple_pinned == nil)\n"
        "local names = '' for i, name in ipairs(leg.chain.leaf.names) do names = names .. i .. "
        "name end\n"
        "assert(names == '1shop.example2www.shop.example')\n"
        "local keys = 0 for key, value in pairs(flow.client.app) do keys = keys + 1 assert(value "
        "~= nil) end\n"
        "assert(keys == 3 and flow.now == 1795251600 and flow.settings.days == 3)\n"
        "assert(leg.verdict:failed('TemporalValidity') == nil and #leg.verdict.checks == 0)\n"
        "assert(leg.chain.leaf:covers('www.shop.example') and not "
        "leg.chain.leaf:covers('other.example'))\n"
        "assert(leg.chain.leaf:extension('1.2.3') == nil and tostring(leg.chain.leaf) == "
        "'<flow.server_leg.chain.leaf>')");
    hook_fire(k.hooks, MOMENT_FINISH, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    assert_int_equal(f->n_notes, 1);
    flow_free(f);
    kit_fini(&k);
}

static void a_view_kept_beyond_its_call_is_dead(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "local kept = {}\nrule { name = \"x\", about = \"a\", wakes_on = { hello = \"always\" }, "
        "hello = function(flow)\n"
        "kept[1] = kept[1] or flow.target\nlocal h = kept[1].host end }",
        NULL);
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_non_null(strstr(text_str(&k.faults), "flow.target belongs to a call that is over"));
    flow_free(f);
    kit_fini(&k);
}

static void headers_are_an_open_map(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    rule_of(&k, "request",
        "local h = flow.request.headers assert(h.cookie == 'a=1' and h['X-None'] == nil and "
        "#h:all('Cookie') == 2)");
    f->request = FLOW_MAKE(f, request);
    flow_header_add(f, f->request->headers, "Cookie", "a=1");
    flow_header_add(f, f->request->headers, "cookie", "b=2");
    hook_fire(k.hooks, MOMENT_REQUEST, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slip_is_told_and_leaves_nothing_behind),
        cmocka_unit_test(what_the_log_shows_can_be_read),
        cmocka_unit_test(a_view_kept_beyond_its_call_is_dead),
        cmocka_unit_test(headers_are_an_open_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
