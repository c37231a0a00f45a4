#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "base/mem.h"

#include "roll.h"

#define NOW ((int64_t)1700000000000)
#define DAY ((int64_t)24 * 3600 * 1000)

static const struct history_key phone = {
    .ip = "10.0.0.2", .family = "iPhone", .app = "Acme", .host = "a.example"};

static int set_up(void **state)
{
    *state = device_history_new();
    return 0;
}

static int tear_down(void **state)
{
    device_history_free(*state);
    return 0;
}

static struct history_key on(const char *ip, const char *family)
{
    struct history_key key = phone;

    key.ip = ip;
    key.family = family;
    return key;
}

static struct history_key at_host(const char *host)
{
    struct history_key key = phone;

    key.host = host;
    return key;
}

static struct roll_batch *take(struct device_history *h)
{
    struct roll_batch *batch = mem_new(sizeof *batch);

    if (roll_take(h, batch))
        return batch;
    mem_free(batch);
    return NULL;
}

static void what_changed_is_taken_once(void **state)
{
    static const struct refusal how = {.way = REFUSAL_ALERT, .alert = 46, .version = 0x0304};

    assert_null(take(*state));
    history_note_refusal(*state, &phone, &how, NOW);
    struct roll_batch *batch = take(*state);
    assert_int_equal(batch->n_devices, 1);
    assert_string_equal(batch->devices[0].ip, "10.0.0.2");
    assert_int_equal(batch->n_hosts, 1);
    assert_string_equal(batch->hosts[0].host, "a.example");
    assert_string_equal(batch->hosts[0].device_id, batch->devices[0].id);
    assert_int_equal(batch->hosts[0].refusal.alert, 46);
    assert_int_equal(batch->hosts[0].refusal.version, 0x0304);
    assert_null(take(*state));
    roll_hand_back(*state, batch);
    mem_free(batch);
    batch = take(*state);
    assert_int_equal(batch->n_devices, 1);
    assert_int_equal(batch->n_hosts, 1);
    mem_free(batch);
}

static void a_sight_alone_is_saved_once_a_minute(void **state)
{
    const struct device_claim none = {0};

    device_seen(*state, &phone, &none, NOW);
    mem_free(take(*state));
    device_seen(*state, &phone, &none, NOW + 59000);
    assert_null(take(*state));
    device_seen(*state, &phone, &none, NOW + 60000);
    struct roll_batch *batch = take(*state);
    assert_int_equal(batch->devices[0].last_seen_ms, NOW + 60000);
    mem_free(batch);
}

static void devices_go_before_their_hosts_however_many_there_are(void **state)
{
    char ip[32];
    struct history_key key = on(ip, "iPhone");
    size_t devices = 0, hosts = 0;
    struct roll_batch *batch;

    for (int i = 0; i < 1000; i++) {
        snprintf(ip, sizeof ip, "10.0.%d.%d", i / 256, i % 256);
        history_note(*state, &key, HISTORY_ACCEPTED, NOW);
    }
    while ((batch = take(*state))) {
        devices += batch->n_devices;
        hosts += batch->n_hosts;
        assert_true(hosts == 0 || devices == 1000);
        mem_free(batch);
    }
    assert_int_equal(devices, 1000);
    assert_int_equal(hosts, 1000);
}

static void handing_back_what_has_gone_meanwhile_is_no_harm(void **state)
{
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    struct roll_batch *batch = take(*state);
    assert_true(device_forget(*state, batch->devices[0].id));
    roll_hand_back(*state, batch);
    assert_null(take(*state));
    mem_free(batch);
}

static void what_is_put_back_reads_as_before(void **state)
{
    static const struct refusal how = {.way = REFUSAL_FIN, .version = 0x0303, .finished = true};
    struct device_history *again = device_history_new();
    struct history_view before, after;
    struct history_key b = at_host("b.example");

    history_note(*state, &phone, HISTORY_ACCEPTED, NOW - 2 * DAY);
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    history_note_refusal(*state, &b, &how, NOW + 1000);
    history_note(*state, &b, HISTORY_TUNNEL_WORKED, NOW + 2000);
    device_profile_fetched(*state, &phone, "7f3a", NOW);
    device_probe(*state, &phone, true, NOW);
    device_clock(*state, &phone, 400, NOW);
    device_seen(
        *state, &b, &(struct device_claim){.os_version = "18.1", .app_version = "4"}, NOW + 3000);
    struct roll_batch *batch = take(*state);
    assert_true(roll_put_device(again, &batch->devices[0], NOW + 4000));
    for (size_t i = 0; i < batch->n_hosts; i++)
        assert_true(roll_put_host(again, &batch->hosts[i], NOW + 4000));
    roll_settle(again, NOW + 4000);
    assert_null(take(again));
    history_read(*state, &b, NOW + 5000, &before);
    history_read(again, &b, NOW + 5000, &after);
    assert_memory_equal(&before.device, &after.device, sizeof before.device);
    assert_memory_equal(&before.app, &after.app, sizeof before.app);
    assert_memory_equal(&before.host, &after.host, sizeof before.host);
    assert_string_equal(before.device_id, after.device_id);
    assert_string_equal(after.os_version, "18.1");
    assert_int_equal(after.setup.probe, DEVICE_PROBE_TRUSTED);
    assert_int_equal(after.device.hosts_accepted, 1);
    assert_int_equal(after.device.hosts_refused, 1);
    mem_free(batch);
    device_history_free(again);
}

static void rows_that_contradict_themselves_are_turned_away(void **state)
{
    struct device_row good = {.id = "d-1",
        .ip = "10.0.0.9",
        .family = "iPhone",
        .last_seen_ms = NOW,
        .last_refused_ms = HISTORY_NEVER,
        .setup = {.first_seen_ms = NOW}};
    struct device_row bad[] = {good, good, good, good, good, good, good};

    bad[0].id[0] = bad[1].ip[0] = bad[2].family[0] = '\0';
    bad[3].last_seen_ms = NOW + 2 * DAY;
    bad[4].setup.probe = (enum device_probe)9;
    bad[5].setup.first_seen_ms = -1;
    bad[6].apple_passed = -1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(roll_put_device(*state, &bad[i], NOW));
    assert_true(roll_put_device(*state, &good, NOW));
    assert_false(roll_put_device(*state, &good, NOW)); /* twice */
    snprintf(good.id, sizeof good.id, "d-2");
    assert_false(roll_put_device(*state, &good, NOW)); /* the same address and family */

    struct host_row host = {.device_id = "d-1",
        .app = "Acme",
        .host = "a.example",
        .used_ms = NOW,
        .last_accepted_ms = NOW,
        .last_refused_ms = HISTORY_NEVER,
        .tunnel_ms = HISTORY_NEVER};
    struct host_row odd[] = {host, host, host, host, host};
    snprintf(odd[0].device_id, sizeof odd[0].device_id, "d-9");
    odd[1].app[0] = '\0';
    odd[2].used_ms = INT64_MAX;
    odd[3].refusal.way = N_REFUSAL_WAYS;
    odd[4].hour = INT64_MAX;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_false(roll_put_host(*state, &odd[i], NOW));
    assert_true(roll_put_host(*state, &host, NOW));
    assert_false(roll_put_host(*state, &host, NOW));
}

enum { VISITS = 20000 };

static void *visit(void *arg)
{
    char host[32];
    struct history_key key = at_host(host);

    for (int i = 0; i < VISITS; i++) {
        snprintf(host, sizeof host, "%d.example", i % 300);
        history_note(arg, &key, HISTORY_ACCEPTED, NOW + i);
    }
    return NULL;
}

static void threads_with_traffic_and_the_one_that_saves_share_it(void **state)
{
    pthread_t threads[3];
    struct roll_batch *batch;
    int64_t sum = 0;

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, visit, *state), 0);
    for (int round = 0; round < 1000; round++)
        mem_free(take(*state));
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    while ((batch = take(*state)))
        mem_free(batch);
    size_t n, hosts;
    struct device_row *devices = roll_devices(*state, &n);
    struct host_row *rows = roll_hosts(*state, devices[0].id, &hosts);
    assert_int_equal(hosts, 301);
    for (size_t i = 0; i < hosts; i++) {
        int64_t accepted, refused;

        roll_counts(&rows[i], NOW + VISITS, &accepted, &refused);
        sum += accepted;
    }
    assert_int_equal(sum, 3 * VISITS + 1);
    mem_free(rows);
    mem_free(devices);
}

static void the_list_has_what_was_used_last_first(void **state)
{
    struct history_key other = on("10.0.0.3", "iPad"), b = at_host("b.example");
    size_t n;

    history_note(*state, &phone, HISTORY_ACCEPTED, NOW);
    history_note(*state, &other, HISTORY_ACCEPTED, NOW + 1);
    history_note(*state, &b, HISTORY_ACCEPTED, NOW + 2);
    struct device_row *devices = roll_devices(*state, &n);
    assert_int_equal(n, 2);
    assert_string_equal(devices[0].ip, "10.0.0.2");
    struct host_row *hosts = roll_hosts(*state, devices[0].id, &n);
    assert_int_equal(n, 2);
    assert_string_equal(hosts[0].host, "b.example");
    int64_t accepted, refused;
    roll_counts(&hosts[0], NOW + 3, &accepted, &refused);
    assert_int_equal(accepted, 1);
    assert_int_equal(refused, 0);
    mem_free(hosts);
    mem_free(devices);
    assert_null(roll_hosts(*state, "d-none", &n));
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_changed_is_taken_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sight_alone_is_saved_once_a_minute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            devices_go_before_their_hosts_however_many_there_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            handing_back_what_has_gone_meanwhile_is_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_put_back_reads_as_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            rows_that_contradict_themselves_are_turned_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            threads_with_traffic_and_the_one_that_saves_share_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_list_has_what_was_used_last_first, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
