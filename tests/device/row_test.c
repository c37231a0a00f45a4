#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "memory_priv.h"
#include "roll.h"

#define NOW ((int64_t)1700000000000)

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

static struct history_key at_host(const char *host)
{
    struct history_key key = phone;

    key.host = host;
    return key;
}

static struct row *row_at(struct device_history *h, const char *host, const char *app)
{
    struct history_key key = at_host(host);
    struct device *d = device_make(h, &key, NOW);

    key.app = app;
    return row_make(h, d, &key);
}

static void a_row_is_found_under_its_app_and_host_only(void **state)
{
    struct row *r = row_at(*state, "a.example", "Acme");

    assert_ptr_equal(row_find(*state, r->device, "Acme", "a.example"), r);
    assert_ptr_equal(row_at(*state, "a.example", "Acme"), r);
    assert_null(row_find(*state, r->device, "a.example", "Acme"));
    assert_null(row_find(*state, r->device, "Acme", "b.example"));
    assert_null(row_find(*state, r->device, NULL, "a.example"));
    struct row *unnamed = row_at(*state, "a.example", NULL);
    assert_ptr_equal(row_find(*state, r->device, "unknown", "a.example"), unnamed);
}

static void names_that_are_too_long_share_a_row_and_harm_nothing(void **state)
{
    char app[300], host[600];

    memset(app, 'a', sizeof app);
    memset(host, 'h', sizeof host);
    app[sizeof app - 1] = host[sizeof host - 1] = '\0';
    struct row *r = row_at(*state, host, app);
    assert_int_equal(strlen(r->app->name), DEVICE_NAME_CAP - 1);
    assert_int_equal(strlen(r->host->name), HOST_CAP - 1);
    app[100] = host[300] = '\0';
    assert_ptr_equal(row_at(*state, host, app), r);
}

static void the_last_row_takes_its_app_and_its_host_along(void **state)
{
    struct device_history *h = *state;
    struct row *a = row_at(h, "a.example", "Acme"), *b = row_at(h, "b.example", "Acme");
    struct device *d = a->device;

    assert_ptr_equal(a->app, b->app);
    row_drop(h, a);
    assert_non_null(d->apps);
    row_drop(h, b);
    assert_null(d->apps);
    assert_null(d->rows);
    assert_null(h->newest);
    assert_int_equal(h->n, 0);
}

static void unsaved_rows_come_in_the_order_of_their_change(void **state)
{
    struct device_history *h = *state;
    struct row *a = row_at(h, "a.example", "Acme"), *b = row_at(h, "b.example", "Acme"),
               *c = row_at(h, "c.example", "Acme");

    row_mark(h, b);
    row_mark(h, a);
    row_mark(h, c);
    row_mark(h, b);
    assert_ptr_equal(h->unsaved_row, b);
    assert_ptr_equal(b->next_unsaved, a);
    row_drop(h, a);
    assert_ptr_equal(b->next_unsaved, c);
    row_unmark(h, c);
    row_unmark(h, b);
    row_unmark(h, b);
    assert_null(h->unsaved_row);
    assert_null(h->last_unsaved_row);
}

static void buckets_empty_themselves_as_time_passes(void **state)
{
    struct row *r = row_at(*state, "a.example", "Acme");
    int64_t accepted, refused;
    static const struct {
        int64_t hours, sum;
    } cases[] = {{0, 1}, {0, 2}, {1, 3}, {23, 4}, {24, 3}, {25, 3}, {1000, 1}, {999, 1}, {0, 1}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t now = NOW + cases[i].hours * HOUR_MS;

        r->accepted[row_bucket(r, now)]++;
        buckets_sum(r->hour, r->accepted, r->refused, now, &accepted, &refused);
        assert_int_equal(accepted, cases[i].sum);
        assert_int_equal(refused, 0);
    }
}

static void a_clock_before_1970_is_no_hour(void **state)
{
    struct row *r = row_at(*state, "a.example", "Acme");
    int64_t accepted, refused;

    assert_true(row_bucket(r, -5) < HOURS);
    buckets_sum(r->hour, r->accepted, r->refused, INT64_MIN, &accepted, &refused);
    assert_int_equal(accepted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_row_is_found_under_its_app_and_host_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            names_that_are_too_long_share_a_row_and_harm_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_last_row_takes_its_app_and_its_host_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            unsaved_rows_come_in_the_order_of_their_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(buckets_empty_themselves_as_time_passes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_before_1970_is_no_hour, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
