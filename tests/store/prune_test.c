#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "database.h"
#include "prune.h"
#include "traffic.h"

static int64_t pruned(struct database *db, int64_t before_ms)
{
    struct err e = {0};
    int64_t gone;

    if (!database_begin(db, &e) || !prune_oldest(db, before_ms, &gone, &e) ||
        !database_commit(db, &e))
        fail_msg("%s", e.text);
    return gone;
}

static void a_tag_goes_with_the_last_flow_that_has_it(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *old = traffic_flow("old", "shared.example");

    old->at_ms -= 5000;
    traffic_add(db, (struct flow *[]){old, traffic_flow("new", "shared.example")}, 2);
    int64_t tags = number(db, "SELECT count(*) FROM tag");
    assert_int_equal(pruned(db, TRAFFIC_NOW), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM tag"), tags);
    assert_int_equal(number(db, "SELECT count(DISTINCT seq) FROM flow_tag"), 1);
    assert_int_equal(pruned(db, INT64_MAX), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM tag"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM flow_tag"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM tag_words WHERE text LIKE '%shared%'"), 0);
    assert_int_equal(pruned(db, INT64_MAX), 0);
    database_close(db);
}

static void the_oldest_go_first_a_thousand_at_a_time(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *flows[100];
    char id[16];

    /* The later ones are the older. */
    for (int turn = 0; turn < 12; turn++) {
        for (int i = 0; i < 100; i++) {
            int n = turn * 100 + i;

            snprintf(id, sizeof id, "%d", n);
            flows[i] = traffic_flow(id, "a.example");
            flows[i]->at_ms = TRAFFIC_NOW - n;
        }
        traffic_add(db, flows, 100);
    }
    assert_int_equal(pruned(db, INT64_MAX), 1000);
    assert_int_equal(number(db, "SELECT max(seq) FROM flow"), 200);
    assert_int_equal(number(db, "SELECT count(*) FROM record"), 200);
    assert_int_equal(pruned(db, TRAFFIC_NOW - 99), 100);
    assert_int_equal(number(db, "SELECT min(at_ms) FROM flow"), TRAFFIC_NOW - 99);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_tag_goes_with_the_last_flow_that_has_it, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            the_oldest_go_first_a_thousand_at_a_time, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
