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

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct clock clock;
    struct sink sink;
    struct err e = {0};

    (void)state;
    clock_fake_init(&clock, TRAFFIC_NOW);
    assert_false(flow_keeper_open(
        &(struct flow_keeper_config){.folder = "/nowhere/at/all", .clock = &clock}, &sink, &e));
    assert_non_null(strstr(e.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_flushed_is_there, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_file_that_turns_out_to_be_broken_is_moved_aside, folder_make, folder_drop),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
