#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/filter.h"
#include "store/flow_look.h"
#include "store/flow_tally.h"
#include "traffic.h"

static struct flow_look *filled(const struct folder *folder)
{
    struct flow *f[] = {traffic_flow("one", "a.example"), sample_expired(),
        traffic_flow("three", "b.example"), traffic_flow("four", "apple.example")};

    f[1]->id = "two";
    f[3]->decision->action = "tunnel";
    struct database *db = traffic_opened(folder);
    traffic_add(db, f, 4);
    return flow_look_new(db);
}

static void outcomes_are_counted_with_and_without_a_filter(void **state)
{
    struct flow_look *look = filled(*state);
    struct filter_fault fault;
    struct filter *filter = filter_parse("~d example", TRAFFIC_NOW, &fault);
    int64_t n[N_OUTCOMES];
    bool exact;

    assert_true(flow_tally(look, NULL, 0, n, &exact, NULL) && exact);
    assert_true(n[OUTCOME_FINE] == 2 && n[OUTCOME_FAILING] == 1 && n[OUTCOME_UNREAD] == 1);
    assert_true(flow_tally(look, filter, 0, n, &exact, NULL) && exact);
    assert_true(n[OUTCOME_FINE] == 2 && n[OUTCOME_FAILING] == 0 && n[OUTCOME_UNREAD] == 1);
    filter_free(filter);
    flow_look_free(look);
}

static void counts_go_on_from_where_they_were(void **state)
{
    struct flow_look *look = filled(*state);
    int64_t n[N_OUTCOMES], last, oldest;
    bool exact;

    assert_true(flow_look_last(look, &last, NULL));
    assert_true(flow_tally_between(look, 0, last, 0, n, &exact, NULL) && exact);
    assert_true(n[OUTCOME_FINE] == 2 && n[OUTCOME_FAILING] == 1 && n[OUTCOME_UNREAD] == 1);
    assert_true(flow_tally_between(look, last - 1, last, 9000, n, &exact, NULL) && exact);
    assert_true(n[OUTCOME_FINE] == 0 && n[OUTCOME_UNREAD] == 1);
    assert_true(flow_tally_between(look, last, last, 0, n, &exact, NULL) && exact);
    assert_true(n[OUTCOME_UNREAD] == 0);
    assert_true(flow_tally_oldest(look, &oldest, NULL));
    assert_true(oldest > 0 && oldest < last);
    assert_true(flow_tally_stories(look, &last, NULL));
    assert_int_equal(last, 1);
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            outcomes_are_counted_with_and_without_a_filter, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            counts_go_on_from_where_they_were, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
