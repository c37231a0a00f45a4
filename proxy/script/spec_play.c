/* spec_play.c - play { … }: one fake flow and its life; declared in spec_priv.h. */
#include "spec_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "hook/listener.h"
#include "view_priv.h"

enum { GIVEN_MOST = 64 };

static const char metatable_key;

struct played_value {
    uint32_t generation;
    struct played *played;
};

void played_free(struct played *p)
{
    while (p) {
        struct played *next = p->next;

        if (p->rules) {
            hooks_free(p->hooks);
            rules_unref(p->rules);
        }
        flow_free(p->flow);
        mem_free(p);
        p = next;
    }
}

static void visited(void *arg, const struct hook_visit *visit)
{
    struct played *p = arg;

    if (p->n_visits < SPEC_VISITS_MOST) {
        p->visits[p->n_visits].id = strchr(visit->id, ':') ? strchr(visit->id, ':') + 1 : visit->id;
        p->visits[p->n_visits++].moment = visit->moment;
    }
    if (visit->error && p->fault.kind == ERR_NONE)
        err_set(&p->fault, ERR_RULE, "%s", visit->error);
}

static bool fire(struct played *p, enum moment m)
{
    hook_fire(p->hooks, m, p->flow, &p->decided[m]);
    return p->decided[m].action == ACTION_REFUSE;
}

static void fail_leg(struct played *p, const char *leg)
{
    p->flow->failed_leg = leg;
    fire(p, MOMENT_TLS_FAILED);
}

static void talk(struct played *p)
{
    for (size_t i = 0; i < p->n_talk; i++) {
        p->flow->request = p->requests[i];
        p->flow->response = NULL;
        if (fire(p, MOMENT_REQUEST))
            return;
        p->flow->response = p->responses[i];
        if (p->flow->response)
            fire(p, MOMENT_RESPONSE);
    }
}

/* Gives true when the flow ends before anybody dials. */
static bool greet(struct played *p)
{
    struct flow *f = p->flow;

    if (p->is_new_device)
        fire(p, MOMENT_DEVICE_SEEN);
    if (f->client_leg)
        fire(p, MOMENT_HELLO);
    if (p->decided[MOMENT_HELLO].action != ACTION_NONE) {
        f->decision->action = action_name(p->decided[MOMENT_HELLO].action);
        f->decision->by = p->decided[MOMENT_HELLO].by;
    }
    return !strcmp(f->decision->action, "tunnel") || !strcmp(f->decision->action, "refuse");
}

/* The moments that the relay would let it live through, but for the last. */
static void live(struct played *p)
{
    struct flow *f = p->flow;

    if (f->identity) {
        fire(p, MOMENT_IDENTITY);
        return;
    }
    if (greet(p))
        return;
    if (f->dial && f->dial->error) {
        fire(p, MOMENT_DIAL_FAILED);
        return;
    }
    if (f->server_leg && f->server_leg->symptom) {
        fail_leg(p, "server");
        return;
    }
    if (f->server_leg && fire(p, MOMENT_JUDGED))
        return;
    if (f->client_leg && f->client_leg->symptom) {
        fail_leg(p, "client");
        return;
    }
    talk(p);
}

void played_live(struct played *p)
{
    hooks_trace(p->hooks, visited, p);
    live(p);
    fire(p, MOMENT_FINISH);
    hooks_trace(p->hooks, NULL, NULL);
}

/* --- the life that the log tells of --- */

static const char *part_of_url(struct flow *f, const char *from, size_t n)
{
    return arena_text_n(&f->arena, from, n);
}

/* A log has no heads: the line of a request, and nothing else. */
static void request_make(struct played *p, const struct flow_exchange *x)
{
    struct flow *f = p->flow;
    struct flow_request *request = FLOW_MAKE(f, request);
    const char *scheme_end = strstr(x->url, "://");
    const char *host = scheme_end ? scheme_end + 3 : x->url;
    size_t host_len = strcspn(host, "/?#");

    request->method = x->method;
    request->url = x->url;
    request->scheme = scheme_end ? part_of_url(f, x->url, (size_t)(scheme_end - x->url)) : "https";
    request->host = part_of_url(f, host, host_len);
    request->path = host[host_len] ? host + host_len : "/";
    p->requests[p->n_talk] = request;
    if (x->status != FLOW_NONE) {
        p->responses[p->n_talk] = FLOW_MAKE(f, response);
        p->responses[p->n_talk]->status = x->status;
    }
    p->n_talk++;
}

void played_unsay(struct played *p)
{
    struct flow *f = p->flow;

    f->diagnosis = NULL;
    f->notes = NULL;
    f->n_diagnosis = f->n_notes = 0;
    for (size_t i = 0; i < f->n_exchanges && i < SPEC_TALK_MOST; i++)
        if (f->exchanges[i].method && f->exchanges[i].url)
            request_make(p, &f->exchanges[i]);
}

/* --- settings and facts that a spec gives --- */

/* settings = { ["tls-floor/own-hosts"] = { minimum = "TLSv1.2" } }, in the flow's arena. */
static const struct given_setting *settings_read(lua_State *L, int idx, struct arena *a)
{
    const struct given_setting *first = NULL;

    if (lua_getfield(L, idx, "settings") == LUA_TTABLE) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            const char *rule = arena_text(a, declare_key(L, "settings"));

            luaL_checktype(L, -1, LUA_TTABLE);
            lua_pushnil(L);
            while (lua_next(L, -2)) {
                struct given_setting *one = arena_new(a, sizeof *one);

                one->rule = rule;
                one->name = arena_text(a, declare_key(L, "settings"));
                setting_value_read(L, -1, a, one->name, &one->value);
                one->next = first;
                first = one;
                lua_pop(L, 1);
            }
            lua_pop(L, 1);
        }
    }
    lua_settop(L, idx);
    return first;
}

static const char *const *facts_named(const struct flow *f, struct arena *a)
{
    const char **names = arena_new(a, (GIVEN_MOST + 1) * sizeof *names);
    size_t n = 0;

    for (const struct flow_fact *fact = f->facts; fact && n < GIVEN_MOST; fact = fact->next)
        names[n++] = fact->name;
    return n ? names : NULL;
}

/* The package's rules as this flow meets them: of its own when it brings settings or facts. */
static void rules_for(lua_State *L, struct spec *spec, struct played *p, int idx)
{
    struct rules_more more = {.only = spec->package, .memory = spec->memory};
    struct err e = {0};

    more.given = settings_read(L, idx, &p->flow->arena);
    more.facts = facts_named(p->flow, &p->flow->arena);
    p->hooks = spec->hooks;
    if (!more.given && !more.facts)
        return;
    if (!rules_make(spec->config, &more, NULL, NULL, &p->rules, &e))
        luaL_error(L, "%s", e.text);
    p->hooks = hooks_new();
    if (!rules_attach(p->rules, p->hooks, &e))
        luaL_error(L, "%s", e.text);
}

int spec_play(lua_State *L)
{
    struct spec *spec = spec_of(L);

    luaL_checktype(L, 1, LUA_TTABLE);
    if (!spec->in_it)
        return luaL_error(L, "play belongs in an it(…)");
    struct played *p = mem_new(sizeof *p);

    p->next = spec->plays; /* freed when the `it` ends, however it ends */
    spec->plays = p;
    p->flow = spec_flow_new();
    spec_log_take(L, 1, p);
    spec_flow_lay(L, 1, p);
    spec_pem_take(L, 1, p);
    rules_for(L, spec, p, 1);
    played_live(p);
    if (p->fault.kind != ERR_NONE)
        return luaL_error(L, "a rule failed: %s", p->fault.text);
    struct played_value *v = lua_newuserdatauv(L, sizeof *v, 0);

    *v = (struct played_value){state_of(L)->generation, p};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
    return 1;
}

struct played *played_check(lua_State *L, int idx)
{
    struct played_value *v = lua_touserdata(L, idx);
    bool same = false;

    if (v && lua_getmetatable(L, idx)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (!same)
        luaL_error(L, "a flow that was played is wanted: local flow = play { … }");
    if (v->generation != state_of(L)->generation)
        luaL_error(L, "this flow was played in another it(…)");
    return v->played;
}

static int played_index(lua_State *L)
{
    struct played *p = played_check(L, 1);
    const char *key = luaL_tolstring(L, 2, NULL);

    if (strcmp(key, "data"))
        return luaL_error(L, "a played flow has 'data', not '%s'", key);
    view_push_flow(L, p->flow);
    return 1;
}

void played_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{"__index", played_index}, {NULL, NULL}};

    luaL_newlib(L, methods);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}
