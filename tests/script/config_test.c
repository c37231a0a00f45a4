/* The configuration is data: what it says comes out as a tree, what it does not is an error with
 * its line. */
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
#include "base/mem.h"

static char file[] = "/tmp/whytls-config-XXXXXX";

static bool read_text(const char *text, struct config **c, struct err *e)
{
    *c = NULL;
    assert_true(file_write(file, text, strlen(text), 0600, e));
    return config_read(file, c, e);
}

static void what_is_said_comes_out_as_a_tree(void **state)
{
    struct config *c;
    struct err e = {0};

    (void)state;
    assert_true(read_text("-- ours\n"
                          "listen = { \"127.0.0.1:1\", \"[::1]:2\" }\n"
                          "threads, lab = 3, true\n"
                          "rules = { [\"a/b\"] = { share = 0.5, none = {} } }\n",
        &c, &e));
    const struct config_node *root = config_root(c);
    const struct config_node *listen = config_part(root, "listen");

    assert_int_equal(root->n, 4);
    assert_int_equal(listen->kind, CONFIG_LIST);
    assert_int_equal(listen->n, 2);
    assert_string_equal(listen->parts[1].text, "[::1]:2");
    assert_int_equal(config_part(root, "threads")->integer, 3);
    assert_string_equal(config_part(root, "threads")->text, "3");
    assert_int_equal(config_part(root, "lab")->kind, CONFIG_BOOLEAN);
    const struct config_node *rule = config_part(config_part(root, "rules"), "a/b");

    assert_true(config_part(rule, "share")->number == 0.5);
    assert_int_equal(config_part(rule, "none")->n, 0);
    assert_null(config_part(rule, "nothing"));
    assert_null(config_part(config_part(root, "threads"), "x"));
    assert_null(config_part(NULL, "x"));
    config_free(c);
}

static const struct {
    const char *text, *wanted;
} wrongs[] = {
    {"listen = \"a\"\nthreads = =\n", ":2: unexpected symbol"},
    {"x = os.time()", ":1: attempt to index a nil value (global 'os')"},
    {"x = require 'os'", "attempt to call a nil value (global 'require')"},
    {"while true do end", "instructions in one call"},
    {"x = (\"x\"):rep(1e9)", "string.rep: more than"},
    {"x = function() end", "x: a function is no value here"},
    {"local t = {} t.t = t x = t", "more than 8 deep"},
    {"x = { 1, a = 2 }", "x: a table has rows or names, not both"},
    {"x = { [0.5] = 1 }", "x: a table has rows or names, not both"},
    {"x = { 1, nil, 3, [9] = 1 }", "a row: a nil is no value here"},
    {"x = { 1, [9] = 1 }", "x: a list has rows from 1 on"},
    {"x = { true, [false] = 1 }", "x: a table has rows or names, not both"},
    {"x = \"a\\0b\"", "x has a NUL in it"},
    {"return { listen = 1 }", "it returns nothing"},
    {"\x1bLua", "attempt to load a binary chunk"},
    {"local t = {} for i = 1, 300000 do t[i] = i end x = t", "more than 200000 values"},
};

static void what_is_no_data_is_an_error_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        struct config *c;
        struct err e = {0};

        if (read_text(wrongs[i].text, &c, &e))
            fail_msg("taken: %s", wrongs[i].text);
        if (!strstr(e.text, wrongs[i].wanted))
            fail_msg("%s\n  wanted: %s\n  got:    %s", wrongs[i].text, wrongs[i].wanted, e.text);
    }
}

static void a_complaint_names_file_line_key_and_the_nearest_name(void **state)
{
    static const char *const names[] = {"hosts", "minimum", NULL};
    struct config *c;
    struct err e = {0};
    char wanted[200];

    (void)state;
    assert_true(
        read_text("-- rules = {\nrules = {\n  [\"a/b\"] = {\n    hots = { \"x\" },\n  },\n}\n"
                  "local p = { geo = { file = 1 } }\nplugins = p\n",
            &c, &e));
    const struct config_node *rules = config_part(config_root(c), "rules");
    const struct config_node *at = config_part(config_part(rules, "a/b"), "hots");

    assert_false(config_unknown(c, at, "setting", names, &e));
    snprintf(wanted, sizeof wanted,
        "%s:4: rules[\"a/b\"].hots: there is no such setting; did you mean 'hosts'?", file);
    assert_string_equal(e.text, wanted);
    assert_int_equal(e.kind, ERR_CONFIG);
    /* What is not written out there is told by what is. */
    at = config_part(config_part(config_part(config_root(c), "plugins"), "geo"), "file");
    assert_false(config_wrong(c, at, &e, "wants text, not a %s", config_kind_name(at->kind)));
    snprintf(wanted, sizeof wanted, "%s:8: plugins.geo.file: wants text, not a integer", file);
    assert_string_equal(e.text, wanted);
    config_free(c);
}

static void an_absent_file_and_a_huge_one_are_refused(void **state)
{
    struct config *c;
    struct err e = {0};
    char *huge = mem_new(2 * 1024 * 1024);

    (void)state;
    assert_false(config_read("/nowhere/config.lua", &c, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    memset(huge, ' ', 2 * 1024 * 1024 - 1);
    assert_false(read_text(huge, &c, &e));
    mem_free(huge);
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
        cmocka_unit_test(what_is_said_comes_out_as_a_tree),
        cmocka_unit_test(what_is_no_data_is_an_error_with_its_line),
        cmocka_unit_test(a_complaint_names_file_line_key_and_the_nearest_name),
        cmocka_unit_test(an_absent_file_and_a_huge_one_are_refused),
    };
    return cmocka_run_group_tests(tests, file_make, file_drop);
}
