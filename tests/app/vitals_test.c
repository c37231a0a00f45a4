#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "vitals.h"

static void put(const char *root, const char *folder, const char *name, const char *bytes)
{
    char *at = file_join(root, folder), *path = file_join(at, name);

    assert_true(file_mkdirs(at, 0700, NULL));
    assert_true(file_write(path, bytes, strlen(bytes), 0600, NULL));
    mem_free(path);
    mem_free(at);
}

static void stat_put(const char *root, const char *folder, const char *name, long user, long kernel)
{
    char bytes[200];

    snprintf(bytes, sizeof bytes, "7 (%s) S 1 7 7 0 -1 4194560 1 0 0 0 %ld %ld 0 0 20 0 1 0\n",
        name, user, kernel);
    put(root, folder, "stat", bytes);
}

static void has_value(const struct text *t, const char *series, double value)
{
    char line[120];

    snprintf(line, sizeof line, "\n%s ", series);
    const char *at = strstr(text_str(t), line);
    if (!at)
        fail_msg("no %s in:\n%s", series, text_str(t));
    else
        assert_float_equal(strtod(at + strlen(line), NULL), value, 0.006);
}

static void threads_of_a_name_are_counted_together_and_odd_names_break_nothing(void **state)
{
    char root[] = "/tmp/vitals_test.XXXXXX", command[64];
    double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
    struct text t = {0};

    (void)state;
    assert_non_null(mkdtemp(root));
    stat_put(root, "", "whytls", 700, 300);
    stat_put(root, "task/1", "traffic", 100, 50);
    stat_put(root, "task/2", "traffic", 7, 3);
    stat_put(root, "task/3", "a) \"b\" (c\\", 1, 1);
    put(root, "task/4", "stat", "no such thing");
    put(root, "", "statm", "1000 25 3 1 0 9 0\n");
    put(root, "fd", "0", "");
    put(root, "fd", "5", "");
    vitals_metrics(root, &t);
    has_value(&t, "whytls_thread_cpu_seconds_total{thread=\"traffic\"}", 160 * tick);
    has_value(&t, "whytls_thread_cpu_seconds_total{thread=\"a) b (c\"}", 2 * tick);
    has_value(&t, "process_cpu_seconds_total", 1000 * tick);
    has_value(&t, "process_resident_memory_bytes", 25.0 * (double)sysconf(_SC_PAGESIZE));
    has_value(&t, "process_open_fds", 2);
    has_value(&t, "process_max_fds", (double)sysconf(_SC_OPEN_MAX));
    text_fini(&t);
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

static void where_there_is_no_such_folder_nothing_is_told(void **state)
{
    struct text t = {0};

    (void)state;
    vitals_metrics("/nowhere/to/be/found", &t);
    assert_string_equal(text_str(&t), "");
    text_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_of_a_name_are_counted_together_and_odd_names_break_nothing),
        cmocka_unit_test(where_there_is_no_such_folder_nothing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
