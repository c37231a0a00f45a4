/* The owner's word that a host passes unread, beside what the rules decide of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "device/passes.h"
#include "support/talk.h"

static struct passes *passes_with(const char *host)
{
    struct passes *p = passes_new();
    struct pass one;

    assert_true(pass_make(&one, host, 0, 0, "ui", NULL));
    assert_true(passes_put(p, &one));
    return p;
}

static void the_owners_word_yields_only_to_a_rule_that_refuses(void **state)
{
    static const struct {
        const char *let_pass;
        enum action rules;
        const char *action, *by;
    } cases[] = {
        {"shop.example", ACTION_NONE, "tunnel", "config"},
        {"shop.example", ACTION_INTERCEPT, "tunnel", "config"},
        {"shop.example", ACTION_MIRROR, "tunnel", "config"},
        {"shop.example", ACTION_TUNNEL, "tunnel", "rule:test/ear"},
        {"shop.example", ACTION_REFUSE, "refuse", "rule:test/ear"},
        {"other.example", ACTION_NONE, "intercept", "default"},
        {"other.example", ACTION_INTERCEPT, "intercept", "rule:test/ear"},
        {"other.example", ACTION_TUNNEL, "tunnel", "rule:test/ear"},
        {"other.example", ACTION_REFUSE, "refuse", "rule:test/ear"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct passes *passes = passes_with(cases[i].let_pass);
        struct talk *t = talk_new_that_lets_pass(passes);
        struct caller *c = caller_new(t);

        talk_decides(t, MOMENT_HELLO, cases[i].rules);
        talk_site(t, "shop.example", talk_good(t, "shop.example"));
        caller_asks(c, "shop.example:443");
        caller_shakes(c, talk_phone(t, "shop.example"));
        caller_closes(c);
        talk_wait(t, 2100);
        const struct flow *f = talk_flow(t, 0);
        assert_string_equal(f->decision->action, cases[i].action);
        assert_string_equal(f->decision->by, cases[i].by);
        assert_int_equal(talk_dials(t), cases[i].rules == ACTION_REFUSE ? 0 : 1);
        talk_free(t);
        passes_free(passes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owners_word_yields_only_to_a_rule_that_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
