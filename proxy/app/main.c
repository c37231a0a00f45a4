/* app/main.c - the table of subcommands, nothing else. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"run", cmd_run, "start the proxy"},
    {"explain", cmd_explain, "what would an iPhone say of this host or certificate, and why?"},
    {"compare", cmd_compare, "two that should be the same: why is one accepted and the other not?"},
    {"judge", cmd_judge, "JSON Lines of cases in, JSON Lines of verdicts out"},
    {"ca", cmd_ca, "our own root: init, show, export, renew"},
    {"profile", cmd_profile, "one .mobileconfig out of many company certificates: build, lint"},
    {"lab", cmd_lab, "a local badssl: one failing server per cause"},
    {"flows", cmd_flows, "the connections that are kept, by a filter; as they come"},
    {"devices", cmd_devices,
        "the phones we know: how far their set-up came, and who refuses us there"},
    {"export", cmd_export, "what is kept, as a file: HAR, JSON Lines, pcapng, CSV, curl, a report"},
    {"import", cmd_import, "HAR or JSON Lines back into what is kept"},
    {"review", cmd_review, "which app accepted which faulty certificate, and who pins"},
    {"doctor", cmd_doctor, "is everything here, and is its data fresh?"},
    {"rules", cmd_rules, "the Lua rules: list, test, fields"},
    {"plugins", cmd_plugins, "the C plugins: which there are, and whether each works"},
};

static void help(FILE *to)
{
    fputs("usage: whytls COMMAND [OPTION]…\n\nThe proxy that says why a TLS connection fails.\n\n",
        to);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].about);
    fputs("\nwhytls COMMAND --help tells more. Begin with: whytls run --lab\n", to);
}

static int unknown(const char *word)
{
    const char *names[sizeof commands / sizeof commands[0] + 1] = {0};

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        names[i] = commands[i].name;
    const char *near = text_nearest(word, names);
    char safe[128];
    fprintf(stderr, "whytls: no command \"%s\"%s%s; see whytls --help\n",
        text_safe(safe, sizeof safe, word), near ? "; did you mean " : "", near ? near : "");
    return 2;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("whytls " WHYTLS_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}
