/* pattern_lua.c - string.find, match, gmatch and gsub over our own patterns; declared in
 * state_priv.h. */
#include "pattern_priv.h"

#include <ctype.h>
#include <string.h>

#include <lauxlib.h>

static void scan_init(lua_State *L, struct scan *m, const char *what)
{
    size_t len, pattern_len;

    *m = (struct scan){.L = L, .steps = &state_of(L)->budget.pattern_steps};
    m->subject = luaL_checklstring(L, 1, &len);
    m->subject_end = m->subject + len;
    m->pattern_end = luaL_checklstring(L, 2, &pattern_len) + pattern_len;
    if (len > LIMIT_PATTERN_SUBJECT)
        luaL_error(L, "string.%s: subject of %d bytes; patterns take at most %d, use match.*", what,
            (int)len, LIMIT_PATTERN_SUBJECT);
    if (pattern_len > LIMIT_PATTERN)
        luaL_error(L, "string.%s: a pattern of more than %d bytes", what, LIMIT_PATTERN);
}

/* The first match at or after s; *s becomes its start. */
static const char *search(struct scan *m, const char **s, const char *p)
{
    bool anchored = p < m->pattern_end && *p == '^';
    const char *end;

    for (;; ++*s) {
        m->n = 0;
        m->depth = 0;
        pattern_step(m);
        end = pattern_match(m, *s, p + anchored);
        if (end || anchored || *s == m->subject_end)
            return end;
    }
}

/* Capture i, or the whole match when there are none. */
static void push_capture(struct scan *m, int i, const char *s, const char *end)
{
    if (i >= m->n) {
        if (i)
            luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, s, (size_t)(end - s));
        return;
    }
    const struct capture *c = &m->captures[i];

    if (c->len == CAPTURE_POSITION)
        lua_pushinteger(m->L, c->at - m->subject + 1);
    else if (c->len == CAPTURE_OPEN)
        luaL_error(m->L, "unfinished capture");
    else
        lua_pushlstring(m->L, c->at, (size_t)c->len);
}

static int push_captures(struct scan *m, const char *s, const char *end, bool whole)
{
    int n = m->n == 0 && whole ? 1 : m->n;

    luaL_checkstack(m->L, n, "too many captures");
    for (int i = 0; i < n; i++)
        push_capture(m, i, s, end);
    return n;
}

/* The place where a search starts, from argument idx; past the end gives NULL. */
static const char *start_of(lua_State *L, int idx, const char *subject, size_t len)
{
    lua_Integer at = luaL_optinteger(L, idx, 1);

    if (at < 0)
        at = -at > (lua_Integer)len ? 1 : (lua_Integer)len + at + 1;
    if (at == 0)
        at = 1;
    return at - 1 > (lua_Integer)len ? NULL : subject + (at - 1);
}

/* Plain text is looked for in linear time, however long the subject. */
static int find_plain(lua_State *L)
{
    size_t len, wanted_len;
    const char *subject = luaL_checklstring(L, 1, &len),
               *wanted = luaL_checklstring(L, 2, &wanted_len);
    const char *s = start_of(L, 3, subject, len);
    const char *found = s ? memmem(s, len - (size_t)(s - subject), wanted, wanted_len) : NULL;

    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)wanted_len);
    return 2;
}

static bool is_plain(lua_State *L)
{
    size_t len;
    const char *p = luaL_checklstring(L, 2, &len);

    if (lua_toboolean(L, 4))
        return true;
    for (size_t i = 0; i < len; i++)
        if (strchr("^$*+?.([%-", p[i]) && p[i])
            return false;
    return true;
}

static int string_find(lua_State *L)
{
    struct scan m;

    if (is_plain(L))
        return find_plain(L);
    scan_init(L, &m, "find");
    const char *s = start_of(L, 3, m.subject, (size_t)(m.subject_end - m.subject));
    const char *end = s ? search(&m, &s, lua_tostring(L, 2)) : NULL;

    if (!end) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, s - m.subject + 1);
    lua_pushinteger(L, end - m.subject);
    return 2 + push_captures(&m, s, end, false);
}

static int string_match(lua_State *L)
{
    struct scan m;

    scan_init(L, &m, "match");
    const char *s = start_of(L, 3, m.subject, (size_t)(m.subject_end - m.subject));
    const char *end = s ? search(&m, &s, lua_tostring(L, 2)) : NULL;

    if (!end) {
        lua_pushnil(L);
        return 1;
    }
    return push_captures(&m, s, end, true);
}

/* Upvalues: subject, pattern, where to go on (bytes from the start), where the last match ended (or
 * -1). */
static int gmatch_next(lua_State *L)
{
    struct scan m;

    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    scan_init(L, &m, "gmatch");
    const char *p = lua_tostring(L, 2), *s = m.subject + lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));

    for (; s <= m.subject_end; s++) {
        m.n = 0;
        m.depth = 0;
        pattern_step(&m);
        const char *end =
            pattern_match(&m, s, p); /* in gmatch a '^' has no meaning: it stands for itself */

        if (!end || end - m.subject == last)
            continue;
        lua_pushinteger(L, end - m.subject);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_copy(L, -1, lua_upvalueindex(4));
        return push_captures(&m, s, end, true);
    }
    return 0;
}

static int string_gmatch(lua_State *L)
{
    struct scan m;

    scan_init(L, &m, "gmatch");
    const char *s = start_of(L, 3, m.subject, (size_t)(m.subject_end - m.subject));

    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, s ? s - m.subject : m.subject_end - m.subject + 1);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, gmatch_next, 4);
    return 1;
}

/* The replacement text, with %0 to %9. */
static void add_template(struct scan *m, luaL_Buffer *out, const char *s, const char *end)
{
    size_t len;
    const char *with = lua_tolstring(m->L, 3, &len);

    for (size_t i = 0; i < len; i++) {
        if (with[i] != ESCAPE) {
            luaL_addchar(out, with[i]);
            continue;
        }
        i++;
        if (i < len && with[i] == ESCAPE) {
            luaL_addchar(out, ESCAPE);
        } else if (i < len && with[i] == '0') {
            luaL_addlstring(out, s, (size_t)(end - s));
        } else if (i < len && isdigit((unsigned char)with[i])) {
            push_capture(m, with[i] - '1', s, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
    }
}

static void add_replacement(struct scan *m, luaL_Buffer *out, const char *s, const char *end)
{
    lua_State *L = m->L;

    switch (lua_type(L, 3)) {
    case LUA_TFUNCTION:
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, s, end, true), 1);
        break;
    case LUA_TTABLE:
        push_capture(m, 0, s, end);
        lua_gettable(L, 3);
        break;
    default:
        add_template(m, out, s, end);
        return;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        lua_pushlstring(L, s, (size_t)(end - s)); /* keep what was there */
    } else if (!lua_isstring(L, -1)) {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
    luaL_addvalue(out);
}

static int string_gsub(lua_State *L)
{
    struct scan m;
    luaL_Buffer out;
    int kind = lua_type(L, 3);

    luaL_argexpected(L,
        kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE,
        3, "string/function/table");
    scan_init(L, &m, "gsub");
    const char *p = lua_tostring(L, 2), *s = m.subject, *last = NULL;
    lua_Integer most = luaL_optinteger(L, 4, m.subject_end - m.subject + 1), n = 0;
    bool anchored = p < m.pattern_end && *p == '^';

    luaL_buffinit(L, &out);
    while (n < most) {
        m.n = 0;
        m.depth = 0;
        pattern_step(&m);
        const char *end = pattern_match(&m, s, p + anchored);

        if (end && end != last) {
            n++;
            add_replacement(&m, &out, s, end);
            s = last = end;
        } else if (s < m.subject_end) {
            luaL_addchar(&out, *s);
            s++;
        } else {
            break;
        }
        if (anchored)
            break;
    }
    luaL_addlstring(&out, s, (size_t)(m.subject_end - s));
    luaL_pushresult(&out);
    lua_pushinteger(L, n);
    return 2;
}

void pattern_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"find", string_find}, {"match", string_match},
        {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL}};

    luaL_setfuncs(L, functions, 0);
}
