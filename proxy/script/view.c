#include "view_priv.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "flow/flow_read.h"
#include "flow/path.h"
#include "hook/call.h"

enum { VIEW_NAMES_MOST = 64 };

static const char metatable_key;

const char *view_where(const struct view *v, char out[static VIEW_WHERE_CAP])
{
    size_t used = (size_t)snprintf(out, VIEW_WHERE_CAP, "flow");

    for (size_t i = 0; i < v->n_steps && used < VIEW_WHERE_CAP; i++) {
        const struct view_step *step = &v->steps[i];
        char *at = out + used;
        size_t left = VIEW_WHERE_CAP - used;
        int n = step->name ? snprintf(at, left, ".%s", step->name)
                           : snprintf(at, left, "[%zu]", step->row);

        used += (size_t)n;
    }
    return out;
}

static struct view *view_at(lua_State *L, int idx)
{
    struct view *v = lua_touserdata(L, idx);

    if (!v || !lua_getmetatable(L, idx))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    bool same = lua_rawequal(L, -1, -2);

    lua_pop(L, 2);
    return same ? v : NULL;
}

static void alive(lua_State *L, const struct view *v)
{
    char where[VIEW_WHERE_CAP];

    if (v->generation != state_of(L)->generation)
        luaL_error(L,
            "%s belongs to a call that is over; keep facts (flow:set) or memory, not views",
            view_where(v, where));
}

const struct view *view_check(lua_State *L, int idx, const char *what)
{
    const struct view *v = view_at(L, idx);

    if (!v)
        luaL_error(L, "call it with a colon: %s", what);
    alive(L, v);
    return v;
}

const struct flow_texts *view_texts(lua_State *L, int idx)
{
    const struct view *v = view_at(L, idx);

    if (!v || v->kind != VIEW_TEXTS)
        return NULL;
    alive(L, v);
    return v->at;
}

static struct view *view_new(lua_State *L)
{
    struct view *v = lua_newuserdatauv(L, sizeof *v, 0);

    memset(v, 0, sizeof *v);
    v->generation = state_of(L)->generation;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
    return v;
}

void view_push_flow(lua_State *L, struct flow *f)
{
    struct view *v = view_new(L);

    v->type = flow_type_flow();
    v->at = f;
    v->flow = f;
}

struct view *view_push(
    lua_State *L, const struct view *parent, enum view_kind kind, const char *name, size_t row)
{
    struct view *v = view_new(L);

    v->kind = kind;
    v->flow = parent->flow;
    memcpy(v->steps, parent->steps, sizeof v->steps);
    v->n_steps = parent->n_steps;
    if (v->n_steps < VIEW_DEEP)
        v->steps[v->n_steps++] = (struct view_step){name, row};
    return v;
}

static void push_field(lua_State *L, const struct view *parent, const struct field *field)
{
    struct value v = field_value(field, parent->at);
    struct view *child;

    if (v.none) {
        lua_pushnil(L);
        return;
    }
    switch (field->kind) {
    case FIELD_TEXTS:
        child = view_push(L, parent, VIEW_TEXTS, field->name, 0);
        child->at = v.texts;
        child->n = v.texts->n;
        break;
    case FIELD_HEADERS:
        child = view_push(L, parent, VIEW_HEADERS, field->name, 0);
        child->at = v.headers;
        break;
    case FIELD_RECORD:
        child = view_push(L, parent, VIEW_RECORD, field->name, 0);
        child->at = v.record;
        child->type = v.type;
        break;
    case FIELD_LIST:
        child = view_push(L, parent, VIEW_LIST, field->name, 0);
        child->at = v.record;
        child->n = v.n;
        child->type = v.type;
        break;
    case FIELD_TEXT:
    case FIELD_BOOLEAN:
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        value_push(L, &v);
        break;
    }
}

/* The flow has three parts that are maps, not records. */
static const struct {
    const char *name;
    enum view_kind kind;
} maps[] = {{"fact", VIEW_FACTS}, {"settings", VIEW_SETTINGS}, {"memory", VIEW_MEMORY}};

static bool push_map(lua_State *L, const struct view *v, const char *key)
{
    for (size_t i = 0; v->type == flow_type_flow() && i < sizeof maps / sizeof *maps; i++)
        if (!strcmp(key, maps[i].name)) {
            view_push(L, v, maps[i].kind, maps[i].name, 0);
            return true;
        }
    return false;
}

static void unknown_field(lua_State *L, const struct view *v, const char *key)
{
    const char *names[VIEW_NAMES_MOST + 1];
    char where[VIEW_WHERE_CAP];
    size_t n = 0;

    for (size_t i = 0; i < v->type->n_fields && n < VIEW_NAMES_MOST - 8; i++)
        names[n++] = v->type->fields[i].name;
    for (size_t i = 0; v->type == flow_type_flow() && i < sizeof maps / sizeof *maps; i++)
        names[n++] = maps[i].name;
    n += verb_names(v, names + n);
    names[n] = NULL;
    luaL_error(L, "%s has no '%s'%s", view_where(v, where), key, push_hint(L, key, names));
}

static bool is_readable(const struct field *field, const struct flow *f)
{
    return f->moment >= field->from;
}

/* A log tells some certificates by their fingerprint alone: what they say is not known, and must
 * not be taken for nothing. */
static void certificate_check(lua_State *L, const struct view *v, const char *key)
{
    const struct flow_certificate *c = v->type == flow_type_certificate() ? v->at : NULL;
    char where[VIEW_WHERE_CAP];

    if (c && c->source && !strcmp(c->source, FLOW_READ_FINGERPRINT) && strcmp(key, "sha256") &&
        strcmp(key, "depth"))
        luaL_error(L, "%s.%s: the log holds only the fingerprint of this certificate",
            view_where(v, where), key);
}

static void record_index(lua_State *L, const struct view *v, const char *key)
{
    const struct field *field = record_field(v->type, key);
    char where[VIEW_WHERE_CAP];

    certificate_check(L, v, key);
    if (field) {
        if (!is_readable(field, v->flow))
            luaL_error(L, "%s.%s is not known yet at '%s'; it is from '%s' on",
                view_where(v, where), key, moment_name(v->flow->moment), moment_name(field->from));
        push_field(L, v, field);
        return;
    }
    if (!push_map(L, v, key) && !verb_push(L, v, key))
        unknown_field(L, v, key);
}

static void row_index(lua_State *L, const struct view *v, lua_Integer key)
{
    char where[VIEW_WHERE_CAP];

    if (key == 0)
        luaL_error(L, "%s starts at 1, as Lua lists do; the depth is certificate.depth",
            view_where(v, where));
    if (key < 0 || (size_t)key > v->n) {
        lua_pushnil(L);
        return;
    }
    if (v->kind == VIEW_TEXTS) {
        const struct flow_texts *texts = v->at;

        lua_pushstring(L, texts->at[key - 1]);
        return;
    }
    struct view *row = view_push(L, v, VIEW_RECORD, NULL, (size_t)key);

    row->type = v->type;
    row->at = (const unsigned char *)v->at + (size_t)(key - 1) * v->type->size;
}

/* chain.leaf, chain.issuer, chain.top spare the index. */
static bool push_member(lua_State *L, const struct view *v, const char *key)
{
    static const char *const names[] = {"leaf", "issuer", "top"};
    size_t i = 0;

    if (v->kind != VIEW_LIST || v->type != flow_type_certificate())
        return false;
    while (i < 3 && strcmp(key, names[i]))
        i++;
    if (i == 3)
        return false;
    size_t row = i < 2 ? i + 1 : v->n;

    if (row == 0 || row > v->n) {
        lua_pushnil(L);
        return true;
    }
    struct view *child = view_push(L, v, VIEW_RECORD, names[i], 0);

    child->type = v->type;
    child->at = (const unsigned char *)v->at + (row - 1) * v->type->size;
    return true;
}

static void list_index(lua_State *L, const struct view *v)
{
    char where[VIEW_WHERE_CAP];
    int is_integer;
    lua_Integer row = lua_tointegerx(L, 2, &is_integer);

    if (is_integer && lua_type(L, 2) == LUA_TNUMBER) {
        row_index(L, v, row);
        return;
    }
    const char *key = luaL_tolstring(L, 2, NULL);

    if (!push_member(L, v, key))
        luaL_error(L, "%s is a list; '%s' is not one of its parts", view_where(v, where), key);
}

static int view_index(lua_State *L)
{
    const struct view *v = view_at(L, 1);

    if (!v)
        return luaL_error(L, "this is no view of a flow");
    alive(L, v);
    switch (v->kind) {
    case VIEW_RECORD:
        record_index(L, v, luaL_tolstring(L, 2, NULL));
        break;
    case VIEW_LIST:
    case VIEW_TEXTS:
        list_index(L, v);
        break;
    case VIEW_HEADERS:
        headers_index(L, v, luaL_tolstring(L, 2, NULL));
        break;
    case VIEW_FACTS:
        facts_index(L, v, luaL_tolstring(L, 2, NULL));
        break;
    case VIEW_SETTINGS:
        settings_index(L, v, luaL_tolstring(L, 2, NULL));
        break;
    case VIEW_MEMORY:
    case VIEW_RECORD_OF_MEMORY:
        memory_index(L, v, luaL_tolstring(L, 2, NULL));
        break;
    }
    return 1;
}

static int view_newindex(lua_State *L)
{
    const struct view *v = view_at(L, 1);
    char where[VIEW_WHERE_CAP];

    if (!v)
        return luaL_error(L, "this is no view of a flow");
    alive(L, v);
    const char *key = luaL_tolstring(L, 2, NULL);

    switch (v->kind) {
    case VIEW_RECORD_OF_MEMORY:
        memory_newindex(L, v, key, 3);
        return 0;
    case VIEW_MEMORY:
        return luaL_error(L, "memory has scopes: memory.host, memory.device, memory.rule");
    case VIEW_FACTS:
        return luaL_error(L, "facts are given with flow:set(name, value)");
    case VIEW_SETTINGS:
        return luaL_error(L, "settings are the user's");
    case VIEW_HEADERS:
        return luaL_error(L, "headers are edited with headers:set and headers:remove");
    case VIEW_LIST:
    case VIEW_TEXTS:
        return luaL_error(L, "%s is read-only", view_where(v, where));
    case VIEW_RECORD:
        break;
    }
    return luaL_error(L,
        "%s.%s is read-only; a rule writes with flow:note, :suspect, :decide, :set",
        view_where(v, where), key);
}

static int view_len(lua_State *L)
{
    const struct view *v = view_at(L, 1);
    char where[VIEW_WHERE_CAP];

    alive(L, v);
    if (v->kind != VIEW_LIST && v->kind != VIEW_TEXTS)
        return luaL_error(L, "%s is no list", view_where(v, where));
    lua_pushinteger(L, (lua_Integer)v->n);
    return 1;
}

static int view_tostring(lua_State *L)
{
    const struct view *v = view_at(L, 1);
    char where[VIEW_WHERE_CAP];

    lua_pushfstring(L, "<%s>", v ? view_where(v, where) : "?");
    return 1;
}

/* Upvalue 1 is the view, 2 the place in its fields. */
static int record_next(lua_State *L)
{
    const struct view *v = view_at(L, lua_upvalueindex(1));
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));

    alive(L, v);
    for (; (size_t)i < v->type->n_fields; i++) {
        const struct field *field = &v->type->fields[i];

        if (!is_readable(field, v->flow) || field_value(field, v->at).none)
            continue;
        lua_pushinteger(L, i + 1);
        lua_replace(L, lua_upvalueindex(2));
        lua_pushstring(L, field->name);
        push_field(L, v, field);
        return 2;
    }
    return 0;
}

static int list_next(lua_State *L)
{
    const struct view *v = view_at(L, lua_upvalueindex(1));
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2)) + 1;

    alive(L, v);
    if ((size_t)i > v->n)
        return 0;
    lua_pushinteger(L, i);
    lua_copy(L, -1, lua_upvalueindex(2));
    row_index(L, v, i);
    return 2;
}

/* Name by name, as they stood on the wire. */
static int headers_next(lua_State *L)
{
    const struct view *v = view_at(L, lua_upvalueindex(1));
    const struct flow_headers *h = v->at;
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));

    alive(L, v);
    if ((size_t)i >= h->n)
        return 0;
    lua_pushinteger(L, i + 1);
    lua_replace(L, lua_upvalueindex(2));
    lua_pushstring(L, h->at[i].name);
    lua_pushstring(L, h->at[i].value);
    return 2;
}

static int view_pairs(lua_State *L)
{
    const struct view *v = view_at(L, 1);
    char where[VIEW_WHERE_CAP];

    alive(L, v);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    switch (v->kind) {
    case VIEW_RECORD:
        lua_pushcclosure(L, record_next, 2);
        return 1;
    case VIEW_LIST:
    case VIEW_TEXTS:
        lua_pushcclosure(L, list_next, 2);
        return 1;
    case VIEW_HEADERS:
        lua_pushcclosure(L, headers_next, 2);
        return 1;
    case VIEW_FACTS:
    case VIEW_SETTINGS:
    case VIEW_MEMORY:
    case VIEW_RECORD_OF_MEMORY:
        break;
    }
    return luaL_error(L, "%s cannot be walked; ask it by name", view_where(v, where));
}

void view_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{"__index", view_index}, {"__newindex", view_newindex},
        {"__len", view_len}, {"__tostring", view_tostring}, {"__pairs", view_pairs}, {NULL, NULL}};

    luaL_newlib(L, methods);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "view");
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
    hypothesis_open(L);
}
