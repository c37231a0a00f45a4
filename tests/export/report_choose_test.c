#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "report.h"

static void what_a_server_can_mend_is_chosen_first(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f[] = {archive_faulty("two", "shop.example"), traffic_flow("one", "a.example"),
        traffic_flow("other", "shop.example"), traffic_flow("again", "shop.example")};
    int64_t seqs[8];
    struct err e = {0};
    size_t n;

    f[2]->target->port = 993;
    traffic_add(db, f, 4);
    struct flow_look *look = flow_look_new(db);
    assert_true(report_choose(look, NULL, seqs, 8, &n, &e));
    assert_int_equal(n, 2);
    assert_int_equal(seqs[0], 1);
    assert_int_equal(seqs[1], 3);
    flow_look_free(look);
}

static void what_only_a_phone_can_mend_is_chosen_when_there_is_nothing_else(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *f[] = {archive_faulty("one", "a.example"), traffic_flow("two", "b.example")};
    int64_t seqs[8];
    struct err e = {0};
    size_t n;

    f[0]->diagnosis[0].leg = "client";
    traffic_add(db, f, 2);
    struct flow_look *look = flow_look_new(db);
    assert_true(report_choose(look, NULL, seqs, 8, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(seqs[0], 1);
    flow_look_free(look);
}

static void an_empty_store_has_nothing_to_choose(void **state)
{
    struct flow_look *look = flow_look_new(traffic_opened(*state));
    int64_t seqs[8];
    struct err e = {0};
    size_t n = 7;

    assert_true(report_choose(look, NULL, seqs, 8, &n, &e));
    assert_int_equal(n, 0);
    flow_look_free(look);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_a_server_can_mend_is_chosen_first),
        IN_FOLDER(what_only_a_phone_can_mend_is_chosen_when_there_is_nothing_else),
        IN_FOLDER(an_empty_store_has_nothing_to_choose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
