#include "plugins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "flow/flow_json.h"
#include "judge/check.h"
#include "plugin_priv.h"

enum { PLUGINS_MOST = 64, LOOK_MS = 2000 };

/* --- names of facts --- */

static enum field_kind kind_of(uint32_t kind)
{
    switch (kind) {
    case WHYTLS_FLAG:
        return FIELD_BOOLEAN;
    case WHYTLS_TIME:
        return FIELD_TIME;
    case WHYTLS_INTEGER:
    case WHYTLS_NUMBER:
        return FIELD_INTEGER;
    default:
        return FIELD_TEXT;
    }
}

static const struct whytls_fact_kind *fact_find(
    const struct plugins *all, const char *name, const struct plugin *but)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct declared *d = &all->at[i]->declared;

        for (size_t j = 0; all->at[i] != but && !all->at[i]->refused && j < d->n_facts; j++)
            if (!strcmp(d->p.provides[j].name, name))
                return &d->p.provides[j];
    }
    return NULL;
}

static bool is_needed(const struct plugins *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        for (size_t j = 0; !all->at[i]->refused && j < all->at[i]->declared.n_needs; j++)
            if (!strcmp(all->at[i]->declared.p.needs[j], name))
                return true;
    return false;
}

/* A fact that a plugin needs and no plugin gives is a rule's: its kind is seen when it comes. */
static int fact_kind(void *arg, const char *name)
{
    const struct plugins *all = arg;
    const struct whytls_fact_kind *fact = fact_find(all, name, NULL);

    if (fact)
        return (int)kind_of(fact->kind);
    return is_needed(all, name) ? (int)FIELD_TEXT : -1;
}

static bool check_known(const char *name)
{
    return judge_check_find(name) != NULL;
}

/* --- finding and reading --- */

static struct plugin *plugin_new(struct plugins *all, const char *file)
{
    struct plugin *p = mem_new(sizeof *p);

    p->all = all;
    p->file = mem_text(file);
    arena_init(&p->arena);
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static bool plugin_read(struct plugin *p, struct err *e)
{
    if (!object_is_ours(p->file, e) || !object_open(p->file, &p->object, e) ||
        !declared_read(&p->object, &p->declared, e))
        return false;
    struct text id = {0};

    text_printf(&id, "plugin:%s", p->declared.p.name);
    p->id = text_give(&id);
    return true;
}

/* Of two with one name the first counts. */
static bool is_new(const struct plugins *all, const struct plugin *p, struct err *e)
{
    for (size_t i = 0; i < all->n; i++)
        if (!all->at[i]->refused && !strcmp(all->at[i]->declared.p.name, p->declared.p.name))
            return err_set(e, ERR_INPUT, "there is a plugin '%s' already: %s", p->declared.p.name,
                all->at[i]->file);
    for (size_t i = 0; i < p->declared.n_facts; i++)
        if (fact_find(all, p->declared.p.provides[i].name, p))
            return err_set(
                e, ERR_INPUT, "another plugin gives '%s' already", p->declared.p.provides[i].name);
    return true;
}

static void refuse(struct plugin *p, const struct err *e)
{
    p->refused = true;
    snprintf(p->why, sizeof p->why, "%s", e->text);
}

static bool plugin_add(struct plugins *all, const char *file, bool asked, struct err *e)
{
    struct err why = {0};

    if (all->n == PLUGINS_MOST)
        return err_set(e, ERR_CONFIG, "more than %d plugins", PLUGINS_MOST);
    struct plugin *p = plugin_new(all, file);

    if (!plugin_read(p, &why) || !is_new(all, p, &why)) {
        refuse(p, &why);
        if (asked) {
            plugin_free(p);
            return err_set(e, ERR_INPUT, "plugin %s: %s", file, why.text);
        }
        log_warn("plugin %s is left out: %s", file, why.text);
    }
    all->at = mem_resize(all->at, (all->n + 1) * sizeof *all->at);
    all->at[all->n++] = p;
    return true;
}

static int by_text(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;

    return strcmp(*a, *b);
}

static bool folder_add(struct plugins *all, const char *folder, struct err *e)
{
    char *files[PLUGINS_MOST];
    size_t n = 0;
    DIR *dir = opendir(folder);
    bool right = true;

    if (!dir)
        return true; /* no such folder, no plugins */
    for (struct dirent *entry; (entry = readdir(dir)) && n < PLUGINS_MOST;)
        if (entry->d_name[0] != '.' && text_ends(entry->d_name, ".so"))
            files[n++] = file_join(folder, entry->d_name);
    closedir(dir);
    qsort(files, n, sizeof *files, by_text);
    for (size_t i = 0; i < n; i++) {
        right = right && plugin_add(all, files[i], false, e);
        mem_free(files[i]);
    }
    return right;
}

static bool files_add(struct plugins *all, struct err *e)
{
    const char *const *files = all->config.files, *const *folders = all->config.folders;

    for (size_t i = 0; files && files[i]; i++)
        if (!plugin_add(all, files[i], true, e))
            return false;
    for (size_t i = 0; folders && folders[i]; i++)
        if (!folder_add(all, folders[i], e))
            return false;
    return true;
}

/* --- settings that are nobody's --- */

static bool given_check(const struct plugins *all, struct err *e)
{
    const char *names[PLUGINS_MOST + 1];
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        if (!all->at[i]->refused)
            names[n++] = all->at[i]->declared.p.name;
    names[n] = NULL;
    for (size_t i = 0; i < all->config.n_given; i++) {
        const struct plugin_given *given = &all->config.given[i];
        bool known = false;

        for (size_t j = 0; j < n && !known; j++)
            known = !strcmp(names[j], given->plugin);
        if (known)
            continue;
        const char *near = text_nearest(given->plugin, names);

        return err_set(e, ERR_CONFIG, "%s: there is no plugin '%.60s'%s%s%s", given->where,
            given->plugin, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    return true;
}

/* "on": every plugin has it. */
static bool switch_read(struct plugin *p, struct err *e)
{
    const struct plugins_config *config = &p->all->config;

    for (size_t i = 0; i < config->n_given; i++) {
        const struct plugin_given *given = &config->given[i];

        if (strcmp(given->plugin, p->declared.p.name) || strcmp(given->name, "on"))
            continue;
        if (given->kind != GIVEN_FLAG)
            return err_set(
                e, ERR_CONFIG, "%s: plugin %s: 'on' is true or false", given->where, given->plugin);
        p->switched_off = !given->integer;
        if (p->switched_off)
            snprintf(p->why, sizeof p->why, "switched off in %s", given->where);
    }
    return true;
}

/* --- loading --- */

static bool plugin_load(struct plugin *p, struct err *e)
{
    struct values values = {0};

    if (!switch_read(p, e))
        return false;
    if (!values_read(p, &p->all->config, &values, e)) {
        values_fini(&values);
        return false;
    }
    if (p->switched_off) {
        values_fini(&values);
        return true;
    }
    (void)values_are_old(p, &p->all->config); /* the first look */
    struct instance *in = instance_load(p, &values);

    plugin_replace(p, in);
    if (in->ready == WHYTLS_FAILED)
        return err_set(e, ERR_CONFIG, "plugin %s: %s", p->declared.p.name, in->why);
    return true;
}

static bool all_load(struct plugins *all, struct err *e)
{
    for (size_t i = 0; i < all->n; i++) {
        struct plugin *p = all->at[i];
        struct err why = {0};

        if (p->refused)
            continue;
        if (!plugin_compile(p, &all->names, &why)) {
            refuse(p, &why);
            log_warn("plugin %s is left out: %s", p->file, why.text);
            continue;
        }
        if (!plugin_load(p, e))
            return false;
    }
    return true;
}

bool plugins_load(const struct plugins_config *config, struct plugins **out, struct err *e)
{
    struct plugins *all = mem_new(sizeof *all);

    all->config = *config;
    if (!all->config.clock)
        all->config.clock = clock_system();
    all->names = (struct path_names){check_known, fact_kind, all};
    pthread_mutex_init(&all->lock, NULL);
    crash_watch();
    if (files_add(all, e) && given_check(all, e) && all_load(all, e)) {
        *out = all;
        return true;
    }
    plugins_free(all);
    return false;
}

void plugins_free(struct plugins *all)
{
    if (!all)
        return;
    plugins_stop(all);
    for (size_t i = 0; i < all->n; i++)
        instance_unref(all->at[i]->current);
    instances_bury(all);
    for (size_t i = 0; i < all->n; i++)
        plugin_free(all->at[i]);
    mem_free(all->at);
    pthread_mutex_destroy(&all->lock);
    mem_free(all);
}

/* --- what the rules' order asks --- */

size_t plugins_count(const struct plugins *all)
{
    return all->n;
}

const char *plugins_name(const struct plugins *all, size_t i)
{
    return all->at[i]->refused ? NULL : all->at[i]->declared.p.name;
}

bool plugins_listens(const struct plugins *all, size_t i)
{
    const struct plugin *p = all->at[i];

    return !p->refused && p->current && p->current->ready == WHYTLS_READY &&
           p->declared.n_hooks > 0;
}

bool plugins_fact(const struct plugins *all, size_t i, size_t j, struct plugin_fact *out)
{
    const struct plugin *p = all->at[i];

    if (p->refused || j >= p->declared.n_facts)
        return false;
    const struct whytls_fact_kind *kind = &p->declared.p.provides[j];

    *out = (struct plugin_fact){.name = kind->name,
        .by = p->id,
        .kind = kind_of(kind->kind),
        .is_number = kind->kind == WHYTLS_NUMBER,
        .label = kind->label};
    if (p->switched_off)
        out->idle = p->why;
    else if (p->current && p->current->ready != WHYTLS_READY)
        out->idle = p->current->why;
    return true;
}

const char *plugins_need(const struct plugins *all, size_t i, size_t j)
{
    const struct plugin *p = all->at[i];

    return !p->refused && j < p->declared.n_needs ? p->declared.p.needs[j] : NULL;
}

/* --- sinks --- */

bool plugins_have_sinks(const struct plugins *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i]->outlet)
            return true;
    return false;
}

bool plugins_start(struct plugins *all, struct err *e)
{
    static const struct outlet_limits limits = {
        OUTLET_WAITING_MOST, OUTLET_BYTES_MOST, OUTLET_PAUSE_MS};

    if (all->n == 0)
        return true;
    all->monitor = monitor_start(all, e);
    if (!all->monitor)
        return false;
    for (size_t i = 0; i < all->n; i++) {
        struct plugin *p = all->at[i];

        if (p->refused || !p->declared.p.sink || !p->current || p->current->ready != WHYTLS_READY)
            continue;
        p->outlet = outlet_start(p, &limits, e);
        if (!p->outlet)
            return false;
    }
    return true;
}

void plugins_tell_idle(const struct plugins *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct plugin *p = all->at[i];
        bool is_missed = p->declared.n_facts > 0;

        for (size_t j = 0; !p->refused && j < all->config.n_given; j++)
            is_missed = is_missed || !strcmp(all->config.given[j].plugin, p->declared.p.name);
        if (is_missed && p->current && p->current->ready == WHYTLS_IDLE)
            log_info("plugin %s is idle: %s", p->declared.p.name, p->current->why);
    }
}

void plugins_take_flow(struct plugins *all, const struct flow *f)
{
    struct text line = {0};
    struct json_out json;

    if (!plugins_have_sinks(all))
        return;
    json_init(&json, &line);
    flow_json(f, &json);
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i]->outlet)
            outlet_put(all->at[i]->outlet, f->id, text_str(&line), line.len);
    text_fini(&line);
}

void plugins_stop(struct plugins *all)
{
    for (size_t i = 0; i < all->n; i++) {
        outlet_stop(all->at[i]->outlet);
        all->at[i]->outlet = NULL;
    }
    monitor_stop(all->monitor);
    all->monitor = NULL;
}

/* --- replaced files --- */

static void plugin_renew(struct plugin *p)
{
    const char *name = p->declared.p.name;
    struct values values = {0};
    struct err e = {0};

    if (!values_read(p, &p->all->config, &values, &e)) {
        log_warn("plugin %s keeps what it has: %s", name, e.text);
        values_fini(&values);
        return;
    }
    struct instance *in = instance_load(p, &values);

    /* What works is not given up for what does not. */
    if (in->ready != WHYTLS_READY && p->current->ready == WHYTLS_READY) {
        log_warn("plugin %s keeps what it has: %s", name, in->why);
        instance_unref(in);
        return;
    }
    if (p->current->ready != in->ready)
        log_info("plugin %s could work now; it begins when whytls starts again", name);
    else if (in->ready == WHYTLS_READY)
        log_info("plugin %s has taken up its new files%s%s", name, in->why[0] ? ": " : "", in->why);
    plugin_replace(p, in);
}

void plugins_tick(struct plugins *all)
{
    int64_t now_ms = clock_steady_ms(all->config.clock);

    if (now_ms - all->looked_ms < LOOK_MS && all->looked_ms)
        return;
    all->looked_ms = now_ms;
    instances_bury(all);
    for (size_t i = 0; i < all->n; i++) {
        struct plugin *p = all->at[i];

        if (!p->refused && p->current && values_are_old(p, &all->config))
            plugin_renew(p);
    }
}
