/* pattern.c - the patterns of Lua (its manual, §6.4.1) with a budget; declared in state_priv.h.
 *
 * The library's own matcher runs in C, where no instruction is counted: ten times "a-" against twenty-two letters takes
 * seconds. This one counts every character it looks at, over all patterns of one visit, and raises when there were too many. */
#include "state_priv.h"

#include <ctype.h>
#include <string.h>

#include <lauxlib.h>

enum { CAPTURES_MOST = 32, CAPTURE_OPEN = -1, CAPTURE_POSITION = -2, ESCAPE = '%' };

struct capture {
    const char *at;
    ptrdiff_t   len; /* or CAPTURE_OPEN, CAPTURE_POSITION */
};

struct scan {
    lua_State     *L;
    int64_t       *steps;
    const char    *subject, *subject_end;
    const char    *pattern_end;
    int            depth, n;
    struct capture captures[CAPTURES_MOST];
};

static const char *match_from(struct scan *m, const char *s, const char *p);

static void step(struct scan *m)
{
    if (--*m->steps < 0)
        luaL_error(m->L, "the pattern takes too many steps; make it simpler, or use match.*");
}

/* The end of the single item (a character, an escape or a set) that starts at p. */
static const char *item_end(struct scan *m, const char *p)
{
    char first = *p++;

    if (first == ESCAPE) {
        if (p == m->pattern_end)
            luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (first != '[')
        return p;
    p += p < m->pattern_end && *p == '^';
    do { /* the first ] of a set stands for itself */
        if (p == m->pattern_end)
            luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == ESCAPE) {
            if (p == m->pattern_end)
                luaL_error(m->L, "malformed pattern (missing ']')");
            p++;
        }
    } while (p == m->pattern_end || *p != ']');
    return p + 1;
}

static bool class_has(int class, int c)
{
    int  letter = tolower(class);
    bool in;

    switch (letter) {
    case 'a':
        in = isalpha(c);
        break;
    case 'c':
        in = iscntrl(c);
        break;
    case 'd':
        in = isdigit(c);
        break;
    case 'g':
        in = isgraph(c);
        break;
    case 'l':
        in = islower(c);
        break;
    case 'p':
        in = ispunct(c);
        break;
    case 's':
        in = isspace(c);
        break;
    case 'u':
        in = isupper(c);
        break;
    case 'w':
        in = isalnum(c);
        break;
    case 'x':
        in = isxdigit(c);
        break;
    case 'z': /* of Lua 5.1, and still understood */
        in = c == 0;
        break;
    default:
        return class == c;
    }
    return isupper(class) ? !in : in;
}

/* p is at '[', end behind its ']'. */
static bool set_has(struct scan *m, int c, const char *p, const char *end)
{
    bool found_means = true;

    p++;
    end--;
    if (*p == '^') {
        found_means = false;
        p++;
    }
    for (; p < end; p++) {
        step(m);
        if (*p == ESCAPE) {
            if (class_has((unsigned char)*++p, c))
                return found_means;
        } else if (p + 2 < end && p[1] == '-') {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2])
                return found_means;
            p += 2;
        } else if ((unsigned char)*p == c) {
            return found_means;
        }
    }
    return !found_means;
}

/* Does the character at s match the item from p to end? */
static bool item_has(struct scan *m, const char *s, const char *p, const char *end)
{
    step(m);
    if (s >= m->subject_end)
        return false;
    int c = (unsigned char)*s;

    switch (*p) {
    case '.':
        return true;
    case ESCAPE:
        return class_has((unsigned char)p[1], c);
    case '[':
        return set_has(m, c, p, end);
    default:
        return (unsigned char)*p == c;
    }
}

/* %bxy: from an x to its y. */
static const char *balanced(struct scan *m, const char *s, const char *p)
{
    if (p + 1 >= m->pattern_end)
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->subject_end || *s != p[0])
        return NULL;
    int open = 1;

    for (s++; s < m->subject_end; s++) {
        step(m);
        if (*s == p[1]) {
            if (--open == 0)
                return s + 1;
        } else if (*s == p[0]) {
            open++;
        }
    }
    return NULL;
}

/* %f[set]: between a character that is not in the set and one that is. Gives the rest of the pattern, or NULL. */
static const char *frontier(struct scan *m, const char *s, const char *p)
{
    if (p == m->pattern_end || *p != '[')
        luaL_error(m->L, "missing '[' after '%%f' in pattern");
    const char *end = item_end(m, p);
    int         before = s == m->subject ? 0 : (unsigned char)s[-1], after = s == m->subject_end ? 0 : (unsigned char)*s;

    return !set_has(m, before, p, end) && set_has(m, after, p, end) ? end : NULL;
}

/* %1 to %9: what a capture matched, again. */
static const char *again(struct scan *m, const char *s, char digit)
{
    int i = digit - '1';

    if (i < 0 || i >= m->n || m->captures[i].len < 0)
        luaL_error(m->L, "invalid capture index %%%d", i + 1);
    size_t len = (size_t)m->captures[i].len;

    *m->steps -= (int64_t)len;
    if ((size_t)(m->subject_end - s) < len || memcmp(m->captures[i].at, s, len))
        return NULL;
    return s + len;
}

static const char *capture_open(struct scan *m, const char *s, const char *p)
{
    if (m->n == CAPTURES_MOST)
        luaL_error(m->L, "too many captures");
    bool position = p < m->pattern_end && *p == ')';

    m->captures[m->n++] = (struct capture){s, position ? CAPTURE_POSITION : CAPTURE_OPEN};
    const char *end = match_from(m, s, position ? p + 1 : p);

    if (!end)
        m->n--;
    return end;
}

static const char *capture_close(struct scan *m, const char *s, const char *p)
{
    int i = m->n - 1;

    while (i >= 0 && m->captures[i].len != CAPTURE_OPEN)
        i--;
    if (i < 0)
        luaL_error(m->L, "invalid pattern capture");
    m->captures[i].len = s - m->captures[i].at;
    const char *end = match_from(m, s, p);

    if (!end)
        m->captures[i].len = CAPTURE_OPEN;
    return end;
}

/* As many of the item as there are, then fewer. */
static const char *repeat_most(struct scan *m, const char *s, const char *p, const char *item_ends)
{
    ptrdiff_t n = 0;

    while (item_has(m, s + n, p, item_ends))
        n++;
    for (; n >= 0; n--) {
        const char *end = match_from(m, s + n, item_ends + 1);

        if (end)
            return end;
    }
    return NULL;
}

/* None of the item, then more. */
static const char *repeat_least(struct scan *m, const char *s, const char *p, const char *item_ends)
{
    for (;; s++) {
        const char *end = match_from(m, s, item_ends + 1);

        if (end)
            return end;
        if (!item_has(m, s, p, item_ends))
            return NULL;
    }
}

/* One item with what follows it. Gives true when the match goes on at *s, *p; else *s is the result. */
static bool item_match(struct scan *m, const char **s, const char **p)
{
    const char *from = *p, *end = item_end(m, from);
    char        repeat = end < m->pattern_end ? *end : '\0';

    switch (repeat) {
    case '?':
        if (item_has(m, *s, from, end)) {
            const char *found = match_from(m, *s + 1, end + 1);

            if (found) {
                *s = found;
                return false;
            }
        }
        *p = end + 1;
        return true;
    case '*':
        *s = repeat_most(m, *s, from, end);
        return false;
    case '+':
        *s = item_has(m, *s, from, end) ? repeat_most(m, *s + 1, from, end) : NULL;
        return false;
    case '-':
        *s = repeat_least(m, *s, from, end);
        return false;
    default:
        if (!item_has(m, *s, from, end)) {
            *s = NULL;
            return false;
        }
        ++*s;
        *p = end;
        return true;
    }
}

/* An escape that is more than a character: true when it was one, with the same results as item_match in *on. */
static bool escape_match(struct scan *m, const char **s, const char **p, bool *on)
{
    char kind = *p + 1 < m->pattern_end ? (*p)[1] : '\0';

    if (kind == 'b') {
        *s = balanced(m, *s, *p + 2);
        *p += 4;
        *on = *s != NULL;
        return true;
    }
    if (kind == 'f') {
        *p = frontier(m, *s, *p + 2);
        *on = *p != NULL;
        if (!*on)
            *s = NULL;
        return true;
    }
    if (isdigit((unsigned char)kind)) {
        *s = again(m, *s, kind);
        *p += 2;
        *on = *s != NULL;
        return true;
    }
    return false;
}

/* Where the match of the pattern from p ends, or NULL. */
static const char *match_from(struct scan *m, const char *s, const char *p)
{
    bool on = true;

    if (++m->depth > LIMIT_PATTERN_DEPTH)
        luaL_error(m->L, "pattern too complex");
    while (on && p != m->pattern_end) {
        if (*p == '(') {
            s = capture_open(m, s, p + 1);
            on = false;
        } else if (*p == ')') {
            s = capture_close(m, s, p + 1);
            on = false;
        } else if (*p == '$' && p + 1 == m->pattern_end) {
            s = s == m->subject_end ? s : NULL;
            on = false;
        } else if (*p != ESCAPE || !escape_match(m, &s, &p, &on)) {
            on = item_match(m, &s, &p);
        }
    }
    m->depth--;
    return s;
}

static void scan_init(lua_State *L, struct scan *m, const char *what)
{
    size_t len, pattern_len;

    *m = (struct scan){.L = L, .steps = &state_of(L)->budget.pattern_steps};
    m->subject = luaL_checklstring(L, 1, &len);
    m->subject_end = m->subject + len;
    m->pattern_end = luaL_checklstring(L, 2, &pattern_len) + pattern_len;
    if (len > LIMIT_PATTERN_SUBJECT)
        luaL_error(L, "string.%s: subject of %d bytes; patterns take at most %d, use match.*", what, (int)len, LIMIT_PATTERN_SUBJECT);
    if (pattern_len > LIMIT_PATTERN)
        luaL_error(L, "string.%s: a pattern of more than %d bytes", what, LIMIT_PATTERN);
}

/* The first match at or after s; *s becomes its start. */
static const char *search(struct scan *m, const char **s, const char *p)
{
    bool        anchored = p < m->pattern_end && *p == '^';
    const char *end;

    for (;; ++*s) {
        m->n = 0;
        m->depth = 0;
        step(m);
        end = match_from(m, *s, p + anchored);
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
    size_t      len, wanted_len;
    const char *subject = luaL_checklstring(L, 1, &len), *wanted = luaL_checklstring(L, 2, &wanted_len);
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
    size_t      len;
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

/* Upvalues: subject, pattern, where to go on (bytes from the start), where the last match ended (or -1). */
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
        step(&m);
        const char *end = match_from(&m, s, p); /* in gmatch a '^' has no meaning: it stands for itself */

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
    size_t      len;
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
    int         kind = lua_type(L, 3);

    luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
        "string/function/table");
    scan_init(L, &m, "gsub");
    const char *p = lua_tostring(L, 2), *s = m.subject, *last = NULL;
    lua_Integer most = luaL_optinteger(L, 4, m.subject_end - m.subject + 1), n = 0;
    bool        anchored = p < m.pattern_end && *p == '^';

    luaL_buffinit(L, &out);
    while (n < most) {
        m.n = 0;
        m.depth = 0;
        step(&m);
        const char *end = match_from(&m, s, p + anchored);

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
    static const luaL_Reg functions[] = {
        {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL}};

    luaL_setfuncs(L, functions, 0);
}
