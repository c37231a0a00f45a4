/* verbs_cause.c - what a connection suffers from, as a rule has it: hypotheses, with what speaks
 * for them and against; declared in verbs_priv.h. */
#include "verbs_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "hook/call.h"

static const char hypothesis_key;

struct hypothesis_value {
    uint32_t generation;
    const struct cause *cause;
};

static const struct cause *cause_check(lua_State *L, int idx)
{
    const struct state *s = state_of(L);
    const char *id = luaL_checkstring(L, idx);
    const struct cause *cause = cause_find(s->all->causes, id);

    if (!cause) {
        const char *near = strlen(id) <= 64 ? cause_nearest(s->all->causes, id) : NULL;

        if (near)
            luaL_error(L, "no cause '%s'; did you mean '%s'?", id, near);
        luaL_error(L, "no cause '%s'", id);
    }
    return cause;
}

static void suspicion_read(lua_State *L, int idx, const struct cause *cause, struct suspicion *out)
{
    static const char *const names[] = {"words", "with", "leg", NULL};
    struct state *s = state_of(L);

    if (lua_isnoneornil(L, idx))
        return;
    luaL_checktype(L, idx, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";

        if (!strcmp(key, "words"))
            out->words = luaL_checkstring(L, -1);
        else if (!strcmp(key, "leg"))
            out->leg = luaL_checkstring(L, -1);
        else if (!strcmp(key, "with"))
            out->with = with_read(L, -1, &s->call->arena);
        else
            luaL_error(L, "flow:suspect has no option '%s'%s", key, push_hint(L, key, names));
        lua_pop(L, 1); /* the texts are held by the table */
    }
    if (out->words &&
        !cause_words_variant(phrasebook_cause(s->rule->package->book, cause->id), out->words))
        luaL_error(L, "texts for '%s' have no variant '%s'", cause->id, out->words);
    if (out->leg && strcmp(out->leg, "client") && strcmp(out->leg, "server") &&
        strcmp(out->leg, "identity"))
        luaL_error(L, "leg is client, server or identity, not '%s'", out->leg);
}

int verb_flow_suspect(lua_State *L)
{
    const char *what = "flow:suspect(cause [, {words=, with=, leg=}])";

    view_check(L, 1, what);
    struct state *s = verb_writing(L, what);
    const struct cause *cause = cause_check(L, 2);
    struct suspicion how = {0};

    if (!rule_has_cause(s->rule, cause->id))
        return luaL_error(
            L, "rule %s may not diagnose '%s': add it to causes", s->rule->id, cause->id);
    suspicion_read(L, 3, cause, &how);
    verb_staged(L, call_suspect(s->call, cause, &how));
    struct hypothesis_value *h = lua_newuserdatauv(L, sizeof *h, 0);

    *h = (struct hypothesis_value){s->generation, cause};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &hypothesis_key);
    lua_setmetatable(L, -2);
    return 1;
}

static struct hypothesis_value *hypothesis_at(lua_State *L, const char *what)
{
    struct hypothesis_value *h = lua_touserdata(L, 1);
    bool same = false;

    if (h && lua_getmetatable(L, 1)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &hypothesis_key);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (!same)
        luaL_error(L, "call it with a colon: :%s(fact, weight)", what);
    if (h->generation != state_of(L)->generation)
        luaL_error(L, "this hypothesis belongs to a call that is over");
    return h;
}

static int evidence_verb(lua_State *L, const char *what,
    bool (*stage)(struct call *c, const struct cause *cause, const struct path *fact, int weight))
{
    const struct hypothesis_value *h = hypothesis_at(L, what);
    struct state *s = verb_writing(L, what);
    const char *fact = luaL_checkstring(L, 2);
    struct path path;
    struct err e = {0};
    int is_integer;
    lua_Integer weight = lua_tointegerx(L, 3, &is_integer);

    if (!path_compile(fact, &s->all->names, &path, &e))
        return luaL_error(L, "%s", e.text);
    if (!is_integer || weight < WEIGHT_HINT || weight > WEIGHT_STRONG)
        return luaL_error(L, "weight is 1 (hint), 2 (sign) or 3 (strong sign), not %s",
            luaL_tolstring(L, 3, NULL));
    verb_staged(L, stage(s->call, h->cause, &path, (int)weight));
    lua_settop(L, 1);
    return 1;
}

static int because_verb(lua_State *L)
{
    return evidence_verb(L, "because", call_because);
}

static int against_verb(lua_State *L)
{
    return evidence_verb(L, "against", call_against);
}

static int hypothesis_index(lua_State *L)
{
    static const char *const names[] = {"because", "against", NULL};
    const char *key = luaL_tolstring(L, 2, NULL);

    if (!strcmp(key, "because"))
        lua_pushcfunction(L, because_verb);
    else if (!strcmp(key, "against"))
        lua_pushcfunction(L, against_verb);
    else
        return luaL_error(L, "a hypothesis has no '%s'%s", key, push_hint(L, key, names));
    return 1;
}

static int hypothesis_newindex(lua_State *L)
{
    return luaL_error(L, "a hypothesis is written with :because and :against");
}

static bool path_is_there(const struct state *s, const struct path *path, const struct flow *f)
{
    return (path->is_fact && call_fact(s->call, path->text)) || !path_value(path, f).none;
}

int verb_flow_rule_out(lua_State *L)
{
    const char *what = "flow:rule_out(cause, fact)";
    const struct view *v = view_check(L, 1, what);
    struct state *s = verb_writing(L, what);
    const struct cause *cause = cause_check(L, 2);
    const char *fact = luaL_optstring(L, 3, NULL);
    struct path path;
    struct err e = {0};

    if (!fact)
        return luaL_error(L, "rule_out needs the fact that speaks against it: %s", what);
    if (!path_compile(fact, &s->all->names, &path, &e))
        return luaL_error(L, "rule_out needs the fact that speaks against it: %s", e.text);
    if (!path_is_there(s, &path, v->flow))
        return luaL_error(
            L, "cannot rule out '%s' by '%s': it is nil on this flow", cause->id, fact);
    verb_staged(L, call_rule_out(s->call, cause, fact));
    return 0;
}

void hypothesis_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", hypothesis_index}, {"__newindex", hypothesis_newindex}, {NULL, NULL}};

    luaL_newlib(L, methods);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &hypothesis_key);
}
