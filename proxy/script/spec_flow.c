/* spec_flow.c - a spec's differences, laid over a healthy flow by the rows of record.def, so that a
 * misspelt field in a fake flow is an error too. Declared in spec_priv.h. */
#include "spec_priv.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "view_priv.h"

enum { WHERE_CAP = 120, NAMES_MOST = 64 };

const char spec_none;

/* Where a difference is laid. */
struct place {
    struct flow *flow;
    char where[WHERE_CAP];
};

static void record_lay(
    lua_State *L, int idx, struct place *p, const struct record_type *type, void *record);

static void unknown_field(
    lua_State *L, const struct place *p, const struct record_type *type, const char *key)
{
    const char *names[NAMES_MOST + 1];
    size_t n = 0;

    for (; n < type->n_fields && n < NAMES_MOST; n++)
        names[n] = type->fields[n].name;
    names[n] = NULL;
    luaL_error(L, "%s has no '%s'%s", p->where, key, push_hint(L, key, names));
}

static void wrong_type(lua_State *L, const struct place *p, const char *key, const char *wanted)
{
    luaL_error(L, "%s.%s wants a %s, not a %s", p->where, key, wanted, luaL_typename(L, -1));
}

static const char *text_top(lua_State *L, const struct place *p, const char *key)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        wrong_type(L, p, key, "text");
    return flow_text(p->flow, lua_tostring(L, -1));
}

static int64_t number_top(lua_State *L, const struct place *p, const char *key)
{
    if (lua_type(L, -1) != LUA_TNUMBER)
        wrong_type(L, p, key, "number");
    return lua_isinteger(L, -1) ? lua_tointeger(L, -1) : (int64_t)lua_tonumber(L, -1);
}

static void texts_top(lua_State *L, struct place *p, const char *key, struct flow_texts *out)
{
    if (!lua_istable(L, -1))
        wrong_type(L, p, key, "list");
    *out = (struct flow_texts){0};
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        flow_texts_add(p->flow, out, text_top(L, p, key));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* A header's value, or a list of them. */
static void headers_top(lua_State *L, struct place *p, const char *key, struct flow_headers *out)
{
    if (!lua_istable(L, -1))
        wrong_type(L, p, key, "table");
    *out = (struct flow_headers){0};
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        struct flow_texts values = {0};
        const char *name = declare_key(L, p->where);

        if (lua_istable(L, -1))
            texts_top(L, p, name, &values);
        else
            flow_texts_add(p->flow, &values, text_top(L, p, name));
        for (size_t i = 0; i < values.n; i++)
            flow_header_add(p->flow, out, name, values.at[i]);
        lua_pop(L, 1);
    }
}

/* Appends to the place, and gives what it was before. */
static size_t place_enter(struct place *p, const char *name)
{
    size_t used = strlen(p->where);

    snprintf(p->where + used, sizeof p->where - used, ".%s", name);
    return used;
}

static void list_top(
    lua_State *L, struct place *p, const struct field *field, unsigned char *record)
{
    static const size_t nothing;
    static const void *nowhere;
    size_t n = 0;

    if (!lua_istable(L, -1))
        wrong_type(L, p, field->name, "list");
    memcpy(record + field->offset, &nowhere, sizeof nowhere);
    memcpy(record + field->n_offset, &nothing, sizeof nothing);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        void *row = flow_list_add(p->flow, record + field->offset, &n, field->type);

        memcpy(record + field->n_offset, &n, sizeof n);
        record_lay(L, lua_gettop(L), p, field->type, row);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void record_top(lua_State *L, struct place *p, const struct field *field, unsigned char *at)
{
    void *record;

    if (!lua_istable(L, -1))
        wrong_type(L, p, field->name, "table");
    memcpy(&record, at, sizeof record);
    if (!record) {
        record = flow_make(p->flow, field->type);
        memcpy(at, &record, sizeof record);
    }
    record_lay(L, lua_gettop(L), p, field->type, record);
}

/* The value on top is `none`: the field is as if nobody had ever set it. */
static void field_clear(const struct field *field, unsigned char *record)
{
    static const int64_t zero, none = FLOW_NONE;
    static const void *nowhere;
    static const size_t nothing;
    static const struct flow_texts no_texts;
    static const bool no;
    unsigned char *at = record + field->offset;

    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_RECORD:
    case FIELD_HEADERS:
        memcpy(at, &nowhere, sizeof nowhere);
        break;
    case FIELD_TEXTS:
        memcpy(at, &no_texts, sizeof no_texts);
        break;
    case FIELD_BOOLEAN:
        memcpy(at, &no, sizeof no);
        break;
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        memcpy(at, field->needed ? &zero : &none, sizeof zero);
        break;
    case FIELD_LIST:
        memcpy(at, &nowhere, sizeof nowhere);
        memcpy(record + field->n_offset, &nothing, sizeof nothing);
        break;
    }
}

static void field_lay(
    lua_State *L, struct place *p, const struct field *field, unsigned char *record)
{
    unsigned char *at = record + field->offset;
    const char *text;
    int64_t number;
    bool yes;
    struct flow_headers *headers;

    switch (field->kind) {
    case FIELD_TEXT:
        text = text_top(L, p, field->name);
        memcpy(at, &text, sizeof text);
        break;
    case FIELD_BOOLEAN:
        if (!lua_isboolean(L, -1))
            wrong_type(L, p, field->name, "boolean");
        yes = lua_toboolean(L, -1);
        memcpy(at, &yes, sizeof yes);
        break;
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        number = number_top(L, p, field->name);
        memcpy(at, &number, sizeof number);
        break;
    case FIELD_TEXTS:
        texts_top(L, p, field->name, (struct flow_texts *)(void *)at);
        break;
    case FIELD_HEADERS:
        headers = arena_new(&p->flow->arena, sizeof *headers);
        headers_top(L, p, field->name, headers);
        memcpy(at, &headers, sizeof headers);
        break;
    case FIELD_RECORD:
        record_top(L, p, field, at);
        break;
    case FIELD_LIST:
        list_top(L, p, field, record);
        break;
    }
}

static void chain_lay(lua_State *L, struct place *p);

/* The pair on top is a field of the record. */
static void pair_lay(lua_State *L, struct place *p, const struct record_type *type, void *record)
{
    const char *key = declare_key(L, p->where);
    const struct field *field = record_field(type, key);

    if (!field)
        unknown_field(L, p, type, key);
    if (lua_touserdata(L, -1) == &spec_none) {
        field_clear(field, record);
        return;
    }
    size_t used =
        field->kind == FIELD_RECORD || field->kind == FIELD_LIST ? place_enter(p, key) : 0;

    if (type == flow_type_server_leg() && !strcmp(key, "chain")) {
        chain_lay(L, p);
    } else {
        /* What a spec says of a tally is all that was counted. */
        if (type == flow_type_history() && lua_istable(L, -1)) {
            void *empty = flow_make(p->flow, field->type);

            memcpy((unsigned char *)record + field->offset, &empty, sizeof empty);
        }
        field_lay(L, p, field, record);
    }
    if (used)
        p->where[used] = '\0';
}

static void record_lay(
    lua_State *L, int idx, struct place *p, const struct record_type *type, void *record)
{
    if (!lua_istable(L, idx))
        luaL_error(L, "%s wants a table, not a %s", p->where, luaL_typename(L, idx));
    luaL_checkstack(L, 10, "play");
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        pair_lay(L, p, type, record);
        lua_pop(L, 1);
    }
}

static void chain_keys_check(lua_State *L, int idx, const struct place *p)
{
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        lua_pop(L, 1);
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

        if (key && strcmp(key, "leaf") && strcmp(key, "only"))
            luaL_error(L, "%s has no '%s'; it is { leaf = {…}, {…}, {…} }", p->where, key);
    }
}

/* { leaf = {…}, {…}, {…} }: differences from a good leaf, then from good CAs above it; only =
 * "leaf" for a chain of one. */
static void chain_lay(lua_State *L, struct place *p)
{
    struct flow_server_leg *leg = p->flow->server_leg;
    int idx = lua_gettop(L);

    if (!lua_istable(L, idx))
        wrong_type(L, p, "chain", "table");
    chain_keys_check(L, idx, p);
    leg->chain = NULL;
    leg->n_chain = 0;
    spec_leaf_add(p->flow);
    if (lua_getfield(L, idx, "leaf") != LUA_TNIL)
        record_lay(L, idx + 1, p, flow_type_certificate(), &leg->chain[0]);
    lua_pop(L, 1);
    lua_getfield(L, idx, "only");
    bool alone = lua_isstring(L, -1) && !strcmp(lua_tostring(L, -1), "leaf");

    lua_pop(L, 1);
    if (alone)
        return;
    size_t n = lua_rawlen(L, idx);

    if (n == 0)
        spec_ca_add(p->flow);
    for (size_t i = 0; i < n; i++) {
        spec_ca_add(p->flow);
        lua_rawgeti(L, idx, (lua_Integer)i + 1);
        record_lay(L, idx + 1, p, flow_type_certificate(), &leg->chain[leg->n_chain - 1]);
        lua_pop(L, 1);
    }
}

/* What a spec may say beside the fields of a flow. */
static bool is_sugar(const char *key)
{
    static const char *const names[] = {
        "fails", "settings", "talk", "device_is_new", "fact", "log", "pem", "roots", NULL};

    for (size_t i = 0; names[i]; i++)
        if (!strcmp(key, names[i]))
            return true;
    return false;
}

static void facts_lay(lua_State *L, int idx, struct flow *f)
{
    if (lua_getfield(L, idx, "fact") == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    if (!lua_istable(L, -1))
        luaL_error(L, "fact wants a table: { [\"geo.country\"] = \"XA\" }");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        struct flow_fact fact = {.name = declare_key(L, "fact")};

        if (lua_type(L, -1) == LUA_TSTRING) {
            fact.text = lua_tostring(L, -1);
        } else if (lua_isboolean(L, -1)) {
            fact.kind = FACT_BOOLEAN;
            fact.integer = lua_toboolean(L, -1);
        } else if (lua_isinteger(L, -1)) {
            fact.kind = FACT_INTEGER;
            fact.integer = lua_tointeger(L, -1);
        } else {
            fact.kind = FACT_NUMBER;
            fact.number = luaL_checknumber(L, -1);
        }
        flow_fact_set(f, &fact);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void talk_lay(lua_State *L, int idx, struct played *p)
{
    struct place place = {.flow = p->flow};

    if (lua_getfield(L, idx, "talk") == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    for (lua_Integer i = 1; lua_istable(L, -1) && lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        if (p->n_talk == SPEC_TALK_MOST || !lua_istable(L, -1))
            luaL_error(L, "talk wants a list of at most %d { request = {…}, response = {…} }",
                SPEC_TALK_MOST);
        snprintf(place.where, sizeof place.where, "flow.request");
        p->requests[p->n_talk] = FLOW_MAKE(p->flow, request);
        if (lua_getfield(L, -1, "request") != LUA_TNIL)
            record_lay(L, lua_gettop(L), &place, flow_type_request(), p->requests[p->n_talk]);
        lua_pop(L, 1);
        snprintf(place.where, sizeof place.where, "flow.response");
        if (lua_getfield(L, -1, "response") != LUA_TNIL) {
            p->responses[p->n_talk] = FLOW_MAKE(p->flow, response);
            record_lay(L, lua_gettop(L), &place, flow_type_response(), p->responses[p->n_talk]);
        }
        lua_pop(L, 2);
        p->n_talk++;
    }
    lua_settop(L, idx);
}

static bool target_is_named(lua_State *L, int idx)
{
    bool named = false;

    if (lua_getfield(L, idx, "target") == LUA_TTABLE) {
        named = lua_getfield(L, -1, "host") == LUA_TSTRING;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return named;
}

void spec_flow_lay(lua_State *L, int idx, struct played *p)
{
    struct place place = {.flow = p->flow, .where = "flow"};

    lua_settop(L, idx);
    /* The name asked for in TLS is the target's, unless the spec says otherwise. */
    if (p->flow->client_leg && target_is_named(L, idx)) {
        lua_getfield(L, idx, "target");
        lua_getfield(L, -1, "host");
        p->flow->client_leg->sni = flow_text(p->flow, lua_tostring(L, -1));
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        if (!is_sugar(declare_key(L, "play")))
            pair_lay(L, &place, flow_type_flow(), p->flow);
        lua_pop(L, 1);
    }
    lua_getfield(L, idx, "device_is_new");
    p->is_new_device = lua_toboolean(L, -1);
    lua_pop(L, 1);
    spec_fails_lay(L, idx, p->flow);
    facts_lay(L, idx, p->flow);
    talk_lay(L, idx, p);
}
