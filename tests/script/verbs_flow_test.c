/* Notes, facts, decisions and bodies: declared things, at their moment, with the powers. */
#include "verb_kit.h"

static const struct slip slips[] = {
    {"an undeclared note", "hello", "flow:note 'm'", "declares no note 'm'; did you mean 'n'?"},
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
    {"a fact of another", "judged", "flow:set('p.fat', 1)",
        "does not provide 'p.fat'; did you mean 'p.fact'?"},
    {"a fact of another type", "judged", "flow:set('p.fact', 'x')", "of another type"},
    {"a value for words that is none", "hello",
        "flow:note('n', { who = print and 1 or function() end })", "no name 'print' here"},
    {"a function for words", "hello", "flow:note('n', { who = ipairs })", "'who' is a function"},
    {"bodies without the power", "request", "flow:keep_bodies()",
        "may not keep bodies: declare may = { \"keep\" }"},
    {"bodies that have gone by", "finish", "flow:keep_bodies()",
        "flow:keep_bodies() is not allowed at 'finish'; it is at: hello judged request response"},
    {"bodies without a colon", "request", "flow.keep_bodies()", "call it with a colon"},
};

static void every_slip_is_told_and_drops_the_call(void **state)
{
    (void)state;
    slips_check(slips, sizeof slips / sizeof *slips);
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

static void bodies_are_asked_for_with_the_power(void **state)
{
    static const enum moment moments[] = {
        MOMENT_HELLO, MOMENT_JUDGED, MOMENT_REQUEST, MOMENT_RESPONSE};

    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct kit k;
        struct flow *f = flow_with_request();
        struct decision d;

        f->response = FLOW_MAKE(f, response);
        kit_init(&k);
        rule_of(&k, moment_name(moments[i]), "\"keep\"", "flow:keep_bodies()");
        hook_fire(k.hooks, moments[i], f, &d);
        assert_string_equal(text_str(&k.faults), "");
        assert_int_equal(d.action, ACTION_NONE);
        assert_string_equal(d.bodies_by, "rule:p/x");
        flow_free(f);
        kit_fini(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slip_is_told_and_drops_the_call),
        cmocka_unit_test(a_mirror_may_name_its_fault),
        cmocka_unit_test(bodies_are_asked_for_with_the_power),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
