/* The sink that saves what rules remember, every other second and at the close. */
#include "store/rule_keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "folder.h"
#include "script/memory.h"
#include "store/database.h"
#include "store/rule_rows.h"
#include "store/schema.h"
#include "store/sink.h"

#define NOW ((int64_t)1700000000000)

static struct sink opened(const struct folder *f, struct memory *m, const struct clock *clock)
{
    const struct rule_keeper_config config = {.folder = f->dir, .memory = m, .clock = clock};
    struct sink sink = {0};
    struct err e = {0};

    if (!rule_keeper_open(&config, &sink, &e))
        fail_msg("%s", e.text);
    return sink;
}

static void write_key(struct memory *m, const char *key)
{
    struct memory_row row = {.place = "p/x\trule\t*", .used_s = NOW / 1000};

    snprintf(row.key, sizeof row.key, "%s", key);
    memory_fill(m, &row);
    memory_hand_back(m, &row, 1);
}

/* How many of the keys a to c the file holds. */
static size_t on_disk(const struct folder *f)
{
    struct database *db = database_open(f->file, &schema_memory, DATABASE_VISIT, NOW / 1000, NULL);
    struct memory *m = memory_new();
    struct memory_row rows[4];

    assert_non_null(db);
    assert_true(rule_rows_load(db, m, NOW / 1000, NULL));
    for (int i = 0; i < 3; i++) {
        rows[0] = (struct memory_row){.place = "p/x\trule\t*", .key = {(char)('a' + i)}};
        memory_hand_back(m, rows, 1);
    }
    size_t n = memory_take_changes(m, rows, 4);

    memory_unref(m);
    database_close(db);
    return n;
}

static void it_saves_every_other_second_and_at_the_close(void **state)
{
    struct memory *m = memory_new();
    struct clock clock;

    clock_fake_init(&clock, NOW);
    struct sink sink = opened(*state, m, &clock);

    write_key(m, "a");
    sink.flush(sink.arg);
    assert_int_equal(on_disk(*state), 1);
    write_key(m, "b");
    clock_advance(&clock, RULE_KEEPER_SAVE_MS - 1);
    sink.flush(sink.arg);
    assert_int_equal(on_disk(*state), 1);
    clock_advance(&clock, 1);
    sink.flush(sink.arg);
    assert_int_equal(on_disk(*state), 2);
    write_key(m, "c");
    sink.close(sink.arg);
    assert_int_equal(on_disk(*state), 3);
    memory_unref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            it_saves_every_other_second_and_at_the_close, folder_make, folder_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
