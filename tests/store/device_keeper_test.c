#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/roll.h"
#include "folder.h"
#include "store/database.h"
#include "store/device_keeper.h"
#include "store/device_rows.h"
#include "store/schema.h"
#include "store/sink.h"

#define NOW ((int64_t)1700000000000)

static const struct history_key phone = {
    .ip = "10.0.0.2", .family = "iPhone", .app = "Acme", .host = "a.example"};

static struct sink opened(
    const struct folder *f, struct device_history *h, const struct clock *clock)
{
    const struct device_keeper_config config = {.folder = f->dir, .history = h, .clock = clock};
    struct sink sink = {0};
    struct err e = {0};

    if (!device_keeper_open(&config, &sink, &e))
        fail_msg("%s", e.text);
    assert_null(sink.flow);
    return sink;
}

/* What a command would find in the file now. */
static size_t on_disk(const struct folder *f)
{
    struct database *db = database_open(f->file, &schema_memory, DATABASE_VISIT, NOW / 1000, NULL);
    struct device_history *h = device_history_new();

    assert_non_null(db);
    assert_true(device_rows_read(db, h, NOW, NULL));
    size_t n = roll_len(h);
    device_history_free(h);
    database_close(db);
    return n;
}

static void it_saves_at_the_first_flush_and_then_every_other_second(void **state)
{
    struct device_history *h = device_history_new();
    struct history_key other = phone;
    struct clock clock;

    clock_fake_init(&clock, NOW);
    struct sink sink = opened(*state, h, &clock);
    history_note(h, &phone, HISTORY_ACCEPTED, NOW);
    sink.flush(sink.arg);
    assert_int_equal(on_disk(*state), 1);
    other.ip = "10.0.0.3";
    history_note(h, &other, HISTORY_ACCEPTED, NOW);
    clock_advance(&clock, KEEPER_SAVE_MS - 1);
    sink.flush(sink.arg);
    assert_int_equal(on_disk(*state), 1);
    clock_advance(&clock, 1);
    sink.flush(sink.arg);
    assert_int_equal(on_disk(*state), 2);
    sink.close(sink.arg);
    device_history_free(h);
}

static void closing_saves_what_is_left_and_the_next_start_has_it(void **state)
{
    struct device_history *h = device_history_new(), *again = device_history_new();
    struct clock clock;
    struct device_setup setup;

    clock_fake_init(&clock, NOW);
    struct sink sink = opened(*state, h, &clock);
    device_probe(h, &phone, true, NOW);
    sink.close(sink.arg);
    sink = opened(*state, again, &clock);
    assert_true(device_setup_read(again, &phone, &setup));
    assert_int_equal(setup.probe, DEVICE_PROBE_TRUSTED);
    sink.close(sink.arg);
    device_history_free(h);
    device_history_free(again);
}

static void a_file_that_is_not_ours_is_refused(void **state)
{
    struct folder *f = *state;
    struct device_history *h = device_history_new();
    struct clock clock;
    const struct device_keeper_config config = {.folder = f->dir, .history = h, .clock = &clock};
    struct sink sink;
    struct err e = {0};

    clock_fake_init(&clock, NOW);
    struct database *db = database_open(f->file, &schema_memory, DATABASE_OWN, 0, NULL);
    assert_true(database_run(db, "PRAGMA user_version=77", NULL));
    database_close(db);
    assert_false(device_keeper_open(&config, &sink, &e));
    assert_non_null(strstr(e.text, "later whytls"));
    device_history_free(h);
}

static void a_failure_is_told_once_and_so_is_its_end(void **state)
{
    struct folder *f = *state;
    struct device_history *h = device_history_new();
    struct database *other;
    struct clock clock;

    clock_fake_init(&clock, NOW);
    struct sink sink = opened(f, h, &clock);
    other = database_open(f->file, &schema_memory, DATABASE_VISIT, 0, NULL);
    assert_true(database_run(other, "ALTER TABLE device RENAME TO gone", NULL));
    for (int i = 0; i < 3; i++) {
        history_note(h, &phone, HISTORY_ACCEPTED, NOW + i);
        clock_advance(&clock, KEEPER_SAVE_MS);
        sink.flush(sink.arg);
    }
    const char *first = strstr(f->told, "in memory only until it works again");
    assert_non_null(first);
    assert_null(strstr(first + 1, "in memory only until it works again"));
    assert_true(database_run(other, "ALTER TABLE gone RENAME TO device", NULL));
    database_close(other);
    clock_advance(&clock, KEEPER_SAVE_MS);
    sink.flush(sink.arg);
    assert_non_null(strstr(f->told, "saved again"));
    assert_int_equal(on_disk(f), 1);
    sink.close(sink.arg);
    device_history_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            it_saves_at_the_first_flush_and_then_every_other_second, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            closing_saves_what_is_left_and_the_next_start_has_it, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_file_that_is_not_ours_is_refused, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_failure_is_told_once_and_so_is_its_end, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
