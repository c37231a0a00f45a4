#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"

struct heard {
    int n;
    enum log_level level;
    char line[2048];
};

static void hear(void *arg, enum log_level level, const char *line)
{
    struct heard *heard = arg;

    heard->n++;
    heard->level = level;
    snprintf(heard->line, sizeof heard->line, "%s", line);
}

static void a_line_names_level_and_room(void **state)
{
    struct heard heard = {0};

    (void)state;
    log_set_sink(hear, &heard);
    log_warn("%d connections", 7);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.level, LOG_LEVEL_WARN);
    assert_string_equal(heard.line, "whytls: warning: test: 7 connections");
    log_set_sink(NULL, NULL);
}

static void lines_below_the_level_are_not_written(void **state)
{
    static const struct {
        enum log_level least;
        int heard;
    } cases[] = {{LOG_LEVEL_DEBUG, 4}, {LOG_LEVEL_INFO, 3}, {LOG_LEVEL_WARN, 2},
        {LOG_LEVEL_ERROR, 1}, {LOG_LEVEL_NONE, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct heard heard = {0};

        log_set_sink(hear, &heard);
        log_set_level(cases[i].least);
        log_debug("d");
        log_info("i");
        log_warn("w");
        log_error("e");
        assert_int_equal(heard.n, cases[i].heard);
    }
    log_set_level(LOG_LEVEL_INFO);
    log_set_sink(NULL, NULL);
}

static void a_long_line_is_cut(void **state)
{
    struct heard heard = {0};
    char text[4000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_set_sink(hear, &heard);
    log_error("%s", text);
    assert_true(strlen(heard.line) < 1200);
    log_set_sink(NULL, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_level_and_room),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(a_long_line_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
