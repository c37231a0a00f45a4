#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "flow/sample_flow.h"
#include "live.h"
#include "store/sink.h"
#include "term.h"

struct screen {
    struct clock clock;
    struct sink sink;
    FILE *file;
    char *at;
    size_t len;
};

static void screen_open(struct screen *s, struct live_config config, const struct term *t)
{
    *s = (struct screen){0};
    clock_fake_init(&s->clock, SAMPLE_NOW * 1000LL);
    s->file = open_memstream(&s->at, &s->len);
    config.term = t;
    config.clock = &s->clock;
    config.to = s->file;
    live_open(&config, &s->sink);
}

static void screen_close(struct screen *s)
{
    fclose(s->file);
    free(s->at);
}

static void show(struct screen *s, struct flow *f)
{
    s->sink.flow(s->sink.arg, f);
    flow_free(f);
    fflush(s->file);
}

static size_t count_of(const struct screen *s, const char *word)
{
    size_t n = 0;

    for (const char *at = s->at; at && (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

static const struct term pipe_term = {.utf8 = true, .width = 80};
static const struct term tty = {.utf8 = true, .width = 80, .is_tty = true};

static void a_failure_is_explained_once_and_then_counted(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){0}, &pipe_term);
    show(&s, sample_expired());
    assert_int_equal(count_of(&s, "◆ failing"), 1);
    assert_int_equal(count_of(&s, "Because"), 1);
    for (int i = 0; i < 4; i++)
        show(&s, sample_expired());
    assert_int_equal(count_of(&s, "◆ failing"), 1);

    clock_advance(&s.clock, 61000);
    s.sink.flush(s.sink.arg);
    fflush(s.file);
    assert_int_equal(count_of(&s, "◆ failing"), 2);
    assert_int_equal(count_of(&s, "×5"), 1);

    show(&s, sample_expired());
    assert_int_equal(count_of(&s, "◆ failing"), 3);
    assert_int_equal(count_of(&s, "Because"), 1);
    s.sink.close(s.sink.arg);
    assert_int_equal(count_of(&s, "◆ failing"), 3);
    screen_close(&s);
}

static void what_is_still_folded_is_counted_at_the_end(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){0}, &pipe_term);
    for (int i = 0; i < 3; i++)
        show(&s, sample_expired());
    struct flow *other = sample_expired();
    other->client->device->name = "Ben's iPad";
    show(&s, other);
    s.sink.close(s.sink.arg);
    fflush(s.file);
    assert_int_equal(count_of(&s, "×3"), 1);
    assert_int_equal(count_of(&s, "Ben's iPad"), 1);
    assert_int_equal(count_of(&s, "Because"), 2);
    screen_close(&s);
}

static void on_a_terminal_the_last_lines_are_rewritten_in_place(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){.quiet = true}, &tty);
    show(&s, sample_expired());
    show(&s, sample_expired());
    assert_int_equal(count_of(&s, "\033[2A\r\033[K"), 1);
    assert_int_equal(count_of(&s, "×2"), 1);
    struct flow *other = sample_expired();
    other->target->host = "other.example";
    show(&s, other);
    show(&s, sample_expired());
    assert_int_equal(count_of(&s, "\033[2A"), 1);
    s.sink.close(s.sink.arg);
    fflush(s.file);
    assert_int_equal(count_of(&s, "×3"), 1);
    screen_close(&s);
}

static void quiet_shows_what_is_wrong_and_no_more(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){.quiet = true}, &pipe_term);
    show(&s, sample_fine());
    show(&s, sample_expired());
    assert_int_equal(count_of(&s, "fine"), 0);
    assert_int_equal(count_of(&s, "failing"), 1);
    assert_int_equal(count_of(&s, "Because"), 0);
    s.sink.close(s.sink.arg);
    screen_close(&s);
}

static void verbose_shows_requests_and_every_explanation(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){.verbose = true}, &pipe_term);
    show(&s, sample_fine());
    show(&s, sample_expired());
    show(&s, sample_expired());
    assert_int_equal(count_of(&s, "200  GET "), 4);
    assert_int_equal(count_of(&s, "Because"), 2);
    s.sink.close(s.sink.arg);
    screen_close(&s);
}

static void fine_connections_are_never_folded(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){0}, &pipe_term);
    show(&s, sample_fine());
    show(&s, sample_fine());
    assert_int_equal(count_of(&s, "● fine"), 2);
    s.sink.close(s.sink.arg);
    screen_close(&s);
}

static void thousands_of_different_failures_stay_bounded(void **state)
{
    (void)state;
    struct screen s;

    screen_open(&s, (struct live_config){0}, &pipe_term);
    for (int i = 0; i < 5000; i++) {
        struct flow *f = sample_expired();

        f->target->host = arena_printf(&f->arena, "h%d.example", i);
        s.sink.flow(s.sink.arg, f);
        flow_free(f);
    }
    s.sink.close(s.sink.arg);
    fflush(s.file);
    assert_int_equal(count_of(&s, "◆ failing"), 5000);
    screen_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_explained_once_and_then_counted),
        cmocka_unit_test(what_is_still_folded_is_counted_at_the_end),
        cmocka_unit_test(on_a_terminal_the_last_lines_are_rewritten_in_place),
        cmocka_unit_test(quiet_shows_what_is_wrong_and_no_more),
        cmocka_unit_test(verbose_shows_requests_and_every_explanation),
        cmocka_unit_test(fine_connections_are_never_folded),
        cmocka_unit_test(thousands_of_different_failures_stay_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
