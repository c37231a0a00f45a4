/* app/cmd_run.c - `whytls run`: put the parts together, start the threads, wait for the end. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/host_pattern.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/ca.h"
#include "cert/leaf_cache.h"
#include "cert/leaf_key.h"
#include "cert/signer.h"
#include "command.h"
#include "ct_list.h"
#include "device/clock_witness.h"
#include "device/history.h"
#include "device/roads.h"
#include "fetch/fetch.h"
#include "flow/flow.h"
#include "identity_list.h"
#include "lab/lab.h"
#include "live.h"
#include "loop_guard.h"
#include "net/upstream.h"
#include "onboard/site.h"
#include "option.h"
#include "paths.h"
#include "pool.h"
#include "reach.h"
#include "relay/guests.h"
#include "relay/mirror.h"
#include "script/rules.h"
#include "self_audit.h"
#include "silence.h"
#include "start_screen.h"
#include "store/device_keeper.h"
#include "store/log_jsonl.h"
#include "store/sink.h"
#include "store/writer.h"
#include "term.h"
#include "tls/contexts.h"
#include "trust/apple_roots.h"
#include "trust/ct_logs.h"
#include "trust/pinned_hosts.h"
#include "trust/roots.h"

static const struct option_row rows[] = {
    {"listen", 'l', "ADDR:PORT",
        "where phones connect; may be given again (default 0.0.0.0:8080). Behind a load balancer: "
        "ADDR:PORT,proxy-protocol"},
    {"proxy-auth", 0, "USER:PASSWORD",
        "ask clients for a login (HTTP Basic, SOCKS5); may be given again. @FILE: one a line"},
    {"upstream", 0, "URL[=PATTERN]",
        "reach sites through another proxy, http://HOST:PORT or socks5://HOST:PORT, with "
        "USER:PASSWORD@ before the host if need be; PATTERN is shop.example or *.shop.example; "
        "direct=PATTERN goes past it; may be given again. @FILE: one a line"},
    {"transparent", 0, "ADDR:PORT",
        "where this machine's firewall redirects phones to that use it as their gateway (see "
        "deploy/nftables/up.sh); may be given again"},
    {"tproxy", 0, "ADDR:PORT", "the same for its tproxy rules; needs CAP_NET_ADMIN"},
    {"log", 0, "FILE", "write each connection's record as a JSON line; - is standard output"},
    {"data", 0, "DIR", "root key and state (default $XDG_DATA_HOME/whytls)"},
    {"roots", 0, "WHOSE",
        "trusted roots: apple (default), mozilla (the system's bundle), or a file or folder of "
        "them"},
    {"resolve", 0, "HOST:ADDR", "answer for a host instead of DNS; may be given again"},
    {"rules", 0, "DIR", "a folder of rule packages of your own; may be given again"},
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
        "is "
        "let in or kept out by it; may be given again"},
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

static const struct command_help help = {
    .usage = "whytls run [OPTION]…",
    .about = "Starts the proxy: point a phone's Wi-Fi proxy setting at it, trust its root, and "
             "read why connections fail.\n"
             "The first Ctrl-C lets open connections finish; a second one ends at once.",
    .rows = rows,
    .after = "WHYTLS_KEYLOGFILE in the environment is the same as --keylog; SSLKEYLOGFILE is not "
             "looked at.",
};

enum { RULE_FOLDERS_MOST = 8 };

struct run {
    struct reach reach;
    const char *log, *data, *roots_file, *keylog, *color;
    const char *rule_folders[RULE_FOLDERS_MOST];
    size_t n_rule_folders;
    const char *sign_profile;
    long threads, learn_after;
    enum learn_mode learn;
    bool with_lab, quiet, verbose;
    bool no_fetch, no_staple, asks_revocation;
    struct identity_list identity_list;
    struct host_patterns ask_clients;
    /* made by prepare, freed by finish */
    char *data_dir, *lua_rules, *lua_library, *user_rules;
    struct ca *ca;
    bool root_made;
    struct leaf_keys *keys;
    struct leaf_cache *leaves;
    struct roots *roots;
    struct ct_logs *ct_logs;
    struct pinned_hosts *pinned;
    struct tls_contexts *contexts;
    struct identities *identities; /* NULL: none */
    struct loop_guard *guard;      /* NULL, as the next: no gateway */
    struct roads *roads;
    struct guests *guests;       /* NULL: anybody */
    struct upstreams *upstreams; /* NULL: none */
    struct mirror_plan *mirror;
    struct device_history *history;
    struct clock_witness *witness;
    struct rules *rules;
    struct lab *lab;
    struct dial_config fetch_dial;
    struct fetcher *fetcher;
    struct store *store;
    struct pool *pool;
    struct site *site;
    struct own_address own;
    struct term term;
};

/* Made with the first one that is named. */
static bool add_guest(struct run *r, const char *text, struct err *e)
{
    if (!r->guests)
        r->guests = guests_new();
    return guests_add(r->guests, text, e);
}

static bool add_upstream(struct run *r, const char *text, struct err *e)
{
    if (!r->upstreams)
        r->upstreams = upstreams_new();
    return upstreams_add(r->upstreams, text, e);
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

static bool take_learn(struct run *r, const char *when, struct err *e)
{
    for (enum learn_mode m = LEARN_SUGGEST; m <= LEARN_ON; m++)
        if (strcmp(when, learn_mode_name(m)) == 0) {
            r->learn = m;
            return true;
        }
    return err_set(e, ERR_USAGE, "--learn %s: write off, suggest or on", when);
}

static bool take_revocation(struct run *r, const char *how, struct err *e)
{
    r->no_staple = strcmp(how, "off") == 0;
    r->asks_revocation = strcmp(how, "fetch") == 0;
    return r->no_staple || r->asks_revocation || strcmp(how, "staple") == 0 ||
           err_set(e, ERR_USAGE, "--revocation %s: write off, staple or fetch", how);
}

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct run *r = arg;
    bool taken;

    if (!identity_list_take(&r->identity_list, name, value, &taken, e))
        return false;
    if (strcmp(name, "ask-client-certificate") == 0)
        return host_patterns_add(&r->ask_clients, value, e) ||
               err_wrap(e, "--ask-client-certificate");
    if (strcmp(name, "listen") == 0)
        return reach_add_listener(&r->reach, value, e);
    if (strcmp(name, "proxy-auth") == 0)
        return add_guest(r, value, e);
    if (strcmp(name, "upstream") == 0)
        return add_upstream(r, value, e);
    if (strcmp(name, "transparent") == 0)
        return reach_add_gate(&r->reach, TRANSPARENT_REDIRECT, value, e);
    if (strcmp(name, "tproxy") == 0)
        return reach_add_gate(&r->reach, TRANSPARENT_TPROXY, value, e);
    if (strcmp(name, "resolve") == 0)
        return reach_add_resolve(&r->reach, value, e);
    if (strcmp(name, "threads") == 0)
        return take_number(name, value, 256, &r->threads, e);
    if (strcmp(name, "fault") == 0)
        return mirror_plan_add_fault(r->mirror, value, e);
    if (strcmp(name, "mirror-faults") == 0)
        return mirror_plan_add_sites(r->mirror, value, e);
    if (strcmp(name, "learn") == 0)
        return take_learn(r, value, e);
    if (strcmp(name, "learn-after") == 0)
        return take_number(name, value, 1000, &r->learn_after, e);
    if (strcmp(name, "revocation") == 0)
        return take_revocation(r, value, e);
    if (strcmp(name, "fetch") == 0)
        return reach_read_fetch(value, &r->no_fetch, e);
    if (strcmp(name, "rules") == 0) {
        if (r->n_rule_folders == RULE_FOLDERS_MOST - 3)
            return err_set(e, ERR_USAGE, "too many --rules");
        r->rule_folders[r->n_rule_folders++] = value;
    } else if (strcmp(name, "log") == 0)
        r->log = value;
    else if (strcmp(name, "data") == 0)
        r->data = value;
    else if (strcmp(name, "roots") == 0)
        r->roots_file = value;
    else if (strcmp(name, "keylog") == 0)
        r->keylog = value;
    else if (strcmp(name, "color") == 0)
        r->color = value;
    else if (strcmp(name, "sign-profile") == 0)
        r->sign_profile = value;
    else if (strcmp(name, "lab") == 0)
        r->with_lab = true;
    else if (strcmp(name, "allow-public") == 0)
        r->reach.any_client = true;
    else if (strcmp(name, "quiet") == 0)
        r->quiet = true;
    else if (strcmp(name, "verbose") == 0)
        r->verbose = true;
    return true;
}

/* Two descriptors a connection: as many as the system lets us have. */
static void raise_open_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* glibc gives the top of its heap back at every 128 KiB freed; with bodies in motion that doubled
 * the CPU of a GiB (measured: 0.55 to 1.05 s). */
static void keep_heap(void)
{
    mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
}

static void warn_of_rule(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

static bool load_rules(struct run *r, struct err *e)
{
    const char *folders[RULE_FOLDERS_MOST + 1] = {0};
    size_t n = 0;

    r->lua_rules = paths_shipped_rules();
    r->lua_library = paths_lua_library();
    r->user_rules = paths_user_rules();
    if (!r->lua_rules)
        return err_set(e, ERR_SYSTEM,
            "the shipped rules are not found; set WHYTLS_LUA to the folder that holds rules/");
    folders[n++] = r->lua_rules;
    if (r->user_rules)
        folders[n++] = r->user_rules;
    for (size_t i = 0; i < r->n_rule_folders; i++)
        folders[n++] = r->rule_folders[i];
    struct rules_config config = {.folders = folders, .library = r->lua_library};
    return rules_load(&config, warn_of_rule, NULL, &r->rules, e);
}

static bool load_trust(struct run *r, struct err *e)
{
    int64_t now_s = clock_wall_ms(clock_system()) / 1000;

    r->ca = ca_open(r->data_dir, now_s, &r->root_made, e);
    if (!r->ca)
        return false;
    r->keys = leaf_keys_new(e);
    if (!r->keys)
        return false;
    if (mirror_plan_count(r->mirror) && !leaf_keys_expect_faults(r->keys, now_s, e))
        return false;
    r->leaves = leaf_cache_new(r->ca, r->keys, 0);
    r->roots = roots_load(r->roots_file, r->lab ? lab_root_pem_path(r->lab) : NULL, r->data_dir, e);
    r->ct_logs = r->roots ? ct_list_open(r->data_dir, r->lab, e) : NULL;
    r->pinned = r->ct_logs ? pinned_hosts_open(r->data_dir, e) : NULL;
    if (!r->pinned)
        return false;
    const char *keylog = r->keylog ? r->keylog : getenv("WHYTLS_KEYLOGFILE");
    r->contexts = tls_contexts_new(&(struct tls_config){.keylog = keylog}, e);
    return r->contexts != NULL;
}

static bool start_lab(struct run *r, struct err *e)
{
    if (!r->with_lab)
        return true;
    struct lab_config config = {.data_dir = r->data_dir, .clock = clock_system()};
    r->lab = lab_start(&config, e);
    r->reach.lab = r->lab;
    return r->lab != NULL;
}

static bool start_fetcher(struct run *r, struct err *e)
{
    if (r->no_fetch)
        return !r->asks_revocation ||
               err_set(e, ERR_USAGE, "--revocation fetch and --fetch off exclude each other");
    r->fetch_dial = (struct dial_config){.instead = reach_instead, .arg = &r->reach};
    r->fetcher =
        fetcher_start(&(struct fetch_config){.clock = clock_system(), .dial = &r->fetch_dial}, e);
    return r->fetcher != NULL;
}

static void tell_silence(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

static bool start_store(struct run *r, struct err *e)
{
    struct sink sinks[4];
    size_t n = 0;
    const struct device_keeper_config keeper = {
        .folder = r->data_dir, .history = r->history, .clock = clock_system()};

    if (r->log) {
        if (!log_jsonl_open(r->log, &sinks[n], e))
            return false;
        n++;
    }
    if (!device_keeper_open(&keeper, &sinks[n], e)) {
        if (n)
            sinks[0].close(sinks[0].arg);
        return false;
    }
    n++;
    silence_open(
        &(struct silence_config){.clock = clock_system(), .tell = tell_silence}, &sinks[n++]);
    /* JSON on standard output stands alone there. */
    if (!r->log || strcmp(r->log, "-") != 0) {
        struct live_config live = {.term = &r->term, .quiet = r->quiet, .verbose = r->verbose};

        live_open(&live, &sinks[n++]);
    }
    r->store = store_start(
        &(struct store_config){.sinks = sinks, .n_sinks = n, .clock = clock_system()}, e);
    return r->store != NULL;
}

static void hand_over(void *arg, struct flow *sealed)
{
    store_hand(arg, sealed);
}

static const char *proxy_name(void)
{
    static char name[65];

    if (gethostname(name, sizeof name - 1) != 0 || !name[0])
        snprintf(name, sizeof name, "whytls");
    return name;
}

static bool make_site(struct run *r, struct err *e)
{
    struct site_config config = {.ca = r->ca, .pinned = r->pinned};
    struct signer signer = {0};

    r->own = (struct own_address){.is_own = reach_is_own, .find = reach_find_own, .arg = &r->reach};
    if (r->sign_profile) {
        if (!signer_open(r->sign_profile, &signer, e))
            return err_wrap(e, "--sign-profile");
        config.signer = &signer;
    }
    r->site = site_new(&config, e);
    signer_fini(&signer);
    return r->site != NULL;
}

static bool start_pool(struct run *r, struct err *e)
{
    struct pool_config config = {
        .threads = r->threads ? (size_t)r->threads : (size_t)sysconf(_SC_NPROCESSORS_ONLN),
        .rules = r->rules,
        .reach = &r->reach,
        .fetcher = r->fetcher,
        .upstreams = r->upstreams,
        .world = {.clock = clock_system(),
            .contexts = r->contexts,
            .leaves = r->leaves,
            .ca = r->ca,
            .roots = r->roots,
            .ct_logs = r->ct_logs,
            .pinned = r->pinned,
            .mirror = r->mirror,
            .identities = r->identities,
            .ask_clients = &r->ask_clients,
            .site = r->site,
            .own = &r->own,
            .no_staple = r->no_staple,
            .asks_revocation = r->asks_revocation,
            .learn = {.mode = r->learn, .after = r->learn_after},
            .history = r->history,
            .witness = r->witness,
            .roads = r->roads,
            .guests = r->guests,
            .name = proxy_name(),
            .flow_out = hand_over,
            .flow_out_arg = r->store},
    };

    r->threads = (long)config.threads;
    return pool_start(&config, &r->pool, e);
}

static bool prepare(struct run *r, struct err *e)
{
    if (!term_init(&r->term, r->color, e))
        return false;
    if (r->reach.n_listeners == 0 && !reach_add_listener(&r->reach, "0.0.0.0:8080", e))
        return false;
    r->data_dir = paths_data_dir(r->data, e);
    if (!r->data_dir)
        return false;
    if (r->reach.n_gates) {
        r->reach.guard = r->guard = loop_guard_new(clock_system());
        r->roads = roads_new();
    }
    raise_open_files();
    keep_heap();
    r->history = device_history_new();
    r->witness = clock_witness_new();
    return identity_list_open(&r->identity_list, &r->identities, e) && start_lab(r, e) &&
           load_trust(r, e) && load_rules(r, e) && start_fetcher(r, e) && start_store(r, e) &&
           make_site(r, e) && start_pool(r, e);
}

static void finish(struct run *r)
{
    fetcher_stop(r->fetcher); /* it tells the threads' loops, which go next */
    pool_free(r->pool);
    site_free(r->site);
    fetcher_free(r->fetcher);
    store_stop(r->store);
    lab_stop(r->lab);
    rules_unref(r->rules);
    tls_contexts_free(r->contexts);
    identities_free(r->identities);
    leaf_cache_free(r->leaves);
    leaf_keys_free(r->keys);
    roots_unref(r->roots);
    ct_logs_unref(r->ct_logs);
    pinned_hosts_free(r->pinned);
    ca_free(r->ca);
    mirror_plan_free(r->mirror);
    loop_guard_free(r->guard);
    roads_free(r->roads);
    guests_free(r->guests);
    upstreams_free(r->upstreams);
    device_history_free(r->history);
    clock_witness_free(r->witness);
    mem_free(r->data_dir);
    mem_free(r->lua_rules);
    mem_free(r->lua_library);
    mem_free(r->user_rules);
}

static const char *roots_from(const struct run *r)
{
    return strcmp(roots_name(r->roots), "apple") == 0 ? roots_apple_list(r->roots)
                                                      : roots_path(r->roots);
}

static bool roots_are_old(const struct roots *roots)
{
    const struct table_facts *facts = apple_roots_facts(roots_apple(roots), TABLE_ROOTS);

    return clock_wall_ms(clock_system()) / 1000 - facts->date > (int64_t)facts->fresh_days * 86400;
}

/* Before an app is blamed for refusing us. */
static void audit_ourselves(const struct run *r)
{
    struct self_audit audit;
    struct text why = {0};

    self_audit_run(&audit, r->ca, r->keys, clock_wall_ms(clock_system()) / 1000, &why);
    if (audit.failed)
        log_error("phones will refuse %s: %s; see whytls doctor", audit.failed, text_str(&why));
    else if (audit.root_ends_soon)
        log_warn("our root ends within %d days: whytls ca renew, then install the new root on the "
                 "phones",
            (int)(ROOT_ENDS_SOON_S / 86400));
    text_fini(&why);
}

static void greet(struct run *r)
{
    struct start_facts facts = {.reach = &r->reach,
        .ca = r->ca,
        .mirror = r->mirror,
        .guests = r->guests,
        .upstreams = r->upstreams,
        .data_dir = r->data_dir,
        .log = r->log,
        .roots = roots_name(r->roots),
        .roots_from = roots_from(r),
        .roots_old = roots_are_old(r->roots),
        .threads = (size_t)r->threads,
        .n_roots = roots_count(r->roots),
        .root_made = r->root_made,
        .lab = r->with_lab};

    rules_count(r->rules, &facts.rules, &facts.rules_awake);
    start_screen(&r->term, &facts);
    audit_ourselves(r);
}

/* The first signal lets connections finish; the second ends the process as it is. */
static void wait_for_end(struct run *r, const sigset_t *signals)
{
    static const struct timespec beat = {.tv_nsec = 50 * 1000 * 1000};
    bool draining = false;

    while (!pool_is_over(r->pool)) {
        int signal = sigtimedwait(signals, NULL, &beat);

        if (signal < 0)
            continue;
        if (draining)
            _exit(128 + signal);
        draining = true;
        pool_drain(r->pool);
    }
}

int cmd_run(int argc, char **argv)
{
    struct run r = {.mirror = mirror_plan_new()};
    struct err e = {0};
    sigset_t signals;
    int rest;

    bool parsed = options_parse(&help, argc, argv, take, &r, &rest, &e);
    if (parsed && rest < argc)
        parsed = err_set(&e, ERR_USAGE, "run takes no \"%s\"; see whytls run --help", argv[rest]);
    if (!parsed) {
        mirror_plan_free(r.mirror);
        guests_free(r.guests);
        upstreams_free(r.upstreams);
        return fail(&e);
    }
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    bool ready = prepare(&r, &e);
    if (ready) {
        greet(&r);
        wait_for_end(&r, &signals);
    }
    finish(&r);
    return ready ? 0 : fail(&e);
}
