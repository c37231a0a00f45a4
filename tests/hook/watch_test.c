#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "watch_priv.h"

static void silence(void *arg, enum log_level level, const char *line)
{
    (void)arg;
    (void)level;
    (void)line;
}

static void five_faults_within_ten_minutes_are_too_many(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct watch w = {.id = "rule:a/x"};

    (void)state;
    for (int i = 0; i < 4; i++)
        watch_fault(&w, f, MOMENT_HELLO, "why", i * 1000);
    assert_false(w.off);
    watch_fault(
        &w, f, MOMENT_HELLO, "why", WATCH_FAULTS_WINDOW_MS); /* the first is just out of it */
    assert_false(w.off);
    watch_fault(&w, f, MOMENT_HELLO, "why", WATCH_FAULTS_WINDOW_MS + 1);
    assert_true(w.off);
    assert_string_equal(f->notes[f->n_notes - 1].code, "rules/off");
    flow_free(f);
}

static void three_slow_visits_within_a_minute_are_too_many(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct watch w = {.id = "rule:a/x"};

    (void)state;
    watch_cost(&w, f, MOMENT_HELLO, WATCH_SLOW_US, 0);
    assert_int_equal(f->n_notes, 0);
    watch_cost(&w, f, MOMENT_HELLO, WATCH_SLOW_US + 1, 0);
    assert_string_equal(f->notes[0].code, "rules/slow");
    watch_cost(&w, f, MOMENT_HELLO, 9000, 30000);
    watch_cost(&w, f, MOMENT_HELLO, 9000, 61000);
    assert_false(w.off);
    watch_cost(&w, f, MOMENT_HELLO, 9000, 62000);
    assert_true(w.off);
    flow_free(f);
}

static void a_flow_that_cost_too_much_is_left_alone_and_the_last_one_is_named(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct watch quick = {.id = "rule:a/x"}, last = {.id = "plugin:b"};

    (void)state;
    for (int64_t spent = 0; spent < WATCH_FLOW_US; spent += WATCH_SLOW_US)
        watch_cost(&quick, f, MOMENT_REQUEST, WATCH_SLOW_US, 0);
    assert_false(watch_flow_is_spent(f));
    watch_cost(&last, f, MOMENT_REQUEST, 1, 0);
    assert_true(watch_flow_is_spent(f));
    watch_cost(&quick, f, MOMENT_REQUEST, 1, 0);
    assert_int_equal(f->n_notes, 1);
    assert_string_equal(f->notes[0].code, "plugins/spent");
    assert_non_null(strstr(f->notes[0].text, "more than 1000 ms"));
    assert_false(quick.off);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_faults_within_ten_minutes_are_too_many),
        cmocka_unit_test(three_slow_visits_within_a_minute_are_too_many),
        cmocka_unit_test(a_flow_that_cost_too_much_is_left_alone_and_the_last_one_is_named),
    };

    log_set_sink(silence, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
