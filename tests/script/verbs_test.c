/* What holds for every verb: a call counts whole or not at all. */
#include "verb_kit.h"

static const struct slip slips[] = {
    {"a verb without a colon", "hello", "flow.note('n')",
        "call it with a colon: flow:note(code [, with])"},
    {"a returned value", "hello", "return 'refuse'", "returned a value"},
    {"a matcher on traffic", "hello", "local m = match.hosts { 'a' }",
        "match.hosts is for loading"},
    {"a list on traffic", "hello", "local m = lines 'a.txt'", "lines is for loading"},
    {"a rule on traffic", "hello", "rule { name = 'y', about = 'b' }", "rule is for loading"},
    {"too many writes", "hello", "for i = 1, 600 do flow:note 'n' end", "more than 512 writes"},
};

static void every_slip_is_told_and_drops_the_call(void **state)
{
    (void)state;
    slips_check(slips, sizeof slips / sizeof *slips);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slip_is_told_and_drops_the_call),
        cmocka_unit_test(what_is_written_is_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
