#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/roll.h"
#include "folder.h"
#include "script/memory.h"
#include "store/database.h"
#include "store/device_rows.h"
#include "store/rule_rows.h"
#include "store/schema.h"

#define NOW ((int64_t)1700000000000)
#define DAY ((int64_t)24 * 3600 * 1000)

static const struct history_key phone = {
    .ip = "10.0.0.2", .family = "iPhone", .app = "Acme", .host = "a.example"};

static struct database *opened(const struct folder *f)
{
    struct err e = {0};
    struct database *db = database_open(f->file, &schema_memory, DATABASE_OWN, NOW / 1000, &e);

    if (!db)
        fail_msg("%s", e.text);
    return db;
}

static size_t saved(struct database *db, struct device_history *h)
{
    const struct device_memories of = {.history = h};
    struct err e = {0};
    size_t n;

    if (!device_rows_save(db, &of, &n, &e))
        fail_msg("%s", e.text);
    return n;
}

static struct device_history *loaded(struct database *db, int64_t now_ms)
{
    struct device_history *h = device_history_new();
    struct err e = {0};

    if (!device_rows_load(db, h, now_ms, &e))
        fail_msg("%s", e.text);
    return h;
}

static int64_t count(struct database *db, const char *sql)
{
    struct sqlite3_stmt *s = database_statement(db, sql, NULL);
    bool row;

    assert_true(database_step(db, s, &row, NULL) && row);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return n;
}

static void id_of(struct device_history *h, char out[static DEVICE_ID_CAP])
{
    size_t n;
    struct device_row *rows = roll_devices(h, &n);

    assert_true(n > 0);
    memcpy(out, rows[0].id, DEVICE_ID_CAP);
    mem_free(rows);
}

static void a_restart_forgets_nothing(void **state)
{
    static const struct refusal how = {
        .way = REFUSAL_ALERT, .alert = 46, .version = 0x0304, .finished = true};
    struct device_history *h = device_history_new();
    struct history_key pinned = phone;
    struct history_view before, after;
    size_t n;

    pinned.host = "bank.example";
    device_profile_fetched(h, &phone, "7f3a", NOW);
    device_probe(h, &phone, true, NOW + 1);
    device_clock(h, &phone, -400, NOW + 2);
    for (int hour = 0; hour < 30; hour++)
        history_note(h, &phone, HISTORY_ACCEPTED, NOW + hour * 3600000);
    history_note_refusal(h, &pinned, &how, NOW + 30 * 3600000);
    history_note(h, &pinned, HISTORY_TUNNEL_WORKED, NOW + 30 * 3600000);
    device_seen(h, &phone, &(struct device_claim){.os_version = "18.1", .app_version = "4.2"},
        NOW + 30 * 3600000);
    device_apple_passed(h, &phone, NOW + 30 * 3600000);
    device_relay_asked(h, &phone, NOW + 30 * 3600000);
    struct database *db = opened(*state);
    assert_int_equal(saved(db, h), 3);
    assert_int_equal(saved(db, h), 0);
    database_close(db);

    db = opened(*state);
    struct device_history *again = loaded(db, NOW + 31 * 3600000);
    history_read(h, &pinned, NOW + 31 * 3600000, &before);
    history_read(again, &pinned, NOW + 31 * 3600000, &after);
    assert_memory_equal(&before.device, &after.device, sizeof before.device);
    assert_memory_equal(&before.app, &after.app, sizeof before.app);
    assert_memory_equal(&before.host, &after.host, sizeof before.host);
    assert_string_equal(before.device_id, after.device_id);
    assert_string_equal(after.os_version, "18.1");
    assert_string_equal(after.setup.root_sha256_hex, "7f3a");
    assert_int_equal(after.setup.probe, DEVICE_PROBE_TRUSTED);
    assert_int_equal(after.setup.clock_offset_ms, -400);
    assert_int_equal(after.apple_passed, 1);
    assert_int_equal(after.relay_asked, 1);
    assert_true(after.device.accepted >= 22 && after.device.accepted < 25);
    struct host_row *hosts = roll_hosts(again, after.device_id, &n);
    assert_int_equal(n, 2);
    assert_string_equal(hosts[0].host, "bank.example");
    assert_int_equal(hosts[0].refusal.way, REFUSAL_ALERT);
    assert_int_equal(hosts[0].refusal.alert, 46);
    assert_int_equal(hosts[0].refusal.version, 0x0304);
    assert_true(hosts[0].refusal.finished);
    assert_string_equal(hosts[1].app_version, "4.2");
    mem_free(hosts);
    assert_int_equal(saved(db, again), 0);
    device_history_free(again);
    device_history_free(h);
    database_close(db);
}

/* The child is killed while it writes as fast as it can; whatever it said was saved is there. */
static void a_kill_at_any_time_leaves_a_readable_state(void **state)
{
    struct folder *f = *state;

    for (int round = 0; round < 5; round++) {
        int said[2];
        uint32_t sure = 0, got;

        assert_int_equal(pipe(said), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct database *db =
                database_open(f->file, &schema_memory, DATABASE_OWN, NOW / 1000, NULL);
            struct device_history *h = device_history_new();
            char host[32];
            const struct device_memories of = {.history = h};
            struct history_key key = phone;
            size_t n;

            key.host = host;
            for (uint32_t i = 1;; i++) {
                snprintf(host, sizeof host, "%d-%u.example", round, i % 500);
                history_note(h, &key, HISTORY_ACCEPTED, NOW + i);
                if (!db || !device_rows_save(db, &of, &n, NULL) ||
                    write(said[1], &i, sizeof i) != sizeof i)
                    _exit(1);
            }
        }
        close(said[1]);
        while (sure < 100 + (uint32_t)round * 37 && read(said[0], &got, sizeof got) == sizeof got)
            sure = got;
        kill(child, SIGKILL);
        while (read(said[0], &got, sizeof got) == sizeof got)
            sure = got;
        waitpid(child, NULL, 0);
        close(said[0]);
        assert_true(sure >= 100);

        struct database *db = opened(f);
        struct device_history *h = loaded(db, NOW + DAY);
        struct history_view view;
        history_read(h, &phone, NOW + DAY, &view);
        assert_true(view.setup.accepted_ms >= NOW + sure);
        device_history_free(h);
        database_close(db);
    }
    assert_int_equal(folder_files(f, "broken", NULL), 0);
    assert_string_equal(f->told, "");
}

static void a_command_names_and_forgets_while_a_proxy_runs(void **state)
{
    struct device_history *h = device_history_new();
    struct database *proxy = opened(*state), *command = opened(*state);
    struct history_view view;
    char id[DEVICE_ID_CAP];
    bool known;

    history_note(h, &phone, HISTORY_ACCEPTED, NOW);
    saved(proxy, h);
    id_of(h, id);
    assert_true(device_rows_name(command, id, "Anna’s iPhone", &known, NULL));
    assert_true(known);
    history_note(h, &phone, HISTORY_ACCEPTED, NOW + 1); /* as it saves, the name must not be lost */
    saved(proxy, h);
    history_read(h, &phone, NOW, &view);
    assert_string_equal(view.name, "Anna’s iPhone");
    assert_int_equal(count(proxy, "SELECT count(*) FROM device WHERE name LIKE 'Anna%'"), 1);
    assert_true(device_rows_forget(command, id, &known, NULL));
    assert_true(known);
    saved(proxy, h);
    assert_int_equal(roll_len(h), 0);
    assert_int_equal(count(proxy, "SELECT count(*) FROM device"), 0);
    assert_int_equal(count(proxy, "SELECT count(*) FROM device_host"), 0);
    assert_int_equal(count(proxy, "SELECT count(*) FROM device_errand"), 0);
    assert_true(device_rows_forget(command, id, &known, NULL));
    assert_false(known);
    assert_true(device_rows_name(command, "d-none", "x", &known, NULL));
    assert_false(known);
    assert_int_equal(count(command, "SELECT count(*) FROM device_errand"), 0);
    device_history_free(h);
    database_close(proxy);
    database_close(command);
}

/* As a rule would have written it of this device: in memory, and not saved yet. */
static void remember(struct memory *rules, const char *id)
{
    struct memory_row row = {.key = "shown", .value.text = "once", .used_s = NOW / 1000};

    snprintf(row.place, sizeof row.place, "any/rule\tdevice\t%s", id);
    memory_fill(rules, &row);
    memory_hand_back(rules, &row, 1);
}

static void what_rules_remember_of_a_device_is_forgotten_with_it(void **state)
{
    struct memory *rules = memory_new();
    const struct device_memories of = {.history = device_history_new(), .rules = rules};
    struct database *db = opened(*state), *command = opened(*state);
    char id[DEVICE_ID_CAP];
    size_t n;
    bool known;

    history_note(of.history, &phone, HISTORY_ACCEPTED, NOW);
    assert_true(device_rows_save(db, &of, &n, NULL));
    id_of(of.history, id);
    remember(rules, id);
    remember(rules, "d-another");
    assert_true(rule_rows_save(db, rules, &n, NULL));
    remember(rules, id); /* and once more, while the command runs */
    assert_true(device_rows_forget(command, id, &known, NULL));
    assert_int_equal(count(db, "SELECT count(*) FROM rule_memory"), 1);
    assert_true(rule_rows_save(db, rules, &n, NULL));
    assert_true(device_rows_save(db, &of, &n, NULL));
    assert_int_equal(count(db, "SELECT count(*) FROM rule_memory"), 1);
    assert_int_equal(count(db, "SELECT count(*) FROM rule_memory WHERE subject = 'd-another'"), 1);
    assert_true(rule_rows_save(db, rules, &n, NULL)); /* nor does it come back from memory */
    assert_int_equal(n, 0);
    device_history_free(of.history);
    memory_unref(rules);
    database_close(db);
    database_close(command);
}

static void an_errand_of_before_the_start_is_not_done_again(void **state)
{
    struct device_history *h = device_history_new();
    struct database *db = opened(*state);
    char id[DEVICE_ID_CAP];
    bool known;

    history_note(h, &phone, HISTORY_ACCEPTED, NOW);
    saved(db, h);
    id_of(h, id);
    assert_true(device_rows_forget(db, id, &known, NULL));
    device_history_free(h);
    h = loaded(db, NOW);
    assert_int_equal(roll_len(h), 0);
    history_note(h, &phone, HISTORY_ACCEPTED, NOW);
    saved(db, h);
    assert_int_equal(count(db, "SELECT count(*) FROM device"), 1);
    device_history_free(h);
    database_close(db);
}

static void what_is_old_leaves_the_file(void **state)
{
    struct device_history *h = device_history_new();
    struct database *db = opened(*state);
    struct history_key other = phone;

    other.ip = "10.0.0.3";
    history_note(h, &phone, HISTORY_ACCEPTED, NOW);
    history_note(h, &other, HISTORY_ACCEPTED, NOW + 100 * DAY);
    saved(db, h);
    assert_true(device_rows_age(db, NOW + 100 * DAY, NULL));
    assert_int_equal(count(db, "SELECT count(*) FROM device"), 2);
    assert_int_equal(count(db, "SELECT count(*) FROM device_host"), 1);
    assert_true(device_rows_age(db, NOW + (DEVICES_FORGET_DAYS + 1) * DAY, NULL));
    assert_int_equal(count(db, "SELECT count(*) FROM device"), 1);
    assert_int_equal(count(db, "SELECT count(*) FROM device_host"), 0);
    device_history_free(h);
    database_close(db);
}

static void one_device_keeps_its_share_of_the_file(void **state)
{
    struct device_history *h = device_history_new();
    struct database *db = opened(*state);
    struct history_key key = phone;
    char host[32];

    key.host = host;
    for (int i = 0; i < 2 * HISTORY_DEVICE_MOST; i++) {
        snprintf(host, sizeof host, "%d.example", i);
        history_note(h, &key, HISTORY_ACCEPTED, NOW + i);
        if (i % 500 == 499)
            saved(db, h);
    }
    assert_int_equal(count(db, "SELECT count(*) FROM device_host"), 2 * HISTORY_DEVICE_MOST);
    assert_true(device_rows_age(db, NOW + DAY, NULL));
    assert_int_equal(count(db, "SELECT count(*) FROM device_host"), HISTORY_DEVICE_MOST);
    assert_int_equal(count(db, "SELECT min(used_ms) FROM device_host"), NOW + HISTORY_DEVICE_MOST);
    device_history_free(h);
    database_close(db);
}

/* The whole memory on disk. The sanitizers are slow and see no more in the whole of it. */
static void the_file_of_a_full_memory_is_small(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const int phones = 500;
#else
    const int phones = DEVICES_MOST;
#endif
    struct folder *f = *state;
    struct device_history *h = device_history_new();
    struct database *db = opened(f);
    char host[40], ip[32];
    struct history_key key = phone;
    struct stat st;
    int64_t n = 0;

    key.host = host;
    key.ip = ip;
    for (int i = 0; i < phones * 10; i++) {
        snprintf(ip, sizeof ip, "10.9.%d.%d", i % phones / 256, i % phones % 256);
        snprintf(host, sizeof host, "www-%d.some-site-%d.example", i % phones, i / phones);
        history_note(h, &key, i % 3 ? HISTORY_ACCEPTED : HISTORY_REFUSED, NOW + i);
    }
    for (size_t more = 1; more; n += (int64_t)more)
        more = saved(db, h);
    assert_int_equal(n, phones * 11);
    assert_true(device_rows_age(db, NOW + DAY, NULL));
    assert_true(database_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL));
    assert_int_equal(stat(f->file, &st), 0);
    print_message("%d devices at 10 hosts each: %lld KiB\n", phones, (long long)st.st_size / 1024);
    assert_true(st.st_size / phones < 4096);
    device_history_free(h);
    h = loaded(db, NOW + DAY);
    assert_int_equal(roll_len(h), phones);
    device_history_free(h);
    database_close(db);
}

static void rows_that_make_no_sense_are_left_out_and_told(void **state)
{
    struct folder *f = *state;
    struct device_history *h = device_history_new();
    struct database *db = opened(f);
    static const char *const harm[] = {
        "UPDATE device_host SET counts = x'ff00010000' WHERE host = '1.example'",
        "UPDATE device_host SET counts = x'0000' WHERE host = '2.example'",
        "UPDATE device_host SET way = 99 WHERE host = '3.example'",
        "UPDATE device_host SET alert = -1 WHERE host = '4.example'",
        "UPDATE device_host SET streak = 99999999999 WHERE host = '5.example'",
        "UPDATE device_host SET app = printf('%.100c', 'x') WHERE host = '6.example'",
        "UPDATE device_host SET used_ms = 9223372036854775807 WHERE host = '7.example'",
        "UPDATE device_host SET host = printf('%.300c', 'x') WHERE host = '8.example'",
    };
    struct history_key key = phone;
    char host[32];

    key.host = host;
    for (int i = 0; i < 10; i++) {
        snprintf(host, sizeof host, "%d.example", i);
        history_note(h, &key, HISTORY_ACCEPTED, NOW + i);
    }
    saved(db, h);
    device_history_free(h);
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++)
        assert_true(database_run(db, harm[i], NULL));
    h = loaded(db, NOW + 1000);
    assert_non_null(strstr(f->told, "8 entries make no sense"));
    struct history_view view;
    history_read(h, &phone, NOW + 1000, &view);
    assert_int_equal(view.device.hosts_accepted, 2);
    device_history_free(h);
    database_close(db);
}

static void what_cannot_be_saved_is_saved_later(void **state)
{
    struct device_history *h = device_history_new();
    struct database *db = opened(*state);
    const struct device_memories of = {.history = h};
    struct err e = {0};
    size_t n;

    history_note(h, &phone, HISTORY_ACCEPTED, NOW);
    assert_true(database_run(db, "PRAGMA query_only=ON", NULL));
    assert_false(device_rows_save(db, &of, &n, &e));
    assert_int_equal(n, 0);
    assert_memory_equal(e.text, "saving the devices: ", 20);
    assert_true(database_run(db, "PRAGMA query_only=OFF", NULL));
    assert_int_equal(saved(db, h), 2);
    device_history_free(h);
    database_close(db);
}

static void a_device_under_another_id_takes_the_place_of_its_twin(void **state)
{
    struct device_history *h = device_history_new();
    struct database *db = opened(*state);
    struct history_key vague = phone;

    vague.family = NULL;
    history_note(h, &vague, HISTORY_ACCEPTED, NOW);
    history_note(h, &phone, HISTORY_ACCEPTED, NOW + 1);
    saved(db, h);
    device_history_free(h);
    h = device_history_new(); /* what was known is lost, the file is not */
    history_note(h, &phone, HISTORY_ACCEPTED, NOW + 2);
    saved(db, h);
    assert_int_equal(count(db, "SELECT count(*) FROM device"), 1);
    assert_true(device_rows_age(db, NOW + 3, NULL));
    assert_int_equal(count(db, "SELECT count(*) FROM device_host"), 1);
    device_history_free(h);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_restart_forgets_nothing, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_kill_at_any_time_leaves_a_readable_state, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_command_names_and_forgets_while_a_proxy_runs, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            what_rules_remember_of_a_device_is_forgotten_with_it, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            an_errand_of_before_the_start_is_not_done_again, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(what_is_old_leaves_the_file, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            one_device_keeps_its_share_of_the_file, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            the_file_of_a_full_memory_is_small, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            rows_that_make_no_sense_are_left_out_and_told, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            what_cannot_be_saved_is_saved_later, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            a_device_under_another_id_takes_the_place_of_its_twin, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
