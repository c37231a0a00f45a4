/* load.c - from package folders to checked rules; rules_make is declared in rule_priv.h, rules_load
 * in rules.h. */
#include "rule_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "judge/check.h"
#include "state_priv.h"

/* Facts of the plugins that come with whytls. Their names are known even where no plugin is: rules
 * that need them sleep. */
static const struct {
    const char *name;
    enum field_kind kind;
} plugin_facts[] = {
    {"geo.country", FIELD_TEXT},
    {"geo.asn", FIELD_INTEGER},
    {"geo.org", FIELD_TEXT},
    {"geo.credit", FIELD_TEXT},
    {"fingerprint.ja3", FIELD_TEXT},
    {"fingerprint.family", FIELD_TEXT},
};

static bool check_known(const char *check)
{
    return judge_check_find(check) != NULL;
}

static int fact_kind(void *arg, const char *name)
{
    const struct known_fact *fact = rules_fact(arg, name);

    return fact ? (int)fact->kind : -1;
}

static struct known_fact *fact_add(
    struct rules *all, const char *name, enum field_kind kind, const char *by)
{
    struct known_fact *fact = all->facts;

    while (fact && strcmp(fact->name, name))
        fact = fact->next;
    if (!fact) {
        fact = arena_new(&all->arena, sizeof *fact);
        fact->name = arena_text(&all->arena, name);
        fact->kind = kind;
        fact->next = all->facts;
        all->facts = fact;
    }
    if (by)
        fact->by = by;
    return fact;
}

/* Argument 1 is the package, as a light userdata. */
static int init_run(lua_State *L)
{
    struct package *p = lua_touserdata(L, 1);

    sandbox_push_environment(L, p);
    state_compile(L, p, package_source(p, "init.lua"), lua_gettop(L));
    lua_call(L, 0, 0);
    return 0;
}

static int package_load(lua_State *L)
{
    struct package *p = lua_touserdata(L, 1);
    struct rules *all = state_of(L)->all;
    struct err e = {0};

    init_run(L);
    state_of(L)->at_load = false;
    if (!p->first)
        return luaL_error(L, "%s/init.lua declares no rule", p->name);
    lua_settop(L, 1);
    texts_read(L, p);
    if (!causes_check(all->causes, &e))
        return luaL_error(L, "%s/init.lua: %s", p->name, e.text);
    return 0;
}

bool package_run(struct state *s, struct package *p, bool loading, struct err *e)
{
    s->package = p;
    s->loading = loading;
    s->at_load = true;
    bool right = state_run(
        s, loading ? package_load : init_run, p, LIMIT_LOAD_INSTRUCTIONS, LIMIT_LOAD_MS, e);

    s->at_load = false;
    s->loading = false;
    s->package = NULL;
    return right;
}

struct loading {
    struct rules *all;
    struct state *state;
    const struct rules_more *more;
    void (*warn)(void *arg, const char *line);
    void *arg;
};

/* Their places are there before any package is: facts of plugins may be needed by name. */
static bool partners_take(struct rules *all, const struct rules_config *config, struct err *e)
{
    for (size_t i = 0; i < config->n_partners; i++) {
        const struct rules_partner *p = &config->partners[i];
        struct rule *place = arena_new(&all->arena, sizeof *place);

        place->partner = p;
        place->id = arena_text(&all->arena, p->id);
        place->needs = arena_new(&all->arena, (p->n_needs + 1) * sizeof *place->needs);
        for (size_t j = 0; j < p->n_needs; j++) {
            place->needs[place->n_needs++] = arena_text(&all->arena, p->needs[j]);
            fact_add(all, p->needs[j], FIELD_TEXT, NULL);
        }
        for (size_t j = 0; j < p->n_facts; j++) {
            struct known_fact *fact = fact_add(all, p->facts[j].name, p->facts[j].kind, place->id);

            fact->kind = p->facts[j].kind;
            fact->is_number = p->facts[j].is_number;
            fact->idle = arena_text(&all->arena, p->facts[j].idle);
        }
        all->rules = mem_resize(all->rules, (all->n_rules + 1) * sizeof(struct rule *));
        all->rules[all->n_rules++] = place;
    }
    return rules_order(all, e);
}

static bool rules_take(struct rules *all, struct package *p, struct err *e)
{
    for (struct rule *r = p->first; r; r = r->next) {
        if (all->n_rules == LIMIT_RULES)
            return err_set(e, ERR_RULE, "%s: more than %d rules", p->name, LIMIT_RULES);
        all->rules = mem_resize(all->rules, (all->n_rules + 1) * sizeof *all->rules);
        all->rules[all->n_rules++] = r;
    }
    return rules_order(all, e);
}

/* Leaves everything as it was before the package. */
static void package_undo(struct rules *all, const struct package *p, size_t n_causes)
{
    size_t kept = 0, prefix = strlen(p->name);

    for (size_t i = 0; i < all->n_rules; i++)
        if (all->rules[i]->package != p)
            all->rules[kept++] = all->rules[i];
    all->n_rules = kept;
    for (struct known_fact *fact = all->facts; fact; fact = fact->next)
        if (fact->by && text_starts(fact->by, p->name) && fact->by[prefix] == '/')
            fact->by = NULL;
    causes_cut(all->causes, n_causes);
}

static bool package_add(struct loading *l, const char *folder, const char *name, struct err *e)
{
    struct rules *all = l->all;
    struct package *p;
    size_t n_causes = causes_len(all->causes);

    if (!package_read(folder, name, &p, e))
        return err_wrap(e, "%s", name);
    if (!package_run(l->state, p, true, e) || !rules_take(all, p, e)) {
        struct err nobody = {0};

        package_undo(all, p, n_causes);
        if (!rules_order(all, &nobody))
            log_error("the rules cannot be put in order: %s",
                nobody.text); /* they could before this package */
        package_free(p);
        return false;
    }
    all->packages = mem_resize(all->packages, (all->n_packages + 1) * sizeof *all->packages);
    all->packages[all->n_packages++] = p;
    return true;
}

/* Which folder each package name comes from; a later folder wins. */
struct found {
    char **names; /* sorted */
    const char **folders;
    size_t n;
};

static void found_fini(struct found *f)
{
    for (size_t i = 0; i < f->n; i++)
        mem_free(f->names[i]);
    mem_free(f->names);
    mem_free(f->folders);
}

static void found_put(struct found *f, char *name, const char *folder)
{
    size_t i = 0;

    while (i < f->n && strcmp(f->names[i], name) < 0)
        i++;
    if (i < f->n && !strcmp(f->names[i], name)) {
        f->folders[i] = folder;
        mem_free(name);
        return;
    }
    f->names = mem_resize(f->names, (f->n + 1) * sizeof *f->names);
    f->folders = mem_resize(f->folders, (f->n + 1) * sizeof *f->folders);
    memmove(f->names + i + 1, f->names + i, (f->n - i) * sizeof *f->names);
    memmove(f->folders + i + 1, f->folders + i, (f->n - i) * sizeof *f->folders);
    f->names[i] = name;
    f->folders[i] = folder;
    f->n++;
}

static bool folders_search(
    const struct rules_config *config, const char *only, struct found *out, struct err *e)
{
    for (const char *const *folder = config->folders; *folder; folder++) {
        char **names;
        size_t n;

        if (!packages_find(*folder, &names, &n, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            if (only && strcmp(names[i], only))
                mem_free(names[i]);
            else
                found_put(out, names[i], *folder);
        }
        mem_free(names);
    }
    return true;
}

static bool packages_add(struct loading *l, const struct found *found, struct err *e)
{
    for (size_t i = 0; i < found->n; i++) {
        struct err why = {0};

        if (i == LIMIT_PACKAGES)
            return err_set(e, ERR_RULE, "more than %d rule packages", LIMIT_PACKAGES);
        if (package_add(l, found->folders[i], found->names[i], &why))
            continue;
        if (l->more->only)
            return err_set(e, ERR_RULE, "%s", why.text);
        l->warn(l->arg, why.text);
    }
    return true;
}

static bool rules_fill(struct loading *l, const struct rules_config *config, struct err *e)
{
    struct found found = {0};
    bool right =
        given_read(l->all, config->config, e) && folders_search(config, l->more->only, &found, e);

    if (right && l->more->only && found.n == 0)
        right = err_set(e, ERR_USAGE, "there is no rule package '%s'", l->more->only);
    right =
        right && packages_add(l, &found, e) && given_check_rules(l->all, found.names, found.n, e);
    found_fini(&found);
    return right;
}

/* The folder lua/whytls, read like a package: .lua files beside each other. */
static bool library_read(struct rules *all, const char *library, struct err *e)
{
    if (!library || !file_exists(library))
        return true;
    const char *slash = strrchr(library, '/');
    char *folder = mem_text(library);

    folder[slash ? slash - library : 0] = '\0';
    bool right =
        package_read(slash ? folder : ".", slash ? slash + 1 : library, &all->library_files, e);

    mem_free(folder);
    return right;
}

static struct rules *rules_new(const struct rules_more *more)
{
    struct rules *all = mem_new(sizeof *all);

    atomic_init(&all->refs, 1);
    arena_init(&all->arena);
    all->names = (struct path_names){check_known, fact_kind, all};
    all->memory = more->memory ? memory_ref(more->memory) : memory_new();
    all->given = more->given;
    for (size_t i = 0; i < sizeof plugin_facts / sizeof *plugin_facts; i++)
        fact_add(all, plugin_facts[i].name, plugin_facts[i].kind, NULL);
    for (size_t i = 0; more->facts && more->facts[i]; i++)
        fact_add(all, more->facts[i], FIELD_TEXT, "plugin");
    return all;
}

static void nobody_warned(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

bool rules_make(const struct rules_config *config, const struct rules_more *more,
    void (*warn)(void *arg, const char *line), void *arg, struct rules **out, struct err *e)
{
    struct rules *all = rules_new(more);
    struct loading l = {.all = all, .more = more, .warn = warn ? warn : nobody_warned, .arg = arg};
    all->off = config->off;
    bool right = causes_new(&all->names, &all->causes, e) && causes_check(all->causes, e) &&
                 library_read(all, config->library, e) && state_new(LIMIT_MEMORY, &l.state, e);

    if (right) {
        l.state->all = all;
        right = partners_take(all, config, e) && rules_fill(&l, config, e);
        l.state->all = NULL;
    }
    state_free(l.state);
    all->given = NULL;
    all->off = NULL;
    all->config = NULL;
    if (!right) {
        rules_unref(all);
        return false;
    }
    *out = all;
    return true;
}

bool rules_load(const struct rules_config *config, void (*warn)(void *arg, const char *line),
    void *arg, struct rules **out, struct err *e)
{
    return rules_make(config, &(struct rules_more){.memory = config->memory}, warn, arg, out, e);
}
