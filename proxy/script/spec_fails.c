/* spec_fails.c - fails = { "TemporalValidity@0" }: failing checks become a verdict, by the judge's
 * own table. Declared in spec_priv.h. */
#include "spec_priv.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "judge/check.h"

/* What OpenSSL says of the same fault, where it says anything: its X509_V_ERR_ number. */
static int openssl_code(const char *check)
{
    static const struct {
        const char *check;
        int code;
    } codes[] = {{"TemporalValidity", 10}, {"SSLHostname", 62}, {"AnchorTrusted", 19},
        {"MissingIntermediate", 20}, {"Revocation", 23}};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!strcmp(check, codes[i].check))
            return codes[i].code;
    return 0;
}

static const struct judge_check *check_of(lua_State *L, const char *name)
{
    const struct judge_check *check = judge_check_find(name);
    const char *names[N_JUDGE_CHECKS + 1] = {NULL};

    if (check)
        return check;
    for (size_t i = 0; i < N_JUDGE_CHECKS; i++)
        names[i] = judge_check((enum judge_check_id)i)->name;
    luaL_error(L, "fails: no check '%s'%s", name, push_hint(L, name, names));
    return NULL;
}

/* Without a depth: where a chain of this fault fails. */
static int64_t depth_of(lua_State *L, const struct flow *f, const char *name, const char *at)
{
    int64_t top = f->server_leg->n_chain ? (int64_t)f->server_leg->n_chain - 1 : 0;

    if (!at)
        return strcmp(name, "AnchorTrusted") && strcmp(name, "MissingIntermediate") ? 0 : top;
    char *end;
    long depth = strtol(at, &end, 10);

    if (*end || end == at || depth < 0 || depth > top)
        luaL_error(L, "fails: '%s@%s': the chain has certificates 0 to %d", name, at, (int)top);
    return depth;
}

/* What a fake verdict says; the judge composes the real sentence. */
static const char *sentence_of(enum judge_class class)
{
    static const char *const endings[N_JUDGE_CLASSES] = {
        [CLASS_BLOCKED] = "certificate is blocked",
        [CLASS_REVOKED] = "certificate is revoked",
        [CLASS_KEY_SIZE] = "certificate is using a broken key size",
        [CLASS_WEAK_HASH] = "certificate is using a broken signature algorithm",
        [CLASS_DENIED] = "certificate as distrusted",
        [CLASS_COMPLIANCE] = "certificate is not standards compliant",
        [CLASS_PINNING] = "certificates do not meet pinning requirements",
        [CLASS_TRUST] = "certificate is not trusted",
        [CLASS_USAGE] = "certificate is not permitted for this usage",
        [CLASS_NAME] = "certificate name does not match input",
        [CLASS_EXPIRED] = "certificate is expired",
    };

    return endings[class] ? endings[class] : "certificate is not trusted";
}

static void class_win(struct flow *f, struct flow_verdict *v, const struct judge_check *check,
    const struct flow_certificate *c)
{
    enum judge_class standing = v->class ? judge_class_find(v->class) : CLASS_NONE;

    if (standing != CLASS_NONE && standing <= check->class)
        return;
    v->class = judge_class_name(check->class);
    v->osstatus = check->osstatus;
    v->osstatus_name = check->osstatus_name;
    v->nsurlerror = -1202;
    v->text = arena_printf(&f->arena, "“%s” %s", c && c->subject->cn ? c->subject->cn : "(null)",
        sentence_of(check->class));
}

static void check_fail(lua_State *L, struct flow *f, const char *failure)
{
    struct flow_verdict *v = f->server_leg->verdict;
    char *name = arena_text(&f->arena, failure), *at = strchr(name, '@');

    if (at)
        *at++ = '\0';
    const struct judge_check *check = check_of(L, name);
    int64_t depth = depth_of(L, f, name, at);
    struct flow_check *row = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());

    row->check = check->name;
    row->cert = depth;
    row->osstatus = check->osstatus;
    if (check->severity != SEVERITY_RECOVERABLE)
        v->overridable = false;
    class_win(f, v, check, f->server_leg->n_chain ? &f->server_leg->chain[depth] : NULL);
    v->openssl->code = openssl_code(name);
    v->openssl->accept = v->openssl->code == 0;
    v->openssl->depth = depth;
}

void spec_fails_lay(lua_State *L, int idx, struct flow *f)
{
    if (lua_getfield(L, idx, "fails") == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    if (!lua_istable(L, -1))
        luaL_error(L, "fails wants a list of checks");
    if (!f->server_leg || !f->server_leg->verdict)
        luaL_error(L, "fails needs a server leg with a verdict");
    f->server_leg->verdict->verdict = "reject";
    f->server_leg->verdict->overridable = true;
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        check_fail(L, f, luaL_checkstring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}
