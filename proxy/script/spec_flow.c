/* spec_flow.c - fake flows: a healthy one, and a spec's differences laid over it by the rows of record.def, so that a
 * misspelt field in a fake flow is an error too. Declared in spec_priv.h. */
#include "spec_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "judge/check.h"
#include "view_priv.h"

enum { DAY = 86400, WHERE_CAP = 120, NAMES_MOST = 64 };

const char spec_none;

/* ── a flow on which nothing is wrong ───────────────────────────────────────────────────────────────────── */

static void name_fill(struct flow *f, struct flow_name *name, const char *cn, const char *o)
{
    name->cn = cn;
    name->o = o;
    name->text = arena_printf(&f->arena, "CN=%s", cn);
}

static void certificate_fill(struct flow *f, struct flow_certificate *c, int depth, const char *cn, const char *issuer)
{
    c->sha256 = arena_printf(&f->arena, "%064d", depth);
    c->spki_sha256 = arena_printf(&f->arena, "%064d", depth + 16);
    c->depth = depth;
    c->serial = arena_printf(&f->arena, "0%d", depth);
    name_fill(f, c->subject, cn, depth ? "Example Trust" : NULL);
    name_fill(f, c->issuer, issuer, "Example Trust");
    c->not_before = SPEC_NOW - 30 * DAY;
    c->not_after = SPEC_NOW + 60 * DAY;
    c->lifetime = 90 * DAY;
    c->is_ca = depth > 0;
    c->self_signed = !strcmp(cn, issuer);
    c->key = "P-256";
    c->key_bits = 256;
    c->signature = "ecdsa-sha256";
    flow_texts_add(f, &c->key_usage, "digitalSignature");
    if (depth == 0)
        flow_texts_add(f, &c->eku, "serverAuth");
    c->scts = 3;
    c->source = "sent";
}

static struct flow_verdict *verdict_new(struct flow *f, const char *anchors)
{
    struct flow_verdict *v = FLOW_MAKE(f, verdict);

    v->verdict = "accept";
    v->anchors_are = anchors;
    v->openssl->accept = true;
    return v;
}

static struct flow_certificate *chain_add(struct flow *f)
{
    return flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
}

static void leaf_add(struct flow *f)
{
    struct flow_certificate *leaf = chain_add(f);

    certificate_fill(f, leaf, 0, "shop.example", "Example Issuing CA");
    flow_texts_add(f, &leaf->names, "shop.example");
    flow_texts_add(f, &leaf->names, "www.shop.example");
}

static void ca_add(struct flow *f)
{
    size_t depth = f->server_leg->n_chain;

    certificate_fill(f, chain_add(f), (int)depth, depth == 1 ? "Example Issuing CA" : "Example Root", "Example Root");
}

static void client_fill(struct flow *f)
{
    struct flow_client *c = f->client;

    c->ip = "192.168.1.20";
    c->port = 50000;
    c->agent = "Acme/3.1 CFNetwork/3860.100.1 Darwin/25.0.0";
    c->ja4 = "t13d2014h2_x";
    c->device->id = "d1";
    c->device->name = "Test iPhone";
    c->device->family = "iPhone";
    c->device->os_version = "26.1";
    c->device->first_seen = SPEC_NOW - DAY;
    c->device->clock_state = "right";
    c->device->profile_fetched = SPEC_NOW - 86000;
    c->device->root_fetched = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    c->device->probe = "trusted";
    c->device->probe_at = SPEC_NOW - 85000;
    c->app->name = "Acme";
    c->app->stack = "apple";
}

static void client_leg_fill(struct flow *f)
{
    struct flow_client_leg *leg = f->client_leg = FLOW_MAKE(f, client_leg);

    leg->sni = "shop.example";
    leg->finished = true;
    leg->ended = "clean";
    leg->bytes_in = 900;
    leg->bytes_out = 4000;
    leg->version = "TLSv1.3";
    leg->cipher = "TLS_AES_128_GCM_SHA256";
    leg->group = "x25519";
    leg->alpn = "h2";
    flow_texts_add(f, &leg->hello->versions, "TLSv1.3");
    flow_texts_add(f, &leg->hello->versions, "TLSv1.2");
    flow_texts_add(f, &leg->hello->ciphers, "TLS_AES_128_GCM_SHA256");
    flow_texts_add(f, &leg->hello->groups, "x25519");
    flow_texts_add(f, &leg->hello->sigalgs, "ecdsa_secp256r1_sha256");
    flow_texts_add(f, &leg->hello->alpn, "h2");
    flow_texts_add(f, &leg->hello->alpn, "http/1.1");
    leg->hello->max_version = "TLSv1.3";
    leg->hello->ech = "none";
    leg->hello->size = 517;
    leg->verdict = verdict_new(f, "user");
}

static void server_leg_fill(struct flow *f)
{
    struct flow_server_leg *leg = f->server_leg = FLOW_MAKE(f, server_leg);

    leg->address = "203.0.113.7";
    leg->version = "TLSv1.3";
    leg->cipher = "TLS_AES_128_GCM_SHA256";
    leg->group = "x25519";
    leg->alpn = "h2";
    leg->staple = "none";
    leg->trusted_by = "both";
    leg->ended = "clean";
    leg->verdict = verdict_new(f, "system");
    leaf_add(f);
    ca_add(f);
}

static void history_fill(struct flow *f)
{
    f->history->device->accepted = 40;
    f->history->device->hosts_accepted = 12;
    f->history->device->last_accepted = SPEC_NOW - 60;
    f->history->app->accepted = 9;
    f->history->app->hosts_accepted = 3;
    f->history->app->last_accepted = SPEC_NOW - 60;
}

struct flow *spec_flow_new(void)
{
    struct flow *f = flow_new("01SPEC", (int64_t)SPEC_NOW * 1000);

    f->entry = "connect";
    client_fill(f);
    f->target->host = "shop.example";
    f->target->port = 443;
    f->target->learnt = "connect";
    f->target->site = "shop.example";
    client_leg_fill(f);
    f->dial = FLOW_MAKE(f, dial);
    flow_texts_add(f, &f->dial->addresses, "203.0.113.7");
    f->dial->ms = 20;
    server_leg_fill(f);
    history_fill(f);
    f->proxy->name = "here";
    f->proxy->version = "1.0";
    f->proxy->clock->state = "right";
    f->proxy->clock->offset = 0;
    f->proxy->root_sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    f->proxy->root_since = SPEC_NOW - 30 * DAY;
    return f;
}

/* ── differences ────────────────────────────────────────────────────────────────────────────────────────── */

/* Where a difference is laid. */
struct place {
    struct flow *flow;
    char         where[WHERE_CAP];
};

static void record_lay(lua_State *L, int idx, struct place *p, const struct record_type *type, void *record);

static void unknown_field(lua_State *L, const struct place *p, const struct record_type *type, const char *key)
{
    const char *names[NAMES_MOST + 1];
    size_t      n = 0;

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
        const char       *name = declare_key(L, p->where);

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

static void list_top(lua_State *L, struct place *p, const struct field *field, unsigned char *record)
{
    static const size_t nothing;
    static const void  *nowhere;
    size_t              n = 0;

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
    static const int64_t           zero, none = FLOW_NONE;
    static const void             *nowhere;
    static const size_t            nothing;
    static const struct flow_texts no_texts;
    static const bool              no;
    unsigned char                 *at = record + field->offset;

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

static void field_lay(lua_State *L, struct place *p, const struct field *field, unsigned char *record)
{
    unsigned char *at = record + field->offset;
    const char    *text;
    int64_t        number;
    bool           yes;
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
    const char         *key = declare_key(L, p->where);
    const struct field *field = record_field(type, key);

    if (!field)
        unknown_field(L, p, type, key);
    if (lua_touserdata(L, -1) == &spec_none) {
        field_clear(field, record);
        return;
    }
    size_t used = field->kind == FIELD_RECORD || field->kind == FIELD_LIST ? place_enter(p, key) : 0;

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

static void record_lay(lua_State *L, int idx, struct place *p, const struct record_type *type, void *record)
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

/* { leaf = {…}, {…}, {…} }: differences from a good leaf, then from good CAs above it; only = "leaf" for a chain of one. */
static void chain_lay(lua_State *L, struct place *p)
{
    struct flow_server_leg *leg = p->flow->server_leg;
    int                     idx = lua_gettop(L);

    if (!lua_istable(L, idx))
        wrong_type(L, p, "chain", "table");
    chain_keys_check(L, idx, p);
    leg->chain = NULL;
    leg->n_chain = 0;
    leaf_add(p->flow);
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
        ca_add(p->flow);
    for (size_t i = 0; i < n; i++) {
        ca_add(p->flow);
        lua_rawgeti(L, idx, (lua_Integer)i + 1);
        record_lay(L, idx + 1, p, flow_type_certificate(), &leg->chain[leg->n_chain - 1]);
        lua_pop(L, 1);
    }
}

/* ── failing checks ─────────────────────────────────────────────────────────────────────────────────────── */

/* What OpenSSL says of the same fault, where it says anything: its X509_V_ERR_ number. */
static int openssl_code(const char *check)
{
    static const struct {
        const char *check;
        int         code;
    } codes[] = {{"TemporalValidity", 10}, {"SSLHostname", 62}, {"AnchorTrusted", 19}, {"MissingIntermediate", 20},
        {"Revocation", 23}};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!strcmp(check, codes[i].check))
            return codes[i].code;
    return 0;
}

static const struct judge_check *check_of(lua_State *L, const char *name)
{
    const struct judge_check *check = judge_check_find(name);
    const char               *names[N_JUDGE_CHECKS + 1] = {NULL};

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
    long  depth = strtol(at, &end, 10);

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

static void class_win(struct flow *f, struct flow_verdict *v, const struct judge_check *check, const struct flow_certificate *c)
{
    enum judge_class standing = v->class ? judge_class_find(v->class) : CLASS_NONE;

    if (standing != CLASS_NONE && standing <= check->class)
        return;
    v->class = judge_class_name(check->class);
    v->osstatus = check->osstatus;
    v->osstatus_name = check->osstatus_name;
    v->nsurlerror = -1202;
    v->text = arena_printf(&f->arena, "“%s” %s", c && c->subject->cn ? c->subject->cn : "(null)", sentence_of(check->class));
}

static void check_fail(lua_State *L, struct flow *f, const char *failure)
{
    struct flow_verdict *v = f->server_leg->verdict;
    char                *name = arena_text(&f->arena, failure), *at = strchr(name, '@');

    if (at)
        *at++ = '\0';
    const struct judge_check *check = check_of(L, name);
    int64_t                   depth = depth_of(L, f, name, at);
    struct flow_check        *row = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());

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

static void fails_lay(lua_State *L, int idx, struct flow *f)
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

/* ── the whole ──────────────────────────────────────────────────────────────────────────────────────────── */

/* What a spec may say beside the fields of a flow. */
static bool is_sugar(lua_State *L, const char *key)
{
    static const char *const names[] = {"fails", "settings", "talk", "device_is_new", "fact", NULL};

    if (!strcmp(key, "log") || !strcmp(key, "pem"))
        luaL_error(L, "play { %s = … } is not in this release", key);
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
            luaL_error(L, "talk wants a list of at most %d { request = {…}, response = {…} }", SPEC_TALK_MOST);
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
    if (target_is_named(L, idx)) {
        lua_getfield(L, idx, "target");
        lua_getfield(L, -1, "host");
        p->flow->client_leg->sni = flow_text(p->flow, lua_tostring(L, -1));
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        if (!is_sugar(L, declare_key(L, "play")))
            pair_lay(L, &place, flow_type_flow(), p->flow);
        lua_pop(L, 1);
    }
    lua_getfield(L, idx, "device_is_new");
    p->is_new_device = lua_toboolean(L, -1);
    lua_pop(L, 1);
    fails_lay(L, idx, p->flow);
    facts_lay(L, idx, p->flow);
    talk_lay(L, idx, p);
}
