/* declare.c - rule { … }: everything about a rule is known before traffic flows, so every
 * misspelling is an error here, with the file, the line and the nearest right name. Declared in
 * state_priv.h. */
#include "state_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/text.h"

static const char *const fields[] = {"name", "about", "api", "causes", "defines", "notes",
    "wakes_on", "needs", "provides", "settings", "remembers", "may"};

enum { N_FIELDS = sizeof fields / sizeof *fields };

const char *declare_key(lua_State *L, const char *what)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "%s: a %s where a name should stand", what, luaL_typename(L, -2));
    return lua_tostring(L, -2);
}

struct flow_texts declare_texts(lua_State *L, int idx, const char *what)
{
    struct arena *a = &state_of(L)->all->arena;
    struct flow_texts list = {0};

    idx = lua_absindex(L, idx);
    if (lua_isnil(L, idx))
        return list;
    bool one = lua_type(L, idx) == LUA_TSTRING;
    size_t n = one ? 1 : lua_rawlen(L, idx);

    if (!one && !lua_istable(L, idx))
        luaL_error(L, "'%s' must be a list of texts", what);
    if (n > LIMIT_LIST)
        luaL_error(L, "%s: more than %d rows", what, LIMIT_LIST);
    list.at = arena_new(a, (n + 1) * sizeof *list.at);
    for (size_t i = 0; i < n; i++) {
        if (one)
            lua_pushvalue(L, idx);
        else
            lua_rawgeti(L, idx, (lua_Integer)i + 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s: row %d is a %s, not a text", what, (int)i + 1, luaL_typename(L, -1));
        list.at[list.n++] = arena_text(a, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    return list;
}

/* Is the field a moment, or one of the others? Raises for anything else. */
static void field_check(lua_State *L, const char *key)
{
    const char *names[N_FIELDS + N_MOMENTS + 1];
    size_t n = 0;

    for (; n < N_FIELDS; n++)
        names[n] = fields[n];
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        names[n++] = moment_name(m);
    names[n] = NULL;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(key, names[i]))
            return;
    luaL_error(L, "a rule has no '%s'%s", key, push_hint(L, key, names));
}

static void field_type_check(lua_State *L, const char *key)
{
    bool is_text = !strcmp(key, "name") || !strcmp(key, "about") || !strcmp(key, "api");
    int wanted = moment_find(key) != MOMENT_NONE ? LUA_TFUNCTION
                 : is_text                       ? LUA_TSTRING
                                                 : LUA_TTABLE;

    if (lua_type(L, -1) != wanted)
        luaL_error(
            L, "'%s' must be a %s, not a %s", key, lua_typename(L, wanted), luaL_typename(L, -1));
}

static void fields_check(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        const char *key = declare_key(L, "rule");

        field_check(L, key);
        field_type_check(L, key);
        lua_pop(L, 1);
    }
}

static const char *text_field(lua_State *L, const char *key)
{
    lua_getfield(L, 1, key);
    const char *text = arena_text(&state_of(L)->all->arena, lua_tostring(L, -1));

    lua_pop(L, 1);
    return text;
}

static void named(lua_State *L, struct rule *r, const struct package *p)
{
    struct arena *a = &state_of(L)->all->arena;

    r->package = p;
    r->name = text_field(L, "name");
    r->about = text_field(L, "about");
    if (!r->name)
        luaL_error(L, "a rule needs a name");
    if (!package_name_is_right(r->name))
        luaL_error(L, "name '%s': letters, digits, - and _ make a name", r->name);
    if (!r->about)
        luaL_error(L, "a rule needs 'about': one sentence for `whytls rules list`");
    r->id = arena_printf(a, "%s/%s", p->name, r->name);
    r->by = arena_printf(a, "rule:%s", r->id);
    for (const struct rule *other = p->first; other; other = other->next)
        if (!strcmp(other->id, r->id))
            luaL_error(L, "there are two rules '%s'", r->id);
    luaL_where(L, 1);
    const char *where = lua_tostring(L, -1);
    size_t n = strlen(where);

    r->where = arena_text_n(a, where, n > 2 ? n - 2 : n); /* without its ": " */
    lua_pop(L, 1);
}

static void api_check(lua_State *L)
{
    const char *api = text_field(L, "api");

    if (api && strcmp(api, "1") && strcmp(api, "1.0"))
        luaL_error(L, "it is written for API %s; this whytls has 1.0", api);
}

/* --- causes --- */

static const char *optional_text(lua_State *L, int idx, const char *key, const char *fallback)
{
    lua_getfield(L, idx, key);
    const char *text = fallback;

    if (!lua_isnil(L, -1)) {
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "'%s' must be a text", key);
        text = arena_text(&state_of(L)->all->arena, lua_tostring(L, -1));
    }
    lua_pop(L, 1);
    return text;
}

static const char *const *list_field(lua_State *L, int idx, const char *key)
{
    lua_getfield(L, idx, key);
    struct flow_texts list = declare_texts(L, -1, key);

    lua_pop(L, 1);
    return list.at; /* one longer than n, and zeroed: NULL-terminated */
}

static void define(lua_State *L, const char *id, int idx)
{
    static const char *const known[] = {"leg", "class", "title", "rivals", "certain_when", NULL};
    struct rules *all = state_of(L)->all;
    struct err e = {0};

    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *key = declare_key(L, "defines");
        size_t i = 0;

        while (known[i] && strcmp(known[i], key))
            i++;
        if (!known[i])
            luaL_error(L, "defines '%s': a cause has no '%s'%s", id, key, push_hint(L, key, known));
        lua_pop(L, 1);
    }
    struct cause_row row = {
        .id = id,
        .leg = optional_text(L, idx, "leg", "server"),
        .class = optional_text(L, idx, "class", NULL),
        .title = optional_text(L, idx, "title", NULL),
        .rivals = list_field(L, idx, "rivals"),
        .certain = list_field(L, idx, "certain_when"),
    };
    if (!causes_define(all->causes, &row, &all->names, &e))
        luaL_error(L, "%s", e.text);
}

static void declare_defines(lua_State *L)
{
    lua_getfield(L, 1, "defines");
    if (!lua_isnil(L, -1)) {
        int idx = lua_gettop(L);

        lua_pushnil(L);
        while (lua_next(L, idx)) {
            const char *id = declare_key(L, "defines");

            if (!lua_istable(L, -1))
                luaL_error(L, "defines '%s' must be a table", id);
            define(L, id, lua_gettop(L));
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void declare_causes(lua_State *L, struct rule *r)
{
    struct rules *all = state_of(L)->all;

    lua_getfield(L, 1, "causes");
    struct flow_texts ids = declare_texts(L, -1, "causes");

    r->causes = arena_new(&all->arena, (ids.n + 1) * sizeof *r->causes);
    for (size_t i = 0; i < ids.n; i++) {
        const struct cause *cause = cause_find(all->causes, ids.at[i]);
        const char *near = cause ? NULL : cause_nearest(all->causes, ids.at[i]);

        if (near)
            luaL_error(L, "no cause '%s'; did you mean '%s'?", ids.at[i], near);
        if (!cause)
            luaL_error(L, "no cause '%s'", ids.at[i]);
        r->causes[r->n_causes++] = cause;
    }
    lua_pop(L, 1);
}

/* --- notes, powers, facts --- */

static void declare_notes(lua_State *L, struct rule *r)
{
    static const char *const severities[] = {"info", "low", "medium", "high", NULL};
    struct arena *a = &state_of(L)->all->arena;

    lua_getfield(L, 1, "notes");
    r->notes = arena_new(a, LIMIT_LIST * sizeof *r->notes);
    if (!lua_isnil(L, -1)) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            const char *code = declare_key(L, "notes"), *severity = lua_tostring(L, -1);
            size_t i = 0;

            while (severities[i] && (!severity || strcmp(severities[i], severity)))
                i++;
            if (!severities[i])
                luaL_error(L, "note '%s': severity is info, low, medium or high", code);
            if (r->n_notes == LIMIT_LIST)
                luaL_error(L, "more than %d notes", LIMIT_LIST);
            r->notes[r->n_notes++] = (struct rule_note){arena_text(a, code),
                arena_printf(a, "%s/%s", r->package->name, code), severities[i], NULL};
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void declare_may(lua_State *L, struct rule *r)
{
    const char *names[N_POWERS] = {NULL}; /* none of ACTION_NONE: the place of the last NULL */

    for (unsigned power = ACTION_NONE + 1; power < N_POWERS; power++)
        names[power - 1] = power_name(power);
    lua_getfield(L, 1, "may");
    struct flow_texts powers = declare_texts(L, -1, "may");

    for (size_t i = 0; i < powers.n; i++) {
        unsigned power = ACTION_NONE + 1;

        while (power < N_POWERS && strcmp(power_name(power), powers.at[i]))
            power++;
        if (power == N_POWERS)
            luaL_error(L, "may: no power '%s'%s", powers.at[i], push_hint(L, powers.at[i], names));
        r->may |= 1u << power;
    }
    lua_pop(L, 1);
}

static struct known_fact *fact_known(struct rules *all, const char *name)
{
    struct known_fact *fact = all->facts;

    while (fact && strcmp(fact->name, name))
        fact = fact->next;
    if (fact)
        return fact;
    fact = arena_new(&all->arena, sizeof *fact);
    fact->name = arena_text(&all->arena, name);
    fact->kind = FIELD_TEXT;
    fact->next = all->facts;
    all->facts = fact;
    return fact;
}

/* "geo.country": two words or more, and the first is none of the flow's own. */
static void fact_name_check(lua_State *L, const char *what, const char *name)
{
    char first[64];
    size_t n = strcspn(name, ".");

    if (!name[n] || n == 0 || n >= sizeof first || strlen(name) > 100)
        luaL_error(L, "%s '%s': a fact's name has a dot in it, as in 'geo.country'", what, name);
    memcpy(first, name, n);
    first[n] = '\0';
    if (record_field(flow_type_flow(), first) || !strcmp(first, "checks"))
        luaL_error(L, "%s '%s': that name is the flow's own", what, name);
}

static void declare_needs(lua_State *L, struct rule *r)
{
    struct rules *all = state_of(L)->all;

    lua_getfield(L, 1, "needs");
    struct flow_texts needs = declare_texts(L, -1, "needs");

    /* What nobody gives puts the rule to sleep, not to death: so the name is known, and paths with
     * it compile. */
    for (size_t i = 0; i < needs.n; i++) {
        fact_name_check(L, "needs", needs.at[i]);
        fact_known(all, needs.at[i]);
    }
    r->needs = needs.at;
    r->n_needs = needs.n;
    lua_pop(L, 1);
}

static void fact_type(lua_State *L, const char *name, const char *type, struct known_fact *out)
{
    static const struct {
        const char *name;
        enum field_kind kind;
        bool is_number;
    } types[] = {{"string", FIELD_TEXT, false}, {"sha256", FIELD_TEXT, false},
        {"ip", FIELD_TEXT, false}, {"integer", FIELD_INTEGER, false},
        {"number", FIELD_INTEGER, true}, {"boolean", FIELD_BOOLEAN, false},
        {"time", FIELD_TIME, false}};

    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (!strcmp(type, types[i].name)) {
            out->kind = types[i].kind;
            out->is_number = types[i].is_number;
            return;
        }
    luaL_error(L,
        "provides '%s': no type '%s'; it is string, integer, number, boolean, time, sha256 or ip",
        name, type ? type : "?");
}

static void declare_provides(lua_State *L, struct rule *r)
{
    struct rules *all = state_of(L)->all;

    lua_getfield(L, 1, "provides");
    if (!lua_isnil(L, -1)) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            const char *name = declare_key(L, "provides");

            fact_name_check(L, "provides", name);
            struct known_fact *fact = fact_known(all, name);

            if (fact->by)
                luaL_error(L, "provides '%s': %s gives that fact already", name, fact->by);
            fact_type(L, name, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL, fact);
            fact->by = r->id;
            struct known_fact *own = arena_dup(&all->arena, fact, sizeof *fact);

            own->next = r->provides;
            r->provides = own;
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* --- the whole --- */

static void part(lua_State *L, struct rule *r, const char *key,
    void (*declare)(lua_State *L, struct rule *r, int idx))
{
    lua_getfield(L, 1, key);
    declare(L, r, lua_gettop(L));
    lua_pop(L, 1);
}

static void rule_append(struct package *p, struct rule *r)
{
    struct rule **last = &p->first;

    while (*last)
        last = &(*last)->next;
    *last = r;
}

static void rule_read(lua_State *L, struct state *s)
{
    struct rule *r = arena_new(&s->all->arena, sizeof *r);

    fields_check(L);
    named(L, r, s->package);
    api_check(L);
    declare_defines(L);
    declare_causes(L, r);
    declare_notes(L, r);
    declare_may(L, r);
    declare_needs(L, r);
    declare_provides(L, r);
    part(L, r, "settings", declare_settings);
    part(L, r, "remembers", declare_remembers);
    part(L, r, "wakes_on", declare_wakes);
    rule_append(s->package, r);
}

/* The rule is known; this thread's state takes its functions. */
static void functions_take(lua_State *L, struct state *s)
{
    lua_getfield(L, 1, "name");
    const char *name = lua_tostring(L, -1);

    for (size_t i = 0; i < s->all->n_rules; i++) {
        struct handler *h = &s->handlers[i];
        const struct rule *r = s->all->rules[i];

        if (r->package != s->package || !name || strcmp(r->name, name))
            continue;
        for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++) {
            lua_getfield(L, 1, moment_name(m));
            h->functions[m] =
                lua_isfunction(L, -1) ? luaL_ref(L, LUA_REGISTRYINDEX) : (lua_pop(L, 1), LUA_NOREF);
        }
    }
    lua_pop(L, 1);
}

int declare_rule(lua_State *L)
{
    struct state *s = state_of(L);

    if (!s->at_load || !s->package)
        return luaL_error(L, "rule is for loading: declare it once, at the top of the file");
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (s->loading)
        rule_read(L, s);
    else
        functions_take(L, s);
    return 0;
}
