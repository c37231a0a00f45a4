/* app/run_store.c - where the flows of a running proxy go; declared in run_priv.h. */
#include "run_priv.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "flow/flow.h"
#include "live.h"
#include "silence.h"
#include "store/device_keeper.h"
#include "store/flow_keeper.h"
#include "store/log_jsonl.h"
#include "store/rule_keeper.h"
#include "store/sink.h"
#include "store/writer.h"
#include "web/web.h"

static void tell_silence(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

static void flow_to_plugins(void *arg, const struct flow *f)
{
    plugins_take_flow(arg, f);
}

enum { SINKS_MOST = 8 };

struct sinks {
    struct sink at[SINKS_MOST];
    size_t n;
};

/* Those that may say no. */
static bool open_keepers(struct run *r, struct sinks *to, struct err *e)
{
    const struct device_keeper_config devices = {.folder = r->data_dir,
        .history = r->history,
        .rules = r->memory,
        .passes = r->passes,
        .clock = clock_system()};
    const struct rule_keeper_config rules = {
        .folder = r->data_dir, .memory = r->memory, .clock = clock_system()};

    if (r->options.log && !log_jsonl_open(r->options.log, &to->at[to->n], e))
        return false;
    to->n += r->options.log != NULL;
    if (!device_keeper_open(&devices, &to->at[to->n], e))
        return false;
    to->n++;
    if (!rule_keeper_open(&rules, &to->at[to->n], e))
        return false;
    to->n++;
    if (r->options.keep_none)
        return true;
    const struct flow_keeper_config flows = {.folder = r->data_dir,
        .clock = clock_system(),
        .days = r->options.keep_days,
        .mib = r->options.keep_mib};
    if (!flow_keeper_open(&flows, &to->at[to->n], e))
        return false;
    to->n++;
    return true;
}

bool run_open_store(struct run *r, struct err *e)
{
    struct sinks to = {.n = 0};
    struct plugins *plugins = r->options.plugin_list.plugins;

    if (!open_keepers(r, &to, e)) {
        while (to.n--)
            to.at[to.n].close(to.at[to.n].arg);
        return false;
    }
    silence_open(
        &(struct silence_config){.clock = clock_system(), .tell = tell_silence}, &to.at[to.n++]);
    /* JSON on standard output stands alone there. */
    if (!r->options.log || strcmp(r->options.log, "-") != 0) {
        struct live_config live = {
            .term = &r->term, .quiet = r->options.quiet, .verbose = r->options.verbose};

        live_open(&live, &to.at[to.n++]);
    }
    if (r->count) /* behind the keeper of flows */
        web_count_open(r->count, &to.at[to.n++]);
    if (plugins_have_sinks(plugins))
        to.at[to.n++] = (struct sink){.flow = flow_to_plugins, .arg = plugins};
    r->store = store_start(
        &(struct store_config){.sinks = to.at, .n_sinks = to.n, .clock = clock_system()}, e);
    return r->store != NULL;
}
