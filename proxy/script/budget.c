/* budget.c - what one call into Lua may use up; declared in state_priv.h. */
#include "state_priv.h"

#include <time.h>

#include <lauxlib.h>

static int64_t cpu_us(void)
{
    struct timespec t;

    /* The processor time of this thread: a rule is not to blame when the machine is busy. */
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t))
        return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void ticked(lua_State *L, lua_Debug *at)
{
    struct state *s = state_of(L);

    (void)at;
    s->budget.instructions -= LIMIT_TICK;
    if (s->budget.instructions > 0 && !s->budget.spent && cpu_us() < s->budget.cpu_until_us)
        return;
    s->budget.spent = true;
    /* From now on every instruction raises: a pcall in the rule gets to run one, and no more. */
    lua_sethook(L, ticked, LUA_MASKCOUNT, 1);
    luaL_where(L, 0);
    if (s->budget.instructions > 0)
        lua_pushliteral(L, "took too long in one call");
    else
        lua_pushfstring(L, "spent %I instructions in one call", (LUAI_UACINT)s->budget.total);
    lua_concat(L, 2);
    lua_error(L);
}

void budget_arm(struct state *s, int64_t instructions, int64_t ms)
{
    s->budget = (struct budget){
        .instructions = instructions,
        .total = instructions,
        .cpu_until_us = cpu_us() + ms * 1000,
        .pattern_steps = LIMIT_PATTERN_STEPS,
    };
    lua_sethook(s->L, ticked, LUA_MASKCOUNT, LIMIT_TICK);
}

void budget_disarm(struct state *s)
{
    lua_sethook(s->L, NULL, 0, 0);
}
