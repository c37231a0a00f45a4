/* declare_setting.c - settings and remembers of a rule; declared in state_priv.h, setting_take in
 * rule_priv.h. */
#include "state_priv.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"

static const char *type_name(const struct setting_value *v)
{
    static const char *const names[] = {"nothing", "boolean", "number", "number", "string", "list"};

    return names[v->type];
}

/* A matcher takes a list, or one text. */
static bool matcher_make(
    struct rules *all, struct setting *s, const struct setting_value *v, struct err *e)
{
    struct matcher *m;
    const char *const *entries = v->type == SETTING_LIST ? v->list.at : &v->text;
    size_t n = v->type == SETTING_LIST ? v->list.n : 1;

    if (v->type != SETTING_LIST && v->type != SETTING_TEXT)
        return err_set(e, ERR_CONFIG, "setting '%s' wants a list of %s, got a %s", s->name,
            matcher_kind_name(s->kind), type_name(v));
    if (!matcher_new(s->kind, entries, n, &m, e))
        return err_wrap(e, "setting '%s'", s->name);
    rules_keep_matcher(all, m);
    s->matcher = m;
    return true;
}

static bool is_number(const struct setting_value *v)
{
    return v->type == SETTING_INTEGER || v->type == SETTING_NUMBER;
}

static bool type_fits(const struct setting *s, const struct setting_value *v, struct err *e)
{
    const struct setting_value *like = &s->fallback;

    if (like->type == SETTING_NONE || like->type == v->type || (is_number(like) && is_number(v)))
        return true;
    return err_set(
        e, ERR_CONFIG, "setting '%s' wants a %s, got %s", s->name, type_name(like), type_name(v));
}

static bool range_fits(const struct setting *s, const struct setting_value *v, struct err *e)
{
    if (!is_number(v) ||
        ((!s->has_min || v->number >= s->min) && (!s->has_max || v->number <= s->max)))
        return true;
    if (s->has_min && s->has_max)
        return err_set(e, ERR_CONFIG, "setting '%s' is %g; it must be %g to %g", s->name, v->number,
            s->min, s->max);
    return err_set(e, ERR_CONFIG, "setting '%s' is %g; it must be at %s %g", s->name, v->number,
        s->has_min ? "least" : "most", s->has_min ? s->min : s->max);
}

static bool choice_fits(const struct setting *s, const struct setting_value *v, struct err *e)
{
    struct text choices = {0};

    for (size_t i = 0; i < s->one_of.n; i++) {
        if (v->type == SETTING_TEXT && !strcmp(v->text, s->one_of.at[i])) {
            text_fini(&choices);
            return true;
        }
        text_printf(&choices, "%s%s", i ? ", " : "", s->one_of.at[i]);
    }
    if (s->one_of.n == 0)
        return true;
    err_set(e, ERR_CONFIG, "setting '%s' is '%.60s'; it must be one of: %s", s->name,
        v->text ? v->text : type_name(v), text_str(&choices));
    text_fini(&choices);
    return false;
}

bool setting_take(
    struct rules *all, struct setting *s, const struct setting_value *v, struct err *e)
{
    s->value = *v;
    if (v->type == SETTING_NONE)
        return true;
    if (s->is_matcher)
        return matcher_make(all, s, v, e);
    return type_fits(s, v, e) && range_fits(s, v, e) && choice_fits(s, v, e);
}

static double number_field(lua_State *L, const char *setting, const char *key)
{
    if (lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "setting '%s': '%s' is a number", setting, key);
    return lua_tonumber(L, -1);
}

static const char *text_field(lua_State *L, const char *setting, const char *key)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "setting '%s': '%s' is a text", setting, key);
    return arena_text(&state_of(L)->all->arena, lua_tostring(L, -1));
}

static void kind_field(lua_State *L, struct setting *s)
{
    const char *kinds[N_MATCHER_KINDS + 1] = {NULL};
    const char *name = text_field(L, s->name, "kind");

    for (size_t i = 0; i < N_MATCHER_KINDS; i++)
        kinds[i] = matcher_kind_name((enum matcher_kind)i);
    if (!matcher_kind_find(name, &s->kind))
        luaL_error(L, "setting '%s': no kind '%s'%s", s->name, name, push_hint(L, name, kinds));
    s->is_matcher = true;
}

/* The pair on top is a part of the setting's declaration. */
static void setting_part(lua_State *L, struct setting *s)
{
    static const char *const names[] = {
        "default", "about", "min", "max", "one_of", "unit", "kind", NULL};
    const char *key = declare_key(L, "settings");

    if (!strcmp(key, "default")) {
        setting_value_read(L, -1, &state_of(L)->all->arena, s->name, &s->fallback);
    } else if (!strcmp(key, "about")) {
        s->about = text_field(L, s->name, key);
    } else if (!strcmp(key, "unit")) {
        s->unit = text_field(L, s->name, key);
    } else if (!strcmp(key, "min")) {
        s->has_min = true;
        s->min = number_field(L, s->name, key);
    } else if (!strcmp(key, "max")) {
        s->has_max = true;
        s->max = number_field(L, s->name, key);
    } else if (!strcmp(key, "one_of")) {
        s->one_of = declare_texts(L, -1, "one_of");
    } else if (!strcmp(key, "kind")) {
        kind_field(L, s);
    } else {
        luaL_error(L, "setting '%s' has no '%s'%s", s->name, key, push_hint(L, key, names));
    }
}

static void setting_read(lua_State *L, struct setting *s)
{
    int idx = lua_gettop(L);

    if (!lua_istable(L, idx))
        luaL_error(L, "setting '%s' must be a table: { default = …, about = … }", s->name);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        setting_part(L, s);
        lua_pop(L, 1);
    }
}

/* Who gave a setting that there is not has made a spelling mistake. */
static void given_check(lua_State *L, struct rules *all, const struct rule *r)
{
    const struct given_setting *g = given_unknown(all, r);
    const char *names[LIMIT_LIST + 2] = {"on"};
    size_t n = 1;

    if (!g)
        return;
    for (size_t i = 0; i < r->n_settings; i++)
        names[n++] = r->settings[i].name;
    names[n] = NULL;
    const char *why =
        lua_pushfstring(L, "no setting '%s'%s", g->name, push_hint(L, g->name, names));

    if (!given_is_wrong(all, r->id, g->name, why))
        luaL_error(L, "%s: %s", r->id, why);
}

/* A mistake in the configuration is the user's, not the rule's: it goes on with its own value. */
static void setting_give(lua_State *L, struct rule *r, struct setting *s)
{
    struct rules *all = state_of(L)->all;
    struct err e = {0};

    if (!setting_take(all, s, given_value(all, r, s), &e)) {
        if (!given_is_wrong(all, r->id, s->name, e.text))
            luaL_error(L, "%s", e.text);
        if (!setting_take(all, s, &s->fallback, &e))
            luaL_error(L, "%s", e.text);
    } else {
        s->is_given = given_value(all, r, s) != &s->fallback;
    }
    if (s->value.type == SETTING_NONE && !r->unset)
        r->unset = arena_printf(&all->arena, "setting '%s' is not set", s->name);
}

static int by_name(const void *left, const void *right)
{
    const struct setting *a = left, *b = right;

    return strcmp(a->name, b->name);
}

void declare_settings(lua_State *L, struct rule *r, int idx)
{
    struct rules *all = state_of(L)->all;

    if (!lua_isnil(L, idx)) {
        r->settings = arena_new(&all->arena, LIMIT_LIST * sizeof *r->settings);
        lua_pushnil(L);
        while (lua_next(L, idx)) {
            if (r->n_settings == LIMIT_LIST)
                luaL_error(L, "more than %d settings", LIMIT_LIST);
            struct setting *s = &r->settings[r->n_settings++];

            s->name = arena_text(&all->arena, declare_key(L, "settings"));
            if (!strcmp(s->name, "on"))
                luaL_error(L, "setting 'on': every rule has that one already");
            setting_read(L, s);
            lua_pop(L, 1);
        }
        qsort(r->settings, r->n_settings, sizeof *r->settings, by_name);
    }
    given_check(L, all, r);
    for (size_t i = 0; i < r->n_settings; i++)
        setting_give(L, r, &r->settings[i]);
    given_switch(all, r);
}

static enum memory_type memory_type_of(lua_State *L, const char *key)
{
    static const char *const names[] = {"string", "integer", "number", "boolean", "time", NULL};
    const char *type = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";

    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], type))
            return (enum memory_type)i;
    luaL_error(L, "remembers '%s': no type '%s'%s", key, type, push_hint(L, type, names));
    return MEMORY_TEXT;
}

static void scope_read(lua_State *L, struct rule *r, enum memory_scope scope)
{
    struct arena *a = &state_of(L)->all->arena;
    int idx = lua_gettop(L);
    size_t n = 0;

    if (!lua_istable(L, idx))
        luaL_error(L, "remembers: a scope is a table of keys and types");
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *key = declare_key(L, "remembers");
        struct remembered *one = arena_new(a, sizeof *one);

        if (!strcmp(key, "add") || strlen(key) > LIMIT_MEMORY_VALUE)
            luaL_error(L, "remembers '%s': that name cannot be used", key);
        if (++n > LIMIT_LIST)
            luaL_error(L, "remembers more than %d keys", LIMIT_LIST);
        *one = (struct remembered){r->remembers, scope, arena_text(a, key), memory_type_of(L, key)};
        r->remembers = one;
        lua_pop(L, 1);
    }
}

void declare_remembers(lua_State *L, struct rule *r, int idx)
{
    static const char *const names[] = {"host", "device", "rule", NULL};

    if (lua_isnil(L, idx))
        return;
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *name = declare_key(L, "remembers");
        int scope = 0;

        while (names[scope] && strcmp(names[scope], name))
            scope++;
        if (!names[scope])
            luaL_error(L, "remembers: no scope '%s'%s", name, push_hint(L, name, names));
        scope_read(L, r, (enum memory_scope)scope);
        lua_pop(L, 1);
    }
}
