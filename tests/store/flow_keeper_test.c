#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/flow_keeper.h"
#include "store/sink.h"
#include "traffic.h"

#include <sys/stat.h>
#include <unistd.h>

static int64_t flows_in(const struct folder *folder)
{
    struct database *db = traffic_opened(folder);
    struct sqlite3_stmt *s = database_statement(db, "SELECT count(*) FROM flow", NULL);
    bool row;

    assert_true(database_step(db, s, &row, NULL) && row);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    database_close(db);
    return n;
}

static void give(struct sink *sink, const char *id)
{
    struct flow *f = traffic_flow(id, "a.example");

    sink->flow(sink->arg, f);
    flow_free(f);
}

static struct sink keeper(const struct folder *folder, const struct clock *clock)
{
    struct sink sink;
    struct err e = {0};

    if (!flow_keeper_open(
            &(struct flow_keeper_config){.folder = folder->dir, .clock = clock}, &sink, &e))
        fail_msg("%s", e.text);
    return sink;
}

static void what_was_flushed_is_there(void **state)
{
    struct clock clock;

    clock_fake_init(&clock, TRAFFIC_NOW);
    struct sink sink = keeper(*state, &clock);
    give(&sink, "1");
    give(&sink, "2");
    assert_int_equal(flows_in(*state), 0); /* the batch is open */
    sink.flush(sink.arg);
    assert_int_equal(flows_in(*state), 2);
    give(&sink, "3");
    sink.close(sink.arg);
    assert_int_equal(flows_in(*state), 3);
}

static void many_wait_for_each_other_but_never_long(void **state)
{
    struct clock clock;

    clock_fake_init(&clock, TRAFFIC_NOW);
    struct sink sink = keeper(*state, &clock);
    for (int i = 0; i < 40; i++) {
        char id[16];

        snprintf(id, sizeof id, "%d", i);
        give(&sink, id);
    }
    clock_advance(&clock, 400);
    sink.flush(sink.arg);
    assert_int_equal(flows_in(*state), 0);
    clock_advance(&clock, 100);
    sink.flush(sink.arg);
    assert_int_equal(flows_in(*state), 40);
    sink.close(sink.arg);
}

static void a_file_that_turns_out_to_be_broken_is_moved_aside(void **state)
{
    struct folder *folder = *state;
    struct clock clock;
    char path[128];

    clock_fake_init(&clock, TRAFFIC_NOW);
    struct sink sink = keeper(folder, &clock);
    for (int i = 0; i < 500; i++) {
        char id[16];

        snprintf(id, sizeof id, "%d", i);
        give(&sink, id);
    }
    sink.close(sink.arg);
    snprintf(path, sizeof path, "%s/flows.db", folder->dir);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    for (long at = 4096; fseek(file, at, SEEK_SET) == 0 && at < 4096L * 40; at += 4096)
        fwrite(noise, 1, sizeof noise, file);
    fclose(file);
    sink = keeper(folder, &clock);
    for (int i = 1000; i < 1400; i++) {
        char id[16];

        snprintf(id, sizeof id, "%d", i);
        give(&sink, id);
        clock_advance(&clock, 100);
        if (i % 10 == 0)
            sink.flush(sink.arg);
    }
    sink.close(sink.arg);
    assert_true(folder_files(folder, "broken", NULL) > 0);
    assert_true(flows_in(folder) > 300);
    assert_non_null(strstr(folder->told, "a new one is begun"));
}

static void a_file_that_cannot_be_opened_is_tried_again(void **state)
{
    struct folder *folder = *state;
    struct clock clock;
    char path[128];

    clock_fake_init(&clock, TRAFFIC_NOW);
    snprintf(path, sizeof path, "%s/flows.db", folder->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    struct sink sink = keeper(folder, &clock);
    assert_non_null(strstr(folder->told, "not kept until it works again"));
    give(&sink, "1");
    assert_int_equal(rmdir(path), 0);
    give(&sink, "2"); /* within the second after */
    clock_advance(&clock, 1500);
    give(&sink, "3");
    sink.flush(sink.arg);
    assert_int_equal(flows_in(folder), 1);
    assert_non_null(strstr(folder->told, "kept again; not kept: 2, in all 2"));
    sink.close(sink.arg);
}

static void a_file_of_another_program_is_an_error(void **state)
{
    struct folder *folder = *state;
    struct clock clock;
    struct sink sink;
    struct err e = {0};
    char path[128];
    sqlite3 *db;

    clock_fake_init(&clock, TRAFFIC_NOW);
    snprintf(path, sizeof path, "%s/flows.db", folder->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE theirs (x)", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_false(flow_keeper_open(
        &(struct flow_keeper_config){.folder = folder->dir, .clock = &clock}, &sink, &e));
    assert_non_null(strstr(e.text, "not one of whytls"));
}

/* `whytls flows --prune` beside a proxy that runs. */
static void tags_that_another_process_dropped_are_made_again(void **state)
{
    struct folder *folder = *state;
    struct clock clock;
    bool row;

    clock_fake_init(&clock, TRAFFIC_NOW);
    struct sink sink = keeper(folder, &clock);
    give(&sink, "1");
    sink.flush(sink.arg);
    struct database *db = traffic_opened(folder);
    struct flow_rows *rows = flow_rows_new(db, NULL);
    int64_t gone;
    assert_true(flow_rows_prune(
        rows, &(struct flow_rows_limits){.oldest_ms = INT64_MAX}, &gone, &row, NULL));
    assert_int_equal(gone, 1);
    flow_rows_free(rows);
    give(&sink, "2");
    sink.close(sink.arg);
    struct sqlite3_stmt *s = database_statement(
        db, "SELECT count(*) FROM flow_tag WHERE tag NOT IN (SELECT id FROM tag)", NULL);
    assert_true(database_step(db, s, &row, NULL) && row);
    assert_int_equal(sqlite3_column_int(s, 0), 0);
    sqlite3_reset(s);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_flushed_is_there, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            many_wait_for_each_other_but_never_long, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_file_that_turns_out_to_be_broken_is_moved_aside, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_file_that_cannot_be_opened_is_tried_again, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_file_of_another_program_is_an_error, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            tags_that_another_process_dropped_are_made_again, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
