/* app/cmd_compare.c - `whytls compare A B`: two that should be the same; why is one accepted and
 * the other not? */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "command.h"
#include "comparison.h"
#include "explain/compare.h"
#include "explanation.h"
#include "flow/flow.h"
#include "inquiry.h"
#include "judge/verdict.h"
#include "option.h"
#include "term.h"

static const struct option_row rows[] = {
    INQUIRY_ROWS,
    {"json", 0, NULL, "one JSON object"},
    {"color", 0, "WHEN", "always, never or auto"},
    {"verbose", 'v', NULL, "show every value in full"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls compare A B [OPTION]…",
    .about = "Says why one of two is accepted and the other is not: the differences that a check\n"
             "goes by, and on which side it fails, then those that do not matter. A and B are\n"
             "targets as of whytls explain. Where one is a file and the other a host, the host's\n"
             "name is looked for in both.",
    .rows = rows,
    .after = "Exit codes: 0 both accepted; 1 one or both refused; 2 a target cannot be read;\n"
             "3 cannot be reached.",
};

struct job {
    struct inquiry inquiry;
    const char *target[2], *color;
    bool json, verbose;
    struct term term;
    struct flow *flow[2];
    struct verdict verdict[2];
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

/* A host goes first, so that a file can be asked for the same name. */
static bool ask_both(struct job *j, struct err *e)
{
    int first = inquiry_is_file(j->target[0]) && !inquiry_is_file(j->target[1]);

    for (int i = 0; i < 2; i++) {
        int s = i ? !first : first;
        const char *host = NULL;

        if (i && inquiry_is_file(j->target[s]) && !inquiry_is_file(j->target[!s]))
            host = j->flow[!s]->target->host;
        if (!inquiry_ask(&j->inquiry, j->target[s], host, &j->verdict[s], &j->flow[s], e))
            return false;
    }
    return true;
}

static void show(const struct job *j)
{
    struct compare_side asked[2];
    struct comparison_side shown[2];
    struct text out = {0};
    struct json_out json;

    for (int s = 0; s < 2; s++) {
        asked[s] = (struct compare_side){.verdict = &j->verdict[s], .flow = j->flow[s]};
        if (j->verdict[s].answer == VERDICT_ERROR)
            asked[s].no_chain = explanation_plain(j->flow[s]);
        shown[s] = (struct comparison_side){
            .target = j->target[s], .verdict = &j->verdict[s], .flow = j->flow[s]};
    }
    bool webpki = j->inquiry.policy && strcmp(j->inquiry.policy, "webpki") == 0;
    struct comparison *c = compare(&asked[0], &asked[1], webpki);
    if (j->json) {
        json_init(&json, &out);
        comparison_json(c, shown, &json);
        text_add_char(&out, '\n');
    } else {
        comparison_write(&j->term, c, shown, j->verbose, &out);
    }
    fputs(text_str(&out), stdout);
    text_fini(&out);
    comparison_free(c);
}

static int run(struct job *j, struct err *e)
{
    if (strcmp(j->target[0], "-") == 0 && strcmp(j->target[1], "-") == 0) {
        err_set(e, ERR_USAGE, "standard input can be one of the two, not both");
        return fail(e);
    }
    if (!inquiry_open(&j->inquiry, e) || !ask_both(j, e))
        return fail(e);
    show(j);
    int a = inquiry_code(j->flow[0]), b = inquiry_code(j->flow[1]);
    return a > b ? a : b;
}

int cmd_compare(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    if (rest + 2 != argc) {
        err_set(&e, ERR_USAGE, "compare wants two targets; see whytls compare --help");
        return fail(&e);
    }
    signal(SIGPIPE, SIG_IGN);
    j.target[0] = argv[rest];
    j.target[1] = argv[rest + 1];
    int code = term_init(&j.term, j.color, &e) ? run(&j, &e) : fail(&e);
    for (int s = 0; s < 2; s++) {
        flow_free(j.flow[s]);
        verdict_fini(&j.verdict[s]);
    }
    inquiry_close(&j.inquiry);
    return code;
}
