/* match_lua.c - matchers as values of Lua: match.hosts { … }, and :has(x); declared in
 * state_priv.h. */
#include "state_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"

/* Its address names the metatable in the registry. */
static const char metatable_key;

struct match_value {
    const struct matcher *matcher;
    struct matcher *own; /* NULL when it is a setting's */
};

bool match_is(lua_State *L, int idx)
{
    if (!lua_isuserdata(L, idx) || !lua_getmetatable(L, idx))
        return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    bool same = lua_rawequal(L, -1, -2);

    lua_pop(L, 2);
    return same;
}

static struct match_value *match_at(lua_State *L, int idx)
{
    struct match_value *v = lua_touserdata(L, idx);

    if (match_is(L, idx) && v->matcher)
        return v;
    luaL_error(L, "call it with a colon: list:has(x)");
    return NULL;
}

static int match_has(lua_State *L)
{
    const struct match_value *v = match_at(L, 1);
    bool has = false;

    if (lua_isnoneornil(L, 2)) {
        lua_pushboolean(L, false);
        return 1;
    }
    if (matcher_kind(v->matcher) == MATCH_HOURS)
        has = matcher_has_time(v->matcher, luaL_checkinteger(L, 2));
    else
        has = matcher_has(v->matcher, luaL_tolstring(L, 2, NULL));
    lua_pushboolean(L, has);
    return 1;
}

static int match_index(lua_State *L)
{
    const struct match_value *v = match_at(L, 1);
    const char *key = luaL_tolstring(L, 2, NULL);

    if (strcmp(key, "has"))
        return luaL_error(L, "a list of %s has no '%s'; ask it with :has(x)",
            matcher_kind_name(matcher_kind(v->matcher)), key);
    lua_pushcfunction(L, match_has);
    return 1;
}

static int match_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)matcher_len(match_at(L, 1)->matcher));
    return 1;
}

static int match_gc(lua_State *L)
{
    struct match_value *v = lua_touserdata(L, 1);

    matcher_free(v->own);
    v->own = NULL;
    v->matcher = NULL;
    return 0;
}

void match_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", match_index}, {"__len", match_len}, {"__gc", match_gc}, {NULL, NULL}};

    luaL_newlib(L, methods);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}

static struct match_value *value_new(lua_State *L)
{
    struct match_value *v = lua_newuserdatauv(L, sizeof *v, 0);

    *v = (struct match_value){0};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
    return v;
}

void match_push(lua_State *L, const struct matcher *borrowed)
{
    value_new(L)->matcher = borrowed;
}

struct matcher *match_take(lua_State *L, int idx)
{
    struct match_value *v = match_at(L, idx);
    struct matcher *own = v->own;

    v->own = NULL;
    return own;
}

/* Upvalue 1 is the kind. Takes a list of texts, or one text. */
static int match_make(lua_State *L)
{
    enum matcher_kind kind = (enum matcher_kind)lua_tointeger(L, lua_upvalueindex(1));
    struct err e = {0};

    if (!state_of(L)->at_load)
        return luaL_error(L, "match.%s is for loading: build it once, at the top of the file",
            matcher_kind_name(kind));
    if (lua_type(L, 1) == LUA_TSTRING) {
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, 1);
        lua_rawseti(L, -2, 1);
        lua_replace(L, 1);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t n = lua_rawlen(L, 1);
    struct match_value *v = value_new(L);
    /* The garbage collector frees it if an error comes between. */
    const char **entries = lua_newuserdatauv(L, (n + 1) * sizeof *entries, 0);

    for (size_t i = 0; i < n; i++) {
        if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TSTRING)
            return luaL_error(L, "match.%s: entry %d is a %s, not a text", matcher_kind_name(kind),
                (int)i + 1, luaL_typename(L, -1));
        entries[i] = lua_tostring(L, -1); /* held by the table */
        lua_pop(L, 1);
    }
    if (!matcher_new(kind, entries, n, &v->own, &e))
        return luaL_error(L, "match.%s: %s", matcher_kind_name(kind), e.text);
    v->matcher = v->own;
    lua_pop(L, 1);
    return 1;
}

void match_push_library(lua_State *L)
{
    lua_newtable(L);
    for (enum matcher_kind kind = MATCH_HOSTS; kind < N_MATCHER_KINDS; kind++) {
        lua_pushinteger(L, (lua_Integer)kind);
        lua_pushcclosure(L, match_make, 1);
        lua_setfield(L, -2, matcher_kind_name(kind));
    }
}
