/* app/cmd_explain.c - `whytls explain TARGET`: what would an iPhone say of this host or
 * certificate, and why? */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "explanation.h"
#include "flow/flow.h"
#include "inquiry.h"
#include "option.h"
#include "term.h"

static const struct option_row rows[] = {
    INQUIRY_ROWS,
    {"json", 0, NULL, "the whole record as one JSON object"},
    {"color", 0, "WHEN", "always, never or auto"},
    {"verbose", 'v', NULL, "show every fact"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls explain TARGET [OPTION]…",
    .about = "Asks what an iPhone would say of a site, a mail server or a certificate, and why.\n"
             "TARGET is HOST[:PORT], an address (https, imap, imaps, smtp, submission, smtps, "
             "pop3, pop3s, sieve), a file, or - for\n"
             "standard input. A file holds certificates in any order (PEM, DER or .p7b), an "
             "identity (PKCS#12), a\n"
             "configuration profile (.mobileconfig), or one root: would its switch appear in "
             "Certificate Trust Settings?",
    .rows = rows,
    .after = "Exit codes: 0 accepted; 1 refused; 2 the target cannot be read; 3 cannot be reached.",
};

struct job {
    struct inquiry inquiry;
    const char *target, *color;
    bool json, verbose;
    struct term term;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;
    bool taken;

    if (!inquiry_take(&j->inquiry, name, value, &taken, e))
        return false;
    if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    else if (strcmp(name, "verbose") == 0)
        j->verbose = true;
    return true;
}

static int run(struct job *j, struct err *e)
{
    struct flow *f = NULL;

    if (!inquiry_open(&j->inquiry, e) || !inquiry_ask(&j->inquiry, j->target, NULL, NULL, &f, e))
        return fail(e);
    explanation_print(&j->term, f, j->json, j->verbose, stdout);
    int code = inquiry_code(f);
    flow_free(f);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    if (rest + 1 != argc) {
        err_set(&e, ERR_USAGE, "explain wants one target; see whytls explain --help");
        return fail(&e);
    }
    signal(SIGPIPE, SIG_IGN);
    j.target = argv[rest];
    int code = term_init(&j.term, j.color, &e) ? run(&j, &e) : fail(&e);
    inquiry_close(&j.inquiry);
    return code;
}
