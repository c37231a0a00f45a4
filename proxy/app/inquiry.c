#include "inquiry.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/host.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "config.h"
#include "ct_list.h"
#include "explain/explain.h"
#include "explain/file_kind.h"
#include "explain/target.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "lab/lab.h"
#include "password.h"
#include "paths.h"
#include "script/rules.h"
#include "tls/contexts.h"
#include "trust/ct_logs.h"
#include "trust/roots.h"

bool inquiry_take(
    struct inquiry *q, const char *name, const char *value, bool *taken, struct err *e)
{
    if (!identity_list_take(&q->identity_list, name, value, taken, e))
        return false;
    if (*taken)
        return true;
    *taken = true;
    if (strcmp(name, "resolve") == 0)
        return reach_add_resolve(&q->reach, value, e);
    if (strcmp(name, "resolver") == 0)
        return reach_add_resolver(&q->reach, value, e);
    if (strcmp(name, "fetch") == 0)
        return reach_read_fetch(value, &q->no_fetch, e);
    if (strcmp(name, "host") == 0)
        q->host = value;
    else if (strcmp(name, "at") == 0)
        q->at = value;
    else if (strcmp(name, "policy") == 0)
        q->policy = value;
    else if (strcmp(name, "email") == 0)
        q->email = value;
    else if (strcmp(name, "password-file") == 0)
        q->password_file = value;
    else if (strcmp(name, "lab") == 0)
        q->with_lab = true;
    else if (strcmp(name, "roots") == 0)
        q->roots_file = value;
    else if (strcmp(name, "anchors-are") == 0)
        q->anchors = value;
    else if (strcmp(name, "revocation") == 0)
        q->revocation = true;
    else
        *taken = false;
    return true;
}

static void warn_of_rule(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

static bool load_rules(struct inquiry *q, const struct rules_config *from, struct err *e)
{
    struct rules_config config = *from;
    char *data = paths_data_dir(NULL, NULL);
    bool good = plugin_list_open(&q->plugins, from->config, data, e);

    config.partners = q->plugins.partners;
    config.n_partners = q->plugins.n_partners;
    mem_free(data);
    return good && rules_load(&config, warn_of_rule, NULL, &q->rules, e);
}

/* The file is a proxy's. It may speak of what only that one has, a plugin of its command line: a
 * question is answered all the same, by the defaults. */
static bool load_as_configured(struct inquiry *q, struct rules_config *config, struct err *e)
{
    struct err why = {0};

    if (config_open(NULL, &q->config, &why)) {
        config->config = q->config;
        if (load_rules(q, config, &why))
            return true;
        plugin_list_fini(&q->plugins);
        config->config = NULL;
    }
    if (why.kind != ERR_CONFIG)
        return err_set(e, why.kind, "%s", why.text);
    log_warn("%s; so nothing of that file counts here", why.text);
    return load_rules(q, config, e);
}

static bool open_rules(struct inquiry *q, struct err *e)
{
    char *shipped = paths_shipped_rules(), *library = paths_lua_library(),
         *own = paths_user_rules();
    const char *folders[] = {shipped, own, NULL};
    struct rules_config config = {.folders = folders, .library = library};
    bool good =
        shipped ||
        err_set(e, ERR_SYSTEM,
            "the shipped rules are not found; set WHYTLS_LUA to the folder that holds rules/");

    good = good && load_as_configured(q, &config, e);
    mem_free(shipped);
    mem_free(library);
    mem_free(own);
    if (!good)
        return false;
    q->hooks = hooks_new();
    return rules_attach(q->rules, q->hooks, e);
}

static bool start_lab(struct inquiry *q, const char *data, struct err *e)
{
    q->lab = lab_start(&(struct lab_config){.data_dir = data, .clock = clock_system()}, e);
    q->reach.lab = q->lab;
    return q->lab != NULL;
}

static bool open_trust(struct inquiry *q, struct err *e)
{
    /* Without the lab none is needed: nobody may have a home here, and the other places are looked
     * at. */
    char *data = paths_data_dir(NULL, q->with_lab ? e : NULL);
    bool good = !q->with_lab || (data && start_lab(q, data, e));

    if (good)
        q->roots = roots_load(q->roots_file, q->lab ? lab_root_pem_path(q->lab) : NULL, data, e);
    q->ct_logs = q->roots ? ct_list_open(data, q->lab, e) : NULL;
    mem_free(data);
    return q->ct_logs != NULL;
}

static bool roots_are_a_file(const char *which)
{
    return which && strcmp(which, "apple") != 0 && strcmp(which, "mozilla") != 0;
}

static bool read_words(struct inquiry *q, struct err *e)
{
    char name[HOST_CAP];

    q->at_s = INT64_MIN;
    if (q->at && !time_parse_rfc3339(q->at, &q->at_s))
        return err_set(
            e, ERR_USAGE, "--at %s: write a time as 2026-11-21T09:00:00Z, or a date", q->at);
    if (q->anchors && !anchors_are_find(q->anchors, &q->anchors_are))
        return err_set(e, ERR_USAGE, "--anchors-are %s: write system, user or custom", q->anchors);
    if (q->anchors_are == ANCHORS_CUSTOM && !roots_are_a_file(q->roots_file))
        return err_set(
            e, ERR_USAGE, "--anchors-are custom: name the app's own anchors with --roots FILE");
    if (q->email && !strchr(q->email, '@'))
        return err_set(
            e, ERR_USAGE, "--email %s: write an address, as in anna@example.org", q->email);
    if (q->policy && strcmp(q->policy, "ios") != 0 && strcmp(q->policy, "webpki") != 0)
        return err_set(e, ERR_USAGE, "--policy %s: write ios or webpki", q->policy);
    if (q->host && !host_normalise(q->host, strlen(q->host), name))
        return err_set(e, ERR_USAGE, "--host %s: not a host name", q->host);
    return true;
}

bool inquiry_open(struct inquiry *q, struct err *e)
{
    if (!read_words(q, e) || !identity_list_open(&q->identity_list, &q->identities, e) ||
        !open_rules(q, e) || !open_trust(q, e))
        return false;
    q->contexts = tls_contexts_new(&(struct tls_config){0}, e);
    if (!q->contexts || q->no_fetch)
        return q->contexts != NULL;
    q->dial = (struct dial_config){.instead = reach_instead,
        .name_servers_of = reach_name_servers_of,
        .turn = reach_turn,
        .arg = &q->reach};
    q->fetcher =
        fetcher_start(&(struct fetch_config){.clock = clock_system(), .dial = &q->dial}, e);
    return q->fetcher != NULL;
}

void inquiry_close(struct inquiry *q)
{
    fetcher_free(q->fetcher);
    hooks_free(q->hooks);
    rules_unref(q->rules);
    plugin_list_fini(&q->plugins);
    config_free(q->config);
    roots_unref(q->roots);
    ct_logs_unref(q->ct_logs);
    tls_contexts_free(q->contexts);
    identities_free(q->identities);
    lab_stop(q->lab);
}

bool inquiry_is_file(const char *target)
{
    return strcmp(target, "-") == 0 || file_exists(target);
}

static bool ask_identity(const struct inquiry *q, const struct explain_ask *ask,
    const uint8_t *bytes, size_t len, struct flow **out, struct err *e)
{
    char *password;

    if (q->password)
        return explain_identity(ask, bytes, len, q->password, out, e);

    if (!password_read(q->password_file, &password, e))
        return err_wrap(e, "--password-file");
    bool good = explain_identity(ask, bytes, len, password, out, e);
    password_forget(password);
    return good;
}

/* One certificate that is a root, or was meant to be one: nobody asks it for a host. */
static bool is_lone_root(const uint8_t *bytes, size_t len)
{
    struct cert_chain *chain = cert_chain_from_bytes(bytes, len, NULL);
    bool root = false;

    if (chain && chain->n == 1) {
        const struct cert *c = chain->at[0];

        root = c->is_ca || (c->self_signed && !c->dns.n && !c->ips.n && !c->emails.n);
    }
    cert_chain_free(chain);
    return root;
}

static bool ask_bytes(const struct inquiry *q, const struct explain_ask *ask, enum file_kind kind,
    struct cert_span file, struct flow **out, struct err *e)
{
    const uint8_t *bytes = file.at;
    size_t len = file.len;

    switch (kind) {
    case FILE_KIND_IDENTITY:
        return ask_identity(q, ask, bytes, len, out, e);
    case FILE_KIND_PROFILE:
        return explain_profile(ask, bytes, len, out, e);
    case FILE_KIND_CERTIFICATES:
        if (ask->email && !ask->webpki)
            return ask_identity(q, ask, bytes, len, out, e);
        if (!ask->host && !ask->webpki && is_lone_root(bytes, len))
            return explain_root(ask, bytes, len, out, e);
        break;
    case FILE_KIND_MESSAGE:
        break;
    }
    return explain_chain(ask, bytes, len, out, e);
}

static bool ask_file(const struct inquiry *q, struct explain_ask *ask, const char *target,
    struct flow **out, struct err *e)
{
    const char *name = strcmp(target, "-") == 0 ? "standard input" : target;
    uint8_t *bytes;
    size_t len;

    if (!file_read(target, CHAIN_FILE_MOST, &bytes, &len, e)) {
        e->kind = ERR_INPUT;
        return false;
    }
    bool good = ask_bytes(q, ask, file_kind_of(target, bytes, len), (struct cert_span){bytes, len},
                    out, e) ||
                err_wrap(e, "%s", name);
    explicit_bzero(bytes, len); /* a private key may be in it */
    mem_free(bytes);
    return good;
}

static bool ask_site(const struct inquiry *q, struct explain_ask *ask, const char *text,
    struct flow **out, struct err *e)
{
    struct target target;
    struct dial_config dial = {.instead = reach_instead,
        .name_servers_of = reach_name_servers_of,
        .turn = reach_turn,
        .arg = (void *)(uintptr_t)&q->reach};

    if (!target_parse(text, &target, e))
        return false;
    ask->dial = &dial;
    ask->name_servers = reach_name_servers(&q->reach);
    ask->dial_host = target.host;
    ask->port = target.port;
    ask->mail = target.mail;
    ask->starttls = target.starttls;
    if (!ask->host)
        ask->host = target.host;
    return explain_host(ask, out, e);
}

static struct explain_ask ask_new(const struct inquiry *q)
{
    return (struct explain_ask){.port = 443,
        .at_s = q->at_s,
        .anchors_are = q->anchors_are,
        .webpki = q->policy && strcmp(q->policy, "webpki") == 0,
        .email = q->email,
        .roots = q->roots,
        .ct_logs = q->ct_logs,
        .contexts = q->contexts,
        .identities = q->identities,
        .hooks = q->hooks,
        .fetcher = q->fetcher,
        .revocation = q->revocation,
        .clock = clock_system(),
        .name = "explain"};
}

bool inquiry_ask(struct inquiry *q, const char *target, const char *host, struct verdict *verdict,
    struct flow **out, struct err *e)
{
    char name[HOST_CAP];
    const char *asked = q->host ? q->host : host;
    struct explain_ask ask = ask_new(q);

    ask.keep = verdict;
    if (asked && host_normalise(asked, strlen(asked), name))
        ask.host = name;
    return inquiry_is_file(target) ? ask_file(q, &ask, target, out, e)
                                   : ask_site(q, &ask, target, out, e);
}

static void ask_for_host(const struct inquiry *q, struct explain_ask *ask, char *name)
{
    if (q->host && host_normalise(q->host, strlen(q->host), name))
        ask->host = name;
}

bool inquiry_ask_site(struct inquiry *q, const char *target, struct verdict *verdict,
    struct flow **out, struct err *e)
{
    struct explain_ask ask = ask_new(q);
    char name[HOST_CAP];

    ask.keep = verdict;
    ask_for_host(q, &ask, name);
    return ask_site(q, &ask, target, out, e);
}

bool inquiry_ask_bytes(struct inquiry *q, const char *name, struct cert_span bytes,
    const char *password, struct verdict *verdict, struct flow **out, struct err *e)
{
    struct explain_ask ask = ask_new(q);
    char host[HOST_CAP];

    ask.keep = verdict;
    ask_for_host(q, &ask, host);
    q->password = password ? password : "";
    return ask_bytes(q, &ask, file_kind_of(name, bytes.at, bytes.len), bytes, out, e);
}

bool inquiry_ask_profile(
    struct inquiry *q, const void *bytes, size_t len, struct flow **out, struct err *e)
{
    struct explain_ask ask = ask_new(q);

    return explain_profile(&ask, bytes, len, out, e);
}

int inquiry_code(const struct flow *f)
{
    const struct flow_verdict *verdict = f->server_leg ? f->server_leg->verdict : NULL;

    if (f->dial && f->dial->error)
        return 3;
    if (f->identity)
        return strcmp(f->identity->result, "installs") == 0 ? 0 : 1;
    return verdict && strcmp(verdict->verdict, "accept") == 0 && !f->failed_leg ? 0 : 1;
}
