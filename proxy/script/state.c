#include "state_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "view_priv.h"

enum { RULE_ERROR_CAP = 400 };

/* Counts what the state holds. NULL makes Lua collect its garbage, and then raise an error in the
 * rule. */
static void *allocate(void *arg, void *old, size_t old_size, size_t size)
{
    struct state *s = arg;

    if (!old)
        old_size = 0; /* then it is the kind of the object */
    if (size == 0) {
        s->memory -= old_size;
        free(old);
        return NULL;
    }
    if (size > old_size && size - old_size > s->memory_most - s->memory)
        return NULL;
    void *p = realloc(old, size);

    if (p)
        s->memory += size - old_size;
    return p;
}

/* The line of Lua that was running, innermost first; false when there is none. */
static bool line_at_work(lua_State *L, lua_Debug *at)
{
    for (int level = 1; lua_getstack(L, level, at); level++)
        if (lua_getinfo(L, "Sl", at) && at->currentline > 0)
            return true;
    return false;
}

/* Called where the error is raised, before the stack unwinds. An error object of a rule may be
 * anything; what leaves Lua is text, and names the rule's line: an error out of a C function that
 * another one called has none of its own. */
static int message_of(lua_State *L)
{
    lua_Debug at;
    const char *message = luaL_tolstring(L, 1, NULL);

    if (line_at_work(L, &at) && !text_starts(message, at.short_src))
        lua_pushfstring(L, "%s:%d: %s", at.short_src, at.currentline, message);
    return 1;
}

static int prepare(lua_State *L)
{
    sandbox_open(L);
    match_open(L);
    view_open(L);
    return 0;
}

bool state_new(size_t memory_most, struct state **out, struct err *e)
{
    struct state *s = mem_new(sizeof *s);

    s->memory_most = memory_most;
    s->L = lua_newstate(allocate, s);
    if (!s->L) {
        mem_free(s);
        return err_set(e, ERR_RULE, "no memory for a Lua state");
    }
    memcpy(lua_getextraspace(s->L), &s, sizeof(void *));
    if (!state_run(s, prepare, NULL, LIMIT_LOAD_INSTRUCTIONS, LIMIT_LOAD_MS, e)) {
        state_free(s);
        return false;
    }
    *out = s;
    return true;
}

void state_free(struct state *s)
{
    if (!s)
        return;
    lua_close(s->L);
    mem_free(s->handlers);
    mem_free(s);
}

bool state_run(
    struct state *s, lua_CFunction f, void *arg, int64_t instructions, int64_t ms, struct err *e)
{
    lua_State *L = s->L;
    const char *message;

    /* Light C functions and light userdata need no memory: nothing here can raise outside of the
     * protected call. */
    lua_pushcfunction(L, message_of);
    lua_pushcfunction(L, f);
    lua_pushlightuserdata(L, arg);
    budget_arm(s, instructions, ms);
    int code = lua_pcall(L, 1, 0, -3);

    budget_disarm(s);
    if (code == LUA_OK && !s->budget.spent) {
        lua_settop(L, 0);
        return true;
    }
    message = code == LUA_OK                   ? "spent its budget and hid it"
              : lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1)
                                               : "no reason given";
    err_set(e, ERR_RULE, "%s", message);
    lua_settop(L, 0);
    if (code == LUA_ERRMEM)
        lua_gc(L, LUA_GCCOLLECT);
    return false;
}

/* Who runs a chunk, for error messages: "@dates/init.lua". */
void state_compile(lua_State *L, const struct package *p, const struct source *source, int env)
{
    lua_pushfstring(L, "@%s/%s", p->name, source->name);
    /* "t": a text chunk. Bytecode is not checked by Lua, and can break out of any sandbox. */
    if (luaL_loadbufferx(L, source->text, source->len, lua_tostring(L, -1), "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
    lua_pushvalue(L, env);
    if (!lua_setupvalue(L, -2, 1))
        lua_pop(L, 1);
}

void rule_error(lua_State *L, const char *format, ...)
{
    char line[RULE_ERROR_CAP];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    luaL_error(L, "%s", line);
    abort(); /* luaL_error does not return, but does not say so */
}

const char *push_hint(lua_State *L, const char *word, const char *const *names)
{
    const char *near = strlen(word) <= 64 ? text_nearest(word, names) : NULL;

    return near ? lua_pushfstring(L, "; did you mean '%s'?", near) : lua_pushliteral(L, "");
}
