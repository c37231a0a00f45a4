/* app/cmd_judge.c - `whytls judge`: JSON Lines of cases in, JSON Lines of verdicts out. */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/text.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "trust/ct_logs.h"

#include "case_json.h"
#include "ct_list.h"
#include "option.h"

enum { EXIT_REFUSED = 1, EXIT_BAD_INPUT = 2 };

static const struct option_row rows[] = {{0}};

static const struct command_help help = {
    .usage = "whytls judge [FILE]",
    .about =
        "Judges chains of certificates as iOS would: one case a line (JSON Lines) from FILE or\n"
        "standard input, one verdict a line on standard output, in the same order.",
    .rows = rows,
    .after =
        "A case:\n"
        "  "
        "{\"id\":\"…\",\"policy\":\"ios\",\"kind\":\"tls-server\",\"hostname\":\"shop.example\",\n"
        "   \"verify_time\":\"2026-11-21T09:00:00Z\",\"leaf\":\"Base64 of DER\",\n"
        "   \"intermediates\":[…],\"anchors\":[…],\"anchors_are\":\"system|user|custom\"}\n"
        "A line that cannot be read is answered with \"verdict\":\"error\", a case that asks for\n"
        "what whytls cannot judge with \"unsupported\".\n\n"
        "Exit codes: 0 nothing was rejected; 1 at least one case was rejected; 2 the file or a\n"
        "line could not be read.",
};

struct batch {
    const char *name; /* of the input */
    FILE *in;
    size_t line, rejected, broken;
    int64_t now;
    bool prompt;             /* somebody may be waiting for each answer before the next case */
    struct ct_logs *ct_logs; /* for cases that bring none of their own */
};

static void answer_open(struct json_out *j, struct text *to, const char *id)
{
    json_init(j, to);
    json_object(j);
    json_put_int(j, "v", 1);
    json_put_text(j, "id", id);
}

static void answer_close(struct json_out *j, struct text *to)
{
    json_object_end(j);
    text_add_char(to, '\n');
    fwrite(text_str(to), 1, to->len, stdout);
    text_fini(to);
}

static void answer_words(const char *id, const char *verdict, const char *key, const char *words)
{
    struct json_out j;
    struct text to = {0};

    answer_open(&j, &to, id);
    json_put_text(&j, "verdict", verdict);
    json_put_text(&j, key, words);
    answer_close(&j, &to);
}

static void answer_error(struct batch *b, const char *id, struct err *e)
{
    char safe[600];

    b->broken++;
    err_wrap(e, "line %zu", b->line);
    answer_words(id, "error", "error", e->text);
    fprintf(stderr, "whytls: %s: %s\n", b->name, text_safe(safe, sizeof(safe), e->text));
}

static void answer_case(struct batch *b, const struct case_json *c)
{
    struct verdict verdict = {0};
    struct json_out j;
    struct text to = {0};

    case_json_judge(c, b->ct_logs, &verdict);
    b->rejected += verdict.answer == VERDICT_REJECT;
    b->broken += verdict.answer == VERDICT_ERROR;
    answer_open(&j, &to, c->id);
    verdict_write_json(&verdict, &j);
    answer_close(&j, &to);
    verdict_fini(&verdict);
}

static void judge_line(struct batch *b, const char *line, size_t len)
{
    struct case_json c = {0};
    struct err e = {0};

    if (!case_json_read(line, len, b->now, &c, &e))
        answer_error(b, c.id, &e);
    else if (c.unsupported)
        answer_words(c.id, "unsupported", "unsupported", c.unsupported);
    else
        answer_case(b, &c);
    case_json_fini(&c);
}

/* The next line without its end; one that is too long is read to its end and comes cut by
 * *too_long. False at the end. */
static bool line_next(struct batch *b, struct text *line, bool *too_long)
{
    int c = getc_unlocked(b->in);

    text_clear(line);
    *too_long = false;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc_unlocked(b->in)) {
        *too_long = *too_long || line->len == CASE_BYTES_MOST;
        if (!*too_long)
            text_add_char(line, (char)c);
    }
    b->line++;
    return true;
}

static bool is_blank(const struct text *line)
{
    return line->len == strspn(text_str(line), " \t\r");
}

static int batch_run(struct batch *b)
{
    struct text line = {0};
    bool too_long;

    while (!ferror(stdout) && line_next(b, &line, &too_long)) {
        if (too_long) {
            struct err e = {0};

            err_set(&e, ERR_INPUT, "longer than %d bytes", CASE_BYTES_MOST);
            answer_error(b, NULL, &e);
        } else if (!is_blank(&line)) {
            judge_line(b, text_str(&line), line.len);
        }
        if (b->prompt)
            fflush(stdout);
    }
    text_fini(&line);
    if (ferror(b->in) || fflush(stdout) != 0 || ferror(stdout)) {
        struct err e = {0};

        if (ferror(b->in))
            err_sys(&e, "%s", b->name);
        else
            err_set(&e, ERR_SYSTEM, "standard output: closed or full before the answer to line %zu",
                b->line);
        return fail(&e);
    }
    return b->rejected ? EXIT_REFUSED : b->broken ? EXIT_BAD_INPUT : EXIT_SUCCESS;
}

static bool is_plain_file(FILE *f)
{
    struct stat st;

    return fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode);
}

static bool no_option(void *arg, const char *name, const char *value, struct err *e)
{
    (void)arg;
    (void)value;
    return err_set(e, ERR_USAGE, "unknown option --%s", name);
}

int cmd_judge(int argc, char **argv)
{
    struct batch b = {
        .name = "standard input", .in = stdin, .now = clock_wall_ms(clock_system()) / 1000};
    struct err e = {0};
    int rest = 1, code;

    if (!options_parse(&help, argc, argv, no_option, NULL, &rest, &e))
        return e.kind == ERR_NONE ? EXIT_SUCCESS : fail(&e);
    if (argc - rest > 1) {
        err_set(&e, ERR_USAGE, "judge takes one file, and got %d (see whytls judge --help)",
            argc - rest);
        return fail(&e);
    }
    if (rest < argc && strcmp(argv[rest], "-") != 0) {
        b.name = argv[rest];
        b.in = fopen(b.name, "re");
        if (!b.in) {
            err_sys(&e, "%s", b.name);
            return fail(&e);
        }
    }
    signal(SIGPIPE, SIG_IGN); /* whoever reads the answers may leave: then an error is told and the
                                 rest not judged */
    b.prompt = !is_plain_file(b.in);
    b.ct_logs = ct_list_open(NULL, NULL, &e);
    code = b.ct_logs ? batch_run(&b) : fail(&e);
    ct_logs_unref(b.ct_logs);
    if (b.in != stdin)
        fclose(b.in);
    return code;
}
