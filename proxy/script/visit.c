/* visit.c - one call of one rule, and the state of a thread that makes such calls; rules_attach is
 * declared in rules.h. */
#include "rules.h"

#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"
#include "hook/call.h"
#include "hook/listener.h"
#include "state_priv.h"
#include "view_priv.h"

enum { UPVALUES_MOST = 255 };

static int upvalues_push(lua_State *L, int function)
{
    int n = 0;

    luaL_checkstack(L, UPVALUES_MOST + 10, "upvalues");
    while (n < UPVALUES_MOST && lua_getupvalue(L, function, n + 1))
        n++;
    return n;
}

/* A counter in a local of the file would count in one thread only, and be gone at the next reload.
 */
static void upvalues_compare(lua_State *L, int function, int first, int n, const struct handler *h)
{
    for (int i = 0; i < n; i++) {
        const char *name = lua_getupvalue(L, function, i + 1);

        if (!lua_rawequal(L, -1, first + i))
            luaL_error(L, "%s: '%s' changed the file's local '%s'; use memory, or give a fact",
                h->rule->where, moment_name(h->state->call->moment), name);
        lua_pop(L, 1);
    }
}

/* Argument 1 is the handler. */
static int visit_run(lua_State *L)
{
    const struct handler *h = lua_touserdata(L, 1);
    struct call *c = h->state->call;

    lua_rawgeti(L, LUA_REGISTRYINDEX, h->functions[c->moment]);
    int function = lua_gettop(L), n = upvalues_push(L, function);

    lua_pushvalue(L, function);
    view_push_flow(L, c->flow);
    lua_call(L, 1, LUA_MULTRET);
    for (int i = function + n + 1; i <= lua_gettop(L); i++)
        if (!lua_isnil(L, i))
            return luaL_error(L,
                "%s: '%s' returned a value; a rule speaks through flow:note, :suspect, :decide",
                h->rule->where, moment_name(c->moment));
    lua_settop(L, function + n);
    upvalues_compare(L, function, function + 1, n, h);
    return 0;
}

static bool rule_visit(void *arg, struct call *c, struct err *e)
{
    struct handler *h = arg;
    struct state *s = h->state;

    s->call = c;
    s->rule = h->rule;
    s->memory_ops = NULL;
    s->generation++;
    bool well = state_run(s, visit_run, h, LIMIT_INSTRUCTIONS, LIMIT_VISIT_MS, e);

    s->generation++; /* no view outlives its call */
    s->call = NULL;
    s->rule = NULL;
    s->memory_ops = NULL;
    return well;
}

static void attached_free(void *thing)
{
    struct state *s = thing;
    struct rules *all = s->all;

    state_free(s);
    rules_unref(all);
}

static bool packages_attach(struct state *s, struct err *e)
{
    for (size_t i = 0; i < s->all->n_packages; i++)
        if (!package_run(s, s->all->packages[i], false, e))
            return err_wrap(e, "%s", s->all->packages[i]->name);
    return true;
}

static void handlers_make(struct state *s)
{
    s->handlers = mem_array(s->all->n_rules, sizeof *s->handlers);
    for (size_t i = 0; i < s->all->n_rules; i++) {
        s->handlers[i].state = s;
        s->handlers[i].rule = s->all->rules[i];
        for (size_t m = 0; m < N_MOMENTS; m++)
            s->handlers[i].functions[m] = LUA_NOREF;
    }
}

static void rule_listen(const struct rule *rule, struct handler *handler, struct hooks *h)
{
    struct listener l = {
        .id = rule->by, .book = rule->package->book, .visit = rule_visit, .arg = handler};

    for (size_t m = 0; m < N_MOMENTS; m++)
        l.wakes[m] = rule->wakes[m];
    hooks_add(h, &l);
}

bool rules_attach(struct rules *r, struct hooks *h, struct err *e)
{
    struct state *s;

    if (!state_new(LIMIT_MEMORY, &s, e))
        return false;
    s->all = rules_ref(r);
    handlers_make(s);
    if (!packages_attach(s, e)) {
        attached_free(s);
        return false;
    }
    hooks_own(h, s, attached_free);
    for (size_t i = 0; i < r->n_rules; i++) {
        const struct rule *rule = r->rules[i];

        if (rule->asleep)
            continue;
        if (rule->partner)
            rule->partner->attach(rule->partner->arg, h);
        else
            rule_listen(rule, &s->handlers[i], h);
    }
    return true;
}
