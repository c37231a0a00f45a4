/* What a rule may write: declared things, at their moment, with its powers. */
#include "rule_kit.h"

static const char words[] = "return { n = \"a note[ of {$who}]\", [\"cert-expired-leaf\"] = { "
                            "title = \"t\", why = \"w\", variants = { v = {} } } }";

static const struct {
    const char *name, *moment, *body, *wanted;
} cases[] = {
    {"an undeclared note", "hello", "flow:note 'm'", "declares no note 'm'; did you mean 'n'?"},
    {"an undeclared cause", "judged", "flow:suspect 'self-signed-leaf'",
        "may not diagnose 'self-signed-leaf': add it to causes"},
    {"a misspelt cause", "judged", "flow:suspect 'cert-expired-leav'",
        "did you mean 'cert-expired-leaf'?"},
    {"a variant that is not there", "judged", "flow:suspect('cert-expired-leaf', { words = 'w' })",
        "have no variant 'w'"},
    {"an option that is none", "judged", "flow:suspect('cert-expired-leaf', { wrods = 'v' })",
        "did you mean 'words'?"},
    {"a leg that is none", "judged", "flow:suspect('cert-expired-leaf', { leg = 'both' })",
        "leg is client, server or identity"},
    {"a decision without the power", "hello", "flow:decide 'tunnel'",
        "may not 'tunnel': declare may = { \"tunnel\" }"},
    {"a decision at the wrong moment", "judged", "flow:decide 'tunnel'",
        "at 'judged' one may decide: allow, mirror, page, refuse; not 'tunnel'"},
    {"a fault nobody can make", "judged", "flow:decide('mirror', { fault = 'cert-expired' })",
        "no leaf can be made with the fault 'cert-expired'"},
    {"a fault of no mirror", "judged", "flow:decide('page', { fault = 'cert-expired-leaf' })",
        "only 'mirror' has a fault"},
    {"a decision with an odd option", "judged", "flow:decide('page', { wy = 'so' })",
        "there are why and fault"},
    {"a decision when there is none", "finish", "flow:decide 'refuse'",
        "at 'finish' nothing can be decided"},
    {"evidence that is no fact", "judged",
        "flow:suspect('cert-expired-leaf'):because('proxy.clok.state', 3)",
        "proxy has no 'clok'; did you mean 'clock'?"},
    {"a weight of one's own", "judged",
        "flow:suspect('cert-expired-leaf'):because('proxy.clock.state', 99)",
        "weight is 1 (hint), 2 (sign) or 3 (strong sign), not 99"},
    {"a hypothesis without a colon", "judged",
        "flow:suspect('cert-expired-leaf').because('proxy.clock.state', 3)",
        "call it with a colon"},
    {"a verb of no hypothesis", "judged",
        "flow:suspect('cert-expired-leaf'):becuase('proxy.clock.state', 3)",
        "did you mean 'because'?"},
    {"a verb without a colon", "hello", "flow.note('n')",
        "call it with a colon: flow:note(code [, with])"},
    {"ruling out by a fact that is not there", "judged",
        "flow:rule_out('cert-expired-leaf', 'server_leg.ca_status')", "it is nil on this flow"},
    {"ruling out without a fact", "judged", "flow:rule_out('cert-expired-leaf')",
        "rule_out needs the fact"},
    {"an unknown check", "judged", "local x = flow.server_leg.verdict:failed 'TemporalValid'",
        "did you mean 'TemporalValidity'?"},
    {"a header edited too late", "finish", "flow.request.headers:set('a', 'b')",
        "is not allowed at 'finish'; it is at: request response"},
    {"a header edited without the power", "request", "flow.request.headers:set('a', 'b')",
        "declare may = { \"edit\" }"},
    {"a fact of another", "judged", "flow:set('p.fat', 1)",
        "does not provide 'p.fat'; did you mean 'p.fact'?"},
    {"a fact of another type", "judged", "flow:set('p.fact', 'x')", "of another type"},
    {"a value for words that is none", "hello",
        "flow:note('n', { who = print and 1 or function() end })", "no name 'print' here"},
    {"a function for words", "hello", "flow:note('n', { who = ipairs })", "'who' is a function"},
    {"a returned value", "hello", "return 'refuse'", "returned a value"},
    {"a matcher on traffic", "hello", "local m = match.hosts { 'a' }",
        "match.hosts is for loading"},
    {"a list on traffic", "hello", "local m = lines 'a.txt'", "lines is for loading"},
    {"a rule on traffic", "hello", "rule { name = 'y', about = 'b' }", "rule is for loading"},
    {"too many writes", "hello", "for i = 1, 600 do flow:note 'n' end", "more than 512 writes"},
};

static void rule_of(struct kit *k, const char *moment, const char *may, const char *body)
{
    char init[2048];

    snprintf(init, sizeof init,
        "rule { name = \"x\", about = \"probe\", notes = { n = \"low\" }, causes = { "
        "\"cert-expired-leaf\" }, may = { %s }, "
        "provides = { [\"p.fact\"] = \"integer\" }, wakes_on = { %s = \"always\" }, %s = "
        "function(flow) flow:note 'n' %s end }",
        may, moment, moment, body);
    kit_one(k, init, words);
    assert_string_equal(text_str(&k->warnings), "");
}

static struct flow *flow_with_request(void)
{
    struct flow *f = spec_flow_new();

    f->request = FLOW_MAKE(f, request);
    return f;
}

static void every_slip_is_told_and_drops_the_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        struct flow *f = flow_with_request();

        kit_init(&k);
        rule_of(&k, cases[i].moment, "", cases[i].body);
        hook_fire(k.hooks, moment_find(cases[i].moment), f, NULL);
        if (!strstr(text_str(&k.faults), cases[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", cases[i].name, cases[i].wanted,
                text_str(&k.faults));
        assert_int_equal(f->n_notes, 1);
        assert_string_equal(f->notes[0].code, "rules/fault");
        flow_free(f);
        kit_fini(&k);
    }
}

static void a_mirror_may_name_its_fault(void **state)
{
    struct kit k;
    struct flow *f = flow_with_request();
    struct decision d;

    (void)state;
    kit_init(&k);
    rule_of(
        &k, "judged", "\"mirror\"", "flow:decide('mirror', { fault = 'eku-missing', why = 'so' })");
    hook_fire(k.hooks, MOMENT_JUDGED, f, &d);
    assert_string_equal(text_str(&k.faults), "");
    assert_int_equal(d.action, ACTION_MIRROR);
    assert_string_equal(d.fault, "eku-missing");
    assert_string_equal(d.why, "so");
    flow_free(f);
    kit_fini(&k);
}

static void what_is_written_is_committed(void **state)
{
    struct kit k;
    struct flow *f = flow_with_request();
    struct decision d;

    (void)state;
    kit_init(&k);
    rule_of(&k, "judged", "\"refuse\", \"page\"",
        "flow:set('p.fact', 7) assert(flow.fact['p.fact'] == 7) flow:note('n', { who = 'us' })\n"
        "flow:suspect('cert-expired-leaf', { words = 'v' }):because('p.fact', "
        "2):because('proxy.clock.state', 3)\n"
        "flow:decide 'page' flow:decide('refuse', { why = 'so' }) flow:decide 'page'");
    hook_fire(k.hooks, MOMENT_JUDGED, f, &d);
    assert_string_equal(text_str(&k.faults), "");
    assert_int_equal(f->n_notes, 2);
    assert_string_equal(f->notes[0].text, "a note");
    assert_string_equal(f->notes[1].text, "a note of us");
    assert_string_equal(f->notes[1].code, "p/n");
    assert_string_equal(f->notes[1].by, "rule:p/x");
    assert_int_equal(f->n_diagnosis, 1);
    assert_int_equal(f->diagnosis[0].score, 5);
    assert_string_equal(f->diagnosis[0].evidence[1].value, "7");
    assert_int_equal(d.action, ACTION_REFUSE);
    assert_string_equal(d.by, "rule:p/x");
    assert_string_equal(d.why, "so");
    flow_free(f);
    kit_fini(&k);
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
        cmocka_unit_test(a_mirror_may_name_its_fault),
        cmocka_unit_test(what_is_written_is_committed),
        cmocka_unit_test(headers_are_edited_with_the_power_and_never_split),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
