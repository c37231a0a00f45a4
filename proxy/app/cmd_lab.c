/* app/cmd_lab.c - whytls lab: the list of the failing servers, or the servers themselves without
 * the proxy. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "lab/exhibit.h"
#include "lab/lab.h"
#include "lab/play.h"
#include "option.h"
#include "paths.h"
#include "term.h"

static const struct option_row rows[] = {
    {"list", 0, NULL, "print the table of sites and end"},
    {"json", 0, NULL, "as one JSON object"},
    {"files", 0, "DIR", "write the files that show a fault, for whytls explain, and end"},
    {"play", 0, "CAUSE", "be a phone in that plight, against --proxy, and end"},
    {"proxy", 0, "ADDR:PORT",
        "the proxy on this machine that the phone uses (default 127.0.0.1:8080)"},
    {"data", 0, "DIR", "where the lab keeps its certificates (default $XDG_DATA_HOME/whytls)"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls lab [--list] [--json] [--files DIR] [--data DIR]\n"
             "       whytls lab --play CAUSE [--proxy ADDR:PORT]",
    .about = "A local badssl: one failing server per cause, and healthy ones beside them, all on "
             "127.0.0.1.\n"
             "Runs until Ctrl-C. The proxy brings the same servers with: whytls run --lab",
    .rows = rows,
    .after = "Through the proxy:  curl --proxy http://127.0.0.1:8080 "
             "https://cert-expired-leaf.lab.test/\n"
             "Without it:         the table that is printed says where each site listens.\n"
             "Of files:           whytls lab --files DIR && cd DIR && whytls explain --roots "
             "root.pem p12-no-key.p12\n\n"
             "An entry of --list --json: host, port, url and protocol (https; imap, pop3, smtp, "
             "\"+starttls\" where it begins\n"
             "plainly); cause, null for healthy ones; leg; slow: it shows when a deadline has "
             "passed; before: addresses to visit\n"
             "first. A file has file and ask, the further words of whytls explain, instead of "
             "a host.",
};

struct wish {
    bool list, json;
    const char *data, *files, *play, *proxy;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct wish *w = arg;

    (void)e;
    if (strcmp(name, "list") == 0)
        w->list = true;
    else if (strcmp(name, "json") == 0)
        w->json = true;
    else if (strcmp(name, "files") == 0)
        w->files = value;
    else if (strcmp(name, "play") == 0)
        w->play = value;
    else if (strcmp(name, "proxy") == 0)
        w->proxy = value;
    else
        w->data = value;
    return true;
}

/* "127.0.0.1:40123", or "-" for a name that does not exist. */
static const char *where_text(
    char buf[static 32], const struct lab *lab, const char *host, uint16_t port)
{
    struct sockaddr_storage at;
    struct sockaddr_in in;
    socklen_t len;

    if (lab_where(lab, host, port, &at, &len) != LAB_ADDRESS)
        return "-";
    memcpy(&in, &at, sizeof in);
    snprintf(buf, 32, "127.0.0.1:%u", (unsigned)ntohs(in.sin_port));
    return buf;
}

/* The words between blanks, as a list. */
static void write_words(struct json_out *j, const char *key, const char *words)
{
    json_key(j, key);
    json_array(j);
    for (size_t n; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        json_text_n(j, words, n);
    }
    json_array_end(j);
}

static void write_entry(struct json_out *j, const struct lab_entry *entry, const struct lab *lab)
{
    char where[32];

    json_object(j);
    json_put_text(j, "host", entry->host);
    json_put_int(j, "port", entry->port);
    json_put_text(j, "url", entry->url);
    json_put_text(j, "protocol", entry->protocol);
    json_put_text(j, "cause", entry->cause);
    json_put_text(j, "leg", entry->leg);
    json_put_text(j, "about", entry->about);
    json_put_bool(j, "slow", entry->slow);
    if (entry->before)
        write_words(j, "before", entry->before);
    if (lab && entry->way != WAY_NXDOMAIN)
        json_put_text(j, "listens", where_text(where, lab, entry->host, entry->port));
    json_object_end(j);
}

/* A file has no host; what tells its fault is `whytls explain`, with these words beside it. */
static void write_exhibit(struct json_out *j, const struct lab_exhibit *one)
{
    json_object(j);
    json_put_text(j, "host", NULL);
    json_put_text(j, "protocol", "file");
    json_put_text(j, "file", one->file);
    json_key(j, "ask");
    json_array(j);
    json_text(j, "--roots");
    json_text(j, LAB_EXHIBITS_ROOT);
    for (size_t i = 0; i < LAB_ASK_MOST && one->ask[i]; i++)
        json_text(j, one->ask[i]);
    json_array_end(j);
    json_put_text(j, "cause", one->cause);
    json_put_text(j, "leg", "identity");
    json_put_text(j, "about", one->about);
    json_put_bool(j, "slow", false);
    json_object_end(j);
}

static void write_exhibits(struct json_out *j)
{
    size_t n;
    const struct lab_exhibit *all = lab_exhibits(&n);

    for (size_t i = 0; i < n; i++)
        write_exhibit(j, &all[i]);
}

/* A phone: what it does is played, and the proxy's record of its last connection tells of it. */
static void write_play(struct json_out *j, const struct lab_play *one)
{
    struct text url = {0};

    text_printf(&url, "%s://%s/", one->port == 443 ? "https" : "http", one->host);
    json_object(j);
    json_put_text(j, "host", one->host);
    json_put_int(j, "port", one->port);
    json_put_text(j, "url", text_str(&url));
    json_put_text(j, "protocol", "phone");
    json_put_int(j, "connections", (int64_t)lab_play_visits(one));
    json_key(j, "options");
    json_array(j);
    for (size_t i = 0; i < PLAY_OPTIONS_MOST && one->options[i]; i++)
        json_text(j, one->options[i]);
    json_array_end(j);
    json_put_text(j, "cause", one->cause);
    json_put_text(j, "leg", one->leg);
    json_put_text(j, "about", one->about);
    json_put_bool(j, "slow", one->slow);
    json_object_end(j);
    text_fini(&url);
}

static void write_plays(struct json_out *j)
{
    size_t n;
    const struct lab_play *all = lab_plays(&n);

    for (size_t i = 0; i < n; i++)
        write_play(j, &all[i]);
}

static void print_json(const struct lab *lab)
{
    struct text out = {0};
    struct json_out j;
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    json_init(&j, &out);
    json_object(&j);
    json_put_int(&j, "v", 1);
    if (lab)
        json_put_text(&j, "root", lab_root_pem_path(lab));
    json_key(&j, "entries");
    json_array(&j);
    for (size_t i = 0; i < n; i++)
        if (!entries[i].beside)
            write_entry(&j, &entries[i], lab);
    if (!lab) {
        write_plays(&j);
        write_exhibits(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    puts(text_str(&out));
    text_fini(&out);
}

/* A row of a table; in a window that is too narrow for one, what it is stands below. Whoever reads
 * by a program always gets columns. */
static void print_row(const struct term *t, const char *name, const char *cause, const char *what)
{
    struct text out = {0}, line = {0};

    if (!t->is_tty || t->width >= TERM_WIDE) {
        printf("%-43s %-27s %s\n", name, cause, what);
        return;
    }
    term_text_cut(t, &out, name, (size_t)t->width);
    text_add(&out, "\n    ");
    text_printf(&line, "%s%s%s", *cause == '-' ? "" : cause, *cause == '-' ? "" : ": ", what);
    term_wrap(t, &out, text_str(&line), 4, 4);
    fputs(text_str(&out), stdout);
    text_fini(&out);
    text_fini(&line);
}

static void print_table(const struct term *t, const struct lab *lab)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    print_row(t, "HOST                                  PORT", "CAUSE",
        lab ? "LISTENS AT" : "WHAT IT IS");
    for (size_t i = 0; i < n; i++) {
        const struct lab_entry *entry = &entries[i];
        char where[32], name[80], what[400];

        if (entry->beside)
            continue;
        snprintf(name, sizeof name, "%-37s %u", entry->host, (unsigned)entry->port);
        snprintf(what, sizeof what, "%s%s",
            lab ? where_text(where, lab, entry->host, entry->port) : entry->about,
            entry->slow ? " (slow)" : "");
        print_row(t, name, entry->cause ? entry->cause : "-", what);
    }
}

static void print_exhibits(const struct term *t)
{
    size_t n;
    const struct lab_exhibit *all = lab_exhibits(&n);

    puts("");
    print_row(t, "FILE, of whytls lab --files DIR", "CAUSE", "WHAT IT IS");
    for (size_t i = 0; i < n; i++)
        print_row(t, all[i].file, all[i].cause ? all[i].cause : "-", all[i].about);
}

static void print_plays(const struct term *t)
{
    size_t n;
    const struct lab_play *all = lab_plays(&n);

    puts("");
    print_row(t, "PHONE, of whytls lab --play CAUSE", "CAUSE", "WHAT IT DOES");
    for (size_t i = 0; i < n; i++) {
        char what[400];

        snprintf(what, sizeof what, "%s%s", all[i].about, all[i].slow ? " (slow)" : "");
        print_row(t, all[i].host, all[i].cause, what);
    }
}

/* One line for who drives it: whose records to look for, and how many of them. */
static bool play(const char *cause, const char *proxy, struct err *e)
{
    const struct lab_play *one = lab_play_find(cause);
    char from[16], safe[64];

    if (!one)
        return err_set(e, ERR_USAGE, "lab: no phone plays %s; see whytls lab --list",
            text_safe(safe, sizeof safe, cause));
    signal(SIGPIPE, SIG_IGN); /* a phone that hangs up has OpenSSL write to nobody */
    if (!lab_play(one, proxy, from, e))
        return err_wrap(e, "playing %s", cause);
    printf("{\"v\":1,\"cause\":\"%s\",\"host\":\"%s\",\"from\":\"%s\",\"connections\":%zu}\n",
        one->cause, one->host, from, lab_play_visits(one));
    return true;
}

static void print_examples(const struct lab *lab)
{
    static const char host[] = "cert-expired-leaf.lab.test";
    char where[32];

    printf("\nThe healthy ones are trusted with --cacert %s. For example:\n\n"
           "  curl --connect-to %s:443:%s \\\n       --cacert %s https://%s/\n\n"
           "Ctrl-C ends the lab.\n",
        lab_root_pem_path(lab), host, where_text(where, lab, host, 443), lab_root_pem_path(lab),
        host);
}

/* Signals are blocked before the lab's thread starts, so that sigwait is where they arrive. */
static bool serve(const struct term *t, const char *data_dir, bool json, struct err *e)
{
    struct lab_config config = {.data_dir = data_dir, .clock = clock_system()};
    sigset_t ends, before;
    int caught;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, &before);
    struct lab *lab = lab_start(&config, e);
    if (lab) {
        if (json)
            print_json(lab);
        else {
            print_table(t, lab);
            print_examples(lab);
        }
        fflush(stdout);
        sigwait(&ends, &caught);
        lab_stop(lab);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return lab != NULL;
}

int cmd_lab(int argc, char **argv)
{
    struct wish wish = {0};
    struct err e = {0};
    struct term t;
    int rest;

    if (!options_parse(&help, argc, argv, take, &wish, &rest, &e) || !term_init(&t, NULL, &e))
        return fail(&e);
    if (rest < argc) {
        char safe[128];

        err_set(&e, ERR_USAGE, "lab: %s is not expected; see whytls lab --help",
            text_safe(safe, sizeof safe, argv[rest]));
        return fail(&e);
    }
    if (wish.list) {
        if (wish.json)
            print_json(NULL);
        else {
            print_table(&t, NULL);
            print_plays(&t);
            print_exhibits(&t);
        }
        return 0;
    }
    if (wish.play)
        return play(wish.play, wish.proxy ? wish.proxy : "127.0.0.1:8080", &e) ? 0 : fail(&e);
    if (wish.files)
        return lab_write_exhibits(wish.files, clock_wall_ms(clock_system()) / 1000, &e) ? 0
                                                                                        : fail(&e);
    char *data_dir = paths_data_dir(wish.data, &e);
    bool good = data_dir && serve(&t, data_dir, wish.json, &e);
    mem_free(data_dir);
    return good ? 0 : fail(&e);
}
