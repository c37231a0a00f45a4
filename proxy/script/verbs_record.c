/* verbs_record.c - what a rule may ask of a record beside its fields; declared in verbs_priv.h. */
#include "verbs_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "cert/name.h"
#include "judge/check.h"

int verb_verdict_failed(lua_State *L)
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

int verb_certificate_covers(lua_State *L)
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

int verb_certificate_extension(lua_State *L)
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
