/* verbs_headers.c - the fields of a request or a response: one name has several, and a rule with
 * the power may edit them; declared in verbs_priv.h. */
#include "verbs_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "hook/call.h"

int verb_headers_all(lua_State *L)
{
    const struct view *v = view_check(L, 1, "headers:all(name)");
    const char *name = luaL_checkstring(L, 2);
    lua_Integer n = 0;

    if (v->kind != VIEW_HEADERS)
        return luaL_error(L, "call it with a colon: headers:all(name)");
    const struct flow_headers *h = v->at;

    lua_newtable(L);
    for (size_t i = 0; i < h->n; i++)
        if (text_equal_caseless(h->at[i].name, name)) {
            lua_pushstring(L, h->at[i].value);
            lua_rawseti(L, -2, ++n);
        }
    return 1;
}

/* RFC 9110 §5.1, §5.5: a name is a token; a value has no line end and no NUL. A rule must not split
 * a message in two. */
static void field_check(lua_State *L, const char *name, const char *value, size_t value_len)
{
    size_t token = strspn(
        name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (token == 0 || name[token])
        luaL_error(L, "'%s' is no name of a header", name);
    if (value && (strpbrk(value, "\r\n") || strlen(value) != value_len || value_len > LIMIT_TEXT))
        luaL_error(L, "the value of a header is one line of at most %d bytes", LIMIT_TEXT);
}

static int header_edit(lua_State *L, const char *what, bool sets)
{
    const struct view *v = view_check(L, 1, what);

    if (v->kind != VIEW_HEADERS || v->n_steps == 0)
        return luaL_error(L, "call it with a colon: %s", what);
    struct state *s = verb_writing(L, what);
    bool of_response = !strcmp(v->steps[0].name, "response");
    size_t len = 0;
    const char *name = luaL_checkstring(L, 2), *value = sets ? luaL_checklstring(L, 3, &len) : NULL;

    if (s->call->moment != MOMENT_REQUEST && s->call->moment != MOMENT_RESPONSE)
        return luaL_error(L, "%s is not allowed at '%s'; it is at: request response", what,
            moment_name(s->call->moment));
    if (of_response != (s->call->moment == MOMENT_RESPONSE))
        return luaL_error(L, "at '%s' the headers of the %s can be edited",
            moment_name(s->call->moment), of_response ? "request" : "response");
    if (!(s->rule->may >> POWER_EDIT & 1))
        return luaL_error(
            L, "rule %s may not edit headers: declare may = { \"edit\" }", s->rule->id);
    field_check(L, name, value, len);
    verb_staged(L, call_header(s->call, of_response, name, value));
    return 0;
}

int verb_headers_set(lua_State *L)
{
    return header_edit(L, "headers:set(name, value)", true);
}

int verb_headers_remove(lua_State *L)
{
    return header_edit(L, "headers:remove(name)", false);
}
