#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option.h" /* before cmocka, whose macro fail() would swallow ours */

#include <cmocka.h>

#include "base/text.h"

static const struct option_row rows[] = {
    {"listen", 'l', "ADDR:PORT", "where phones connect"},
    {"log", 0, "FILE", "where records go"},
    {"quiet", 'q', NULL, "say less"},
    {"lab", 0, NULL, "bring the lab"},
    {"sites", 0, "[HOST]", "some, or all"},
    {NULL, 0, NULL, NULL},
};
static const struct command_help help = {.usage = "whytls try [OPTION]…",
    .about = "Tries options.",
    .rows = rows,
    .after = "Exit codes: 0 done."};

enum { ARGUMENTS_MOST = 8 };

/* What was taken, as "name=value name …"; a value of "bad" is refused. */
static bool note_down(void *arg, const char *name, const char *value, struct err *e)
{
    struct text *seen = arg;

    text_printf(seen, "%s%s%s%s", seen->len ? " " : "", name, value ? "=" : "", value ? value : "");
    return !value || strcmp(value, "bad") != 0 || err_set(e, ERR_USAGE, "--%s bad: not so", name);
}

/* Splits the words at blanks, for getopt_long moves them about. */
static bool parse(const char *words, struct text *seen, int *rest, char argument[64], struct err *e)
{
    char buf[256], *argv[ARGUMENTS_MOST + 1] = {0}, *save = NULL;
    int argc = 0;

    snprintf(buf, sizeof buf, "try %s", words);
    for (char *word = strtok_r(buf, " ", &save); word && argc < ARGUMENTS_MOST;
         word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    *rest = -1;
    bool good = options_parse(&help, argc, argv, note_down, seen, rest, e);
    snprintf(argument, 64, "%s", good && *rest < argc ? argv[*rest] : "");
    return good;
}

static void each_way_to_write_an_option_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *words, *seen, *argument;
    } cases[] = {
        {"", "", ""},
        {"--log file", "log=file", ""},
        {"--log=file", "log=file", ""},
        {"--sites rest", "sites", "rest"},
        {"--sites=shop.example", "sites=shop.example", ""},
        {"--log=a=b", "log=a=b", ""},
        {"--log=", "log=", ""},
        {"--log -", "log=-", ""},
        {"--lab", "lab", ""},
        {"-l 1:2", "listen=1:2", ""},
        {"-l1:2", "listen=1:2", ""},
        {"-ql1:2", "quiet listen=1:2", ""},
        {"-q -q", "quiet quiet", ""},
        {"target --lab", "lab", "target"},
        {"--lab -- --log", "lab", "--log"},
        {"-", "", "-"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text seen = {0};
        struct err e = {0};
        char argument[64];
        int rest;

        if (!parse(cases[i].words, &seen, &rest, argument, &e))
            fail_msg("“%s”: %s", cases[i].words, e.text);
        assert_string_equal(text_str(&seen), cases[i].seen);
        assert_string_equal(argument, cases[i].argument);
        text_fini(&seen);
    }
}

static void what_is_wrong_is_named_with_its_mend(void **state)
{
    (void)state;
    static const struct {
        const char *words, *text;
    } cases[] = {
        {"--lisen x", "no option --lisen; did you mean --listen; see --help"},
        {"--lisen=x", "no option --lisen; did you mean --listen; see --help"},
        {"--entirely-else", "no option --entirely-else; see --help"},
        {"target --lisen", "no option --lisen; did you mean --listen; see --help"},
        {"-x", "no option -x; see --help"},
        {"-xq", "no option -x; see --help"},
        {"-qx", "no option -x; see --help"},
        {"-\033", "no option -?; see --help"},
        {"--log", "--log wants a value; see --help"},
        {"-l", "-l wants a value; see --help"},
        {"--lab=1", "--lab takes no value; see --help"},
        {"--help=1", "--help takes no value; see --help"},
        {"--log bad", "--log bad: not so"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text seen = {0};
        struct err e = {0};
        char argument[64];
        int rest;

        assert_false(parse(cases[i].words, &seen, &rest, argument, &e));
        assert_string_equal(e.text, cases[i].text);
        assert_int_equal(e.kind, ERR_USAGE);
        text_fini(&seen);
    }
}

static void a_name_without_end_is_cut(void **state)
{
    (void)state;
    char *argv[] = {(char[]){"try"}, (char[4096]){"--"}, NULL};
    struct err e = {0};
    struct text seen = {0};
    int rest;

    memset(argv[1] + 2, 'a', 4000);
    assert_false(options_parse(&help, 2, argv, note_down, &seen, &rest, &e));
    assert_int_equal(e.kind, ERR_USAGE);
    assert_true(strlen(e.text) < 120);
}

static void help_is_printed_and_is_no_error(void **state)
{
    (void)state;
    FILE *terminal = stdout;
    char *printed = NULL, argument[64];
    size_t len;
    int rest;
    struct text seen = {0};
    struct err e = {.kind = ERR_USAGE};

    stdout = open_memstream(&printed, &len);
    bool good = parse("--lab --help --nonsense", &seen, &rest, argument, &e);
    fclose(stdout);
    stdout = terminal;
    assert_false(good);
    assert_int_equal(e.kind, ERR_NONE);
    assert_int_equal((fail)(&e), 0);
    assert_string_equal(printed, "usage: whytls try [OPTION]…\n\nTries options.\n\n"
                                 "  -l, --listen ADDR:PORT       where phones connect\n"
                                 "      --log FILE               where records go\n"
                                 "  -q, --quiet                  say less\n"
                                 "      --lab                    bring the lab\n"
                                 "      --sites[=HOST]           some, or all\n"
                                 "      --help                   this text\n"
                                 "\nExit codes: 0 done.\n");
    free(printed);
    text_fini(&seen);
}

static void an_error_gives_the_exit_code_of_its_kind(void **state)
{
    (void)state;
    static const struct {
        enum err_kind kind;
        int code;
    } cases[] = {{ERR_USAGE, 2}, {ERR_INPUT, 2}, {ERR_SYSTEM, 2}, {ERR_REACH, 3}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FILE *terminal = stderr;
        char *printed = NULL;
        size_t len;
        struct err e = {0};

        err_set(&e, cases[i].kind, "what happened");
        stderr = open_memstream(&printed, &len);
        int code = (fail)(&e);
        fclose(stderr);
        stderr = terminal;
        assert_int_equal(code, cases[i].code);
        assert_string_equal(printed, "whytls: what happened\n");
        free(printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_write_an_option_is_taken),
        cmocka_unit_test(what_is_wrong_is_named_with_its_mend),
        cmocka_unit_test(a_name_without_end_is_cut),
        cmocka_unit_test(help_is_printed_and_is_no_error),
        cmocka_unit_test(an_error_gives_the_exit_code_of_its_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
