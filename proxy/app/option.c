#include "option.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "fold.h"

enum {
    OPTIONS_MOST = 64,
    LONG_ONES = 999, /* getopt's numbers from here on are long options: --help, then the rows */
};

static int has_value(const struct option_row *row)
{
    if (!row->value)
        return no_argument;
    return row->value[0] == '[' ? optional_argument : required_argument;
}

void options_help(const struct command_help *help)
{
    struct text out = {0};

    text_printf(&out, "usage: %s\n\n%s\n\n", help->usage, help->about);
    for (const struct option_row *row = help->rows; row->name; row++) {
        bool optional = has_value(row) == optional_argument;
        char left[64], letter[8] = "    ";

        if (row->letter)
            snprintf(letter, sizeof letter, "-%c, ", row->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, row->name,
            optional     ? "[="
            : row->value ? " "
                         : "",
            row->value ? row->value + optional : "");
        text_printf(&out, "  %-27s  %s\n", left, row->about);
    }
    text_printf(&out, "  %-27s  %s\n", "    --help", "this text");
    if (help->after)
        text_printf(&out, "\n%s\n", help->after);
    fold_print(text_str(&out));
    text_fini(&out);
}

/* getopt_long says '?' to three things and tells them apart by optopt: a letter, a row's own
 * number, or 0 for a name. */
static bool unknown(const struct command_help *help, const char *word, struct err *e)
{
    const char *names[OPTIONS_MOST + 1];
    size_t n = 0;
    char bare[64];

    if (optopt > 0 && optopt < LONG_ONES) /* word may be the argument before: the letter stands in a
                                             bundle such as -xq */
        return err_set(e, ERR_USAGE, "no option -%c; see --help",
            optopt > ' ' && optopt < 0x7f ? optopt : '?');
    while (*word == '-')
        word++;
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word, "="), word);
    if (optopt >= LONG_ONES)
        return err_set(e, ERR_USAGE, "--%s takes no value; see --help", bare);
    for (const struct option_row *row = help->rows; row->name && n < OPTIONS_MOST; row++)
        names[n++] = row->name;
    names[n] = NULL;
    const char *near = text_nearest(bare, names);
    return err_set(e, ERR_USAGE, "no option --%s%s%s; see --help", bare,
        near ? "; did you mean --" : "", near ? near : "");
}

bool options_parse(const struct command_help *help, int argc, char **argv,
    bool (*take)(void *arg, const char *name, const char *value, struct err *e), void *arg,
    int *rest, struct err *e)
{
    struct option table[OPTIONS_MOST + 2] = {0};
    char letters[2 * OPTIONS_MOST + 4] = ":";
    size_t n = 0;

    for (const struct option_row *row = help->rows; row->name && n < OPTIONS_MOST; row++, n++) {
        char one[3] = {row->letter, row->value ? ':' : '\0', '\0'};

        table[n] = (struct option){
            .name = row->name, .has_arg = has_value(row), .val = LONG_ONES + 1 + (int)n};
        if (row->letter)
            strncat(letters, one, sizeof letters - strlen(letters) - 1);
    }
    table[n] = (struct option){.name = "help", .has_arg = no_argument, .val = LONG_ONES};
    opterr = 0;
    optind = 0;
    for (int got; (got = getopt_long(argc, argv, letters, table, NULL)) != -1;) {
        if (got == LONG_ONES) {
            options_help(help);
            *e = (struct err){0};
            return false;
        }
        if (got == '?')
            return unknown(help, argv[optind - 1], e);
        if (got == ':')
            return err_set(e, ERR_USAGE, "%s wants a value; see --help", argv[optind - 1]);
        const struct option_row *row = help->rows;
        for (; row->name; row++)
            if (got > LONG_ONES ? row == help->rows + (got - LONG_ONES - 1) : row->letter == got)
                break;
        if (!take(arg, row->name, optarg, e))
            return false;
    }
    *rest = optind;
    return true;
}

int fail(const struct err *e)
{
    if (e->kind == ERR_NONE)
        return 0; /* --help was asked for */
    fprintf(stderr, "whytls: %s\n", e->text);
    return e->kind == ERR_REACH ? 3 : 2;
}
