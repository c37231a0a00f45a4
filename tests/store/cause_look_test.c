#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/outcome.h"
#include "store/cause_look.h"
#include "store/flow_look.h"
#include "traffic.h"

static struct flow_look *filled(const struct folder *folder)
{
    struct flow *f[] = {
        traffic_flow("one", "a.example"), sample_expired(), sample_expired(), sample_expired()};

    f[1]->id = "two";
    f[2]->id = "three";
    f[2]->target->host = "b.example";
    f[3]->id = "old";
    f[3]->at_ms = TRAFFIC_NOW - 5 * 3600 * 1000;
    struct database *db = traffic_opened(folder);
    traffic_add(db, f, 4);
    return flow_look_new(db);
}

static void see_cause(void *arg, const struct cause_row *row)
{
    text_printf(arg, "%s %s x%d, %d hosts, %d apps, %d devices; ", row->cause,
        outcome_name(row->outcome), (int)row->n, (int)row->hosts, (int)row->apps,
        (int)row->devices);
}

static void see_hour(void *arg, int64_t hour, enum outcome outcome, int64_t n)
{
    text_printf(
        arg, "%d %s x%d; ", (int)(hour - TRAFFIC_NOW / 3600000), outcome_name(outcome), (int)n);
}

static void see_name(void *arg, const char *name, int64_t n)
{
    text_printf(arg, "%s x%d; ", name, (int)n);
}

static void causes_are_counted_since_a_time(void **state)
{
    struct flow_look *look = filled(*state);
    struct text out = {0};

    assert_true(cause_look_each(look, TRAFFIC_NOW - 3600000, 0, see_cause, &out, NULL));
    assert_non_null(strstr(text_str(&out), "cert-expired-leaf failing x2, 2 hosts, 1 apps"));
    text_clear(&out);
    assert_true(cause_look_each(look, 0, 0, see_cause, &out, NULL));
    assert_non_null(strstr(text_str(&out), "cert-expired-leaf failing x3"));
    text_clear(&out);
    assert_true(cause_look_hours(look, 0, 0, see_hour, &out, NULL));
    assert_string_equal(text_str(&out), "-5 failing x1; 0 failing x2; ");
    text_fini(&out);
    flow_look_free(look);
}

static void failures_and_warnings_of_one_cause_are_told_apart(void **state)
{
    struct flow *f[] = {sample_expired(), sample_expired(), sample_expired()};
    struct text out = {0};

    f[1]->id = "two";
    f[2]->id = "three";
    struct database *db = traffic_opened(*state);
    traffic_add(db, f, 3);
    assert_true(database_run(db, "UPDATE flow SET outcome = 2 WHERE id = 'two'", NULL));
    struct flow_look *look = flow_look_new(db);
    assert_true(cause_look_each(look, 0, 0, see_cause, &out, NULL));
    assert_non_null(strstr(text_str(&out), "cert-expired-leaf failing x2"));
    assert_non_null(strstr(text_str(&out), "cert-expired-leaf warning x1"));
    text_clear(&out);
    assert_true(cause_look_hours(look, 0, 0, see_hour, &out, NULL));
    assert_string_equal(text_str(&out), "0 failing x2; 0 warning x1; ");
    text_fini(&out);
    flow_look_free(look);
}

static void one_cause_is_told_by_whom_it_met(void **state)
{
    struct flow_look *look = filled(*state);
    struct text out = {0};

    assert_true(
        cause_look_by(look, "cert-expired-leaf", CAUSE_BY_HOST, 0, 9, see_name, &out, NULL));
    assert_string_equal(text_str(&out), "api.shop.example.com x2; b.example x1; ");
    text_clear(&out);
    assert_true(
        cause_look_by(look, "cert-expired-leaf", CAUSE_BY_HOST, 0, 1, see_name, &out, NULL));
    assert_string_equal(text_str(&out), "api.shop.example.com x2; ");
    text_clear(&out);
    assert_true(cause_look_by(look, "cert-expired-leaf", CAUSE_BY_APP, 0, 9, see_name, &out, NULL));
    assert_string_equal(text_str(&out), "Grocer x3; ");
    text_clear(&out);
    assert_true(cause_look_by(look, "nothing", CAUSE_BY_APP, 0, 9, see_name, &out, NULL));
    assert_string_equal(text_str(&out), "");
    text_fini(&out);
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(causes_are_counted_since_a_time, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            failures_and_warnings_of_one_cause_are_told_apart, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(one_cause_is_told_by_whom_it_met, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
