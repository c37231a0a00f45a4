/* app/config.h - the configuration file of a command: where it lies, and its options, which stand
 * in for what the command line leaves out. */
#ifndef WHYTLS_APP_CONFIG_H
#define WHYTLS_APP_CONFIG_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "option.h"
#include "script/config.h"

/* The row of --config, for the table of every command that reads it. */
#define CONFIG_ROW                                                                                 \
    {                                                                                              \
        "config", 0, "FILE", "settings as Lua data (default $XDG_CONFIG_HOME/whytls/config.lua)"   \
    }

/* Reads the file that was named, or the default one where there is one; *out may come out NULL. */
bool config_open(const char *option, struct config **out, struct err *e) MUST_USE;

/* As options_parse, but what config.lua says of a row of the table is taken as well, before the
 * command line, unless the line says the same option. A row is spelt with _ for -, a switch is true
 * or false, an option that may be given again may be a list. Beside the rows the file holds `rules`
 * and `plugins`, which are for others. Values live as long as *config, which is the caller's. */
bool options_parse_with_config(const struct command_help *help, int argc, char **argv,
    bool (*take)(void *arg, const char *name, const char *value, struct err *e), void *arg,
    int *rest, struct config **config, struct err *e) MUST_USE;

#endif
