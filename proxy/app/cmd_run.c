/* app/cmd_run.c - `whytls run`: put the parts together, start the threads, wait for the end. */
#include "run_priv.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>
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
#include "config.h"
#include "ct_list.h"
#include "device/clock_witness.h"
#include "device/history.h"
#include "device/passes.h"
#include "device/roads.h"
#include "device/sightings.h"
#include "device/strict_hosts.h"
#include "identity_list.h"
#include "lab/lab.h"
#include "loop_guard.h"
#include "net/upstream.h"
#include "onboard/site.h"
#include "option.h"
#include "paths.h"
#include "pool.h"
#include "relay/guests.h"
#include "relay/mirror.h"
#include "rule_set.h"
#include "script/memory.h"
#include "script/rules.h"
#include "self_audit.h"
#include "start_screen.h"
#include "store/writer.h"
#include "tls/contexts.h"
#include "tls/peer_trust.h"
#include "trust/apple_roots.h"
#include "trust/ct_logs.h"
#include "trust/pinned_hosts.h"
#include "trust/roots.h"
#include "web/web.h"

static const struct command_help help = {
    .usage = "whytls run [OPTION]…",
    .about = "Starts the proxy: point a phone's Wi-Fi proxy setting at it, trust its root, and "
             "read why connections fail.\n"
             "The first Ctrl-C lets open connections finish; a second one ends at once.",
    .rows = run_option_rows,
    .after = "WHYTLS_KEYLOGFILE in the environment is the same as --keylog; SSLKEYLOGFILE is not "
             "looked at.",
};

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

static bool load_rules(struct run *r, struct err *e)
{
    const struct plugin_list *plugins = &r->options.plugin_list;
    const struct rule_set_config config = {.config = r->options.config,
        .data = r->data_dir,
        .more = r->options.rule_folders,
        .n_more = r->options.n_rule_folders,
        .memory = r->memory,
        .partners = plugins->partners,
        .n_partners = plugins->n_partners};

    return rule_set_open(&config, &r->rules, e);
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
    if (mirror_plan_count(r->options.mirror) && !leaf_keys_expect_faults(r->keys, now_s, e))
        return false;
    r->leaves = leaf_cache_new(r->ca, r->keys, 0);
    r->roots = roots_load(
        r->options.roots_file, r->lab ? lab_root_pem_path(r->lab) : NULL, r->data_dir, e);
    r->ct_logs = r->roots ? ct_list_open(r->data_dir, r->lab, e) : NULL;
    r->pinned = r->ct_logs ? pinned_hosts_open(r->data_dir, e) : NULL;
    if (!r->pinned)
        return false;
    const char *keylog = r->options.keylog ? r->options.keylog : getenv("WHYTLS_KEYLOGFILE");
    r->contexts = tls_contexts_new(
        &(struct tls_config){.keylog = keylog, .gives_secrets = r->options.keep_secrets}, e);
    return r->contexts != NULL;
}

static bool start_lab(struct run *r, struct err *e)
{
    if (!r->options.with_lab)
        return true;
    struct lab_config config = {.data_dir = r->data_dir, .clock = clock_system()};
    r->lab = lab_start(&config, e);
    r->reach->lab = r->lab;
    return r->lab != NULL;
}

static bool start_fetcher(struct run *r, struct err *e)
{
    if (r->options.no_fetch)
        return true;
    r->fetch_dial = (struct dial_config){.instead = reach_instead, .arg = r->reach};
    r->fetcher =
        fetcher_start(&(struct fetch_config){.clock = clock_system(), .dial = &r->fetch_dial}, e);
    return r->fetcher != NULL;
}

/* Before the rules: they ask which facts the plugins give. */
static bool start_plugins(struct run *r, struct err *e)
{
    struct plugin_list *list = &r->options.plugin_list;

    return plugin_list_open(list, r->config, r->data_dir, e) && plugins_start(list->plugins, e);
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

    r->own = (struct own_address){.is_own = reach_is_own, .find = reach_find_own, .arg = r->reach};
    if (r->options.sign_profile) {
        if (!signer_open(r->options.sign_profile, &signer, e))
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
        .threads =
            r->options.threads ? (size_t)r->options.threads : (size_t)sysconf(_SC_NPROCESSORS_ONLN),
        .rules = rule_set_rules(r->rules),
        .reach = r->reach,
        .fetcher = r->fetcher,
        .upstreams = r->options.upstreams,
        .upstream_trust = r->upstream_trust,
        .world = {.clock = clock_system(),
            .contexts = r->contexts,
            .leaves = r->leaves,
            .ca = r->ca,
            .roots = r->roots,
            .ct_logs = r->ct_logs,
            .pinned = r->pinned,
            .mirror = r->options.mirror,
            .identities = r->identities,
            .ask_clients = &r->options.ask_clients,
            .site = r->site,
            .own = &r->own,
            .no_staple = r->options.no_staple,
            .asks_revocation = r->options.asks_revocation,
            .keeps = r->options.keep_none ? RELAY_KEEPS_NOTHING : r->options.keeps,
            .keeps_tapes = r->options.keep_secrets && !r->options.keep_none,
            .learn = {.mode = r->options.learn, .after = r->options.learn_after},
            .history = r->history,
            .passes = r->passes,
            .witness = r->witness,
            .sightings = r->sightings,
            .strict_hosts = r->strict_hosts,
            .retries = true,
            .roads = r->roads,
            .guests = r->options.guests,
            .name = proxy_name(),
            .flow_out = hand_over,
            .flow_out_arg = r->store},
    };

    r->options.threads = (long)config.threads;
    if (!pool_start(&config, &r->pool, e))
        return false;
    r->house.pool = r->pool;
    return !r->web || web_start(r->web, e);
}

static bool trust_upstreams(struct run *r, struct err *e)
{
    const struct run_options *o = &r->options;

    if (o->upstreams && upstreams_want_tls(o->upstreams))
        r->upstream_trust = peer_trust_new(o->upstream_ca, e);
    else if (o->upstream_ca)
        return err_set(e, ERR_USAGE, "--upstream-ca is for an https:// proxy of --upstream");
    else
        return true;
    return r->upstream_trust || err_wrap(e, "--upstream-ca");
}

/* Before anything starts that has something to say. */
static bool options_agree(const struct run_options *o, struct err *e)
{
    return !o->no_fetch || !o->asks_revocation ||
           err_set(e, ERR_USAGE, "--revocation fetch and --fetch off exclude each other");
}

static bool prepare(struct run *r, struct err *e)
{
    if (!options_agree(&r->options, e) || !term_init(&r->term, r->options.color, e))
        return false;
    if (r->reach->n_listeners == 0 && !reach_add_listener(r->reach, "0.0.0.0:8080", e))
        return false;
    r->data_dir = paths_data_dir(r->options.data, e);
    if (!r->data_dir)
        return false;
    if (r->reach->n_gates) {
        r->reach->guard = r->guard = loop_guard_new(clock_system());
        r->roads = roads_new();
    }
    raise_open_files();
    keep_heap();
    r->history = device_history_new();
    r->witness = clock_witness_new();
    r->memory = memory_new();
    r->sightings = sightings_new();
    r->strict_hosts = strict_hosts_new();
    r->passes = passes_new();
    r->count = r->options.no_ui ? NULL : web_count_new();
    return trust_upstreams(r, e) &&
           identity_list_open(&r->options.identity_list, &r->identities, e) && start_lab(r, e) &&
           load_trust(r, e) && start_plugins(r, e) && load_rules(r, e) && start_fetcher(r, e) &&
           run_open_store(r, e) && make_site(r, e) && run_open_web(r, e) && start_pool(r, e);
}

static void finish(struct run *r)
{
    if (r->house.clock)
        house_close(&r->house);
    web_stop(r->web);
    if (r->house.clock)
        house_fini(&r->house);
    fetcher_stop(r->fetcher); /* it tells the threads' loops, which go next */
    pool_free(r->pool);
    site_free(r->site);
    fetcher_free(r->fetcher);
    store_stop(r->store);
    web_count_free(r->count);
    lab_stop(r->lab);
    rule_set_free(r->rules);
    memory_unref(r->memory);
    plugin_list_fini(&r->options.plugin_list);
    tls_contexts_free(r->contexts);
    identities_free(r->identities);
    peer_trust_free(r->upstream_trust);
    leaf_cache_free(r->leaves);
    leaf_keys_free(r->keys);
    roots_unref(r->roots);
    ct_logs_unref(r->ct_logs);
    pinned_hosts_free(r->pinned);
    ca_free(r->ca);
    loop_guard_free(r->guard);
    roads_free(r->roads);
    device_history_free(r->history);
    clock_witness_free(r->witness);
    sightings_free(r->sightings);
    strict_hosts_free(r->strict_hosts);
    passes_free(r->passes);
    mem_free(r->data_dir);
    config_free(r->config);
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
    struct start_facts facts = {.reach = r->reach,
        .ca = r->ca,
        .mirror = r->options.mirror,
        .guests = r->options.guests,
        .upstreams = r->options.upstreams,
        .data_dir = r->data_dir,
        .log = r->options.log,
        .roots = roots_name(r->roots),
        .roots_from = roots_from(r),
        .roots_old = roots_are_old(r->roots),
        .threads = (size_t)r->options.threads,
        .n_roots = roots_count(r->roots),
        .root_made = r->root_made,
        .lab = r->options.with_lab,
        .web = r->web};

    plugins_tell_idle(r->options.plugin_list.plugins);
    rules_count(rule_set_rules(r->rules), &facts.rules, &facts.rules_awake);
    start_screen(&r->term, &facts);
    audit_ourselves(r);
}

/* A terminal that was closed says SIGHUP as well, and means the end. */
static bool terminal_is_gone(void)
{
    struct termios ignored;

    return tcgetattr(STDIN_FILENO, &ignored) != 0 && errno == EIO;
}

/* SIGHUP loads the rules anew. Of the others the first lets connections finish; the second ends the
 * process as it is. */
static void wait_for_end(struct run *r, const sigset_t *signals)
{
    static const struct timespec beat = {.tv_nsec = 50 * 1000 * 1000};
    bool draining = false;

    while (!pool_is_over(r->pool)) {
        int signal = sigtimedwait(signals, NULL, &beat);

        plugins_tick(r->options.plugin_list.plugins);
        if (r->web)
            house_serve(&r->house, r->pool);
        if (signal < 0 && r->options.watch && !draining)
            rule_set_watch(r->rules, r->pool, clock_steady_ms(clock_system()));
        if (signal < 0)
            continue;
        if (signal == SIGHUP && !terminal_is_gone()) {
            rule_set_reload(r->rules, r->pool);
            continue;
        }
        if (draining)
            _exit(128 + signal);
        draining = true;
        pool_drain(r->pool);
    }
}

int cmd_run(int argc, char **argv)
{
    struct run r = {0};
    struct err e = {0};
    sigset_t signals;
    int rest;

    run_options_init(&r.options);
    r.reach = &r.options.reach;
    bool parsed = options_parse_with_config(
        &help, argc, argv, run_options_take, &r.options, &rest, &r.config, &e);
    if (parsed && rest < argc)
        parsed = err_set(&e, ERR_USAGE, "run takes no \"%s\"; see whytls run --help", argv[rest]);
    if (!parsed) {
        config_free(r.config);
        run_options_fini(&r.options);
        return fail(&e);
    }
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    bool ready = prepare(&r, &e);
    if (ready) {
        greet(&r);
        wait_for_end(&r, &signals);
    }
    finish(&r);
    run_options_fini(&r.options);
    return ready ? 0 : fail(&e);
}
