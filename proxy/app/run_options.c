#include "run_options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "net/addr.h"
#include "net/upstream.h"
#include "relay/guests.h"
#include "relay/mirror.h"

const struct option_row run_option_rows[] = {
    {"listen", 'l', "ADDR:PORT",
        "where phones connect; may be given again (default 0.0.0.0:8080). Behind a load balancer: "
        "ADDR:PORT,proxy-protocol"},
    {"proxy-auth", 0, "USER:PASSWORD",
        "ask clients for a login (HTTP Basic, SOCKS5); may be given again. @FILE: one a line"},
    {"upstream", 0, "URL[=PATTERN]",
        "reach sites through another proxy, http://HOST:PORT, https:// or socks5://, with "
        "USER:PASSWORD@ before the host if need be; PATTERN is shop.example or *.shop.example; "
        "direct=PATTERN goes past it; may be given again. @FILE: one a line"},
    {"upstream-ca", 0, "FILE",
        "the roots (PEM) that an https:// proxy is verified by, instead of the system's"},
    {"transparent", 0, "ADDR:PORT",
        "where this machine's firewall redirects phones to that use it as their gateway (see "
        "deploy/nftables/up.sh); may be given again"},
    {"tproxy", 0, "ADDR:PORT", "the same for its tproxy rules; needs CAP_NET_ADMIN"},
    {"ui", 0, "ADDR:PORT",
        "where the web UI and its API are (default 127.0.0.1:8081); off: nowhere"},
    CONFIG_ROW,
    {"log", 0, "FILE", "write each connection's record as a JSON line; - is standard output"},
    {"data", 0, "DIR", "root key and state (default $XDG_DATA_HOME/whytls)"},
    {"roots", 0, "WHOSE",
        "trusted roots: apple (default), mozilla (the system's bundle), or a file or folder of "
        "them"},
    RESOLVE_ROWS,
    {"rules", 0, "DIR", "a folder of rule packages of your own; may be given again"},
    {"watch", 0, NULL, "reload the rules when a file of theirs changes, not only on SIGHUP"},
    PLUGIN_ROWS,
    {"revocation", 0, "HOW",
        "off; staple: what sites send along (default, as iPhones); fetch: ask responders as well"},
    {"fetch", 0, "WHEN", "on, or off: fetch a missing intermediate as iPhones do (default on)"},
    {"learn", 0, "WHEN",
        "off; suggest (default): offer it; on: hosts that an app refused us for pass unread for a "
        "day"},
    {"learn-after", 0, "N", "of --learn on: after so many refusals in a row (default 1)"},
    {"fault", 0, "CAUSE[@HOST[%DEVICE]]",
        "show apps a certificate with this fault, on purpose; may be given again"},
    {"mirror-faults", 0, "[HOST[%DEVICE]]",
        "show apps the fault that the site's own certificate has, instead of a page"},
    IDENTITY_ROWS,
    {"ask-client-certificate", 0, "HOST",
        "ask clients of this host (*.HOST: all below it) for a certificate, and record it; nobody "
        "is let in or kept out by it; may be given again"},
    {"keep-days", 0, "N",
        "keep connections in the data folder for N days (default 30); 0: keep none"},
    {"keep-mib", 0, "N", "and at most N MiB of them (default 2048): the oldest go first"},
    {"bodies", 0, "WHOSE",
        "keep the first 64 KiB of each body beside the connection: off (default), failed (of what "
        "went wrong), all"},
    {"keep-secrets", 0, NULL,
        "keep what crossed on both legs as it crossed, and the TLS secrets that open it: for "
        "whytls export --raw pcapng"},
    {"threads", 0, "N", "traffic threads (default: one a core)"},
    {"sign-profile", 0, "FILE",
        "sign the profile that phones download; PEM: certificate, those above it, key"},
    {"lab", 0, NULL, "start the lab too: sites under lab.test, each with one fault"},
    {"allow-public", 0, NULL, "accept clients from public addresses, too"},
    {"keylog", 0, "FILE", "write TLS secrets of both legs for Wireshark"},
    {"color", 0, "WHEN", "always, never or auto"},
    {"quiet", 'q', NULL, "show failing connections only, one line each"},
    {"verbose", 'v', NULL, "show each request, and every explanation"},
    {NULL, 0, NULL, NULL},
};

void run_options_init(struct run_options *o)
{
    *o = (struct run_options){.mirror = mirror_plan_new(), .keeps = RELAY_KEEPS_HEADS};
}

void run_options_fini(struct run_options *o)
{
    mirror_plan_free(o->mirror);
    guests_free(o->guests);
    upstreams_free(o->upstreams);
}

static bool take_number(const char *option, const char *text, long most, long *out, struct err *e)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno || *end || end == text || *out < 1 || *out > most)
        return err_set(e, ERR_USAGE, "--%s %s: write a number from 1 to %ld", option, text, most);
    return true;
}

static bool take_listen(struct run_options *o, const char *text, struct err *e)
{
    return reach_add_listener(&o->reach, text, e);
}

static bool take_transparent(struct run_options *o, const char *text, struct err *e)
{
    return reach_add_gate(&o->reach, TRANSPARENT_REDIRECT, text, e);
}

static bool take_tproxy(struct run_options *o, const char *text, struct err *e)
{
    return reach_add_gate(&o->reach, TRANSPARENT_TPROXY, text, e);
}

static bool take_resolve(struct run_options *o, const char *text, struct err *e)
{
    return reach_add_resolve(&o->reach, text, e);
}

static bool take_resolver(struct run_options *o, const char *text, struct err *e)
{
    return reach_add_resolver(&o->reach, text, e);
}

static bool take_guest(struct run_options *o, const char *text, struct err *e)
{
    if (!o->guests)
        o->guests = guests_new();
    return guests_add(o->guests, text, e);
}

static bool take_upstream(struct run_options *o, const char *text, struct err *e)
{
    if (!o->upstreams)
        o->upstreams = upstreams_new();
    return upstreams_add(o->upstreams, text, e);
}

static bool take_fault(struct run_options *o, const char *text, struct err *e)
{
    return mirror_plan_add_fault(o->mirror, text, e);
}

static bool take_mirror(struct run_options *o, const char *text, struct err *e)
{
    return mirror_plan_add_sites(o->mirror, text, e);
}

static bool take_asked_client(struct run_options *o, const char *text, struct err *e)
{
    return host_patterns_add(&o->ask_clients, text, e) || err_wrap(e, "--ask-client-certificate");
}

static bool take_rules(struct run_options *o, const char *folder, struct err *e)
{
    if (o->n_rule_folders == RUN_RULE_FOLDERS_MOST)
        return err_set(e, ERR_USAGE, "more than %d --rules", RUN_RULE_FOLDERS_MOST);
    o->rule_folders[o->n_rule_folders++] = folder;
    return true;
}

static bool take_threads(struct run_options *o, const char *text, struct err *e)
{
    return take_number("threads", text, 256, &o->threads, e);
}

static bool take_keep_days(struct run_options *o, const char *text, struct err *e)
{
    o->keep_none = strcmp(text, "0") == 0;
    return o->keep_none || take_number("keep-days", text, 3650, &o->keep_days, e);
}

static bool take_keep_mib(struct run_options *o, const char *text, struct err *e)
{
    return take_number("keep-mib", text, 1024 * 1024, &o->keep_mib, e);
}

static bool take_bodies(struct run_options *o, const char *whose, struct err *e)
{
    static const char *const words[] = {"off", "failed", "all"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(whose, words[i]) == 0) {
            o->keeps = RELAY_KEEPS_HEADS + (enum relay_keeps)i;
            return true;
        }
    return err_set(e, ERR_USAGE, "--bodies %s: write off, failed or all", whose);
}

static bool take_ui(struct run_options *o, const char *text, struct err *e)
{
    o->no_ui = strcmp(text, "off") == 0;
    return o->no_ui || addr_parse(text, -1, &o->ui) ||
           err_set(e, ERR_USAGE, "--ui %s: write ADDRESS:PORT, as in 127.0.0.1:8081, or off", text);
}

static bool take_learn(struct run_options *o, const char *when, struct err *e)
{
    for (enum learn_mode m = LEARN_SUGGEST; m <= LEARN_ON; m++)
        if (strcmp(when, learn_mode_name(m)) == 0) {
            o->learn = m;
            return true;
        }
    return err_set(e, ERR_USAGE, "--learn %s: write off, suggest or on", when);
}

static bool take_learn_after(struct run_options *o, const char *text, struct err *e)
{
    return take_number("learn-after", text, 1000, &o->learn_after, e);
}

static bool take_revocation(struct run_options *o, const char *how, struct err *e)
{
    o->no_staple = strcmp(how, "off") == 0;
    o->asks_revocation = strcmp(how, "fetch") == 0;
    return o->no_staple || o->asks_revocation || strcmp(how, "staple") == 0 ||
           err_set(e, ERR_USAGE, "--revocation %s: write off, staple or fetch", how);
}

static bool take_fetch(struct run_options *o, const char *when, struct err *e)
{
    return reach_read_fetch(when, &o->no_fetch, e);
}

static const struct {
    const char *name;
    bool (*take)(struct run_options *o, const char *value, struct err *e);
} readers[] = {
    {"listen", take_listen},
    {"proxy-auth", take_guest},
    {"upstream", take_upstream},
    {"transparent", take_transparent},
    {"ui", take_ui},
    {"tproxy", take_tproxy},
    {"resolver", take_resolver},
    {"resolve", take_resolve},
    {"rules", take_rules},
    {"revocation", take_revocation},
    {"fetch", take_fetch},
    {"learn", take_learn},
    {"learn-after", take_learn_after},
    {"fault", take_fault},
    {"mirror-faults", take_mirror},
    {"ask-client-certificate", take_asked_client},
    {"keep-days", take_keep_days},
    {"keep-mib", take_keep_mib},
    {"bodies", take_bodies},
    {"threads", take_threads},
};

/* Kept as they are, and read where they are used. */
static const struct {
    const char *name;
    size_t at; /* of a const char * */
} texts[] = {
    {"config", offsetof(struct run_options, config)},
    {"log", offsetof(struct run_options, log)},
    {"data", offsetof(struct run_options, data)},
    {"roots", offsetof(struct run_options, roots_file)},
    {"upstream-ca", offsetof(struct run_options, upstream_ca)},
    {"sign-profile", offsetof(struct run_options, sign_profile)},
    {"keylog", offsetof(struct run_options, keylog)},
    {"color", offsetof(struct run_options, color)},
};

static const struct {
    const char *name;
    size_t at; /* of a bool */
} switches[] = {
    {"keep-secrets", offsetof(struct run_options, keep_secrets)},
    {"watch", offsetof(struct run_options, watch)},
    {"lab", offsetof(struct run_options, with_lab)},
    {"allow-public", offsetof(struct run_options, reach.any_client)},
    {"quiet", offsetof(struct run_options, quiet)},
    {"verbose", offsetof(struct run_options, verbose)},
};

bool run_options_take(void *arg, const char *name, const char *value, struct err *e)
{
    struct run_options *o = arg;
    bool taken;

    if (!identity_list_take(&o->identity_list, name, value, &taken, e) ||
        !plugin_list_take(&o->plugin_list, name, value, &taken, e))
        return false;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strcmp(name, readers[i].name) == 0)
            return readers[i].take(o, value, e);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0)
            *(const char **)((char *)o + texts[i].at) = value;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (strcmp(name, switches[i].name) == 0)
            *(bool *)((char *)o + switches[i].at) = true;
    return true;
}
