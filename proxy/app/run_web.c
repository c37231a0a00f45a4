/* app/run_web.c - the web UI of a running proxy; declared in run_priv.h. */
#include "run_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "cert/ca.h"
#include "lab/lab.h"
#include "net/addr.h"
#include "web/web.h"

/* Where it usually is; when that is taken, as by another whytls, anywhere. */
static struct web *open_web_somewhere(struct run *r, struct web_config *config, struct err *e)
{
    struct err why = {0};

    if (r->options.ui.ss_family != AF_UNSPEC) {
        config->at = r->options.ui;
        return web_open(config, r->count, e);
    }
    if (!addr_parse("127.0.0.1:8081", -1, &config->at))
        return NULL;
    struct web *web = web_open(config, r->count, &why);
    if (web)
        return web;
    log_warn("%s; it goes to another port", why.text);
    addr_set_port((struct sockaddr *)&config->at, 0);
    return web_open(config, r->count, e);
}

bool run_open_web(struct run *r, struct err *e)
{
    if (r->options.no_ui)
        return true;
    r->house = (struct house){.clock = clock_system(),
        .reach = r->reach,
        .ca = r->ca,
        .witness = r->witness,
        .store = r->store,
        .keeps_flows = !r->options.keep_none,
        .folder = r->data_dir,
        .lab_roots = r->lab ? lab_root_pem_path(r->lab) : NULL,
        .roots = r->roots,
        .ct_logs = r->ct_logs,
        .contexts = r->contexts,
        .identities = r->identities,
        .fetcher = r->fetcher,
        .plugins = r->options.plugin_list.plugins,
        .rules = r->rules,
        .count = r->count,
        .leaves = r->leaves};
    house_init(&r->house);
    struct web_config config = {.folder = r->data_dir,
        .root_name = ca_name(r->ca),
        .keeps_flows = !r->options.keep_none,
        .clock = clock_system(),
        .history = r->history,
        .passes = r->passes,
        .house = house_of(&r->house)};
    r->web = open_web_somewhere(r, &config, e);
    if (r->web)
        web_address(r->web, &r->reach->ui);
    return r->web != NULL;
}
