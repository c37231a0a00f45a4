#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/flow_rows.h"
#include "traffic.h"

static void a_flow_becomes_a_row_with_its_record(void **state)
{
    struct database *db = traffic_opened(*state);

    traffic_add(db, (struct flow *[]){sample_expired()}, 1);
    assert_int_equal(number(db, "SELECT count(*) FROM flow WHERE outcome = 1 AND sure = 3"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM record"), 1);
    assert_int_equal(number(db, "SELECT ends_s FROM flow"), 1795003200);
    assert_true(number(db, "SELECT count(*) FROM flow_tag") > 10);
    database_close(db);
}

static void a_flow_that_is_there_is_not_added_twice(void **state)
{
    struct database *db = traffic_opened(*state);

    traffic_add(db, (struct flow *[]){sample_expired(), sample_expired()}, 2);
    traffic_add(db, (struct flow *[]){sample_expired()}, 1);
    assert_int_equal(number(db, "SELECT count(*) FROM flow"), 1);
    database_close(db);
}

static struct flow *failing(const char *id, const char *host, const char *leg)
{
    struct flow *f = sample_expired();

    f->id = flow_text(f, id);
    f->target->host = flow_text(f, host);
    f->diagnosis[0].leg = leg;
    f->client->device->id = "d-1";
    return f;
}

static void a_story_goes_on_until_it_works_again(void **state)
{
    struct database *db = traffic_opened(*state);

    traffic_add(db,
        (struct flow *[]){failing("1", "a.example", "server"), failing("2", "a.example", "server"),
            failing("3", "b.example", "client")},
        3);
    assert_int_equal(number(db, "SELECT count(*) FROM story"), 2);
    assert_int_equal(number(db, "SELECT max(n) FROM story"), 2);
    traffic_add(db, (struct flow *[]){traffic_flow("4", "b.example")}, 1);
    assert_int_equal(number(db, "SELECT count(*) FROM story"), 2); /* another device */
    struct flow *again = traffic_flow("5", "b.example");
    again->client->device->id = "d-1";
    traffic_add(db, (struct flow *[]){again, traffic_flow("6", "a.example")}, 2);
    assert_int_equal(number(db, "SELECT count(*) FROM story"), 0);
    database_close(db);
}

static void pruned(struct database *db, int64_t oldest_ms, int64_t most_bytes)
{
    struct err e = {0};
    struct flow_rows *rows = flow_rows_new(db, &e);
    int64_t gone;
    bool more = true;

    for (int i = 0; more && i < 100; i++)
        if (!flow_rows_prune(rows,
                &(struct flow_rows_limits){.oldest_ms = oldest_ms, .most_bytes = most_bytes}, &gone,
                &more, &e))
            fail_msg("%s", e.text);
    flow_rows_free(rows);
}

static void old_flows_go_with_all_that_only_they_had(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *old = failing("old", "old.example", "server");

    old->at_ms -= INT64_C(86400000);
    traffic_add(db, (struct flow *[]){old, traffic_flow("new", "new.example")}, 2);
    int64_t tags = number(db, "SELECT count(*) FROM tag");
    pruned(db, TRAFFIC_NOW - 3600000, 0);
    assert_int_equal(number(db, "SELECT count(*) FROM flow"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM record"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM flow_tag WHERE seq = 1"), 0);
    assert_true(number(db, "SELECT count(*) FROM tag") < tags);
    assert_int_equal(number(db, "SELECT count(*) FROM tag WHERE text = 'old.example'"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM story"), 0);
    assert_int_equal(
        number(db, "SELECT count(*) FROM tag_words WHERE text LIKE '%old.example%'"), 0);
    assert_int_equal(
        number(db, "SELECT count(*) FROM tag_words WHERE text LIKE '%new.example%'"), 1);
    /* What is left can be written on: the book knows that tags went. */
    traffic_add(db, (struct flow *[]){failing("again", "old.example", "server")}, 1);
    assert_int_equal(number(db, "SELECT count(*) FROM story"), 1);
    database_close(db);
}

static void old_flows_that_came_late_take_no_newer_ones_along(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *old = traffic_flow("old", "old.example");

    (void)state;
    old->at_ms -= INT64_C(86400000);
    traffic_add(db, (struct flow *[]){traffic_flow("new", "new.example"), old}, 2);
    pruned(db, TRAFFIC_NOW - 3600000, 0);
    assert_int_equal(number(db, "SELECT count(*) FROM flow WHERE id = 'new'"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM flow WHERE id = 'old'"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM record"), 1);
    database_close(db);
}

static void a_large_file_loses_its_oldest_first(void **state)
{
    struct database *db = traffic_opened(*state);
    struct flow *flows[100];
    char id[16];

    for (int turn = 0; turn < 30; turn++) {
        for (int i = 0; i < 100; i++) {
            snprintf(id, sizeof id, "%d", turn * 100 + i);
            flows[i] = traffic_flow(id, "a.example");
        }
        traffic_add(db, flows, 100);
    }
    pruned(db, 0, 900 * 1024);
    int64_t left = number(db, "SELECT count(*) FROM flow");
    assert_in_range(left, 1, 2999);
    assert_int_equal(number(db, "SELECT max(seq) FROM flow"), 3000);
    assert_int_equal(number(db, "SELECT count(*) FROM flow_tag WHERE seq < 1000"), 0);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_flow_becomes_a_row_with_its_record, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_flow_that_is_there_is_not_added_twice, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_story_goes_on_until_it_works_again, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            old_flows_go_with_all_that_only_they_had, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            old_flows_that_came_late_take_no_newer_ones_along, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_large_file_loses_its_oldest_first, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
