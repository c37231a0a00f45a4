#include "silence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "flow/flow.h"
#include "store/sink.h"

struct desk {
    struct clock clock;
    struct sink sink;
    int told;
    char line[400];
};

static void hear(void *arg, const char *line)
{
    struct desk *d = arg;

    d->told++;
    snprintf(d->line, sizeof d->line, "%s", line);
}

static void open_desk(struct desk *d)
{
    *d = (struct desk){0};
    clock_fake_init(&d->clock, INT64_C(1795251600000));
    silence_open(&(struct silence_config){.clock = &d->clock, .tell = hear, .arg = d}, &d->sink);
}

static void connect_once(struct desk *d, const char *id, const char *family, const char *name)
{
    struct flow *f = flow_new("x", 0);

    f->client->ip = "10.0.0.7";
    f->client->device->id = id;
    f->client->device->family = family;
    f->client->device->name = name;
    d->sink.flow(d->sink.arg, f);
    flow_free(f);
}

static void be_busy(struct desk *d, int n, const char *id, const char *family, const char *name)
{
    for (int i = 0; i < n; i++) {
        connect_once(d, id, family, name);
        clock_advance(&d->clock, 1000);
    }
}

static void wait(struct desk *d, int64_t ms)
{
    clock_advance(&d->clock, ms);
    d->sink.flush(d->sink.arg);
}

static void a_busy_phone_that_falls_silent_is_told_once(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d);
    be_busy(&d, SILENCE_BUSY, "d-1", "iPhone", "Anna's iPhone");
    wait(&d, SILENCE_MS / 2);
    assert_int_equal(d.told, 0);
    wait(&d, SILENCE_MS / 2);
    assert_int_equal(d.told, 1);
    assert_non_null(strstr(d.line, "“Anna's iPhone”"));
    wait(&d, 10 * SILENCE_MS);
    assert_int_equal(d.told, 1);
    be_busy(&d, SILENCE_BUSY, "d-1", "iPhone", NULL);
    wait(&d, SILENCE_MS);
    assert_int_equal(d.told, 2);
    assert_non_null(strstr(d.line, "the iPhone at 10.0.0.7"));
    d.sink.close(d.sink.arg);
}

static void nothing_is_said_of_one_that_hardly_spoke_or_is_no_phone(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d);
    be_busy(&d, SILENCE_BUSY - 1, "d-1", "iPhone", NULL);
    be_busy(&d, 3 * SILENCE_BUSY, "d-2", "other", NULL);
    be_busy(&d, 3 * SILENCE_BUSY, NULL, "iPhone", NULL);
    wait(&d, 2 * SILENCE_MS);
    assert_int_equal(d.told, 0);
    connect_once(&d, "d-1", "iPhone", NULL); /* the count began anew */
    wait(&d, 2 * SILENCE_MS);
    assert_int_equal(d.told, 0);
    d.sink.close(d.sink.arg);
}

static void more_phones_than_places_push_out_who_was_heard_longest_ago(void **state)
{
    struct desk d;
    char id[16];

    (void)state;
    open_desk(&d);
    be_busy(&d, SILENCE_BUSY, "d-old", "iPhone", NULL);
    for (int i = 0; i < SILENCE_PHONES_MOST; i++) {
        snprintf(id, sizeof id, "d-%d", i);
        connect_once(&d, id, "iPhone", NULL);
    }
    wait(&d, SILENCE_MS);
    assert_int_equal(d.told, 0);
    d.sink.close(d.sink.arg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_phone_that_falls_silent_is_told_once),
        cmocka_unit_test(nothing_is_said_of_one_that_hardly_spoke_or_is_no_phone),
        cmocka_unit_test(more_phones_than_places_push_out_who_was_heard_longest_ago),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
