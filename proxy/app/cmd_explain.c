/* app/cmd_explain.c - `whytls explain TARGET`: what would an iPhone say of this host or certificate, and why? */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/host.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "cert/chain.h"
#include "trust/roots.h"
#include "command.h"
#include "explain/explain.h"
#include "explanation.h"
#include "flow/flow.h"
#include "flow/flow_json.h"
#include "hook/hook.h"
#include "option.h"
#include "paths.h"
#include "reach.h"
#include "script/rules.h"
#include "term.h"
#include "tls/contexts.h"

static const struct option_row rows[] = {
    {"host", 0, "NAME", "the name to look for (default: the host; none for a file)"},
    {"at", 0, "TIME", "judge at this time: RFC 3339, or a date"},
    {"roots", 0, "FILE", "PEM bundle of trusted roots, or mozilla for the system's (default)"},
    {"anchors-are", 0, "KIND", "system, or user: as if the roots were installed on the phone"},
    {"resolve", 0, "HOST:ADDR", "answer for a host instead of DNS; may be given again"},
    {"json", 0, NULL, "the whole record as one JSON object"},
    {"color", 0, "WHEN", "always, never or auto"},
    {"verbose", 'v', NULL, "show every fact"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls explain TARGET [OPTION]…",
    .about = "Asks what an iPhone would say of a site or of a certificate, and why.\n"
             "TARGET is HOST[:PORT], an https:// address, a file with one certificate or a chain (PEM or DER), or - for\n"
             "standard input.",
    .rows = rows,
    .after = "Exit codes: 0 accepted; 1 refused; 2 the target cannot be read; 3 cannot be reached.",
};

struct job {
    const char    *target, *host, *at, *roots_file, *anchors, *color;
    bool           json, verbose;
    char           name[HOST_CAP];
    struct reach   reach;
    struct rules  *rules;
    struct hooks  *hooks;
    struct roots  *roots;
    struct tls_contexts *contexts;
    struct term    term;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    if (strcmp(name, "resolve") == 0)
        return reach_add_resolve(&j->reach, value, e);
    if (strcmp(name, "host") == 0)
        j->host = value;
    else if (strcmp(name, "at") == 0)
        j->at = value;
    else if (strcmp(name, "roots") == 0)
        j->roots_file = strcmp(value, "mozilla") == 0 ? NULL : value;
    else if (strcmp(name, "anchors-are") == 0)
        j->anchors = value;
    else if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    else if (strcmp(name, "verbose") == 0)
        j->verbose = true;
    return true;
}

static void warn_of_rule(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

static bool load(struct job *j, struct err *e)
{
    char       *shipped = paths_shipped_rules(), *library = paths_lua_library(), *own = paths_user_rules();
    const char *folders[] = {shipped, own, NULL};
    bool        good = shipped || err_set(e, ERR_SYSTEM, "the shipped rules are not found; set WHYTLS_LUA to the folder that holds rules/");

    good = good && rules_load(&(struct rules_config){.folders = folders, .library = library}, warn_of_rule, NULL, &j->rules, e);
    mem_free(shipped);
    mem_free(library);
    mem_free(own);
    if (!good)
        return false;
    j->hooks = hooks_new();
    if (!rules_attach(j->rules, j->hooks, e))
        return false;
    j->roots = roots_load(j->roots_file, NULL, e);
    j->contexts = j->roots ? tls_contexts_new(&(struct tls_config){0}, e) : NULL;
    return j->contexts != NULL;
}

static bool read_options(struct job *j, struct explain_ask *ask, struct err *e)
{
    ask->at_s = INT64_MIN;
    if (j->at && !time_parse_rfc3339(j->at, &ask->at_s))
        return err_set(e, ERR_USAGE, "--at %s: write a time as 2026-11-21T09:00:00Z, or a date", j->at);
    if (j->anchors && strcmp(j->anchors, "user") != 0 && strcmp(j->anchors, "system") != 0)
        return err_set(e, ERR_USAGE, "--anchors-are %s: write system or user", j->anchors);
    ask->anchors_user = j->anchors && strcmp(j->anchors, "user") == 0;
    if (j->host && !host_normalise(j->host, strlen(j->host), j->name))
        return err_set(e, ERR_USAGE, "--host %s: not a host name", j->host);
    return true;
}

static bool explain_file(struct job *j, struct explain_ask *ask, struct flow **out, struct err *e)
{
    uint8_t *bytes;
    size_t   len;

    if (!file_read(j->target, CHAIN_FILE_MOST, &bytes, &len, e)) {
        e->kind = ERR_INPUT;
        return false;
    }
    ask->host = j->host ? j->name : NULL;
    ask->port = 443;
    bool good = explain_chain(ask, bytes, len, out, e) || err_wrap(e, "%s", strcmp(j->target, "-") == 0 ? "standard input" : j->target);
    mem_free(bytes);
    return good;
}

static bool explain_site(struct job *j, struct explain_ask *ask, struct flow **out, struct err *e)
{
    const char *at = j->target;
    char        dial_host[HOST_CAP];

    if (strncasecmp(at, "https://", 8) == 0)
        at += 8;
    else if (strstr(at, "://"))
        return err_set(e, ERR_USAGE, "%s: only https:// addresses are understood", j->target);
    if (!host_port_parse(at, strcspn(at, "/?#"), 443, dial_host, &ask->port))
        return err_set(e, ERR_USAGE, "%s: neither a file that is there, nor HOST[:PORT]", j->target);
    struct dial_config dial = {.may = NULL, .instead = reach_instead, .arg = &j->reach};
    ask->dial = &dial;
    ask->dial_host = dial_host;
    ask->host = j->host ? j->name : dial_host;
    return explain_host(ask, out, e);
}

static void show(const struct job *j, const struct flow *f)
{
    struct text     out = {0};
    struct json_out json;

    if (j->json) {
        json_init(&json, &out);
        flow_json(f, &json);
        text_add_char(&out, '\n');
    } else {
        explanation_write(&j->term, f, true, j->verbose, &out);
    }
    fputs(text_str(&out), stdout);
    text_fini(&out);
}

static int code_of(const struct flow *f)
{
    if (f->dial && f->dial->error)
        return 3;
    const struct flow_verdict *verdict = f->server_leg ? f->server_leg->verdict : NULL;
    return verdict && strcmp(verdict->verdict, "accept") == 0 && f->n_diagnosis == 0 ? 0 : 1;
}

static int run(struct job *j, struct err *e)
{
    struct explain_ask ask = {.clock = clock_system(), .name = "explain"};
    struct flow       *f = NULL;

    if (!read_options(j, &ask, e) || !load(j, e))
        return fail(e);
    ask.hooks = j->hooks;
    ask.roots = j->roots;
    ask.contexts = j->contexts;
    bool is_file = strcmp(j->target, "-") == 0 || file_exists(j->target);
    if (!(is_file ? explain_file(j, &ask, &f, e) : explain_site(j, &ask, &f, e)))
        return fail(e);
    show(j, f);
    int code = code_of(f);
    flow_free(f);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int        rest;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    if (rest + 1 != argc) {
        err_set(&e, ERR_USAGE, "explain wants one target; see whytls explain --help");
        return fail(&e);
    }
    signal(SIGPIPE, SIG_IGN);
    j.target = argv[rest];
    int code = term_init(&j.term, j.color, &e) ? run(&j, &e) : fail(&e);
    hooks_free(j.hooks);
    rules_unref(j.rules);
    roots_unref(j.roots);
    tls_contexts_free(j.contexts);
    return code;
}
