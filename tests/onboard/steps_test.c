#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steps.h"

enum { NOW = 1700000000 };

/* A phone that did everything but the last. */
static const struct step_facts nearly = {
    .safari = true,
    .through = true,
    .fetched = true,
    .clock_known = true,
    .now_ms = NOW * 1000LL,
    .fetched_ms = NOW * 1000LL - 30000,
};

/* "ppww-": one letter a step; l later, w waiting, p passed, f failed. */
static void check(const struct step_facts *facts, const char *expected)
{
    struct step steps[N_STEPS];
    char found[N_STEPS + 1] = "";

    steps_find(facts, steps);
    for (int i = 0; i < N_STEPS; i++)
        found[i] = step_state_name(steps[i].state)[0];
    assert_string_equal(found, expected);
    assert_int_equal(steps_are_done(steps), !strcmp(expected, "ppppp"));
}

static void check_why(const struct step_facts *facts, const char *why)
{
    struct step steps[N_STEPS];

    steps_find(facts, steps);
    assert_int_equal(steps[STEP_SAFARI].state, *why ? STATE_FAILED : STATE_PASSED);
    assert_string_equal(steps[STEP_SAFARI].why, why);
}

static void a_phone_goes_from_step_to_step(void **state)
{
    struct step_facts facts = {.now_ms = NOW * 1000LL};

    (void)state;
    check(&facts, "fllll");
    facts.safari = true;
    check(&facts, "wwlll"); /* its clock is not told yet */
    facts.clock_known = true;
    check(&facts, "pwlll");
    facts.through = true;
    check(&facts, "ppwll");
    facts.fetched = true;
    facts.fetched_ms = facts.now_ms;
    check(&facts, "pppww");
    facts.trusted = true;
    check(&facts, "ppppp");
}

static void a_step_fails_only_after_time_for_it(void **state)
{
    struct step_facts facts = {.safari = true, .clock_known = true, .now_ms = NOW * 1000LL};

    (void)state;
    facts.waited_s = PROXY_PATIENCE_S - 1;
    check(&facts, "pwlll");
    facts.waited_s = PROXY_PATIENCE_S;
    check(&facts, "pflll");
    facts = nearly;
    facts.refused = true;
    check(&facts, "pppww");
    facts.waited_s = TRUST_PATIENCE_S;
    check(&facts, "pppwf");
    facts.refused = false; /* nobody tried: no reason to say no */
    check(&facts, "pppww");
}

static void a_profile_that_waits_for_long_is_gone(void **state)
{
    struct step_facts facts = nearly;

    (void)state;
    facts.fetched_ms = facts.now_ms - PROFILE_KEPT_MS;
    check(&facts, "pppww");
    facts.fetched_ms--;
    check(&facts, "ppffw");
    facts.refused = true;
    check(&facts, "ppfff");
    facts.trusted = true;
    facts.refused = false;
    check(&facts, "ppppp");
}

static void trust_proves_what_was_not_seen(void **state)
{
    struct step_facts facts = nearly;

    (void)state;
    facts.fetched = false; /* by cable, or by a manager of devices */
    facts.trusted = true;
    check(&facts, "ppppp");
    facts.through = false; /* a moment ago it was */
    check(&facts, "pwppp");
}

static void another_browser_gets_no_further(void **state)
{
    struct step_facts facts = nearly;

    (void)state;
    facts.safari = false;
    check_why(&facts, "safari");
    check(&facts, "fplll");
    facts.through = false;
    check(&facts, "fllll");
}

static void a_clock_that_is_off_is_told_and_hinders_nothing(void **state)
{
    static const struct {
        int64_t offset_ms;
        bool ours;
        const char *why;
    } rows[] = {
        {0, false, ""},
        {CLOCK_SLACK_MS, false, ""},
        {-CLOCK_SLACK_MS, true, ""},
        {CLOCK_SLACK_MS + 1, false, "clock"},
        {-CLOCK_SLACK_MS - 1, false, "clock"},
        {400 * 86400000LL, true, "own-clock"},
    };
    struct step_facts facts = nearly;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        facts.clock_offset_ms = rows[i].offset_ms;
        facts.own_clock_wrong = rows[i].ours;
        check_why(&facts, rows[i].why);
    }
    check(&facts, "fppww");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_goes_from_step_to_step),
        cmocka_unit_test(a_step_fails_only_after_time_for_it),
        cmocka_unit_test(a_profile_that_waits_for_long_is_gone),
        cmocka_unit_test(trust_proves_what_was_not_seen),
        cmocka_unit_test(another_browser_gets_no_further),
        cmocka_unit_test(a_clock_that_is_off_is_told_and_hinders_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
