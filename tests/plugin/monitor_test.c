#include "samples.h"

#include <signal.h>

#include "base/log.h"

static unsigned n_lines;
static char last_line[512];

static void line_keep(void *arg, enum log_level level, const char *line)
{
    (void)arg, (void)level;
    n_lines++;
    strncpy(last_line, line, sizeof last_line - 1);
}

static void who_does_not_come_back_is_named_once_and_then_hopeless(void **state)
{
    struct plugins all = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct post busy = {.plugin = "busy"}, stuck = {.plugin = "stuck"};

    (void)state;
    log_set_sink(line_keep, NULL);
    n_lines = 0;
    post_add(&all, &busy);
    post_add(&all, &stuck);
    assert_null(monitor_look(&all, 1000)); /* nobody is at work */
    atomic_store(&stuck.since_ms, 1000);
    atomic_store(&stuck.doing, "judged");
    atomic_store(&busy.since_ms, 1900);
    atomic_store(&busy.doing, "hello");
    assert_null(monitor_look(&all, 1999));
    assert_int_equal(n_lines, 0);
    assert_null(monitor_look(&all, 2000));
    assert_int_equal(n_lines, 1);
    assert_non_null(strstr(last_line, "plugin stuck has been at 'judged' for a second"));
    atomic_store(&busy.doing, NULL);
    assert_null(monitor_look(&all, 9000));
    assert_int_equal(n_lines, 1);
    assert_string_equal(monitor_look(&all, 11000), "stuck");
    atomic_store(&stuck.doing, NULL);
    assert_null(monitor_look(&all, 11200));
    atomic_store(&stuck.since_ms, 12000);
    atomic_store(&stuck.doing, "finish");
    assert_null(monitor_look(&all, 13100)); /* anew */
    assert_int_equal(n_lines, 2);
    post_remove(&all, &busy);
    post_remove(&all, &stuck);
    assert_null(all.posts);
    log_set_sink(NULL, NULL);
}

static void the_thread_starts_and_stops(void **state)
{
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct err e = {0};

    (void)state;
    struct monitor *m = monitor_start(all, &e);

    assert_non_null(m);
    monitor_stop(m);
    plugins_free(all);
}

static void a_crash_names_plugin_and_moment(void **state)
{
    const struct doing doing = {"geo", "judged", "x"};
    char line[256], small[20];

    (void)state;
    size_t n = crash_line(line, sizeof line, &doing, SIGSEGV);

    assert_string_equal(line, "whytls: plugin geo crashed at 'judged': a wild pointer (SIGSEGV)\n");
    assert_int_equal(n, strlen(line));
    assert_int_equal(crash_line(small, sizeof small, &doing, SIGBUS), sizeof small - 1);
}

static void who_is_at_work_is_known_on_its_thread(void **state)
{
    struct doing outer, inner;

    (void)state;
    assert_null(doing_now()->plugin);
    doing_begin(&outer, "one", "hello", NULL);
    doing_begin(&inner, "two", "load", NULL);
    assert_string_equal(doing_now()->plugin, "two");
    doing_end(&inner);
    assert_string_equal(doing_now()->plugin, "one");
    doing_end(&outer);
    assert_null(doing_now()->plugin);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_does_not_come_back_is_named_once_and_then_hopeless),
        cmocka_unit_test(the_thread_starts_and_stops),
        cmocka_unit_test(a_crash_names_plugin_and_moment),
        cmocka_unit_test(who_is_at_work_is_known_on_its_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
