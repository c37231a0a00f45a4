/* The line of a key is found again whatever stands around it. */
#include "config_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name, *source;
    size_t line;
} cases[] = {
    {"a plain one", "rules = { a = { b = 1 } }", 1},
    {"one a line", "x = 1\nrules = {\n  a = {\n    b = 1 } }", 4},
    {"in brackets", "rules = {\n[\"a\"] = {\n['b'] = 1 } }", 3},
    {"after comments that look like it",
        "-- rules = { a = { b = 1 }}\n--[[ rules = {\n a = { b\n]]\n"
        "rules = { a = { b = 1 } }",
        5},
    {"after texts that look like it",
        "x = \"rules = { a = { b = \\\" \"\ny = [==[\nrules = { a = "
        "{ b = 1\n]==]\nrules = { a = { b = 1 } }",
        5},
    {"after the same names elsewhere",
        "a = { b = 1 }\nb = 2\nrules = { c = { b = 2 },\na = {\nb = 1 "
        "} }",
        5},
    {"after the same name deeper", "rules = { a = { c = { b = 1 },\nb = 2 } }", 2},
    {"a comparison is no key", "rules = { a = { c = b == 1,\nb = 2 } }", 1},
    {"by way of a local", "local t = { b = 1 } rules = { a = t }", 0},
    {"nothing", "", 0},
    {"a text that does not end", "rules = \"", 0},
    {"a comment that does not end", "--[[ rules", 0},
    {"a bracket at the end", "rules [", 0},
};

static void keys_are_found_where_they_stand(void **state)
{
    const struct config_node nodes[] = {{.key = "rules"}, {.key = "a"}, {.key = "b"}};
    const struct config_node *path[] = {&nodes[0], &nodes[1], &nodes[2]};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t line = config_line_find(cases[i].source, strlen(cases[i].source), path, 3);

        if (line != cases[i].line)
            fail_msg("%s: line %zu, not %zu", cases[i].name, line, cases[i].line);
    }
}

static void a_row_of_a_list_is_found_by_its_text(void **state)
{
    const struct config_node nodes[] = {{.key = "listen"}, {.text = "b:2"}};
    const struct config_node *path[] = {&nodes[0], &nodes[1]};
    const char *source = "x = \"b:2\"\nlisten = { \"a:1\",\n\"b:2\" }";

    (void)state;
    assert_int_equal(config_line_find(source, strlen(source), path, 2), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_where_they_stand),
        cmocka_unit_test(a_row_of_a_list_is_found_by_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
