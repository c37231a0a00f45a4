/* spec_file.c - play { log = "yesterday.jsonl:3" } and play { pem = "chain.pem" }: flows out of
 * files that lie beside a spec. Declared in spec_priv.h. */
#include "spec_priv.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"
#include "flow/facts.h"
#include "flow/flow_read.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "trust/roots.h"

enum { SPEC_LOG_MOST = 64 * 1024 * 1024, FILE_NAME_MOST = 128 };

/* The file of that name in the package's spec/: nothing above it, nothing elsewhere. In the flow's
 * arena. */
static const char *file_beside(
    const struct spec *spec, struct flow *f, const char *name, size_t n, struct err *e)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    if (n == 0 || n > FILE_NAME_MOST || strspn(name, letters) < n || name[0] == '.') {
        err_set(e, ERR_INPUT, "'%.60s' is no file beside the spec", name);
        return NULL;
    }
    return arena_printf(&f->arena, "%s/spec/%.*s", spec->rules->packages[0]->folder, (int)n, name);
}

/* --- log --- */

/* The line with this number, from 1; NULL: there are fewer. */
static const char *line_of(const char *text, long number)
{
    for (; number > 1 && text; number--) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text && *text ? text : NULL;
}

static bool log_read(struct spec *spec, struct played *p, const char *what, struct err *e)
{
    const char *colon = strrchr(what, ':');
    size_t n = colon ? (size_t)(colon - what) : strlen(what), len;
    long number = colon ? strtol(colon + 1, NULL, 10) : 1;
    const char *path = file_beside(spec, p->flow, what, n, e);
    uint8_t *bytes;

    if (!path || !file_read(path, SPEC_LOG_MOST, &bytes, &len, e))
        return false;
    const char *line = line_of((const char *)bytes, number);
    struct flow *f = line ? flow_read(line, strcspn(line, "\n"), e) : NULL;

    if (!line)
        err_set(e, ERR_INPUT, "%s has no line %ld", what, number);
    else if (!f)
        err_wrap(e, "%s", what);
    mem_free(bytes);
    if (!f)
        return false;
    flow_free(p->flow);
    p->flow = f;
    played_unsay(p);
    return true;
}

/* --- pem --- */

static void judge_as(struct flow *f, const struct cert_chain *chain, const struct roots *roots,
    enum anchors_are anchors, struct flow_verdict **out)
{
    const struct judge_case the_case = {.chain = chain,
        .host = f->target->host,
        .at = f->now,
        .anchors_are = anchors,
        .policy = JUDGE_TLS_SERVER,
        .roots = roots};
    struct verdict verdict = {0};

    judge_chain(&the_case, &verdict);
    *out = flow_make_verdict(f, &verdict);
    if (anchors == ANCHORS_SYSTEM) {
        f->server_leg->trusted_by = flow_text(f, verdict.trusted_by);
        f->server_leg->ca_status = flow_text(f, verdict.ca_status);
    }
    verdict_fini(&verdict);
}

static void chain_judge(struct flow *f, const struct cert_chain *chain, const struct roots *roots)
{
    struct flow_server_leg *leg = f->server_leg;

    leg->chain = NULL;
    leg->n_chain = 0;
    leg->verdict_user = NULL;
    flow_fill_chain(f, chain);
    judge_as(f, chain, roots, ANCHORS_SYSTEM, &leg->verdict);
    if (strcmp(leg->verdict->verdict, "reject") == 0)
        judge_as(f, chain, roots, ANCHORS_USER, &leg->verdict_user);
}

/* Trusted is what is in `roots`, a file beside the spec, or what an iPhone trusts. */
static bool pem_judge(
    struct spec *spec, struct flow *f, const char *pem, const char *roots, struct err *e)
{
    const char *chain_path = file_beside(spec, f, pem, strlen(pem), e);
    const char *roots_path = roots ? file_beside(spec, f, roots, strlen(roots), e) : NULL;

    if (!chain_path || (roots && !roots_path))
        return false;
    struct cert_chain *chain = cert_chain_from_file(chain_path, e);
    struct roots *trusted = chain ? roots_load(roots_path, NULL, NULL, e) : NULL;

    if (trusted)
        chain_judge(f, chain, trusted);
    cert_chain_free(chain);
    roots_unref(trusted);
    return trusted != NULL;
}

/* --- from Lua --- */

/* The text under this key, borrowed from the table at idx; NULL: there is none. */
static const char *word_at(lua_State *L, int idx, const char *key)
{
    int type = lua_getfield(L, idx, key);
    const char *word = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    lua_pop(L, 1);
    if (type != LUA_TNIL && !word)
        luaL_error(L, "%s wants the name of a file beside the spec", key);
    return word;
}

void spec_log_take(lua_State *L, int idx, struct played *p)
{
    const char *log = word_at(L, idx, "log");
    struct err e = {0};

    if (log && !log_read(spec_of(L), p, log, &e))
        luaL_error(L, "log: %s", e.text);
}

void spec_pem_take(lua_State *L, int idx, struct played *p)
{
    const char *pem = word_at(L, idx, "pem"), *roots = word_at(L, idx, "roots");
    struct err e = {0};

    if (!pem)
        return;
    if (!p->flow->server_leg)
        luaL_error(L, "pem needs a server leg");
    if (!pem_judge(spec_of(L), p->flow, pem, roots, &e))
        luaL_error(L, "pem: %s", e.text);
}
