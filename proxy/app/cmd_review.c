/* app/cmd_review.c - `whytls review`: which app accepted which faulty certificate, and who pins. */
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "command.h"
#include "option.h"
#include "review.h"
#include "term.h"

enum { EXIT_FINDING = 1, BAD_LINES_TOLD = 5 };

static const struct option_row rows[] = {
    {"app", 0, "NAME", "records of this app alone"},
    {"device", 0, "NAME", "records of this device alone: its name, id or address"},
    {"json", 0, NULL, "one JSON object"},
    {"csv", 0, NULL, "a line for each fault and each pin, for a spreadsheet"},
    {"color", 0, "WHEN", "always, never or auto"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls review [OPTION]… LOG…",
    .about = "Reads traffic logs (whytls run --log FILE; - is standard input) and says which app "
             "accepted which\n"
             "faulty certificate, which refused it and how, and which hosts an app pins.",
    .rows = rows,
    .after = "Faults are shown by whytls run --fault CAUSE[@HOST[%DEVICE]] and --mirror-faults.\n"
             "Exit codes: 0 no finding; 1 an app accepted a certificate that it should refuse;\n"
             "2 a log cannot be read, or holds no record.",
};

struct job {
    struct review_filter only;
    const char *color;
    bool json, csv;
    size_t bad_told;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    (void)e;
    if (strcmp(name, "app") == 0)
        j->only.app = value;
    else if (strcmp(name, "device") == 0)
        j->only.device = value;
    else if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    else if (strcmp(name, "csv") == 0)
        j->csv = true;
    return true;
}

/* The next line without its end; of one that is too long the beginning. False at the end. */
static bool line_next(FILE *in, struct text *line, bool *too_long)
{
    int c = getc_unlocked(in);

    text_clear(line);
    *too_long = false;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc_unlocked(in)) {
        *too_long = *too_long || line->len == REVIEW_LINE_MOST;
        if (!*too_long)
            text_add_char(line, (char)c);
    }
    return true;
}

static void tell_bad_line(struct job *j, const char *name, size_t n, const struct err *why)
{
    char safe[700], file[200];

    if (j->bad_told++ < BAD_LINES_TOLD)
        fprintf(stderr, "whytls: %s: line %zu: %s\n", text_safe(file, sizeof file, name), n,
            text_safe(safe, sizeof safe, why->text));
}

static void log_read(struct job *j, struct review *r, FILE *in, const char *name)
{
    struct text line = {0};
    bool too_long;

    for (size_t n = 1; line_next(in, &line, &too_long); n++) {
        struct err e = {0};

        if (line.len == strspn(text_str(&line), " \t\r"))
            continue;
        /* What is cut is no JSON any more, and counted as that. */
        if (!review_take(r, text_str(&line), line.len, &e)) {
            if (too_long)
                err_set(&e, ERR_INPUT, "longer than %d bytes", REVIEW_LINE_MOST);
            tell_bad_line(j, name, n, &e);
        }
    }
    text_fini(&line);
}

static bool log_open(struct job *j, struct review *r, const char *path, struct err *e)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *in = standard ? stdin : fopen(path, "re");
    char safe[200];

    if (!in)
        return err_sys(e, "%s", text_safe(safe, sizeof safe, path));
    log_read(j, r, in, standard ? "standard input" : path);
    bool well = !ferror(in) || err_sys(e, "%s", text_safe(safe, sizeof safe, path));
    if (!standard)
        fclose(in);
    return well;
}

static bool tell(const struct job *j, const struct review *r, struct err *e)
{
    struct text out = {0};
    struct term term;

    if (j->csv) {
        review_csv(r, &out);
    } else if (j->json) {
        struct json_out json;

        json_init(&json, &out);
        review_json(r, &json);
        text_add_char(&out, '\n');
    } else {
        if (!term_init(&term, j->color, e))
            return false;
        review_write(r, &term, &out);
    }
    fputs(text_str(&out), stdout);
    text_fini(&out);
    return fflush(stdout) == 0 || err_sys(e, "standard output");
}

static bool logs_read(struct job *j, struct review *r, char **paths, int n, struct err *e)
{
    if (n == 0)
        return err_set(e, ERR_USAGE, "review wants a traffic log, as whytls run --log FILE writes");
    for (int i = 0; i < n; i++)
        if (!log_open(j, r, paths[i], e))
            return false;
    return review_records(r) > 0 ||
           err_set(e, ERR_INPUT, "there is no record of a connection in %s",
               n == 1 ? "this log" : "these logs");
}

int cmd_review(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e) ||
        (j.json && j.csv && !err_set(&e, ERR_USAGE, "either --json or --csv")))
        return fail(&e);
    struct review *r = review_new(&j.only);
    bool well = logs_read(&j, r, argv + rest, argc - rest, &e) && tell(&j, r, &e);
    int code = !well ? fail(&e) : review_findings(r) ? EXIT_FINDING : 0;
    review_free(r);
    return code;
}
