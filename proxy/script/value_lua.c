/* value_lua.c - values between Lua and C; declared in state_priv.h. */
#include "state_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "hook/call.h"
#include "view_priv.h"

static const char *text_take(lua_State *L, int idx, struct arena *a)
{
    size_t len;
    const char *s = lua_tolstring(L, idx, &len);

    return arena_text_n(a, s, len < LIMIT_TEXT ? len : LIMIT_TEXT);
}

/* The rows of a table as texts. */
static const struct flow_texts *list_read(
    lua_State *L, int idx, struct arena *a, const char *what, size_t most)
{
    struct flow_texts *list = arena_new(a, sizeof *list);
    size_t n = lua_rawlen(L, idx);

    if (n > most)
        luaL_error(L, "%s: more than %d rows", what, (int)most);
    list->at = arena_new(a, (n + 1) * sizeof *list->at);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, idx, (lua_Integer)i + 1);
        if (!lua_isstring(L, -1))
            luaL_error(L, "%s: row %d is a %s, not a text", what, (int)i + 1, luaL_typename(L, -1));
        lua_pushvalue(
            L, -1); /* a number is turned into text in place: not in the table's own row */
        list->at[list->n++] = text_take(L, -1, a);
        lua_pop(L, 2);
    }
    return list;
}

static void number_read(lua_State *L, int idx, struct value *out)
{
    int is_integer;
    lua_Integer n = lua_tointegerx(L, idx, &is_integer);

    out->kind = FIELD_INTEGER;
    if (is_integer) {
        out->integer = n;
        return;
    }
    out->is_number = true;
    out->number = lua_tonumber(L, idx);
}

static void value_read(lua_State *L, int idx, struct arena *a, const char *name, struct value *out)
{
    const struct flow_texts *texts = view_texts(L, idx);

    if (a->used > CALL_BYTES_MOST)
        luaL_error(L, "too much text in one call");
    if (texts) {
        out->kind = FIELD_TEXTS;
        out->texts = texts; /* with_copy copies it */
        return;
    }
    switch (lua_type(L, idx)) {
    case LUA_TSTRING:
        out->kind = FIELD_TEXT;
        out->text = text_take(L, idx, a);
        return;
    case LUA_TNUMBER:
        number_read(L, idx, out);
        return;
    case LUA_TBOOLEAN:
        out->kind = FIELD_BOOLEAN;
        out->integer = lua_toboolean(L, idx);
        return;
    case LUA_TTABLE:
        out->kind = FIELD_TEXTS;
        out->texts = list_read(L, idx, a, name, LIMIT_LIST);
        return;
    default:
        luaL_error(L, "'%s' is a %s; words are filled with texts, numbers, booleans and lists",
            name, luaL_typename(L, idx));
    }
}

/* In the order of names: a table has none of its own. */
static const struct with *with_link(struct with **rows, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j && strcmp(rows[j - 1]->name, rows[j]->name) > 0; j--) {
            struct with *swap = rows[j];

            rows[j] = rows[j - 1];
            rows[j - 1] = swap;
        }
    for (size_t i = 0; i + 1 < n; i++)
        rows[i]->next = rows[i + 1];
    return n ? rows[0] : NULL;
}

const struct with *with_read(lua_State *L, int idx, struct arena *a)
{
    struct with *rows[LIMIT_WITH];
    size_t n = 0;

    if (lua_isnoneornil(L, idx))
        return NULL;
    luaL_checktype(L, idx, LUA_TTABLE);
    idx = lua_absindex(L, idx);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "values for words have names: { use = … }");
        if (n == LIMIT_WITH)
            luaL_error(L, "more than %d values for words", LIMIT_WITH);
        rows[n] = arena_new(a, sizeof *rows[n]);
        rows[n]->name = arena_text(a, lua_tostring(L, -2));
        value_read(L, lua_gettop(L), a, rows[n]->name, &rows[n]->value);
        lua_pop(L, 1);
        n++;
    }
    return with_link(rows, n);
}

void setting_value_read(
    lua_State *L, int idx, struct arena *a, const char *what, struct setting_value *out)
{
    *out = (struct setting_value){.type = SETTING_NONE};
    idx = lua_absindex(L, idx);
    switch (lua_type(L, idx)) {
    case LUA_TNIL:
        return;
    case LUA_TBOOLEAN:
        out->type = SETTING_BOOLEAN;
        out->integer = lua_toboolean(L, idx);
        return;
    case LUA_TNUMBER:
        out->type = lua_isinteger(L, idx) ? SETTING_INTEGER : SETTING_NUMBER;
        out->number = lua_tonumber(L, idx);
        if (out->type == SETTING_INTEGER)
            out->integer = lua_tointeger(L, idx);
        return;
    case LUA_TSTRING:
        out->type = SETTING_TEXT;
        out->text = text_take(L, idx, a);
        return;
    case LUA_TTABLE:
        out->type = SETTING_LIST;
        out->list = *list_read(L, idx, a, what, LIMIT_SETTING_ROWS);
        return;
    default:
        luaL_error(L, "%s: a %s is no value of a setting", what, luaL_typename(L, idx));
    }
}

void value_push(lua_State *L, const struct value *v)
{
    if (v->none) {
        lua_pushnil(L);
        return;
    }
    switch (v->kind) {
    case FIELD_TEXT:
        lua_pushstring(L, v->text);
        break;
    case FIELD_BOOLEAN:
        lua_pushboolean(L, v->integer != 0);
        break;
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        if (v->is_number)
            lua_pushnumber(L, v->number);
        else
            lua_pushinteger(L, v->integer);
        break;
    case FIELD_TEXTS:
    case FIELD_HEADERS:
    case FIELD_RECORD:
    case FIELD_LIST:
        lua_pushnil(L); /* these are views */
        break;
    }
}
