/* sandbox.c - the world that a rule file sees: a closed list of names, and no global of its own;
 * declared in state_priv.h.
 *
 * Every library table is seen through an empty one, so that a rule can change none; the functions
 * that can run long in C are replaced by bounded ones in the table itself, because ("x"):rep(n)
 * reaches it through the metatable of strings. */
#include "state_priv.h"

#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "base/log.h"
#include "base/text.h"

enum { NAMES_MOST = 96 };

/* Keys in the registry, by address: the environment in use, and the libraries that all of them see.
 */
static const char environment_key, libraries_key;

static const char *const base_names[] = {"assert", "error", "ipairs", "next", "pairs", "pcall",
    "select", "tonumber", "tostring", "type", NULL};
static const char *const math_names[] = {"abs", "ceil", "floor", "fmod", "huge", "max",
    "maxinteger", "min", "mininteger", "pi", "tointeger", "type", "ult", NULL};
static const char *const string_names[] = {"byte", "char", "find", "format", "gmatch", "gsub",
    "len", "lower", "match", "rep", "reverse", "sub", "upper", NULL};
static const char *const table_names[] = {
    "concat", "insert", "move", "pack", "remove", "sort", "unpack", NULL};
static const char *const utf8_names[] = {
    "char", "charpattern", "codepoint", "codes", "len", "offset", NULL};

static int string_rep(lua_State *L)
{
    size_t len, separator_len = 0;
    const char *s = luaL_checklstring(L, 1, &len);
    lua_Integer n = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_len);
    luaL_Buffer out;

    if (n <= 0 || len + separator_len == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if (len + separator_len > LIMIT_STRING_REP ||
        n > (lua_Integer)(LIMIT_STRING_REP / (len + separator_len)))
        return luaL_error(L, "string.rep: more than %d bytes", LIMIT_STRING_REP);
    luaL_buffinit(L, &out);
    for (lua_Integer i = 0; i < n; i++) {
        luaL_addlstring(&out, s, len);
        if (i + 1 < n)
            luaL_addlstring(&out, separator, separator_len);
    }
    luaL_pushresult(&out);
    return 1;
}

/* Upvalue 1 is table.sort. */
static int table_sort(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_rawlen(L, 1) > LIMIT_TABLE_ROWS)
        return luaL_error(L, "table.sort: more than %d rows", LIMIT_TABLE_ROWS);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 0);
    return 0;
}

/* Upvalue 1 is table.move, which would walk from 1 to a million million without asking the budget.
 */
static int table_move(lua_State *L)
{
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

    if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= LIMIT_TABLE_ROWS)
        return luaL_error(L, "table.move: more than %d rows", LIMIT_TABLE_ROWS);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* Collects the text keys of the table at idx. */
static size_t keys_of(lua_State *L, int idx, const char *names[static NAMES_MOST + 1])
{
    size_t n = 0;

    idx = lua_absindex(L, idx);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        lua_pop(L, 1);
        if (n < NAMES_MOST && lua_type(L, -1) == LUA_TSTRING)
            names[n++] = lua_tostring(L, -1);
    }
    names[n] = NULL;
    return n;
}

static const char *key_text(lua_State *L, int idx)
{
    return luaL_tolstring(L, idx, NULL);
}

/* Upvalue 1: the names that there are; 2: what it is called, or nil for the environment itself. */
static int unknown_name(lua_State *L)
{
    const char *names[NAMES_MOST + 1];
    const char *key = key_text(L, 2), *library = lua_tostring(L, lua_upvalueindex(2));

    keys_of(L, lua_upvalueindex(1), names);
    const char *hint = push_hint(L, key, names);

    if (library)
        return luaL_error(L, "%s has no '%s' here%s", library, key, hint);
    return luaL_error(L, "no name '%s' here%s", key, hint);
}

static int no_global(lua_State *L)
{
    return luaL_error(L,
        "'%s' would be global; rules share nothing between calls: use local, flow:set or memory",
        key_text(L, 2));
}

static int no_change(lua_State *L)
{
    return luaL_error(L, "%s cannot be changed", lua_tostring(L, lua_upvalueindex(1)));
}

/* Gives the table on top a metatable: unknown keys raise. `library` may be NULL. */
static void names_close(lua_State *L, const char *library)
{
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -2);
    if (library)
        lua_pushstring(L, library);
    else
        lua_pushnil(L);
    lua_pushcclosure(L, unknown_name, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

/* Replaces the closed table on top by an empty one that shows it and refuses writes. */
static void names_hide(lua_State *L, const char *library)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, library);
    lua_pushcclosure(L, no_change, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

/* A new table with the given names out of the table on top, which it replaces. */
static void names_pick(lua_State *L, const char *const *names)
{
    lua_newtable(L);
    for (; *names; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

static void bounded(lua_State *L, const char *name, lua_CFunction f)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, f, 1);
    lua_setfield(L, -2, name);
}

static void library_open(
    lua_State *L, const char *name, lua_CFunction open, const char *const *names)
{
    luaL_requiref(L, name, open, 0);
    if (!strcmp(name, "table")) {
        bounded(L, "sort", table_sort);
        bounded(L, "move", table_move);
    }
    if (!strcmp(name, "string")) {
        lua_pushcfunction(L, string_rep);
        lua_setfield(L, -2, "rep");
        pattern_open(L);
    }
    names_pick(L, names);
    names_close(L, name);
    if (!strcmp(name, "string")) {
        /* ("x").find is looked for here. */
        lua_pushliteral(L, "");
        lua_getmetatable(L, -1);
        lua_pushvalue(L, -3);
        lua_setfield(L, -2, "__index");
        lua_pop(L, 2);
    }
    names_hide(L, name);
    lua_setfield(L, -2, name);
}

void sandbox_open(lua_State *L)
{
    luaL_requiref(L, "_G", luaopen_base, 0);
    names_pick(L, base_names);
    library_open(L, "math", luaopen_math, math_names);
    library_open(L, "string", luaopen_string, string_names);
    library_open(L, "table", luaopen_table, table_names);
    library_open(L, "utf8", luaopen_utf8, utf8_names);
    match_push_library(L);
    names_close(L, "match");
    names_hide(L, "match");
    lua_setfield(L, -2, "match");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &libraries_key);
    /* Nothing may be found in the registry's own lists: modules are the sandbox's. */
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

static const struct package *package_at_load(lua_State *L, const char *what)
{
    const struct state *s = state_of(L);

    if (!s->at_load || !s->package)
        luaL_error(L, "%s is for loading: use it once, at the top of the file", what);
    return s->package;
}

/* lines "x.txt": the entries of a list of the package. */
static int lines_read(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct package *p = package_at_load(L, "lines");
    const struct source *source = package_source(p, lua_pushfstring(L, "data/%s", name));

    if (!source) {
        const char *names[LIMIT_FILES + 1];
        size_t n = 0;

        for (size_t i = 0; i < p->n_sources; i++)
            if (text_starts(p->sources[i].name, "data/"))
                names[n++] = p->sources[i].name + strlen("data/");
        names[n] = NULL;
        return luaL_error(
            L, "no data file '%s' in package '%s'%s", name, p->name, push_hint(L, name, names));
    }
    lua_newtable(L);
    lua_Integer rows = 0;

    for (const char *at = source->text; *at;) {
        size_t line = strcspn(at, "\n"), n = strcspn(at, "#\n");

        while (n && (at[n - 1] == ' ' || at[n - 1] == '\t' || at[n - 1] == '\r'))
            n--;
        if (n) {
            lua_pushlstring(L, at, n);
            lua_rawseti(L, -2, ++rows);
        }
        at += line + (at[line] == '\n');
    }
    return 1;
}

static int log_line(lua_State *L)
{
    char line[256];
    const struct state *s = state_of(L);

    log_debug("%s: %s", s->rule ? s->rule->id : "rules",
        text_safe(line, sizeof line, luaL_checkstring(L, 1)));
    return 0;
}

/* require "name": a file of the package, or "whytls.name": of the library. Upvalue 1 holds what was
 * loaded for this package. */
static int require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    struct state *s = state_of(L);
    const struct package *p = package_at_load(L, "require");
    bool of_library = text_starts(name, "whytls.");
    const char *word = of_library ? name + strlen("whytls.") : name;

    lua_getfield(L, lua_upvalueindex(1), name);
    if (!lua_isnil(L, -1))
        return 1;
    const struct package *home = of_library ? s->all->library_files : p;
    const struct source *source =
        home ? package_source(home, lua_pushfstring(L, "%s.lua", word)) : NULL;

    if (!source || !strcmp(source->name, "init.lua"))
        return luaL_error(
            L, "no module '%s': a rule may use its package's own files, and whytls.*", name);
    /* A file that requires itself, by whatever way round, must not do so for ever. */
    lua_pushboolean(L, true);
    lua_setfield(L, lua_upvalueindex(1), name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &environment_key);
    state_compile(L, home, source, lua_gettop(L));
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, true);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(1), name);
    return 1;
}

/* The environment is an empty table: reads go to the names of this package, writes raise. The
 * registry remembers it under environment_key while the package's files are run. */
void sandbox_push_environment(lua_State *L, struct package *p)
{
    (void)p;
    lua_newtable(L); /* the names */
    lua_rawgetp(L, LUA_REGISTRYINDEX, &libraries_key);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushcclosure(L, require, 1);
    lua_setfield(L, -2, "require");
    lua_pushcfunction(L, lines_read);
    lua_setfield(L, -2, "lines");
    lua_pushcfunction(L, log_line);
    lua_setfield(L, -2, "log");
    lua_pushcfunction(L, declare_rule);
    lua_setfield(L, -2, "rule");
    names_close(L, NULL);

    lua_newtable(L); /* the environment */
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, no_global);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &environment_key);
}

void sandbox_push_names(lua_State *L)
{
    lua_getmetatable(L, -1);
    lua_getfield(L, -1, "__index");
    lua_remove(L, -2);
}
