#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/outcome.h"
#include "flow/sample_flow.h"

static void the_outcome_follows_from_what_became_of_the_flow(void **state)
{
    (void)state;
    struct flow *f = sample_fine();

    assert_int_equal(flow_outcome(f), OUTCOME_FINE);
    f->decision->action = "tunnel";
    assert_int_equal(flow_outcome(f), OUTCOME_UNREAD);
    f->target->apple_pinned = "GS";
    assert_int_equal(flow_outcome(f), OUTCOME_EXPECTED);
    f->failed_leg = "server";
    assert_int_equal(flow_outcome(f), OUTCOME_FAILING);
    f->decision->action = "mirror";
    assert_int_equal(flow_outcome(f), OUTCOME_MIRRORED);
    flow_note_add(f, "review/accepts-fault", "high", "It accepts anything.", "rule:review/fault");
    assert_int_equal(flow_outcome(f), OUTCOME_WARNING);
    f->n_notes = 0;
    f->decision->action = "intercept";
    f->failed_leg = NULL;
    flow_note_add(f, "a/b", "info", "quiet", "rule:a/b");
    assert_int_equal(flow_outcome(f), OUTCOME_FINE);
    flow_note_add(f, "a/b", "medium", "loud", "rule:a/b");
    assert_int_equal(flow_outcome(f), OUTCOME_WARNING);
    flow_free(f);

    f = sample_expired();
    assert_int_equal(flow_outcome(f), OUTCOME_FAILING);
    f->refused_by_us = false;
    assert_int_equal(flow_outcome(f), OUTCOME_WARNING);
    f->diagnosis[0].cause = "apple-pinned-service";
    assert_int_equal(flow_outcome(f), OUTCOME_EXPECTED);
    flow_free(f);
}

static void every_outcome_has_a_name_and_is_found_by_it(void **state)
{
    enum outcome found;

    (void)state;
    for (enum outcome o = 0; o < N_OUTCOMES; o++) {
        assert_true(outcome_find(outcome_name(o), &found));
        assert_int_equal(found, o);
    }
    assert_false(outcome_find("finest", &found));
    assert_true(outcome_is_wrong(OUTCOME_WARNING));
    assert_false(outcome_is_wrong(OUTCOME_EXPECTED));
}

static void a_flow_without_a_diagnosis_has_its_sentence(void **state)
{
    struct flow *f = sample_fine();

    (void)state;
    f->failed_leg = "client";
    assert_string_equal(flow_sentence(f), "The phone ended the connection early");
    f->failed_leg = "server";
    assert_string_equal(flow_sentence(f), "The site ended the connection early");
    f->dial = FLOW_MAKE(f, dial);
    f->dial->error = "timeout";
    assert_string_equal(flow_sentence(f), "The site gave no answer in time");
    f->server_leg->verdict->verdict = "reject";
    assert_string_equal(flow_sentence(f), "An iPhone would refuse this certificate");
    assert_true(flow_is_refused(f));
    f->server_leg->verdict->policy = "webpki";
    assert_string_equal(flow_sentence(f), "Chrome, Firefox and Android refuse this");
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outcome_follows_from_what_became_of_the_flow),
        cmocka_unit_test(every_outcome_has_a_name_and_is_found_by_it),
        cmocka_unit_test(a_flow_without_a_diagnosis_has_its_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
