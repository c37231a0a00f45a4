/* Hypotheses: of declared causes, by facts that are there. */
#include "verb_kit.h"

static const struct slip slips[] = {
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
    {"ruling out by a fact that is not there", "judged",
        "flow:rule_out('cert-expired-leaf', 'server_leg.ca_status')", "it is nil on this flow"},
    {"ruling out without a fact", "judged", "flow:rule_out('cert-expired-leaf')",
        "rule_out needs the fact"},
};

static void every_slip_is_told_and_drops_the_call(void **state)
{
    (void)state;
    slips_check(slips, sizeof slips / sizeof *slips);
}

static void a_hypothesis_gathers_what_speaks_for_it_and_against(void **state)
{
    struct kit k;
    struct flow *f = flow_with_request();

    (void)state;
    kit_init(&k);
    rule_of(&k, "judged", "",
        "flow:suspect 'cert-expired-leaf':because('proxy.clock.state', 3)"
        ":against('target.host', 1)");
    hook_fire(k.hooks, MOMENT_JUDGED, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    assert_int_equal(f->n_diagnosis, 1);
    assert_int_equal(f->diagnosis[0].n_evidence, 1);
    assert_int_equal(f->diagnosis[0].n_against, 1);
    assert_string_equal(f->diagnosis[0].against[0].fact, "target.host");
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slip_is_told_and_drops_the_call),
        cmocka_unit_test(a_hypothesis_gathers_what_speaks_for_it_and_against),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
