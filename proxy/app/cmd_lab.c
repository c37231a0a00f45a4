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
#include "lab/lab.h"
#include "option.h"
#include "paths.h"

static const struct option_row rows[] = {
    {"list", 0, NULL, "print the table of sites and end"},
    {"json", 0, NULL, "as one JSON object"},
    {"data", 0, "DIR", "where the lab keeps its certificates (default $XDG_DATA_HOME/whytls)"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls lab [--list] [--json] [--data DIR]",
    .about = "A local badssl: one failing server per cause, and healthy ones beside them, all on "
             "127.0.0.1.\n"
             "Runs until Ctrl-C. The proxy brings the same servers with: whytls run --lab",
    .rows = rows,
    .after = "Through the proxy:  curl --proxy http://127.0.0.1:8080 "
             "https://cert-expired-leaf.lab.test/\n"
             "Without it:         the table that is printed says where each site listens.",
};

struct wish {
    bool list, json;
    const char *data;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct wish *w = arg;

    (void)e;
    if (strcmp(name, "list") == 0)
        w->list = true;
    else if (strcmp(name, "json") == 0)
        w->json = true;
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

static void write_entry(struct json_out *j, const struct lab_entry *entry, const struct lab *lab)
{
    char where[32];

    json_object(j);
    json_put_text(j, "host", entry->host);
    json_put_int(j, "port", entry->port);
    json_put_text(j, "url", entry->url);
    json_put_text(j, "cause", entry->cause);
    json_put_text(j, "leg", entry->leg);
    json_put_text(j, "about", entry->about);
    json_put_bool(j, "slow", entry->slow);
    if (lab && entry->way != WAY_NXDOMAIN)
        json_put_text(j, "listens", where_text(where, lab, entry->host, entry->port));
    json_object_end(j);
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
        write_entry(&j, &entries[i], lab);
    json_array_end(&j);
    json_object_end(&j);
    puts(text_str(&out));
    text_fini(&out);
}

static void print_table(const struct lab *lab)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    printf("%-37s %-5s %-27s %s\n", "HOST", "PORT", "CAUSE", lab ? "LISTENS AT" : "WHAT IT IS");
    for (size_t i = 0; i < n; i++) {
        const struct lab_entry *entry = &entries[i];
        char where[32];

        printf("%-37s %-5u %-27s %s%s\n", entry->host, (unsigned)entry->port,
            entry->cause ? entry->cause : "-",
            lab ? where_text(where, lab, entry->host, entry->port) : entry->about,
            entry->slow ? " (slow)" : "");
    }
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
static bool serve(const char *data_dir, bool json, struct err *e)
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
            print_table(lab);
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
    int rest;

    if (!options_parse(&help, argc, argv, take, &wish, &rest, &e))
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
        else
            print_table(NULL);
        return 0;
    }
    char *data_dir = paths_data_dir(wish.data, &e);
    bool good = data_dir && serve(data_dir, wish.json, &e);
    mem_free(data_dir);
    return good ? 0 : fail(&e);
}
