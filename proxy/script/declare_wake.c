/* declare_wake.c - wakes_on = { moment = { key = value } or "always" }; declared in state_priv.h.
 */
#include "state_priv.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "judge/check.h"
#include "judge/oddity.h"

/* A list of names that the values of a key come from; NULL-terminated. */
static const char *const legs[] = {"client", "server", NULL};
static const char *const verdicts[] = {"accept", "reject", NULL};
static const char *const trusted[] = {"both", "apple", "mozilla", "neither", NULL};
static const char *const sni[] = {"present", "absent", NULL};
static const char *const entries[] = {
    "connect", "absolute", "socks", "secure-proxy", "transparent", "starttls", "explain", NULL};
static const char *const ends[] = {"alert", "fin", "rst", "timeout", "clean", NULL};
static const char *const schemes[] = {"http", "https", NULL};
static const char *const kinds[] = {"pkcs12", "profile", "certificate", "root", NULL};
static const char *const errors[] = {"nxdomain", "servfail", "refused", "timeout", "unreachable",
    "reset", "proxy-login", "proxy-refused", "proxy-failed", "proxy-unreachable", NULL};

static const char *const *names_of_key(enum wake_key key)
{
    switch (key) {
    case WAKE_LEG:
    case WAKE_FROM:
        return legs;
    case WAKE_VERDICT:
        return verdicts;
    case WAKE_TRUSTED_BY:
        return trusted;
    case WAKE_SNI:
        return sni;
    case WAKE_ENTRY:
        return entries;
    case WAKE_ENDED:
        return ends;
    case WAKE_SCHEME:
        return schemes;
    case WAKE_KIND:
        return kinds;
    case WAKE_ERROR:
        return errors;
    default:
        return NULL;
    }
}

static void no_such(
    lua_State *L, enum moment m, const char *what, const char *word, const char *const *names)
{
    luaL_error(
        L, "wakes_on.%s: no %s '%s'%s", moment_name(m), what, word, push_hint(L, word, names));
}

static void check_word(lua_State *L, enum moment m, const char *word)
{
    const char *names[N_JUDGE_CHECKS + 1] = {NULL};

    if (judge_check_find(word))
        return;
    for (size_t i = 0; i < N_JUDGE_CHECKS; i++)
        names[i] = judge_check((enum judge_check_id)i)->name;
    no_such(L, m, "check", word, names);
}

static void oddity_word(lua_State *L, enum moment m, const char *word)
{
    const char *const *names = oddity_names();

    for (size_t i = 0; names[i]; i++)
        if (!strcmp(names[i], word))
            return;
    no_such(L, m, "oddity", word, names);
}

static void class_word(lua_State *L, enum moment m, const char *word)
{
    const char *names[N_JUDGE_CLASSES + 1] = {NULL};

    if (judge_class_find(word) != CLASS_NONE)
        return;
    for (size_t i = 1; i < N_JUDGE_CLASSES; i++)
        names[i - 1] = judge_class_name((enum judge_class)i);
    no_such(L, m, "class", word, names);
}

static void symptom_word(lua_State *L, enum moment m, const char *word)
{
    const char *names[N_SYMPTOMS + 1] = {NULL};

    if (symptom_is_known(word))
        return;
    for (size_t i = 1; i < N_SYMPTOMS; i++)
        names[i - 1] = symptom_name((enum symptom)i);
    no_such(L, m, "symptom", word, names);
}

static void cause_word(lua_State *L, enum moment m, const char *word)
{
    const struct causes *causes = state_of(L)->all->causes;
    const char *near = NULL;

    if (cause_find(causes, word))
        return;
    near = cause_nearest(causes, word);
    if (near)
        luaL_error(L, "wakes_on.%s: no cause '%s'; did you mean '%s'?", moment_name(m), word, near);
    luaL_error(L, "wakes_on.%s: no cause '%s'", moment_name(m), word);
}

static void listed_word(lua_State *L, enum moment m, enum wake_key key, const char *word)
{
    const char *const *names = names_of_key(key);

    for (size_t i = 0; names && names[i]; i++)
        if (!strcmp(names[i], word))
            return;
    if (names)
        no_such(L, m, wake_key_name(key), word, names);
}

static void word_check(lua_State *L, enum moment m, enum wake_key key, const char *word)
{
    if (key == WAKE_CHECK)
        check_word(L, m, word);
    else if (key == WAKE_ODDITY)
        oddity_word(L, m, word);
    else if (key == WAKE_CLASS)
        class_word(L, m, word);
    else if (key == WAKE_SYMPTOM)
        symptom_word(L, m, word);
    else if (key == WAKE_CAUSE)
        cause_word(L, m, word);
    else
        listed_word(L, m, key, word);
}

/* The value on top, as a word. Alerts and status codes are numbers. */
static void word_add(lua_State *L, struct wake *w, enum wake_key key)
{
    enum moment m = wake_moment(w);
    struct err e = {0};
    char number[24];
    const char *word = number;

    if (key == WAKE_ALERT || key == WAKE_STATUS) {
        if (!lua_isinteger(L, -1))
            luaL_error(L, "wakes_on.%s: '%s' is a number", moment_name(m), wake_key_name(key));
        snprintf(number, sizeof number, "%lld", (long long)lua_tointeger(L, -1));
    } else {
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "wakes_on.%s: '%s' is a text, not a %s", moment_name(m),
                wake_key_name(key), luaL_typename(L, -1));
        word = lua_tostring(L, -1);
        word_check(L, m, key, word);
    }
    if (!wake_add_word(w, key, word, &e))
        luaL_error(L, "wakes_on.%s: %s", moment_name(m), e.text);
}

static void has_add(lua_State *L, struct wake *w)
{
    struct err e = {0};

    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "wakes_on.%s: 'has' is the path of a fact", moment_name(wake_moment(w)));
    if (!wake_add_has(w, lua_tostring(L, -1), &state_of(L)->all->names, &e))
        luaL_error(L, "wakes_on.%s: %s", moment_name(wake_moment(w)), e.text);
}

static void hosts_of_setting(lua_State *L, struct rule *r, struct wake *w, const char *name)
{
    const struct setting *setting = rule_setting(r, name);

    if (!setting) {
        const char *names[LIMIT_LIST + 1];
        size_t n = 0;

        for (; n < r->n_settings && n < LIMIT_LIST; n++)
            names[n] = r->settings[n].name;
        names[n] = NULL;
        luaL_error(L, "wakes_on.%s: no setting '%s'%s", moment_name(wake_moment(w)), name,
            push_hint(L, name, names));
    }
    if (!setting->is_matcher || setting->kind != MATCH_HOSTS)
        luaL_error(L, "wakes_on.%s: the setting '%s' is not of kind hosts",
            moment_name(wake_moment(w)), name);
    wake_add_hosts(w, setting->matcher); /* NULL while it is not set: the rule sleeps */
}

static void host_add(lua_State *L, struct rule *r, struct wake *w)
{
    struct rules *all = state_of(L)->all;
    struct matcher *m = NULL;
    struct err e = {0};

    if (match_is(L, -1)) {
        m = match_take(L, lua_gettop(L));
        if (!m || matcher_kind(m) != MATCH_HOSTS) {
            matcher_free(m);
            luaL_error(
                L, "wakes_on.%s: 'host' takes a list of hosts, once", moment_name(wake_moment(w)));
        }
    } else {
        const char *word = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

        if (!word)
            luaL_error(L, "wakes_on.%s: 'host' is a host, a list of them, or \"settings.NAME\"",
                moment_name(wake_moment(w)));
        if (text_starts(word, "settings.")) {
            hosts_of_setting(L, r, w, word + strlen("settings."));
            return;
        }
        if (!matcher_new(MATCH_HOSTS, &word, 1, &m, &e))
            luaL_error(L, "wakes_on.%s: %s", moment_name(wake_moment(w)), e.text);
    }
    rules_keep_matcher(all, m);
    wake_add_hosts(w, m);
}

static void value_add(lua_State *L, struct rule *r, struct wake *w, enum wake_key key)
{
    if (key == WAKE_HOST)
        host_add(L, r, w);
    else if (key == WAKE_HAS)
        has_add(L, w);
    else
        word_add(L, w, key);
}

/* The pair on top: key and its value, or list of values. */
static void key_add(lua_State *L, struct rule *r, struct wake *w)
{
    enum moment m = wake_moment(w);
    const char *name = declare_key(L, "wakes_on"), *near = NULL;
    enum wake_key key = wake_key_find(m, name, &near);

    if (key == N_WAKE_KEYS && near)
        luaL_error(
            L, "wakes_on.%s: cannot wake on '%s'; did you mean '%s'?", moment_name(m), name, near);
    if (key == N_WAKE_KEYS)
        luaL_error(L, "wakes_on.%s: cannot wake on '%s'", moment_name(m), name);
    if (!lua_istable(L, -1)) {
        value_add(L, r, w, key);
        return;
    }
    size_t n = lua_rawlen(L, -1);

    if (n == 0)
        luaL_error(L, "wakes_on.%s: '%s' is an empty list", moment_name(m), name);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        value_add(L, r, w, key);
        lua_pop(L, 1);
    }
}

/* The filter on top. */
static void filter_read(lua_State *L, struct rule *r, enum moment m)
{
    struct wake *w = wake_new(m);

    rules_keep_wake(state_of(L)->all, w);
    r->wakes[m] = w;
    if (lua_type(L, -1) == LUA_TSTRING && !strcmp(lua_tostring(L, -1), "always"))
        return;
    if (!lua_istable(L, -1))
        luaL_error(L, "wakes_on.%s: say what wakes it, or \"always\"", moment_name(m));
    int idx = lua_gettop(L);
    size_t n = 0;

    lua_pushnil(L);
    while (lua_next(L, idx)) {
        key_add(L, r, w);
        lua_pop(L, 1);
        n++;
    }
    if (n == 0)
        luaL_error(L, "wakes_on.%s: say what wakes it, or \"always\"", moment_name(m));
}

static bool has_function(lua_State *L, enum moment m)
{
    lua_getfield(L, 1, moment_name(m));
    bool there = lua_isfunction(L, -1);

    lua_pop(L, 1);
    return there;
}

static void moment_read(lua_State *L, struct rule *r)
{
    const char *name = declare_key(L, "wakes_on");
    enum moment m = moment_find(name);

    if (m == MOMENT_NONE) {
        const char *names[N_MOMENTS + 1] = {NULL};

        for (size_t i = 1; i < N_MOMENTS; i++)
            names[i - 1] = moment_name((enum moment)i);
        luaL_error(L, "wakes_on: no moment '%s'%s", name, push_hint(L, name, names));
    }
    if (!has_function(L, m))
        luaL_error(L, "wakes_on '%s', but there is no function of that name", name);
    filter_read(L, r, m);
}

void declare_wakes(lua_State *L, struct rule *r, int idx)
{
    if (!lua_isnil(L, idx)) {
        lua_pushnil(L);
        while (lua_next(L, idx)) {
            moment_read(L, r);
            lua_pop(L, 1);
        }
    }
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (!r->wakes[m] && has_function(L, m))
            luaL_error(L, "'%s' is never woken: add it to wakes_on", moment_name(m));
}
