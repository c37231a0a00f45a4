#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "history.h"
#include "memory.h"
#include "roll.h"

/* So many refusals in a row, at any hosts, after an acceptance: one host or one app alone does not
 * come to it, since its others accept in between. */
enum { REFUSES_AFTER = 4 };

const char *device_state_name(enum device_state s)
{
    static const char *const names[N_DEVICE_STATES] = {
        [DEVICE_READ] = "reading",
        [DEVICE_REFUSES] = "refuses",
        [DEVICE_CLOCK_WRONG] = "clock-wrong",
        [DEVICE_SET_UP_BEGUN] = "set-up-begun",
        [DEVICE_SEEN] = "seen",
    };

    return names[s];
}

bool device_host_refuses(const struct host_row *row)
{
    return row->last_refused_ms != HISTORY_NEVER && row->last_refused_ms >= row->last_accepted_ms;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static enum device_state state_of(const struct device_row *row, int64_t now_ms)
{
    const struct device_setup *s = &row->setup;
    int64_t yes_ms = s->accepted_ms, no_ms = later(row->last_refused_ms, 0);
    bool refused = row->streak > 0 && no_ms > yes_ms;

    if (s->probe == DEVICE_PROBE_TRUSTED)
        yes_ms = later(yes_ms, s->probe_ms);
    if (s->probe == DEVICE_PROBE_REFUSED && s->probe_ms > yes_ms)
        refused = true;
    if (yes_ms < s->clock_read_ms && !strcmp(device_clock_state(s, now_ms), "wrong"))
        return DEVICE_CLOCK_WRONG;
    if (refused && (yes_ms == 0 || s->probe_ms > yes_ms || row->streak >= REFUSES_AFTER))
        return DEVICE_REFUSES;
    if (yes_ms > 0)
        return DEVICE_READ;
    return s->profile_fetched_ms > 0 ? DEVICE_SET_UP_BEGUN : DEVICE_SEEN;
}

static void app_count(struct device_facts *f, const struct host_row *row)
{
    size_t i = 0;

    while (i < f->n_apps && strcmp(f->apps[i].name, row->app) != 0)
        i++;
    struct device_app *app = &f->apps[i];
    if (i == f->n_apps) {
        f->n_apps++;
        *app = (struct device_app){.name = row->app,
            .version = row->app_version,
            .is_browser = row->is_browser,
            .used_ms = row->used_ms};
    }
    app->hosts++;
    app->hosts_refused += device_host_refuses(row);
}

static int by_host(const void *a, const void *b)
{
    const struct host_row *const *x = a, *const *y = b;

    return strcmp((*x)->host, (*y)->host);
}

/* Two apps at one host are one host. */
static void hosts_count(struct device_facts *f)
{
    const struct host_row **at = mem_array(f->n_hosts + 1, sizeof *at);

    for (size_t i = 0; i < f->n_hosts; i++)
        at[i] = &f->hosts[i];
    qsort(at, f->n_hosts, sizeof *at, by_host);
    for (size_t i = 0; i < f->n_hosts;) {
        bool accepted = false, refused = false;
        const char *host = at[i]->host;

        for (; i < f->n_hosts && !strcmp(at[i]->host, host); i++) {
            accepted = accepted || at[i]->last_accepted_ms != HISTORY_NEVER;
            refused = refused || device_host_refuses(at[i]);
        }
        f->n_accepted += accepted;
        f->n_refused += refused;
    }
    mem_free(at);
}

void device_facts_read(struct device_history *h, const struct device_row *row, int64_t now_ms,
    struct device_facts *out)
{
    *out = (struct device_facts){.row = row, .state = state_of(row, now_ms)};
    out->hosts = roll_hosts(h, row->id, &out->n_hosts);
    out->apps = mem_array(out->n_hosts + 1, sizeof *out->apps);
    for (size_t i = 0; i < out->n_hosts; i++)
        app_count(out, &out->hosts[i]);
    hosts_count(out);
}

void device_facts_fini(struct device_facts *f)
{
    mem_free(f->hosts);
    mem_free(f->apps);
    *f = (struct device_facts){0};
}
