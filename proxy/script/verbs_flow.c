/* verbs_flow.c - what a rule says of a connection, and does with it: notes, facts, decisions;
 * declared in verbs_priv.h. */
#include "verbs_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "cert/leaf_fault.h"
#include "hook/call.h"

/* --- notes and facts --- */

int verb_flow_note(lua_State *L)
{
    const char *what = "flow:note(code [, with])";

    view_check(L, 1, what);
    struct state *s = verb_writing(L, what);
    const char *code = luaL_checkstring(L, 2);
    const struct rule_note *note = rule_note(s->rule, code);

    if (!note) {
        const char *names[LIMIT_LIST + 1];
        size_t n = 0;

        for (; n < s->rule->n_notes; n++)
            names[n] = s->rule->notes[n].code;
        names[n] = NULL;
        return luaL_error(
            L, "rule %s declares no note '%s'%s", s->rule->id, code, push_hint(L, code, names));
    }
    verb_staged(L, call_note(s->call, note->full, note->severity, note->says,
                       with_read(L, 3, &s->call->arena)));
    return 0;
}

static void fact_read(lua_State *L, int idx, const struct known_fact *known, struct flow_fact *out)
{
    bool right = true;

    switch (known->kind) {
    case FIELD_BOOLEAN:
        right = lua_isboolean(L, idx);
        out->kind = FACT_BOOLEAN;
        out->integer = lua_toboolean(L, idx);
        break;
    case FIELD_TIME:
        right = lua_isinteger(L, idx);
        out->kind = FACT_TIME;
        out->integer = lua_tointeger(L, idx);
        break;
    case FIELD_INTEGER:
        right = known->is_number ? lua_type(L, idx) == LUA_TNUMBER : lua_isinteger(L, idx);
        out->kind = known->is_number ? FACT_NUMBER : FACT_INTEGER;
        out->integer = lua_tointeger(L, idx);
        out->number = lua_tonumber(L, idx);
        break;
    default:
        right = lua_type(L, idx) == LUA_TSTRING;
        out->kind = FACT_TEXT;
        out->text = right ? lua_tostring(L, idx) : NULL;
        break;
    }
    if (!right)
        luaL_error(L, "flow:set '%s': a %s is of another type than it was declared with",
            known->name, luaL_typename(L, idx));
    if (out->text && strlen(out->text) > LIMIT_TEXT)
        luaL_error(L, "flow:set '%s': more than %d bytes", known->name, LIMIT_TEXT);
}

int verb_flow_set(lua_State *L)
{
    const char *what = "flow:set(fact, value)";

    view_check(L, 1, what);
    struct state *s = verb_writing(L, what);
    const char *name = luaL_checkstring(L, 2);
    const struct known_fact *known = rule_provides(s->rule, name);
    struct flow_fact fact = {.name = name};

    if (!known) {
        const char *names[LIMIT_LIST + 1];
        size_t n = 0;

        for (const struct known_fact *one = s->rule->provides; one && n < LIMIT_LIST;
             one = one->next)
            names[n++] = one->name;
        names[n] = NULL;
        return luaL_error(
            L, "rule %s does not provide '%s'%s", s->rule->id, name, push_hint(L, name, names));
    }
    fact_read(L, 3, known, &fact);
    verb_staged(L, call_set(s->call, &fact));
    return 0;
}

/* --- decisions --- */

static void no_such_decision(lua_State *L, enum moment m, const char *asked)
{
    static const enum action by_name[] = {
        ACTION_ALLOW, ACTION_INTERCEPT, ACTION_MIRROR, ACTION_PAGE, ACTION_REFUSE, ACTION_TUNNEL};
    luaL_Buffer out;
    const char *separator = "";

    luaL_buffinit(L, &out);
    for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++) {
        if (!action_strength(by_name[i], m))
            continue;
        luaL_addstring(&out, separator);
        luaL_addstring(&out, action_name(by_name[i]));
        separator = ", ";
    }
    luaL_pushresult(&out);
    if (!*separator)
        luaL_error(L, "at '%s' nothing can be decided; it can at hello, judged and request",
            moment_name(m));
    luaL_error(
        L, "at '%s' one may decide: %s; not '%s'", moment_name(m), lua_tostring(L, -1), asked);
}

static const char *fault_check(lua_State *L, enum action action, int idx)
{
    const char *cause = luaL_checkstring(L, idx);
    const char *names[LIMIT_LIST + 1] = {NULL};

    if (action != ACTION_MIRROR)
        luaL_error(L, "only 'mirror' has a fault");
    if (leaf_fault_find(cause))
        return cause;
    for (size_t i = 0; i < LIMIT_LIST && leaf_fault_at(i); i++)
        names[i] = leaf_fault_at(i)->cause;
    luaL_error(L, "no leaf can be made with the fault '%s'%s", cause, push_hint(L, cause, names));
    return NULL;
}

struct deciding {
    const char *fault, *why;
};

/* The texts are held by the table. */
static struct deciding deciding_read(lua_State *L, enum action action, int idx)
{
    struct deciding out = {0};

    if (lua_isnoneornil(L, idx))
        return out;
    luaL_checktype(L, idx, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";

        if (!strcmp(key, "why"))
            out.why = luaL_checkstring(L, -1);
        else if (!strcmp(key, "fault"))
            out.fault = fault_check(L, action, -1);
        else
            luaL_error(L, "flow:decide has no option '%s'; there are why and fault", key);
        lua_pop(L, 1);
    }
    return out;
}

int verb_flow_decide(lua_State *L)
{
    const char *what = "flow:decide(action [, with])";

    view_check(L, 1, what);
    struct state *s = verb_writing(L, what);
    const char *name = luaL_checkstring(L, 2);
    enum action action = action_find(name);

    if (!action_strength(action, s->call->moment))
        no_such_decision(L, s->call->moment, name);
    struct deciding with = deciding_read(L, action, 3);

    if (!(s->rule->may >> action & 1))
        return luaL_error(
            L, "rule %s may not '%s': declare may = { \"%s\" }", s->rule->id, name, name);
    verb_staged(L, call_decide(s->call, action, with.fault, with.why));
    return 0;
}

/* --- bodies --- */

int verb_flow_keep_bodies(lua_State *L)
{
    const char *what = "flow:keep_bodies()";

    view_check(L, 1, what);
    struct state *s = verb_writing(L, what);

    if (!moment_is_before_bodies(s->call->moment))
        return luaL_error(L, "%s is not allowed at '%s'; it is at: hello judged request response",
            what, moment_name(s->call->moment));
    if (!(s->rule->may >> POWER_KEEP & 1))
        return luaL_error(
            L, "rule %s may not keep bodies: declare may = { \"keep\" }", s->rule->id);
    call_keep_bodies(s->call);
    return 0;
}
