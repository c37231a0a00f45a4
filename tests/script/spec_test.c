/* The spec runner: what passes passes, what fails says what the rules said, and slips of the spec
 * are told. */
#include "rule_kit.h"

static const char init[] =
    "rule { name = 'x', about = 'a', causes = { 'cert-expired-leaf' }, notes = { n = 'low' }, may "
    "= { 'tunnel' },"
    " settings = { days = { default = 3, min = 1, max = 9 } }, wakes_on = { judged = { check = "
    "'TemporalValidity' }, hello = { host = '=pinned.example' } },"
    " judged = function(flow) flow:note('n', { days = flow.settings.days })"
    " flow:suspect('cert-expired-leaf'):because('server_leg.chain.leaf.not_after', "
    "3):because('checks.TemporalValidity@0', 2) end,"
    " hello = function(flow) flow:decide 'tunnel' end }";
static const char texts[] =
    "return { n = 'after {$days} days', ['cert-expired-leaf'] = { title = '{target.host} ran out "
    "{server_leg.chain.leaf.not_after|ago} ago', why = 'w' } }";

static void run(struct kit *k, const char *spec, struct spec_tally *tally, struct text *report,
    struct err *e, bool *right)
{
    const char *folders[] = {k->folder, NULL};
    struct rules_config config = {.folders = folders};

    kit_write(k, "p", "init.lua", init);
    kit_write(k, "p", "texts/en.lua", texts);
    kit_write(k, "p", "spec/x_spec.lua", spec);
    *right = spec_test(&config, "p", true, tally, report, e);
}

static void what_holds_passes(void **state)
{
    struct kit k;
    struct spec_tally tally = {0};
    struct text report = {0};
    struct err e = {0};
    bool right;

    (void)state;
    kit_init(&k);
    run(&k,
        "describe('p/x', function()\n"
        "  local old = { server_leg = { chain = { leaf = { not_after = days(-3) } } }, fails = { "
        "'TemporalValidity@0' } }\n"
        "  it('is certain', function()\n"
        "    local flow = play(old)\n"
        "    expect_diagnosis(flow, 'cert-expired-leaf', { confidence = 'certain', place = 1, says "
        "= 'ran out 3 days ago', evidence = { 'proxy.clock.state' } })\n"
        "    expect_note(flow, 'p/n', { severity = 'low', says = 'after 3 days' })\n"
        "    expect_equal(flow.data.server_leg.verdict.class, 'Expired')\n"
        "    expect_equal(flow.data.diagnosis[1].ios.text, '“shop.example” certificate is "
        "expired')\n"
        "    expect_equal(#flow.data.diagnosis, 1) expect_decision(flow, 'judged', nil) end)\n"
        "  it('takes settings', function() expect_note(play { fails = { 'TemporalValidity@1' }, "
        "settings = { ['p/x'] = { days = 9 } } }, 'p/n', { says = 'after 9 days' }) end)\n"
        "  it('tunnels', function() local flow = play { target = { host = 'pinned.example' } }\n"
        "    expect_decision(flow, 'hello', 'tunnel') expect_equal(flow.data.decision.by, "
        "'rule:p/x') expect_no_diagnosis(flow) end)\n"
        "  it('sleeps', function() local flow = play {} expect_asleep(flow) expect_no_note(flow) "
        "expect_no_diagnosis(flow, 'cert-expired-leaf') end)\n"
        "  it('takes away', function() expect_equal(play { client = { device = { name = none } } "
        "}.data.client.device.name, nil) end)\n"
        "end)",
        &tally, &report, &e, &right);
    if (!right || tally.failed)
        fail_msg("%s %s", e.text, text_str(&report));
    assert_int_equal(tally.passed, 5);
    assert_non_null(strstr(text_str(&report), "ok     p/x is certain"));
    text_fini(&report);
    kit_fini(&k);
}

static const struct {
    const char *body, *wanted;
} failing[] = {
    {"expect_diagnosis(play { fails = { 'TemporalValidity@0' }, proxy = { clock = { state = "
     "'unchecked' } } }, 'cert-expired-leaf', 'certain')",
        "'cert-expired-leaf' is likely, not certain\n    what the rules said:\n      likely    "
        "cert-expired-leaf            score 5 "},
    {"expect_diagnosis(play {}, 'cert-expired-leaf')",
        "is not in the diagnosis\n    what the rules said:\n      nothing"},
    {"expect_diagnosis(play {}, 'cert-expired-leaf', { confidense = 'x' })",
        "did you mean 'confidence'?"},
    {"expect_no_note(play { fails = { 'TemporalValidity' } })", "there is a note 'p/n'"},
    {"expect_decision(play {}, 'hello', 'tunnel')", "at hello it decided nothing, not tunnel"},
    {"expect_asleep(play { fails = { 'TemporalValidity' } })", "'p/x' was woken at judged"},
    {"play { taget = {} }", "flow has no 'taget'; did you mean 'target'?"},
    {"play { server_leg = { chain = { leaf = { notafter = 1 } } } }",
        "flow.server_leg.chain has no 'notafter'; did you mean 'not_after'?"},
    {"play { server_leg = { chain = { leef = {} } } }", "has no 'leef'"},
    {"play { target = { host = 3 } }", "flow.target.host wants a text, not a number"},
    {"play { fails = { 'TemporalValid' } }", "did you mean 'TemporalValidity'?"},
    {"play { fails = { 'TemporalValidity@7' } }", "the chain has certificates 0 to 1"},
    {"play { settings = { ['p/x'] = { dayz = 1 } } }", "no setting 'dayz'; did you mean 'days'?"},
    {"play { settings = { ['p/x'] = { days = 99 } } }", "it must be 1 to 9"},
    {"play { settings = { ['p/x'] = { days = 'x' } } }", "wants a number, got string"},
    {"play { log = '../x' }", "is no file beside the spec"},
    {"play { log = 'none.jsonl:2' }", "none.jsonl"},
    {"play { pem = 'none.pem' }", "pem: "},
    {"local f = play {} local x = f.daat", "a played flow has 'data'"},
    {"play {}.data.target.host = 'x'", "read-only"},
    {"play {}.data:note 'n'", "only a rule writes"},
    {"while true do end", "spent"},
};

static void what_fails_says_what_the_rules_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        struct kit k;
        struct spec_tally tally = {0};
        struct text report = {0};
        struct err e = {0};
        bool right;
        char spec[1024];

        kit_init(&k);
        snprintf(spec, sizeof spec, "describe('p', function() it('x', function() %s end) end)",
            failing[i].body);
        run(&k, spec, &tally, &report, &e, &right);
        text_add(&report, e.text);
        if (!strstr(text_str(&report), failing[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", failing[i].body, failing[i].wanted,
                text_str(&report));
        assert_int_equal(tally.passed, 0);
        text_fini(&report);
        kit_fini(&k);
    }
}

static void a_translation_may_not_use_a_hole_of_its_own(void **state)
{
    struct kit k;
    struct spec_tally tally = {0};
    struct text report = {0};
    struct err e = {0};
    bool right;

    (void)state;
    kit_init(&k);
    kit_write(&k, "p", "texts/de.lua", "return { n = 'nach {$days} Tagen' }");
    run(&k, "", &tally, &report, &e, &right);
    assert_true(right);
    kit_write(&k, "p", "texts/de.lua", "return { n = 'nach {$tage} Tagen' }");
    run(&k, "", &tally, &report, &e, &right);
    assert_false(right);
    assert_non_null(strstr(e.text, "uses the hole {$tage}, which English does not"));
    text_fini(&report);
    kit_fini(&k);
}

static void an_unknown_package_is_told(void **state)
{
    struct kit k;
    struct spec_tally tally = {0};
    struct text report = {0};
    struct err e = {0};

    (void)state;
    kit_init(&k);
    const char *folders[] = {k.folder, NULL};
    struct rules_config config = {.folders = folders};

    assert_false(spec_test(&config, "nope", false, &tally, &report, &e));
    assert_string_equal(e.text, "there is no rule package 'nope'");
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_passes),
        cmocka_unit_test(what_fails_says_what_the_rules_said),
        cmocka_unit_test(a_translation_may_not_use_a_hole_of_its_own),
        cmocka_unit_test(an_unknown_package_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
