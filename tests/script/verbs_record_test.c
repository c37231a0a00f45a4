/* Questions to records. */
#include "verb_kit.h"

static const struct slip slips[] = {
    {"an unknown check", "judged", "local x = flow.server_leg.verdict:failed 'TemporalValid'",
        "did you mean 'TemporalValidity'?"},
    {"a check without a colon", "judged", "local x = flow.server_leg.verdict.failed 'x'",
        "call it with a colon: verdict:failed(check [, depth])"},
    {"a certificate's verb without a colon", "judged",
        "local x = flow.server_leg.chain.leaf.covers 'x'",
        "call it with a colon: certificate:covers(host)"},
};

static void every_slip_is_told_and_drops_the_call(void **state)
{
    (void)state;
    slips_check(slips, sizeof slips / sizeof *slips);
}

static void a_certificate_tells_whom_it_covers_and_what_it_extends(void **state)
{
    struct kit k;
    struct flow *f = flow_with_request();
    struct flow_certificate *leaf = &f->server_leg->chain[0];

    (void)state;
    flow_texts_add(f, &leaf->names, "*.far.example");
    flow_texts_add(f, &leaf->ips, "2001:db8::7");
    kit_init(&k);
    rule_of(&k, "judged", "",
        "local leaf = flow.server_leg.chain.leaf\n"
        "assert(leaf:covers 'a.far.example' and leaf:covers '2001:DB8::7')\n"
        "assert(not leaf:covers 'a.b.far.example' and not leaf:covers 'far.example')\n"
        "assert(leaf:extension '1.2.3' == nil)\n"
        "assert(flow.server_leg.verdict:failed 'TemporalValidity' == nil)");
    hook_fire(k.hooks, MOMENT_JUDGED, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slip_is_told_and_drops_the_call),
        cmocka_unit_test(a_certificate_tells_whom_it_covers_and_what_it_extends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
