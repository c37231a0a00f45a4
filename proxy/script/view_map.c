/* view_map.c - the parts of a flow that are maps: facts, settings, memory, headers; declared in
 * view_priv.h. */
#include "view_priv.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "hook/call.h"

static void push_fact(lua_State *L, const struct flow_fact *fact)
{
    if (!fact) {
        lua_pushnil(L);
        return;
    }
    switch (fact->kind) {
    case FACT_TEXT:
        lua_pushstring(L, fact->text);
        break;
    case FACT_INTEGER:
    case FACT_TIME:
        lua_pushinteger(L, fact->integer);
        break;
    case FACT_NUMBER:
        lua_pushnumber(L, fact->number);
        break;
    case FACT_BOOLEAN:
        lua_pushboolean(L, fact->integer != 0);
        break;
    }
}

static void unknown_fact(lua_State *L, const struct rules *all, const char *key)
{
    const char *names[LIMIT_LIST + 1];
    size_t n = 0;

    for (const struct known_fact *fact = all->facts; fact && n < LIMIT_LIST; fact = fact->next)
        names[n++] = fact->name;
    names[n] = NULL;
    luaL_error(L, "nothing provides a fact '%s'%s", key, push_hint(L, key, names));
}

void facts_index(lua_State *L, const struct view *v, const char *key)
{
    const struct state *s = state_of(L);
    const struct flow_fact *own = s->call ? call_fact(s->call, key) : NULL;

    if (s->rule && !rule_needs(s->rule, key) && !rule_provides(s->rule, key)) {
        if (!rules_fact(s->all, key))
            unknown_fact(L, s->all, key);
        luaL_error(L, "fact '%s' is not under needs of rule %s: it might not be there yet", key,
            s->rule->id);
    }
    push_fact(L, own ? own : flow_fact_get(v->flow, key));
}

static void push_setting(lua_State *L, const struct view *v, const struct setting *setting)
{
    const struct setting_value *value = &setting->value;
    struct view *list;

    if (setting->is_matcher && setting->matcher) {
        match_push(L, setting->matcher);
        return;
    }
    switch (value->type) {
    case SETTING_NONE:
        lua_pushnil(L);
        break;
    case SETTING_BOOLEAN:
        lua_pushboolean(L, value->integer != 0);
        break;
    case SETTING_INTEGER:
        lua_pushinteger(L, value->integer);
        break;
    case SETTING_NUMBER:
        lua_pushnumber(L, value->number);
        break;
    case SETTING_TEXT:
        lua_pushstring(L, value->text);
        break;
    case SETTING_LIST:
        list = view_push(L, v, VIEW_TEXTS, setting->name, 0);
        list->at = &value->list;
        list->n = value->list.n;
        break;
    }
}

void settings_index(lua_State *L, const struct view *v, const char *key)
{
    const struct rule *rule = state_of(L)->rule;
    const struct setting *setting = rule ? rule_setting(rule, key) : NULL;
    const char *names[LIMIT_LIST + 1];
    size_t n = 0;

    if (setting) {
        push_setting(L, v, setting);
        return;
    }
    for (; rule && n < rule->n_settings && n < LIMIT_LIST; n++)
        names[n] = rule->settings[n].name;
    names[n] = NULL;
    luaL_error(
        L, "rule %s has no setting '%s'%s", rule ? rule->id : "?", key, push_hint(L, key, names));
}

/* --- memory --- */

static const char *const scope_names[] = {"host", "device", "rule"};

/* A write that waits for the commit; in the arena of the call. */
struct memory_op {
    struct memory_op *next;
    struct memory *memory;
    const char *place, *key;
    int64_t now, add;
    bool adds;
    struct memory_value value;
};

static const struct remembered *remembered_find(
    const struct rule *rule, enum memory_scope scope, const char *key)
{
    const struct remembered *r = rule->remembers;

    while (r && (r->scope != scope || (key && strcmp(r->key, key))))
        r = r->next;
    return r;
}

static const struct remembered *remembered_check(
    lua_State *L, const struct view *v, const char *key)
{
    const struct rule *rule = state_of(L)->rule;
    const struct remembered *found = remembered_find(rule, v->scope, key);
    const char *names[LIMIT_LIST + 2];
    size_t n = 0;

    if (found)
        return found;
    for (const struct remembered *r = rule->remembers; r && n < LIMIT_LIST; r = r->next)
        if (r->scope == v->scope)
            names[n++] = r->key;
    names[n] = NULL;
    luaL_error(L, "memory.%s has no '%s'%s", scope_names[v->scope], key, push_hint(L, key, names));
    return NULL;
}

/* Which record: rule, scope, and the host or device it is about. */
static const char *place_of(
    const struct view *v, const struct rule *rule, char out[static MEMORY_PLACE_CAP])
{
    const char *of = "*";

    if (v->scope == MEMORY_HOST)
        of = v->flow->target->host ? v->flow->target->host : "";
    if (v->scope == MEMORY_DEVICE)
        of = v->flow->client->device->id ? v->flow->client->device->id : "";
    snprintf(out, MEMORY_PLACE_CAP, "%s\t%s\t%s", rule->id, scope_names[v->scope], of);
    return out;
}

static void scope_index(lua_State *L, const struct view *v, const char *key)
{
    const struct state *s = state_of(L);
    size_t scope = 0;

    if (!s->rule || !s->call)
        luaL_error(L, "memory is read by rules only");
    while (scope < N_MEMORY_SCOPES && strcmp(key, scope_names[scope]))
        scope++;
    if (scope == N_MEMORY_SCOPES || !remembered_find(s->rule, (enum memory_scope)scope, NULL))
        luaL_error(
            L, "rule %s remembers nothing per '%s': declare it under remembers", s->rule->id, key);
    view_push(L, v, VIEW_RECORD_OF_MEMORY, scope_names[scope], 0)->scope = (enum memory_scope)scope;
}

static void memory_push(lua_State *L, const struct remembered *r, const struct memory_value *value)
{
    if (value->none || value->type != r->type) { /* kept under earlier rules, as another type */
        lua_pushnil(L);
        return;
    }
    switch (r->type) {
    case MEMORY_TEXT:
        lua_pushstring(L, value->text);
        break;
    case MEMORY_INTEGER:
    case MEMORY_TIME:
        lua_pushinteger(L, value->integer);
        break;
    case MEMORY_NUMBER:
        lua_pushnumber(L, value->number);
        break;
    case MEMORY_BOOLEAN:
        lua_pushboolean(L, value->integer != 0);
        break;
    }
}

static void memory_commit(void *arg)
{
    const struct memory_op *op = arg;

    if (op->adds)
        memory_add(op->memory, op->place, op->key, op->now, op->add);
    else
        memory_put(op->memory, op->place, op->key, op->now, &op->value);
}

static struct memory_op *op_stage(lua_State *L, const struct view *v, const char *key)
{
    struct state *s = state_of(L);
    char place[MEMORY_PLACE_CAP];

    if (s->call->arena.used > CALL_BYTES_MOST)
        luaL_error(L, "too many writes in one call");
    struct memory_op *op = arena_new(&s->call->arena, sizeof *op);

    op->memory = s->all->memory;
    op->place = arena_text(&s->call->arena, place_of(v, s->rule, place));
    op->key = arena_text(&s->call->arena, key);
    op->now = v->flow->now;
    if (!call_then(s->call, memory_commit, op))
        luaL_error(L, "too many writes in one call");
    op->next = s->memory_ops;
    s->memory_ops = op;
    return op;
}

/* What this call itself has written stands before what is kept. The latest write is the first of
 * the list. */
static void staged_read(
    const struct memory_op *op, const char *place, const char *key, struct memory_value *out)
{
    uint64_t added = 0;

    for (; op; op = op->next) {
        if (strcmp(op->place, place) || strcmp(op->key, key))
            continue;
        if (!op->adds) {
            *out = op->value;
            break;
        }
        added += (uint64_t)op->add;
    }
    if (added) {
        if (out->none || out->type != MEMORY_INTEGER)
            *out = (struct memory_value){.type = MEMORY_INTEGER};
        out->integer = (int64_t)((uint64_t)out->integer + added);
    }
}

static void number_of(lua_State *L, int idx, const struct remembered *r, struct memory_value *out)
{
    if (r->type == MEMORY_NUMBER)
        out->number = luaL_checknumber(L, idx);
    else
        out->integer = luaL_checkinteger(L, idx);
}

static void memory_value_read(lua_State *L, int idx, const struct view *v,
    const struct remembered *r, struct memory_value *out)
{
    size_t len;
    const char *text;

    if (lua_isnil(L, idx)) {
        out->none = true;
        return;
    }
    if (r->type == MEMORY_BOOLEAN) {
        luaL_argexpected(L, lua_isboolean(L, idx), idx, "boolean");
        out->integer = lua_toboolean(L, idx);
        return;
    }
    if (r->type != MEMORY_TEXT) {
        number_of(L, idx, r, out);
        return;
    }
    luaL_argexpected(L, lua_type(L, idx) == LUA_TSTRING, idx, "string");
    text = lua_tolstring(L, idx, &len);
    if (len > LIMIT_MEMORY_VALUE)
        luaL_error(L, "memory.%s.%s: more than %d bytes", scope_names[v->scope], r->key,
            LIMIT_MEMORY_VALUE);
    memcpy(out->text, text, len + 1);
}

void memory_newindex(lua_State *L, const struct view *v, const char *key, int value)
{
    const struct remembered *r = remembered_check(L, v, key);
    struct memory_value read = {.type = r->type};

    memory_value_read(L, value, v, r, &read);
    op_stage(L, v, key)->value = read;
}

static int memory_add_verb(lua_State *L)
{
    const struct view *v = view_check(L, 1, "memory.SCOPE:add(key, n)");
    const char *key = luaL_checkstring(L, 2);
    const struct remembered *r =
        v->kind == VIEW_RECORD_OF_MEMORY ? remembered_check(L, v, key) : NULL;
    lua_Integer n = luaL_checkinteger(L, 3);

    if (!r || r->type != MEMORY_INTEGER)
        return luaL_error(L, "'%s' is no integer: only counters are added to", key);
    struct memory_op *op = op_stage(L, v, key);

    op->adds = true;
    op->add = n;
    return 0;
}

void memory_index(lua_State *L, const struct view *v, const char *key)
{
    struct state *s = state_of(L);
    struct memory_value value;
    char place[MEMORY_PLACE_CAP];

    if (v->kind == VIEW_MEMORY) {
        scope_index(L, v, key);
        return;
    }
    if (!strcmp(key, "add")) {
        lua_pushcfunction(L, memory_add_verb);
        return;
    }
    const struct remembered *r = remembered_check(L, v, key);

    place_of(v, s->rule, place);
    memory_get(s->all->memory, place, key, v->flow->now, &value);
    staged_read(s->memory_ops, place, key, &value);
    memory_push(L, r, &value);
}

/* --- headers --- */

void headers_index(lua_State *L, const struct view *v, const char *key)
{
    /* An open map: any header may be asked for. */
    if (!verb_push(L, v, key))
        lua_pushstring(L, flow_header_get(v->at, key));
}
