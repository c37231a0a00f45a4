/* app/cmd_export.c - `whytls export FORM [FILTER]`: what is kept, as a file for another program or
 * another person. */
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "export/export.h"
#include "filter_line.h"
#include "option.h"
#include "paths.h"
#include "progress.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/filter_names.h"
#include "store/flow_look.h"
#include "store/schema.h"

enum { OWNER_ONLY = 0600 };

static const struct option_row rows[] = {
    {"output", 'o', "FILE", "where it goes (default: standard output); readable by you alone"},
    {"id", 0, "ID", "one connection, by its id, instead of a FILTER"},
    {"raw", 0, NULL, "with credentials, cookies and tokens as they were; else they are left out"},
    {"chains", 0, NULL, "of jsonl: each connection with its certificates"},
    {"json", 0, NULL, "with -o: say as one JSON object what was written"},
    {"data", 0, "DIR", "where whytls keeps its files"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls export [OPTION]… FORM [FILTER]",
    .about =
        "Writes the connections that whytls run has kept and that FILTER finds (see whytls flows "
        "--help), oldest first.\n"
        "  har        HTTP Archive 1.2, for a browser's developer tools; a failed connection is an "
        "entry with status 0\n"
        "  jsonl      JSON Lines, as the log has them\n"
        "  csv        a line for each connection, for a spreadsheet\n"
        "  pcapng     packets for Wireshark: what was said inside TLS, in clear, on port 80; with "
        "--raw, "
        "and where\n"
        "             whytls run --keep-secrets kept it, both legs of TLS with their secrets\n"
        "  keylog     the TLS secrets that were kept (whytls run --keep-secrets); only with --raw\n"
        "  curl       the requests as commands of curl\n"
        "  report     one page (HTML) on the newest faulty host, for whoever runs that server; "
        "nothing private is in it\n"
        "  report.md  the same as Markdown",
    .rows = rows,
    .after = "Examples:\n  whytls export har -o today.har '~since 1d'\n  whytls export report -o "
             "shop.html '~d shop.example'\n"
             "Bodies are in it where they were kept: whytls run --bodies failed, or all.",
};

struct job {
    const char *data, *output, *id;
    bool raw, chains, json;
    enum export_form form;
    FILE *to;
    struct progress progress;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    (void)e;
    if (strcmp(name, "output") == 0)
        j->output = strcmp(value, "-") ? value : NULL;
    else if (strcmp(name, "id") == 0)
        j->id = value;
    else if (strcmp(name, "raw") == 0)
        j->raw = true;
    else if (strcmp(name, "chains") == 0)
        j->chains = true;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    else
        j->data = value;
    return true;
}

static bool form_read(struct job *j, int n, char **words, struct err *e)
{
    struct text names = {0};

    if (n && export_form_find(words[0], &j->form))
        return true;
    export_form_names(&names);
    if (n)
        err_set(e, ERR_USAGE, "export knows no form \"%.40s\": it is one of %s", words[0],
            text_str(&names));
    else
        err_set(e, ERR_USAGE, "export wants a FORM: %s", text_str(&names));
    text_fini(&names);
    return false;
}

/* A file of ours is replaced when it is whole: PATH.tmp until then. */
static bool open_output(struct job *j, const char *part, struct err *e)
{
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, OWNER_ONLY);

    j->to = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!j->to && fd >= 0)
        close(fd);
    return j->to || err_sys(e, "%.200s", j->output);
}

static bool write_failed(const struct job *j, struct err *e)
{
    return err_sys(e, "writing %.200s", j->output ? j->output : "standard output");
}

static bool write_pieces(struct job *j, struct export *x, struct err *e)
{
    struct export_progress progress;
    struct text piece = {0};
    bool more = true, fine = true;

    while (fine && more) {
        text_clear(&piece);
        fine = export_next(x, &piece, &more, e);
        if (fine && fwrite(text_str(&piece), 1, piece.len, j->to) != piece.len)
            fine = write_failed(j, e);
        export_progress(x, &progress);
        progress_tell(&j->progress, progress.seen, progress.total, progress.written);
    }
    progress_end(&j->progress);
    text_fini(&piece);
    return fine && (fflush(j->to) == 0 || write_failed(j, e));
}

static void tell(const struct job *j, const struct export *x)
{
    struct export_progress progress;
    struct text out = {0};
    struct json_out json;

    export_progress(x, &progress);
    if (!j->output)
        return;
    if (j->json) {
        json_init(&json, &out);
        json_object(&json);
        json_put_int(&json, "v", 1);
        json_put_text(&json, "file", j->output);
        json_put_int(&json, "written", progress.written);
        json_put_int(&json, "unreadable", progress.unreadable);
        json_put_bool(&json, "raw", j->raw);
        json_object_end(&json);
        printf("%s\n", text_str(&out));
    } else {
        fprintf(stderr, "%s: %lld connection%s%s\n", j->output, (long long)progress.written,
            progress.written == 1 ? "" : "s",
            j->raw ? "; credentials are in it" : "; credentials are left out");
    }
    text_fini(&out);
}

static bool write_out(
    struct job *j, struct flow_look *look, const struct filter *filter, struct err *e)
{
    const struct export_ask ask = {
        .form = j->form,
        .id = j->id,
        .filter = filter,
        .raw = j->raw,
        .chains = j->chains,
        .now_ms = clock_wall_ms(clock_system()),
    };
    struct text part = {0};
    struct export *x = export_begin(look, &ask, e);

    text_printf(&part, "%s.tmp", j->output ? j->output : "");
    j->to = stdout;
    bool fine = x && (!j->output || open_output(j, text_str(&part), e)) && write_pieces(j, x, e);
    if (j->to && j->to != stdout) {
        fine = (fclose(j->to) == 0 || err_sys(e, "%.200s", j->output)) && fine;
        fine = fine && (rename(text_str(&part), j->output) == 0 || err_sys(e, "%.200s", j->output));
        if (!fine)
            unlink(text_str(&part));
    }
    if (fine)
        tell(j, x);
    export_end(x);
    text_fini(&part);
    return fine;
}

static bool run(struct job *j, struct filter *filter, struct err *e)
{
    int64_t now_s = clock_wall_ms(clock_system()) / 1000;
    char *dir = paths_data_dir(j->data, e);

    if (!dir)
        return false;
    char *path = database_path(dir, &schema_traffic);
    struct database *db = NULL;
    bool fine =
        file_exists(path) || err_set(e, ERR_INPUT, "no connection is kept yet in %.200s", dir);
    fine = fine && filter_name_devices_of(filter, dir, now_s, e) &&
           (db = database_open(path, &schema_traffic, DATABASE_VISIT, now_s, e));
    if (fine) {
        struct flow_look *look = flow_look_new(db);

        fine = write_out(j, look, filter, e);
        flow_look_free(look);
    }
    mem_free(path);
    mem_free(dir);
    return fine;
}

int cmd_export(int argc, char **argv)
{
    struct job j = {0};
    struct text text = {0};
    struct err e = {0};
    int rest = 0;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e) ||
        !form_read(&j, argc - rest, argv + rest, &e))
        return fail(&e);
    filter_line_join(argc - rest - 1, argv + rest + 1, &text);
    struct filter *filter = filter_line_read(text_str(&text));
    text_fini(&text);
    if (!filter)
        return 2;
    progress_begin(&j.progress, "connections");
    bool fine = run(&j, filter, &e);
    filter_free(filter);
    return fine ? 0 : fail(&e);
}
