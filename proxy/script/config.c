#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "config_priv.h"
#include "state_priv.h"

enum { CONFIG_NODES_MOST = 2 * LIMIT_SETTING_ROWS, CONFIG_WHERE_CAP = 200 };

struct config {
    struct arena arena;
    char *path;
    char *source; /* owned */
    size_t len;
    size_t n_nodes;
    struct config_node root;
};

/* --- from Lua to the tree --- */

static void node_take(lua_State *L, struct config *c, struct config_node *out, int depth);

static struct config_node *nodes_new(lua_State *L, struct config *c, size_t n)
{
    c->n_nodes += n;
    if (c->n_nodes > CONFIG_NODES_MOST)
        luaL_error(L, "more than %d values", CONFIG_NODES_MOST);
    return arena_new(&c->arena, (n + 1) * sizeof(struct config_node));
}

static int by_key(const void *left, const void *right)
{
    const struct config_node *a = left, *b = right;

    return strcmp(a->key, b->key);
}

static const char *text_of(lua_State *L, struct config *c, int idx, const char *what)
{
    size_t len;
    const char *text = lua_tolstring(L, idx, &len);

    if (strlen(text) != len || len > LIMIT_TEXT)
        luaL_error(L, "%s has a NUL in it, or more than %d bytes", what, LIMIT_TEXT);
    return arena_text(&c->arena, text);
}

/* How many keys of this type the table on top has, and that it has no others. */
static size_t keys_count(lua_State *L, const struct config_node *of, int type)
{
    size_t n = 0;

    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != type)
            luaL_error(L, "%s: a table has rows or names, not both",
                of->key ? of->key : "the configuration");
        n++;
    }
    return n;
}

static void list_take(lua_State *L, struct config *c, struct config_node *out, int depth)
{
    int idx = lua_gettop(L);
    size_t n = lua_rawlen(L, idx);

    if (keys_count(L, out, LUA_TNUMBER) != n)
        luaL_error(
            L, "%s: a list has rows from 1 on, without holes", out->key ? out->key : "a row");
    struct config_node *rows = nodes_new(L, c, n);

    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, idx, (lua_Integer)i + 1);
        rows[i].parent = out;
        node_take(L, c, &rows[i], depth + 1);
        lua_pop(L, 1);
    }
    out->kind = CONFIG_LIST;
    out->parts = rows;
    out->n = n;
}

static void table_take(lua_State *L, struct config *c, struct config_node *out, int depth)
{
    int idx = lua_gettop(L);
    size_t n = 0;
    struct config_node *parts = nodes_new(L, c, keys_count(L, out, LUA_TSTRING));

    lua_pushnil(L);
    while (lua_next(L, idx)) {
        parts[n].parent = out;
        parts[n].key = text_of(L, c, -2, "a key");
        n++;
        lua_pop(L, 1);
    }
    if (n)
        qsort(parts, n, sizeof *parts, by_key);
    for (size_t i = 0; i < n; i++) {
        lua_getfield(L, idx, parts[i].key);
        node_take(L, c, &parts[i], depth + 1);
        lua_pop(L, 1);
    }
    out->kind = CONFIG_TABLE;
    out->parts = parts;
    out->n = n;
}

/* The value on top. A table that holds itself ends at the depth. */
static void node_take(lua_State *L, struct config *c, struct config_node *out, int depth)
{
    const char *what = out->key ? out->key : "a row";

    if (depth > CONFIG_DEEP)
        luaL_error(L, "%s: tables within tables, more than %d deep", what, CONFIG_DEEP);
    luaL_checkstack(L, 6, "the configuration");
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        out->kind = CONFIG_BOOLEAN;
        out->integer = lua_toboolean(L, -1);
        break;
    case LUA_TNUMBER:
        out->kind = lua_isinteger(L, -1) ? CONFIG_INTEGER : CONFIG_NUMBER;
        out->integer = lua_tointeger(L, -1);
        out->number = lua_tonumber(L, -1);
        if (out->kind == CONFIG_INTEGER)
            out->text = arena_printf(&c->arena, "%lld", (long long)out->integer);
        break;
    case LUA_TSTRING:
        out->kind = CONFIG_TEXT;
        out->text = text_of(L, c, -1, what);
        break;
    case LUA_TTABLE:
        if (lua_rawlen(L, -1) > 0)
            list_take(L, c, out, depth);
        else
            table_take(L, c, out, depth);
        break;
    default:
        luaL_error(L, "%s: a %s is no value here", what, luaL_typename(L, -1));
    }
}

/* Argument 1 is the struct config. Its globals are what the file says. */
static int config_run(lua_State *L)
{
    struct config *c = lua_touserdata(L, 1);

    lua_newtable(L);
    lua_pushfstring(L, "@%s", c->path);
    /* "t": a text chunk, as for rules. */
    if (luaL_loadbufferx(L, c->source, c->len, lua_tostring(L, -1), "t") != LUA_OK)
        return lua_error(L);
    lua_pushvalue(L, 2);
    if (!lua_setupvalue(L, -2, 1))
        lua_pop(L, 1);
    lua_call(L, 0, 1);
    if (!lua_isnil(L, -1))
        return luaL_error(L, "it is lines of NAME = VALUE; it returns nothing");
    lua_settop(L, 2);
    node_take(L, c, &c->root, 0);
    if (c->root.kind == CONFIG_LIST)
        return luaL_error(L, "it is lines of NAME = VALUE");
    return 0;
}

bool config_read(const char *path, struct config **out, struct err *e)
{
    struct config *c = mem_new(sizeof *c);
    struct state *s = NULL;
    uint8_t *bytes = NULL;

    arena_init(&c->arena);
    c->path = mem_text(path);
    c->root.kind = CONFIG_TABLE;
    bool right = file_read(path, LIMIT_FILE, &bytes, &c->len, e) && state_new(LIMIT_MEMORY, &s, e);

    c->source = (char *)bytes;
    if (right && !state_run(s, config_run, c, LIMIT_LOAD_INSTRUCTIONS, LIMIT_LOAD_MS, e)) {
        e->kind = ERR_CONFIG;
        right = false;
    }
    state_free(s);
    if (!right) {
        config_free(c);
        return false;
    }
    *out = c;
    return true;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    arena_fini(&c->arena);
    mem_free(c->path);
    mem_free(c->source);
    mem_free(c);
}

const char *config_path(const struct config *c)
{
    return c->path;
}

const struct config_node *config_root(const struct config *c)
{
    return &c->root;
}

const struct config_node *config_part(const struct config_node *table, const char *key)
{
    if (!table || table->kind != CONFIG_TABLE)
        return NULL;
    for (size_t i = 0; i < table->n; i++)
        if (!strcmp(table->parts[i].key, key))
            return &table->parts[i];
    return NULL;
}

const char *config_kind_name(enum config_kind kind)
{
    static const char *const names[] = {"boolean", "integer", "number", "text", "list", "table"};

    return names[kind];
}

/* --- complaints --- */

static size_t path_of(const struct config_node *at, const struct config_node **path)
{
    size_t n = 0;

    for (const struct config_node *one = at; one->parent; one = one->parent)
        n++;
    for (size_t i = n; i; i--, at = at->parent)
        path[i - 1] = at;
    return n;
}

char *config_where(const struct config *c, const struct config_node *at)
{
    const struct config_node *path[CONFIG_DEEP + 2];
    struct text where = {0};
    size_t n = path_of(at, path), line = 0;

    /* What is not written out itself stands in something that is. */
    for (; n && !line; n--)
        line = config_line_find(c->source, c->len, path, n);
    text_add(&where, c->path);
    if (line)
        text_printf(&where, ":%zu", line);
    return text_give(&where);
}

/* rules["tls-floor/own-hosts"].on */
static void key_show(const struct config_node *at, struct text *out)
{
    const struct config_node *path[CONFIG_DEEP + 2];
    size_t n = path_of(at, path);

    for (size_t i = 0; i < n && path[i]->key; i++) {
        const char *key = path[i]->key;
        bool plain =
            strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
            strlen(key);

        text_add(out, plain ? (i ? "." : "") : "[\"");
        text_add_safe(out, key, strlen(key), CONFIG_WHERE_CAP);
        text_add(out, plain ? "" : "\"]");
    }
}

bool config_wrong(
    const struct config *c, const struct config_node *at, struct err *e, const char *format, ...)
{
    char says[CONFIG_WHERE_CAP];
    struct text key = {0};
    char *where = config_where(c, at);
    va_list args;

    va_start(args, format);
    vsnprintf(says, sizeof says, format, args);
    va_end(args);
    key_show(at, &key);
    err_set(e, ERR_CONFIG, "%s: %s: %s", where, text_str(&key), says);
    text_fini(&key);
    mem_free(where);
    return false;
}

bool config_unknown(const struct config *c, const struct config_node *at, const char *what,
    const char *const *names, struct err *e)
{
    const char *near = at->key && strlen(at->key) <= 64 ? text_nearest(at->key, names) : NULL;

    if (near)
        return config_wrong(c, at, e, "there is no such %s; did you mean '%s'?", what, near);
    return config_wrong(c, at, e, "there is no such %s", what);
}
