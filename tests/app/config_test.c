/* The options of a command come from its line, and from config.lua where the line is silent. */
#include "config.h"

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
#include "base/text.h"

static const struct option_row rows[] = {
    {"listen", 'l', "ADDR", "where"},
    {"threads", 0, "N", "how many"},
    {"allow-public", 0, NULL, "who"},
    {"mirror-faults", 0, "[HOST]", "what"},
    CONFIG_ROW,
    {NULL, 0, NULL, NULL},
};
static const struct command_help help = {"whytls x", "x", rows, NULL};
static char file[] = "/tmp/whytls-options-XXXXXX";

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    if (strcmp(name, "threads") == 0 && atoi(value) < 1)
        return err_set(e, ERR_USAGE, "--threads %s: write a number", value);
    if (strcmp(name, "config"))
        text_printf(arg, "%s=%s ", name, value ? value : "on");
    return true;
}

/* What is taken of this line and this file; "" with the reason in `e`. */
static void parse(
    const char *config, int n, const char *const *line, struct text *out, struct err *e)
{
    const char *words[8] = {"x", "--config", file};
    struct config *c;
    int rest;

    for (int i = 0; i < n; i++)
        words[3 + i] = line[i];
    assert_true(file_write(file, config, strlen(config), 0600, e));
    if (!options_parse_with_config(
            &help, 3 + n, (char **)(uintptr_t)words, take, out, &rest, &c, e))
        text_clear(out);
    config_free(c);
}

static const struct {
    const char *config, *line[3], *taken, *wrong;
} cases[] = {
    {"threads = 2", {NULL}, "threads=2 ", NULL},
    {"listen = { \"a:1\", \"b:2\" }", {NULL}, "listen=a:1 listen=b:2 ", NULL},
    {"listen = \"a:1\"", {"-l", "c:3"}, "listen=c:3 ", NULL},
    {"threads = 2 listen = \"a:1\"", {"--listen=c:3"}, "threads=2 listen=c:3 ", NULL},
    {"allow_public = true mirror_faults = true", {NULL}, "allow-public=on mirror-faults=on ", NULL},
    {"allow_public = false", {NULL}, "", NULL},
    {"mirror_faults = \"h.example\"", {NULL}, "mirror-faults=h.example ", NULL},
    {"rules = {} plugins = {}", {NULL}, "", NULL},
    {"\nthread = 2", {NULL}, "", ":2: thread: there is no such setting; did you mean 'threads'?"},
    {"config = \"x\"", {NULL}, "", "there is no such setting"},
    {"threads = 0", {NULL}, "", ":1: threads: --threads 0: write a number"},
    {"threads = true", {NULL}, "", "threads: wants N, not a boolean"},
    {"allow_public = 1", {NULL}, "", "allow_public: wants true or false, not a integer"},
    {"listen = {\n\"a:1\",\n{} }", {NULL}, "", "listen: wants ADDR, not a table"},
};

static void options_come_from_the_file_where_the_line_is_silent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text taken = {0};
        struct err e = {0};
        int n = 0;

        while (cases[i].line[n])
            n++;
        parse(cases[i].config, n, cases[i].line, &taken, &e);
        if (strcmp(text_str(&taken), cases[i].taken))
            fail_msg("%s: took '%s' (%s)", cases[i].config, text_str(&taken), e.text);
        if (cases[i].wrong ? !strstr(e.text, cases[i].wrong) : e.kind != ERR_NONE)
            fail_msg("%s: said '%s'", cases[i].config, e.text);
        text_fini(&taken);
    }
}

static void a_file_that_was_named_must_be_there_and_the_default_one_need_not(void **state)
{
    struct config *c;
    struct err e = {0};

    (void)state;
    assert_false(config_open("/nowhere/config.lua", &c, &e));
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    assert_true(config_open(NULL, &c, &e));
    assert_null(c);
}

static int file_make(void **state)
{
    int fd = mkstemp(file);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int file_drop(void **state)
{
    (void)state;
    return unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_come_from_the_file_where_the_line_is_silent),
        cmocka_unit_test(a_file_that_was_named_must_be_there_and_the_default_one_need_not),
    };
    return cmocka_run_group_tests(tests, file_make, file_drop);
}
