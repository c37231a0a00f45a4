/* app/option.h - one table of options a command: it is parsed, and it prints the help. Built on
 * getopt_long. */
#ifndef WHYTLS_APP_OPTION_H
#define WHYTLS_APP_OPTION_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

struct option_row {
    const char *name; /* "listen"; NULL ends the table */
    char letter;      /* 'q', or 0 */
    const char
        *value; /* "ADDR:PORT"; "[HOST]": may be left out, and is given with =; NULL: a switch */
    const char *about;
};

struct command_help {
    const char *usage; /* "whytls run [OPTION]…" */
    const char *about; /* a sentence or two */
    const struct option_row *rows;
    const char *after; /* examples, exit codes; or NULL */
};

/* Calls `take(arg, name, value, e)` for each option that is given; "--help" prints the help on
 * standard output and gives false with e->kind ERR_NONE. *rest is the index of the first argument
 * that is no option. */
bool options_parse(const struct command_help *help, int argc, char **argv,
    bool (*take)(void *arg, const char *name, const char *value, struct err *e), void *arg,
    int *rest, struct err *e) MUST_USE;
void options_help(const struct command_help *help);
/* Prints "whytls: …" on stderr and gives the exit code of the error's kind: 2 for usage and input,
 * 3 for reach. */
int fail(const struct err *e);

#endif
