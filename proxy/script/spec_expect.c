/* spec_expect.c - what a spec can expect of a flow that was played; a failure shows what the rules
 * said. Declared in spec_priv.h. */
#include "spec_priv.h"

#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "diagnosis/board.h"
#include "view_priv.h"

/* --- what the rules said --- */

static void evidence_show(struct text *out, char sign, const struct flow_evidence *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_printf(out, "\n        %c %lld %s = %s", sign, (long long)rows[i].weight, rows[i].fact,
            rows[i].value);
}

static void show(const struct played *p, struct text *out)
{
    const struct flow *f = p->flow;
    size_t before = 0;

    text_add(out, "\n    what the rules said:");
    before = out->len;
    for (size_t i = 0; i < f->n_diagnosis; i++) {
        const struct flow_diagnosis *d = &f->diagnosis[i];

        text_printf(out, "\n      %-9s %-28s score %-2lld  %s", d->confidence, d->cause,
            (long long)d->score, d->title);
        evidence_show(out, '+', d->evidence, d->n_evidence);
        evidence_show(out, '-', d->against, d->n_against);
    }
    for (const struct hypothesis *h = f->board ? f->board->first : NULL; h; h = h->next)
        if (h->struck_by)
            text_printf(
                out, "\n      ruled out %s by %s (%s)", h->cause->id, h->struck_fact, h->struck_by);
    for (size_t i = 0; i < f->n_notes; i++)
        text_printf(out, "\n      note %s [%s] %s", f->notes[i].code, f->notes[i].severity,
            f->notes[i].text);
    if (out->len == before)
        text_add(out, "\n      nothing");
}

/* Raises with the name of the expectation, the problem (on top), and what the rules said. */
static int fail(lua_State *L, const struct played *p, const char *expectation)
{
    const char *problem = lua_tostring(L, -1);
    struct text said = {0};

    show(p, &said);
    luaL_where(L, 1);
    lua_pushfstring(L, "%s: %s%s", expectation, problem, text_str(&said));
    text_fini(&said);
    lua_concat(L, 2);
    return lua_error(L);
}

/* --- diagnosis --- */

static const struct flow_diagnosis *diagnosis_find(
    const struct flow *f, const char *cause, size_t *place)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        if (!strcmp(f->diagnosis[i].cause, cause)) {
            *place = i + 1;
            return &f->diagnosis[i];
        }
    return NULL;
}

/* What is wanted of a diagnosis: a confidence, or a table of several things. */
struct wanted {
    const char *confidence, *says;
    size_t place;
    int evidence; /* place of the table on the stack, or 0 */
};

static void wanted_read(lua_State *L, int idx, struct wanted *out)
{
    static const char *const names[] = {"confidence", "place", "evidence", "says", NULL};

    *out = (struct wanted){.place = 1};
    if (lua_isnoneornil(L, idx))
        return;
    if (lua_type(L, idx) == LUA_TSTRING) {
        out->confidence = lua_tostring(L, idx);
        return;
    }
    luaL_checktype(L, idx, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, idx)) {
        const char *key = declare_key(L, "expect_diagnosis");
        size_t i = 0;

        while (names[i] && strcmp(names[i], key))
            i++;
        if (!names[i])
            luaL_error(L, "expect_diagnosis has no '%s'%s", key, push_hint(L, key, names));
        lua_pop(L, 1);
    }
    lua_getfield(L, idx, "confidence");
    out->confidence = luaL_optstring(L, -1, NULL);
    lua_getfield(L, idx, "says");
    out->says = luaL_optstring(L, -1, NULL);
    lua_getfield(L, idx, "place");
    out->place = (size_t)luaL_optinteger(L, -1, 1);
    lua_pop(L, 1);
    if (lua_getfield(L, idx, "evidence") != LUA_TNIL)
        out->evidence = lua_gettop(L);
}

static bool cites(const struct flow_diagnosis *d, const char *fact)
{
    for (size_t i = 0; i < d->n_evidence; i++)
        if (!strcmp(d->evidence[i].fact, fact))
            return true;
    return false;
}

static void all_text(const struct flow_diagnosis *d, struct text *out)
{
    const char *const single[] = {d->title, d->why, d->next_test, d->ios->safari, d->ios->app};

    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (single[i])
            text_printf(out, "%s\n      ", single[i]);
    for (size_t i = 0; i < d->device_fix.n; i++)
        text_printf(out, "%s\n      ", d->device_fix.at[i]);
    for (size_t i = 0; i < d->server_fix.n; i++)
        text_printf(out, "%s\n      ", d->server_fix.at[i]);
    for (size_t i = 0; i < d->n_evidence; i++)
        if (d->evidence[i].says)
            text_printf(out, "%s\n      ", d->evidence[i].says);
}

static void says_check(
    lua_State *L, const struct played *p, const struct flow_diagnosis *d, const char *says)
{
    struct text all = {0};

    all_text(d, &all);
    bool says_it = strstr(text_str(&all), says) != NULL;

    lua_pushfstring(L, "no text says \"%s\"; it reads:\n      %s", says, text_str(&all));
    text_fini(&all);
    if (!says_it)
        fail(L, p, "expect_diagnosis");
    lua_pop(L, 1);
}

static int expect_diagnosis(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *cause = luaL_checkstring(L, 2);
    struct wanted want;
    size_t place;
    const struct flow_diagnosis *d = diagnosis_find(p->flow, cause, &place);

    wanted_read(L, 3, &want);
    if (!d) {
        lua_pushfstring(L, "'%s' is not in the diagnosis", cause);
        return fail(L, p, "expect_diagnosis");
    }
    if (place != want.place) {
        lua_pushfstring(L, "'%s' is at place %d, not %d", cause, (int)place, (int)want.place);
        return fail(L, p, "expect_diagnosis");
    }
    if (want.confidence && strcmp(d->confidence, want.confidence)) {
        lua_pushfstring(L, "'%s' is %s, not %s", cause, d->confidence, want.confidence);
        return fail(L, p, "expect_diagnosis");
    }
    for (lua_Integer i = 1; want.evidence && lua_rawgeti(L, want.evidence, i) != LUA_TNIL; i++) {
        const char *fact = luaL_checkstring(L, -1);

        if (!cites(d, fact)) {
            lua_pushfstring(L, "'%s' does not cite %s", cause, fact);
            return fail(L, p, "expect_diagnosis");
        }
        lua_pop(L, 1);
    }
    if (want.says)
        says_check(L, p, d, want.says);
    return 0;
}

static int expect_no_diagnosis(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *cause = luaL_optstring(L, 2, NULL);
    size_t place;

    if (cause ? !diagnosis_find(p->flow, cause, &place) : p->flow->n_diagnosis == 0)
        return 0;
    if (cause)
        lua_pushfstring(L, "'%s' is in the diagnosis", cause);
    else
        lua_pushliteral(L, "there is a diagnosis");
    return fail(L, p, "expect_no_diagnosis");
}

static int expect_ruled_out(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *cause = luaL_checkstring(L, 2);
    const struct hypothesis *h = board_find(p->flow, cause);

    if (h && h->struck_by)
        return 0;
    lua_pushfstring(L, "'%s' was not ruled out", cause);
    return fail(L, p, "expect_ruled_out");
}

/* --- notes, decisions, headers --- */

static const struct flow_note *note_find(const struct flow *f, const char *code)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (!strcmp(f->notes[i].code, code))
            return &f->notes[i];
    return NULL;
}

static int expect_note(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *code = luaL_checkstring(L, 2), *severity = NULL, *says = NULL;
    const struct flow_note *note = note_find(p->flow, code);

    if (lua_istable(L, 3)) {
        lua_getfield(L, 3, "severity");
        severity = luaL_optstring(L, -1, NULL);
        lua_getfield(L, 3, "says");
        says = luaL_optstring(L, -1, NULL);
    }
    if (!note) {
        lua_pushfstring(L, "no note '%s'", code);
        return fail(L, p, "expect_note");
    }
    if (severity && strcmp(note->severity, severity)) {
        lua_pushfstring(L, "%s has severity %s", code, note->severity);
        return fail(L, p, "expect_note");
    }
    if (says && !strstr(note->text, says)) {
        lua_pushfstring(L, "%s does not say \"%s\"", code, says);
        return fail(L, p, "expect_note");
    }
    return 0;
}

static int expect_no_note(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *code = luaL_optstring(L, 2, NULL);

    if (code ? !note_find(p->flow, code) : p->flow->n_notes == 0)
        return 0;
    lua_pushfstring(L, "there is a note '%s'", code ? code : p->flow->notes[0].code);
    return fail(L, p, "expect_no_note");
}

static int expect_decision(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *moment = luaL_checkstring(L, 2), *wanted = luaL_optstring(L, 3, NULL);
    enum moment m = moment_find(moment);

    if (m == MOMENT_NONE)
        return luaL_error(L, "there is no moment '%s'", moment);
    const char *decided = action_name(p->decided[m].action);

    if (decided ? wanted && !strcmp(decided, wanted) : !wanted)
        return 0;
    lua_pushfstring(L, "at %s it decided %s, not %s", moment, decided ? decided : "nothing",
        wanted ? wanted : "nothing");
    return fail(L, p, "expect_decision");
}

static int expect_header(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *name = luaL_checkstring(L, 2), *wanted = luaL_optstring(L, 3, NULL);
    const char *there = p->flow->request ? flow_header_get(p->flow->request->headers, name) : NULL;

    if (there ? wanted && !strcmp(there, wanted) : !wanted)
        return 0;
    lua_pushfstring(
        L, "%s is %s, not %s", name, there ? there : "not there", wanted ? wanted : "taken away");
    return fail(L, p, "expect_header");
}

static int expect_asleep(lua_State *L)
{
    const struct played *p = played_check(L, 1);
    const char *rule = luaL_optstring(L, 2, NULL);

    for (size_t i = 0; i < p->n_visits; i++)
        if (!rule || !strcmp(rule, p->visits[i].id)) {
            lua_pushfstring(
                L, "'%s' was woken at %s", p->visits[i].id, moment_name(p->visits[i].moment));
            return fail(L, p, "expect_asleep");
        }
    return 0;
}

static int expect_equal(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    if (lua_compare(L, 1, 2, LUA_OPEQ))
        return 0;
    return luaL_error(
        L, "expect_equal: %s is not %s", luaL_tolstring(L, 1, NULL), luaL_tolstring(L, 2, NULL));
}

void spec_expect_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"expect_diagnosis", expect_diagnosis},
        {"expect_no_diagnosis", expect_no_diagnosis}, {"expect_ruled_out", expect_ruled_out},
        {"expect_note", expect_note}, {"expect_no_note", expect_no_note},
        {"expect_decision", expect_decision}, {"expect_header", expect_header},
        {"expect_asleep", expect_asleep}, {"expect_equal", expect_equal}, {NULL, NULL}};

    luaL_setfuncs(L, functions, 0);
}
