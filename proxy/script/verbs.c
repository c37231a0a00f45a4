/* verbs.c - what a rule may do: the methods of views; declared in view_priv.h. */
#include "verbs_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "hook/call.h"

struct state *verb_writing(lua_State *L, const char *what)
{
    struct state *s = state_of(L);

    if (!s->call || !s->rule)
        luaL_error(L, "%s: only a rule writes", what);
    return s;
}

void verb_staged(lua_State *L, bool fits)
{
    if (!fits)
        luaL_error(L, "more than %d writes, or too much text, in one call", CALL_OPS_MOST);
}

static const struct {
    const char *of; /* a record's name; "headers" */
    const char *name;
    lua_CFunction verb;
} verbs[] = {
    {"flow", "note", verb_flow_note},
    {"flow", "suspect", verb_flow_suspect},
    {"flow", "rule_out", verb_flow_rule_out},
    {"flow", "decide", verb_flow_decide},
    {"flow", "set", verb_flow_set},
    {"flow", "keep_bodies", verb_flow_keep_bodies},
    {"verdict", "failed", verb_verdict_failed},
    {"certificate", "covers", verb_certificate_covers},
    {"certificate", "extension", verb_certificate_extension},
    {"headers", "all", verb_headers_all},
    {"headers", "set", verb_headers_set},
    {"headers", "remove", verb_headers_remove},
};

static bool verb_is_of(size_t i, const struct view *v)
{
    return !strcmp(verbs[i].of, v->kind == VIEW_HEADERS ? "headers" : v->type->name);
}

bool verb_push(lua_State *L, const struct view *v, const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(verbs[i].name, name) && verb_is_of(i, v)) {
            lua_pushcfunction(L, verbs[i].verb);
            return true;
        }
    return false;
}

size_t verb_names(const struct view *v, const char **names)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (verb_is_of(i, v))
            names[n++] = verbs[i].name;
    return n;
}
