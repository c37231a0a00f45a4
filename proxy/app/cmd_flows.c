/* app/cmd_flows.c - `whytls flows [FILTER]`: the connections that are kept, by the filter of the
 * web pages; as they come, when wanted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "filter_line.h"
#include "flow_lines.h"
#include "flow_prune.h"
#include "option.h"
#include "paths.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/filter_names.h"
#include "store/flow_look.h"
#include "store/schema.h"
#include "term.h"

/* PAGE: rows of one look; FOLLOW_MS: between two looks at whether there is news. */
enum { MOST_USUAL = 50, PAGE = 10000, FOLLOW_MS = 300 };

static const struct option_row rows[] = {
    {"most", 'n', "N", "the newest N (default 50); 0: all"},
    {"follow", 'f', NULL, "go on with those that come"},
    {"verbose", 'v', NULL, "show each request, and every explanation"},
    {"json", 0, NULL, "one record a line, as the log has them"},
    {"prune", 0, "DAYS", "drop the connections that are older than DAYS days, now"},
    {"data", 0, "DIR", "where whytls keeps its files"},
    {"color", 0, "WHEN", "always, never or auto"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help usual_help = {
    .usage = "whytls flows [OPTION]… [FILTER]",
    .about = "Lists the connections that whytls run has kept, newest last. FILTER is mitmproxy's "
             "grammar: ~ATOM VALUE,\n"
             "! not, & and (or a blank), | or, brackets; a bare word is part of a host, a URL or a "
             "sentence, or an id.",
    .rows = rows,
};

struct job {
    const char *data, *color;
    size_t most;
    int64_t prune_days; /* or -1 */
    struct flow_lines lines;
    bool follow;
};

static bool take_number(const char *name, const char *value, long most, int64_t *out, struct err *e)
{
    char *end;
    long n = strtol(value, &end, 10);

    if (end == value || *end || n < 0 || n > most)
        return err_set(
            e, ERR_USAGE, "--%s: \"%.20s\" is no number from 0 to %ld", name, value, most);
    *out = n;
    return true;
}

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;
    int64_t n;

    if (strcmp(name, "data") == 0)
        j->data = value;
    else if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->lines.json = true;
    else if (strcmp(name, "verbose") == 0)
        j->lines.verbose = true;
    else if (strcmp(name, "follow") == 0)
        j->follow = true;
    else if (strcmp(name, "prune") == 0)
        return take_number(name, value, 36500, &j->prune_days, e);
    else {
        if (!take_number(name, value, 1000000000, &n, e))
            return false;
        j->most = (size_t)n;
    }
    return true;
}

/* Of the help: all atoms, and examples. */
static void help_add(struct text *out)
{
    size_t n;
    const struct filter_atom *atoms = filter_atoms(&n);

    text_add(out, "Atoms:\n");
    for (size_t i = 0; i < n; i++)
        text_printf(out, "  ~%-10s %s\n", atoms[i].name, atoms[i].gloss);
    text_add(out, "\nExamples:\n  whytls flows '~fail ~since 1h'\n  whytls flows -v '~d "
                  "shop.example'\n  whytls flows --follow --json '~cause pinning | ~alert 46'");
}

/* --- the store --- */

struct visit {
    char *path; /* owned */
    struct flow_look *look;
    ino_t file;
};

static void visit_close(struct visit *v)
{
    flow_look_free(v->look);
    v->look = NULL;
}

/* Nothing is open when there is no file, and that is no fault. */
static bool visit_open(struct visit *v, struct err *e)
{
    struct stat at;

    visit_close(v);
    if (stat(v->path, &at) != 0)
        return true;
    struct database *db = database_open(
        v->path, &schema_traffic, DATABASE_VISIT, clock_wall_ms(clock_system()) / 1000, e);
    if (!db)
        return false;
    v->file = at.st_ino;
    v->look = flow_look_new(db);
    return true;
}

/* The proxy begins a new file when the old one is broken. */
static bool visit_has_moved(const struct visit *v)
{
    struct stat at;

    return stat(v->path, &at) == 0 && (!v->look || at.st_ino != v->file);
}

/* --- lists --- */

struct found {
    int64_t *at; /* owned; seqs, in the order of the look */
    size_t n, cap;
};

static bool found_add(void *arg, const struct flow_row *row)
{
    struct found *found = arg;

    if (found->n == found->cap) {
        found->cap = found->cap ? 2 * found->cap : 256;
        found->at = mem_resize(found->at, found->cap * sizeof *found->at);
    }
    found->at[found->n++] = row->seq;
    return true;
}

/* Page by page; those that are gone meanwhile are left out. */
static bool look_through(struct flow_look *look, struct flow_list_ask ask, struct found *out,
    int64_t *looked_to, struct err *e)
{
    struct flow_list_end end = {0};
    size_t most = ask.most;

    do {
        size_t left = most ? most - out->n : PAGE;

        ask.most = left < PAGE ? left : PAGE;
        if (!flow_look_list(look, &ask, found_add, out, &end, e))
            return false;
        *(ask.after ? &ask.after : &ask.before) = end.looked_to;
    } while (!end.complete && (!most || out->n < most));
    *looked_to = end.looked_to;
    return true;
}

static bool print_one(struct job *j, struct flow_look *look, int64_t seq, struct err *e)
{
    struct text record = {0}, out = {0};
    bool is_there = false;

    j->lines.look = look;
    bool fine = flow_look_record_at(look, seq, &record, &is_there, e) &&
                (!is_there || flow_lines_add(&j->lines, &record, &out, e));

    if (fine && fwrite(text_str(&out), 1, out.len, stdout) != out.len)
        fine = err_sys(e, "standard output");
    text_fini(&record);
    text_fini(&out);
    return fine;
}

static bool print_flush(struct err *e)
{
    return fflush(stdout) == 0 || err_sys(e, "standard output");
}

/* What an empty list says. */
static bool print_nothing(
    struct flow_look *look, const char *filter_text, bool follow, struct err *e)
{
    struct text out = {0};
    int64_t n = 0;
    bool exact = false;

    if (look && !flow_look_count(look, NULL, 0, &n, &exact, e))
        return false;
    if (n) {
        text_printf(&out, "Nothing matches `%s`. ", filter_text);
        term_number(&out, n);
        text_add(&out, n == 1 ? " connection does not.\n" : " connections do not.\n");
    } else if (!follow) {
        text_add(&out, "No connection is kept yet. Start with: whytls run\n");
    }
    fputs(text_str(&out), stdout);
    text_fini(&out);
    return true;
}

static bool list(struct job *j, struct visit *v, const struct filter *filter, const char *text,
    int64_t *last, struct err *e)
{
    struct flow_list_ask ask = {.filter = filter, .most = j->most ? j->most + 1 : 0};
    struct found found = {0};
    int64_t looked_to;
    bool fine = true;

    *last = 0;
    if (v->look)
        fine =
            flow_look_last(v->look, last, e) && look_through(v->look, ask, &found, &looked_to, e);
    bool more = j->most && found.n > j->most;
    for (size_t i = found.n - more; fine && i-- > 0;)
        fine = print_one(j, v->look, found.at[i], e);
    if (fine && !found.n && !j->lines.json)
        fine = print_nothing(v->look, text, j->follow, e);
    fine = fine && print_flush(e);
    if (fine && more && !j->follow)
        fprintf(stderr, "These are the newest %zu; -n 0 shows all.\n", j->most);
    mem_free(found.at);
    return fine;
}

/* --- news --- */

static void nap(void)
{
    const struct timespec some = {.tv_nsec = FOLLOW_MS * 1000L * 1000};

    nanosleep(&some, NULL);
}

static bool list_news(struct job *j, struct flow_look *look, const struct filter *filter,
    int64_t *last, struct err *e)
{
    struct found found = {0};
    int64_t now_last;
    bool fine = flow_look_last(look, &now_last, e);

    if (now_last < *last)
        *last = 0; /* all are gone, and counting began anew */
    if (fine && now_last > *last) {
        struct flow_list_ask ask = {.filter = filter, .after = *last ? *last : -1};

        fine = look_through(look, ask, &found, last, e);
    }
    for (size_t i = 0; fine && i < found.n; i++)
        fine = print_one(j, look, found.at[i], e);
    mem_free(found.at);
    return fine && print_flush(e);
}

/* Until Ctrl-C, or until nobody listens. */
static bool follow(
    struct job *j, struct visit *v, const struct filter *filter, int64_t last, struct err *e)
{
    for (bool fine = true; fine; nap()) {
        if (visit_has_moved(v)) {
            if (!visit_open(v, e))
                return false;
            last = 0;
        }
        if (v->look && database_was_changed(flow_look_database(v->look)))
            fine = list_news(j, v->look, filter, &last, e) || visit_has_moved(v);
        if (!fine)
            return false;
    }
    return true;
}

/* --- the command --- */

static bool run(
    struct job *j, const char *dir, struct filter *filter, const char *text, struct err *e)
{
    struct visit v = {.path = database_path(dir, &schema_traffic)};
    int64_t last;
    bool fine;

    if (j->prune_days >= 0)
        fine = flow_prune(v.path, j->prune_days, j->lines.json, e);
    else
        fine = filter_name_devices_of(filter, dir, clock_wall_ms(clock_system()) / 1000, e) &&
               visit_open(&v, e) && list(j, &v, filter, text, &last, e) &&
               (!j->follow || follow(j, &v, filter, last, e));
    visit_close(&v);
    mem_free(v.path);
    return fine;
}

static bool line_read(struct job *j, int argc, char **argv, int *rest, struct err *e)
{
    struct command_help help = usual_help;
    struct text after = {0};

    help_add(&after);
    help.after = text_str(&after);
    bool fine = options_parse(&help, argc, argv, take, j, rest, e);
    text_fini(&after);
    return fine;
}

int cmd_flows(int argc, char **argv)
{
    struct job j = {.most = MOST_USUAL, .prune_days = -1};
    struct text text = {0};
    struct err e = {0};
    struct term t;
    int rest = 0, code;

    if (!line_read(&j, argc, argv, &rest, &e) || !term_init(&t, j.color, &e))
        return fail(&e);
    j.lines.term = &t;
    filter_line_join(argc - rest, argv + rest, &text);
    struct filter *filter = filter_line_read(text_str(&text));
    char *dir = filter ? paths_data_dir(j.data, &e) : NULL;
    if (!filter)
        code = 2;
    else
        code = dir && run(&j, dir, filter, text_str(&text), &e) ? 0 : fail(&e);
    mem_free(dir);
    filter_free(filter);
    text_fini(&text);
    return code;
}
