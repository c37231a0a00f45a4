/* app/cmd_doctor.c - `whytls doctor`: is everything here that whytls needs, and are its lists
 * fresh? And the way to make them so. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "checkup.h"
#include "command.h"
#include "option.h"
#include "paths.h"
#include "refresh.h"
#include "term.h"

enum { EXIT_FAULT = 1, PROXY_PORT = 8080 };

static const struct option_row rows[] = {
    {"refresh", 0, "LIST",
        "take FILE for this list: roots, removed, limits, pinned-hosts, ct-logs; or apple-roots, a "
        "PEM bundle"},
    {"sha256", 0, "HEX", "of --refresh: take FILE only if this is its fingerprint"},
    {"data", 0, "DIR", "where whytls keeps its files"},
    {"json", 0, NULL, "one JSON object"},
    {"color", 0, "WHEN", "always, never or auto"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls doctor [OPTION]…\n       whytls doctor --refresh LIST FILE",
    .about = "Looks at what the answers stand on: the clock, OpenSSL, the folders, our own root, "
             "and the lists with their ages:\n"
             "Apple's roots, those that it removed and limited, the hosts that iOS pins, the logs "
             "of Certificate Transparency,\n"
             "and the roots of this computer. Nothing is fetched: a newer list is a file that you "
             "bring.",
    .rows = rows,
    .after = "Examples:\n"
             "  whytls doctor\n"
             "  whytls doctor --refresh ct-logs log_list.json     Apple's published list, or one "
             "in our own form\n"
             "  whytls doctor --refresh apple-roots roots.pem     from a Mac: then roots that only "
             "Apple has can be checked\n"
             "Exit codes: 0 all is well, or a list is old; 1 something is at fault; 2 the file of "
             "--refresh is not taken.",
};

struct job {
    const char *list, *sha256, *data, *color;
    bool json;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    (void)e;
    if (strcmp(name, "refresh") == 0)
        j->list = value;
    else if (strcmp(name, "sha256") == 0)
        j->sha256 = value;
    else if (strcmp(name, "data") == 0)
        j->data = value;
    else if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    return true;
}

static int look(const struct job *j, const char *dir, const struct term *t)
{
    char *config = paths_config_dir();
    struct checkup_ask ask = {.data_dir = dir,
        .config_dir = config,
        .now_s = clock_wall_ms(clock_system()) / 1000,
        .port = PROXY_PORT};
    struct checkup c;
    struct text out = {0};
    struct json_out json;
    int code;

    checkup_run(&c, &ask);
    if (j->json) {
        json_init(&json, &out);
        checkup_write_json(&c, &json);
        text_add_char(&out, '\n');
    } else {
        checkup_write(t, &c, &out);
    }
    fwrite(text_str(&out), 1, out.len, stdout);
    code = checkup_worst(&c) == FINDING_FAULT ? EXIT_FAULT : 0;
    text_fini(&out);
    checkup_fini(&c);
    mem_free(config);
    return code;
}

static void told_json(const struct job *j, const struct refresh_done *done, struct text *out)
{
    struct json_out json;
    char date[TIME_TEXT_CAP];

    json_init(&json, out);
    json_object(&json);
    json_put_int(&json, "v", 1);
    json_put_text(&json, "list", j->list);
    json_put_text(&json, "path", done->path);
    json_put_int(&json, "rows", (int64_t)done->rows);
    json_put_text(&json, "date", done->date ? time_date(date, done->date) : NULL);
    json_object_end(&json);
    text_add_char(out, '\n');
}

static void told_text(
    const struct job *j, const struct term *t, const struct refresh_done *done, struct text *out)
{
    char day[TIME_TEXT_CAP];
    struct text line = {0};

    if (done->date)
        text_printf(&line, "%s: %zu rows of %s", j->list, done->rows, time_day(day, done->date));
    else
        text_printf(&line, "%s: %zu of its certificates are in Apple's list", j->list, done->rows);
    text_printf(
        &line, ", now in %s. A running proxy takes it up when it is started again.", done->path);
    term_wrap(t, out, text_str(&line), 0, 0);
    text_fini(&line);
}

static int renew(
    const struct job *j, const char *dir, const char *file, const struct term *t, struct err *e)
{
    struct refresh_ask ask = {.what = j->list,
        .file = file,
        .sha256 = j->sha256,
        .data_dir = dir,
        .now_s = clock_wall_ms(clock_system()) / 1000};
    struct refresh_done done;
    struct text out = {0};
    bool ok = refresh(&ask, &done, e);

    if (ok && j->json)
        told_json(j, &done, &out);
    else if (ok)
        told_text(j, t, &done, &out);
    fputs(text_str(&out), stdout);
    text_fini(&out);
    refresh_done_fini(&done);
    return ok ? 0 : fail(e);
}

static bool words_check(const struct job *j, int n_words, struct err *e)
{
    if (!j->list && j->sha256)
        return err_set(e, ERR_USAGE, "--sha256 goes with --refresh only");
    if (n_words != (j->list ? 1 : 0))
        return err_set(e, ERR_USAGE, "%s; see whytls doctor --help",
            j->list ? "--refresh LIST wants one FILE" : "doctor takes no argument");
    return true;
}

int cmd_doctor(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    struct term t;
    int rest = 0, code;
    char *dir = NULL;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e) || !words_check(&j, argc - rest, &e))
        return fail(&e);
    dir = paths_data_dir(j.data, &e);
    if (!dir || !term_init(&t, j.color, &e))
        code = fail(&e);
    else
        code = j.list ? renew(&j, dir, argv[rest], &t, &e) : look(&j, dir, &t);
    mem_free(dir);
    return code;
}
