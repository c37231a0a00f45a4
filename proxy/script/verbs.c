/* verbs.c - what a rule may do: the methods of views, and hypotheses; declared in view_priv.h. */
#include "view_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "cert/leaf_fault.h"
#include "cert/name.h"
#include "hook/call.h"
#include "judge/check.h"

static const char hypothesis_key;

struct hypothesis_value {
    uint32_t generation;
    const struct cause *cause;
};

/* A verb needs a rule at work: specs may look, not write. */
static struct state *writing(lua_State *L, const char *what)
{
    struct state *s = state_of(L);

    if (!s->call || !s->rule)
        luaL_error(L, "%s: only a rule writes", what);
    return s;
}

static void staged(lua_State *L, bool fits)
{
    if (!fits)
        luaL_error(L, "more than %d writes, or too much text, in one call", CALL_OPS_MOST);
}

/* --- notes and facts --- */

static int flow_note_verb(lua_State *L)
{
    const char *what = "flow:note(code [, with])";

    view_check(L, 1, what);
    struct state *s = writing(L, what);
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
    staged(L, call_note(s->call, note->full, note->severity, note->says,
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

static int flow_set_verb(lua_State *L)
{
    const char *what = "flow:set(fact, value)";

    view_check(L, 1, what);
    struct state *s = writing(L, what);
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
    staged(L, call_set(s->call, &fact));
    return 0;
}

/* --- hypotheses --- */

static const struct cause *cause_check(lua_State *L, int idx)
{
    const struct state *s = state_of(L);
    const char *id = luaL_checkstring(L, idx);
    const struct cause *cause = cause_find(s->all->causes, id);

    if (!cause) {
        const char *near = strlen(id) <= 64 ? cause_nearest(s->all->causes, id) : NULL;

        if (near)
            luaL_error(L, "no cause '%s'; did you mean '%s'?", id, near);
        luaL_error(L, "no cause '%s'", id);
    }
    return cause;
}

static void suspicion_read(lua_State *L, int idx, const struct cause *cause, struct suspicion *out)
{
    static const char *const names[] = {"words", "with", "leg", NULL};
    struct state *s = state_of(L);

    if (lua_isnoneornil(L, idx))
        return;
    luaL_checktype(L, idx, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";

        if (!strcmp(key, "words"))
            out->words = luaL_checkstring(L, -1);
        else if (!strcmp(key, "leg"))
            out->leg = luaL_checkstring(L, -1);
        else if (!strcmp(key, "with"))
            out->with = with_read(L, -1, &s->call->arena);
        else
            luaL_error(L, "flow:suspect has no option '%s'%s", key, push_hint(L, key, names));
        lua_pop(L, 1); /* the texts are held by the table */
    }
    if (out->words &&
        !cause_words_variant(phrasebook_cause(s->rule->package->book, cause->id), out->words))
        luaL_error(L, "texts for '%s' have no variant '%s'", cause->id, out->words);
    if (out->leg && strcmp(out->leg, "client") && strcmp(out->leg, "server") &&
        strcmp(out->leg, "identity"))
        luaL_error(L, "leg is client, server or identity, not '%s'", out->leg);
}

static int flow_suspect_verb(lua_State *L)
{
    const char *what = "flow:suspect(cause [, {words=, with=, leg=}])";

    view_check(L, 1, what);
    struct state *s = writing(L, what);
    const struct cause *cause = cause_check(L, 2);
    struct suspicion how = {0};

    if (!rule_has_cause(s->rule, cause->id))
        return luaL_error(
            L, "rule %s may not diagnose '%s': add it to causes", s->rule->id, cause->id);
    suspicion_read(L, 3, cause, &how);
    staged(L, call_suspect(s->call, cause, &how));
    struct hypothesis_value *h = lua_newuserdatauv(L, sizeof *h, 0);

    *h = (struct hypothesis_value){s->generation, cause};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &hypothesis_key);
    lua_setmetatable(L, -2);
    return 1;
}

static struct hypothesis_value *hypothesis_at(lua_State *L, const char *what)
{
    struct hypothesis_value *h = lua_touserdata(L, 1);
    bool same = false;

    if (h && lua_getmetatable(L, 1)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &hypothesis_key);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (!same)
        luaL_error(L, "call it with a colon: :%s(fact, weight)", what);
    if (h->generation != state_of(L)->generation)
        luaL_error(L, "this hypothesis belongs to a call that is over");
    return h;
}

static int evidence_verb(lua_State *L, const char *what,
    bool (*stage)(struct call *c, const struct cause *cause, const struct path *fact, int weight))
{
    const struct hypothesis_value *h = hypothesis_at(L, what);
    struct state *s = writing(L, what);
    const char *fact = luaL_checkstring(L, 2);
    struct path path;
    struct err e = {0};
    int is_integer;
    lua_Integer weight = lua_tointegerx(L, 3, &is_integer);

    if (!path_compile(fact, &s->all->names, &path, &e))
        return luaL_error(L, "%s", e.text);
    if (!is_integer || weight < WEIGHT_HINT || weight > WEIGHT_STRONG)
        return luaL_error(L, "weight is 1 (hint), 2 (sign) or 3 (strong sign), not %s",
            luaL_tolstring(L, 3, NULL));
    staged(L, stage(s->call, h->cause, &path, (int)weight));
    lua_settop(L, 1);
    return 1;
}

static int because_verb(lua_State *L)
{
    return evidence_verb(L, "because", call_because);
}

static int against_verb(lua_State *L)
{
    return evidence_verb(L, "against", call_against);
}

static int hypothesis_index(lua_State *L)
{
    static const char *const names[] = {"because", "against", NULL};
    const char *key = luaL_tolstring(L, 2, NULL);

    if (!strcmp(key, "because"))
        lua_pushcfunction(L, because_verb);
    else if (!strcmp(key, "against"))
        lua_pushcfunction(L, against_verb);
    else
        return luaL_error(L, "a hypothesis has no '%s'%s", key, push_hint(L, key, names));
    return 1;
}

static int hypothesis_newindex(lua_State *L)
{
    return luaL_error(L, "a hypothesis is written with :because and :against");
}

static bool path_is_there(const struct state *s, const struct path *path, const struct flow *f)
{
    return (path->is_fact && call_fact(s->call, path->text)) || !path_value(path, f).none;
}

static int flow_rule_out_verb(lua_State *L)
{
    const char *what = "flow:rule_out(cause, fact)";
    const struct view *v = view_check(L, 1, what);
    struct state *s = writing(L, what);
    const struct cause *cause = cause_check(L, 2);
    const char *fact = luaL_optstring(L, 3, NULL);
    struct path path;
    struct err e = {0};

    if (!fact)
        return luaL_error(L, "rule_out needs the fact that speaks against it: %s", what);
    if (!path_compile(fact, &s->all->names, &path, &e))
        return luaL_error(L, "rule_out needs the fact that speaks against it: %s", e.text);
    if (!path_is_there(s, &path, v->flow))
        return luaL_error(
            L, "cannot rule out '%s' by '%s': it is nil on this flow", cause->id, fact);
    staged(L, call_rule_out(s->call, cause, fact));
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

static int flow_decide_verb(lua_State *L)
{
    const char *what = "flow:decide(action [, with])";

    view_check(L, 1, what);
    struct state *s = writing(L, what);
    const char *name = luaL_checkstring(L, 2);
    enum action action = action_find(name);

    if (!action_strength(action, s->call->moment))
        no_such_decision(L, s->call->moment, name);
    struct deciding with = deciding_read(L, action, 3);

    if (!(s->rule->may >> action & 1))
        return luaL_error(
            L, "rule %s may not '%s': declare may = { \"%s\" }", s->rule->id, name, name);
    staged(L, call_decide(s->call, action, with.fault, with.why));
    return 0;
}

/* --- records --- */

static int verdict_failed_verb(lua_State *L)
{
    const struct view *v = view_check(L, 1, "verdict:failed(check [, depth])");
    const struct flow_verdict *verdict = v->type == flow_type_verdict() ? v->at : NULL;
    const char *name = luaL_checkstring(L, 2);
    lua_Integer depth = luaL_optinteger(L, 3, -1);

    if (!verdict)
        return luaL_error(L, "call it with a colon: verdict:failed(check [, depth])");
    if (!judge_check_find(name)) {
        const char *names[N_JUDGE_CHECKS + 1] = {NULL};

        for (size_t i = 0; i < N_JUDGE_CHECKS; i++)
            names[i] = judge_check((enum judge_check_id)i)->name;
        return luaL_error(L, "no check '%s'%s", name, push_hint(L, name, names));
    }
    for (size_t i = 0; i < verdict->n_checks; i++) {
        const struct flow_check *check = &verdict->checks[i];

        if (strcmp(check->check, name) || (depth >= 0 && check->cert != depth))
            continue;
        struct view *found = view_push(L, v, VIEW_RECORD, "failed", 0);

        found->type = flow_type_check();
        found->at = check;
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

static const struct flow_certificate *certificate_at(lua_State *L, const char *what)
{
    const struct view *v = view_check(L, 1, what);

    if (v->type != flow_type_certificate() || v->kind != VIEW_RECORD)
        luaL_error(L, "call it with a colon: %s", what);
    return v->at;
}

static int certificate_covers_verb(lua_State *L)
{
    const struct flow_certificate *c = certificate_at(L, "certificate:covers(host)");
    const char *host = luaL_checkstring(L, 2);
    bool covers = false;

    for (size_t i = 0; i < c->names.n && !covers; i++)
        covers = cert_dns_matches(c->names.at[i], host);
    for (size_t i = 0; i < c->ips.n && !covers; i++)
        covers = text_equal_caseless(c->ips.at[i], host);
    lua_pushboolean(L, covers);
    return 1;
}

static int certificate_extension_verb(lua_State *L)
{
    const struct flow_certificate *c = certificate_at(L, "certificate:extension(oid)");
    const char *oid = luaL_checkstring(L, 2);

    for (size_t i = 0; i < c->n_extensions; i++) {
        if (strcmp(c->extensions[i].oid, oid))
            continue;
        struct view *found = view_push(
            L, view_check(L, 1, "certificate:extension(oid)"), VIEW_RECORD, "extension", 0);

        found->type = flow_type_extension();
        found->at = &c->extensions[i];
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

/* --- headers --- */

static int headers_all_verb(lua_State *L)
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
    struct state *s = writing(L, what);
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
    staged(L, call_header(s->call, of_response, name, value));
    return 0;
}

static int headers_set_verb(lua_State *L)
{
    return header_edit(L, "headers:set(name, value)", true);
}

static int headers_remove_verb(lua_State *L)
{
    return header_edit(L, "headers:remove(name)", false);
}

/* --- which verbs there are --- */

static const struct {
    const char *of; /* a record's name; "headers" */
    const char *name;
    lua_CFunction verb;
} verbs[] = {
    {"flow", "note", flow_note_verb},
    {"flow", "suspect", flow_suspect_verb},
    {"flow", "rule_out", flow_rule_out_verb},
    {"flow", "decide", flow_decide_verb},
    {"flow", "set", flow_set_verb},
    {"verdict", "failed", verdict_failed_verb},
    {"certificate", "covers", certificate_covers_verb},
    {"certificate", "extension", certificate_extension_verb},
    {"headers", "all", headers_all_verb},
    {"headers", "set", headers_set_verb},
    {"headers", "remove", headers_remove_verb},
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

void verb_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", hypothesis_index}, {"__newindex", hypothesis_newindex}, {NULL, NULL}};

    luaL_newlib(L, methods);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &hypothesis_key);
}
