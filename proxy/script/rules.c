#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "hook/call.h"
#include "hook/listener.h"
#include "judge/check.h"
#include "rule_priv.h"
#include "state_priv.h"
#include "view_priv.h"

/* Facts of the plugins that come with whytls. Their names are known even where no plugin is: rules that need them sleep. */
static const struct {
    const char     *name;
    enum field_kind kind;
} plugin_facts[] = {{"geo.country", FIELD_TEXT}, {"geo.asn", FIELD_INTEGER}, {"geo.org", FIELD_TEXT}};

static bool check_known(const char *check)
{
    return judge_check_find(check) != NULL;
}

const struct known_fact *rules_fact(const struct rules *all, const char *name)
{
    const struct known_fact *fact = all->facts;

    while (fact && strcmp(fact->name, name))
        fact = fact->next;
    return fact;
}

static int fact_kind(void *arg, const char *name)
{
    const struct known_fact *fact = rules_fact(arg, name);

    return fact ? (int)fact->kind : -1;
}

static void fact_add(struct rules *all, const char *name, enum field_kind kind, const char *by)
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
}

/* ── making and freeing ─────────────────────────────────────────────────────────────────────────────────── */

static void rules_free(struct rules *all)
{
    for (size_t i = 0; i < all->n_packages; i++)
        package_free(all->packages[i]);
    mem_free(all->packages);
    mem_free(all->rules);
    for (size_t i = 0; i < all->n_wakes; i++)
        wake_free(all->wakes[i]);
    mem_free(all->wakes);
    for (size_t i = 0; i < all->n_matchers; i++)
        matcher_free(all->matchers[i]);
    mem_free(all->matchers);
    package_free(all->library_files);
    causes_free(all->causes);
    memory_unref(all->memory);
    arena_fini(&all->arena);
    mem_free(all);
}

struct rules *rules_ref(struct rules *r)
{
    atomic_fetch_add(&r->refs, 1);
    return r;
}

void rules_unref(struct rules *r)
{
    if (r && atomic_fetch_sub(&r->refs, 1) == 1)
        rules_free(r);
}

void rules_keep_matcher(struct rules *all, struct matcher *m)
{
    all->matchers = mem_resize(all->matchers, (all->n_matchers + 1) * sizeof *all->matchers);
    all->matchers[all->n_matchers++] = m;
}

void rules_keep_wake(struct rules *all, struct wake *w)
{
    all->wakes = mem_resize(all->wakes, (all->n_wakes + 1) * sizeof *all->wakes);
    all->wakes[all->n_wakes++] = w;
}

const struct rule_note *rule_note(const struct rule *r, const char *code)
{
    for (size_t i = 0; i < r->n_notes; i++)
        if (!strcmp(r->notes[i].code, code))
            return &r->notes[i];
    return NULL;
}

const struct setting *rule_setting(const struct rule *r, const char *name)
{
    for (size_t i = 0; i < r->n_settings; i++)
        if (!strcmp(r->settings[i].name, name))
            return &r->settings[i];
    return NULL;
}

bool rule_has_cause(const struct rule *r, const char *id)
{
    for (size_t i = 0; i < r->n_causes; i++)
        if (!strcmp(r->causes[i]->id, id))
            return true;
    return false;
}

bool rule_needs(const struct rule *r, const char *fact)
{
    for (size_t i = 0; i < r->n_needs; i++)
        if (!strcmp(r->needs[i], fact))
            return true;
    return false;
}

const struct known_fact *rule_provides(const struct rule *r, const char *fact)
{
    const struct known_fact *one = r->provides;

    while (one && strcmp(one->name, fact))
        one = one->next;
    return one;
}

/* ── running a package's files ──────────────────────────────────────────────────────────────────────────── */

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
    struct rules   *all = state_of(L)->all;
    struct err      e = {0};

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

static bool package_run(struct state *s, struct package *p, bool loading, struct err *e)
{
    s->package = p;
    s->loading = loading;
    s->at_load = true;
    bool right = state_run(s, loading ? package_load : init_run, p, LIMIT_LOAD_INSTRUCTIONS, LIMIT_LOAD_MS, e);

    s->at_load = false;
    s->loading = false;
    s->package = NULL;
    return right;
}

/* ── order ──────────────────────────────────────────────────────────────────────────────────────────────── */

enum mark { MARK_NONE = 0, MARK_OPEN, MARK_DONE };

struct ordering {
    struct rules *all;
    struct rule **out;
    size_t        n;
    struct text   trail;
    struct err   *e;
};

static struct rule *rule_find(const struct rules *all, const char *id)
{
    for (size_t i = 0; i < all->n_rules; i++)
        if (!strcmp(all->rules[i]->id, id))
            return all->rules[i];
    return NULL;
}

static bool rule_visit_order(struct ordering *o, struct rule *r);

static bool need_visit(struct ordering *o, struct rule *r, const char *need)
{
    const struct known_fact *fact = rules_fact(o->all, need);
    struct rule             *giver = fact && fact->by ? rule_find(o->all, fact->by) : NULL;

    if (giver && !rule_visit_order(o, giver))
        return false;
    if (r->asleep)
        return true;
    if (!fact || !fact->by)
        r->asleep = arena_printf(&o->all->arena, "nothing provides '%s'", need);
    else if (giver && giver->asleep)
        r->asleep = arena_printf(&o->all->arena, "'%s' comes from %s, which is asleep", need, giver->id);
    return true;
}

static bool rule_visit_order(struct ordering *o, struct rule *r)
{
    size_t before = o->trail.len;

    text_printf(&o->trail, "%s%s", before ? " -> " : "", r->id);
    if (r->mark == MARK_OPEN)
        return err_set(o->e, ERR_RULE, "facts go in a circle: %s", text_str(&o->trail));
    if (r->mark == MARK_NONE) {
        r->mark = MARK_OPEN;
        r->asleep = r->unset;
        for (size_t i = 0; i < r->n_needs; i++)
            if (!need_visit(o, r, r->needs[i]))
                return false;
        r->mark = MARK_DONE;
        o->out[o->n++] = r;
    }
    o->trail.len = before;
    if (o->trail.at)
        o->trail.at[before] = '\0';
    return true;
}

static int by_id(const void *left, const void *right)
{
    struct rule *const *a = left, *const *b = right;

    return strcmp((*a)->id, (*b)->id);
}

/* Facts decide the order, ties by id: nothing else does, so that the order of files and folders means nothing. */
bool rules_order(struct rules *all, struct err *e)
{
    struct ordering o = {.all = all, .e = e, .out = mem_array(all->n_rules, sizeof(struct rule *))};
    bool            right = true;

    if (all->n_rules)
        qsort(all->rules, all->n_rules, sizeof *all->rules, by_id);
    for (size_t i = 0; i < all->n_rules; i++)
        all->rules[i]->mark = MARK_NONE;
    for (size_t i = 0; right && i < all->n_rules; i++) {
        text_clear(&o.trail);
        right = rule_visit_order(&o, all->rules[i]);
    }
    text_fini(&o.trail);
    if (!right) {
        mem_free(o.out);
        return false;
    }
    mem_free(all->rules);
    all->rules = o.out;
    return true;
}

/* ── loading ────────────────────────────────────────────────────────────────────────────────────────────── */

struct loading {
    struct rules            *all;
    struct state            *state;
    const struct rules_more *more;
    void (*warn)(void *arg, const char *line);
    void *arg;
};

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
    struct rules   *all = l->all;
    struct package *p;
    size_t          n_causes = causes_len(all->causes);

    if (!package_read(folder, name, &p, e))
        return err_wrap(e, "%s", name);
    if (!package_run(l->state, p, true, e) || !rules_take(all, p, e)) {
        struct err nobody = {0};

        package_undo(all, p, n_causes);
        if (!rules_order(all, &nobody))
            log_error("the rules cannot be put in order: %s", nobody.text); /* they could before this package */
        package_free(p);
        return false;
    }
    all->packages = mem_resize(all->packages, (all->n_packages + 1) * sizeof *all->packages);
    all->packages[all->n_packages++] = p;
    return true;
}

/* Which folder each package name comes from; a later folder wins. */
struct found {
    char      **names; /* sorted */
    const char **folders;
    size_t      n;
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

static bool folders_search(const struct rules_config *config, const char *only, struct found *out, struct err *e)
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
    bool         right = folders_search(config, l->more->only, &found, e);

    if (right && l->more->only && found.n == 0)
        right = err_set(e, ERR_USAGE, "there is no rule package '%s'", l->more->only);
    right = right && packages_add(l, &found, e);
    found_fini(&found);
    return right;
}

/* The folder lua/whytls, read like a package: .lua files beside each other. */
static bool library_read(struct rules *all, const char *library, struct err *e)
{
    if (!library || !file_exists(library))
        return true;
    const char *slash = strrchr(library, '/');
    char       *folder = mem_text(library);

    folder[slash ? slash - library : 0] = '\0';
    bool right = package_read(slash ? folder : ".", slash ? slash + 1 : library, &all->library_files, e);

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

bool rules_make(const struct rules_config *config, const struct rules_more *more, void (*warn)(void *arg, const char *line),
    void *arg, struct rules **out, struct err *e)
{
    struct rules  *all = rules_new(more);
    struct loading l = {.all = all, .more = more, .warn = warn ? warn : nobody_warned, .arg = arg};
    bool           right = causes_new(&all->names, &all->causes, e) && causes_check(all->causes, e)
                && library_read(all, config->library, e) && state_new(LIMIT_MEMORY, &l.state, e);

    if (right) {
        l.state->all = all;
        right = rules_fill(&l, config, e);
        l.state->all = NULL;
    }
    state_free(l.state);
    all->given = NULL;
    if (!right) {
        rules_unref(all);
        return false;
    }
    *out = all;
    return true;
}

bool rules_load(const struct rules_config *config, void (*warn)(void *arg, const char *line), void *arg,
    struct rules **out, struct err *e)
{
    return rules_make(config, &(struct rules_more){0}, warn, arg, out, e);
}

/* ── visits ─────────────────────────────────────────────────────────────────────────────────────────────── */

enum { UPVALUES_MOST = 255 };

static int upvalues_push(lua_State *L, int function)
{
    int n = 0;

    luaL_checkstack(L, UPVALUES_MOST + 10, "upvalues");
    while (n < UPVALUES_MOST && lua_getupvalue(L, function, n + 1))
        n++;
    return n;
}

/* A counter in a local of the file would count in one thread only, and be gone at the next reload. */
static void upvalues_compare(lua_State *L, int function, int first, int n, const struct handler *h)
{
    for (int i = 0; i < n; i++) {
        const char *name = lua_getupvalue(L, function, i + 1);

        if (!lua_rawequal(L, -1, first + i))
            luaL_error(L, "%s: '%s' changed the file's local '%s'; use memory, or give a fact", h->rule->where,
                moment_name(h->state->call->moment), name);
        lua_pop(L, 1);
    }
}

/* Argument 1 is the handler. */
static int visit_run(lua_State *L)
{
    const struct handler *h = lua_touserdata(L, 1);
    struct call          *c = h->state->call;

    lua_rawgeti(L, LUA_REGISTRYINDEX, h->functions[c->moment]);
    int function = lua_gettop(L), n = upvalues_push(L, function);

    lua_pushvalue(L, function);
    view_push_flow(L, c->flow);
    lua_call(L, 1, LUA_MULTRET);
    for (int i = function + n + 1; i <= lua_gettop(L); i++)
        if (!lua_isnil(L, i))
            return luaL_error(L, "%s: '%s' returned a value; a rule speaks through flow:note, :suspect, :decide",
                h->rule->where, moment_name(c->moment));
    lua_settop(L, function + n);
    upvalues_compare(L, function, function + 1, n, h);
    return 0;
}

static bool rule_visit(void *arg, struct call *c, struct err *e)
{
    struct handler *h = arg;
    struct state   *s = h->state;

    s->call = c;
    s->rule = h->rule;
    s->memory_ops = NULL;
    s->generation++;
    bool well = state_run(s, visit_run, h, LIMIT_INSTRUCTIONS, LIMIT_VISIT_MS, e);

    s->generation++; /* no view outlives its call */
    s->call = NULL;
    s->rule = NULL;
    s->memory_ops = NULL;
    return well;
}

static void attached_free(void *thing)
{
    struct state *s = thing;
    struct rules *all = s->all;

    state_free(s);
    rules_unref(all);
}

static bool packages_attach(struct state *s, struct err *e)
{
    for (size_t i = 0; i < s->all->n_packages; i++)
        if (!package_run(s, s->all->packages[i], false, e))
            return err_wrap(e, "%s", s->all->packages[i]->name);
    return true;
}

static void handlers_make(struct state *s)
{
    s->handlers = mem_array(s->all->n_rules, sizeof *s->handlers);
    for (size_t i = 0; i < s->all->n_rules; i++) {
        s->handlers[i].state = s;
        s->handlers[i].rule = s->all->rules[i];
        for (size_t m = 0; m < N_MOMENTS; m++)
            s->handlers[i].functions[m] = LUA_NOREF;
    }
}

bool rules_attach(struct rules *r, struct hooks *h, struct err *e)
{
    struct state *s;

    if (!state_new(LIMIT_MEMORY, &s, e))
        return false;
    s->all = rules_ref(r);
    handlers_make(s);
    if (!packages_attach(s, e)) {
        attached_free(s);
        return false;
    }
    hooks_own(h, s, attached_free);
    for (size_t i = 0; i < r->n_rules; i++) {
        const struct rule *rule = r->rules[i];
        struct listener    l = {.id = rule->by, .book = rule->package->book, .visit = rule_visit, .arg = &s->handlers[i]};

        if (rule->asleep)
            continue;
        for (size_t m = 0; m < N_MOMENTS; m++)
            l.wakes[m] = rule->wakes[m];
        hooks_add(h, &l);
    }
    return true;
}

/* ── for people ─────────────────────────────────────────────────────────────────────────────────────────── */

void rules_count(const struct rules *r, size_t *all, size_t *awake)
{
    *all = r->n_rules;
    *awake = 0;
    for (size_t i = 0; i < r->n_rules; i++)
        *awake += !r->rules[i]->asleep;
}

/* By id, as people look for them. */
static const struct rule **rules_by_id(const struct rules *all)
{
    const struct rule **list = mem_array(all->n_rules, sizeof *list);

    for (size_t i = 0; i < all->n_rules; i++)
        list[i] = all->rules[i];
    if (all->n_rules)
        qsort(list, all->n_rules, sizeof *list, by_id);
    return list;
}

static void moments_json(const struct rule *r, struct json_out *out)
{
    json_key(out, "wakes_on");
    json_array(out);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (r->wakes[m])
            json_text(out, moment_name(m));
    json_array_end(out);
}

static const char *power_name(unsigned bit)
{
    return bit == POWER_EDIT ? "edit" : action_name((enum action)bit);
}

static void powers_json(const struct rule *r, struct json_out *out)
{
    json_key(out, "may");
    json_array(out);
    for (unsigned bit = 0; bit <= POWER_EDIT; bit++)
        if (r->may >> bit & 1)
            json_text(out, power_name(bit));
    json_array_end(out);
}

static void rule_json(const struct rule *r, struct json_out *out)
{
    json_object(out);
    json_put_text(out, "id", r->id);
    json_put_text(out, "about", r->about);
    json_key(out, "causes");
    json_array(out);
    for (size_t i = 0; i < r->n_causes; i++)
        json_text(out, r->causes[i]->id);
    json_array_end(out);
    json_key(out, "lab");
    json_array(out);
    json_array_end(out);
    json_put_bool(out, "on", !r->asleep);
    json_put_text(out, "asleep", r->asleep);
    moments_json(r, out);
    powers_json(r, out);
    json_object_end(out);
}

void rules_json(const struct rules *r, struct json_out *out)
{
    const struct rule **list = rules_by_id(r);

    json_array(out);
    for (size_t i = 0; i < r->n_rules; i++)
        rule_json(list[i], out);
    json_array_end(out);
    mem_free(list);
}

static void rule_line(const struct rule *r, struct text *out)
{
    const char *separator = "";

    text_printf(out, "%-32s ", r->id);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (r->wakes[m]) {
            text_printf(out, "%s%s%s", separator, moment_name(m), wake_is_always(r->wakes[m]) ? " (always)" : "");
            separator = ", ";
        }
    for (unsigned bit = 0; bit <= POWER_EDIT; bit++)
        if (r->may >> bit & 1)
            text_printf(out, "  may %s", power_name(bit));
    text_printf(out, "\n    %s\n", r->about);
    if (r->asleep)
        text_printf(out, "    asleep: %s\n", r->asleep);
}

void rules_list(const struct rules *r, struct text *out)
{
    const struct rule **list = rules_by_id(r);

    for (size_t i = 0; i < r->n_rules; i++)
        rule_line(list[i], out);
    mem_free(list);
}
