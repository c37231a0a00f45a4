#include "spec.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "spec_priv.h"
#include "view_priv.h"

enum { SPEC_MEMORY_MOST = 2 * LIMIT_MEMORY };

static const char spec_key;

struct spec *spec_of(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &spec_key);
    struct spec *spec = lua_touserdata(L, -1);

    lua_pop(L, 1);
    return spec;
}

/* --- describe and it --- */

static size_t trail_enter(struct spec *spec, const char *word)
{
    size_t before = spec->trail.len;

    if (before)
        text_add_char(&spec->trail, ' ');
    text_add(&spec->trail, word);
    return before;
}

static void trail_leave(struct spec *spec, size_t before)
{
    if (!spec->trail.at)
        return;
    spec->trail.len = before;
    spec->trail.at[before] = '\0';
}

static int describe(lua_State *L)
{
    struct spec *spec = spec_of(L);
    const char *word = luaL_checkstring(L, 1);

    luaL_checktype(L, 2, LUA_TFUNCTION);
    size_t before = trail_enter(spec, word);

    lua_settop(L, 2);
    lua_call(L, 0, 0);
    trail_leave(spec, before);
    return 0;
}

static void it_report(struct spec *spec, const char *word, const char *problem)
{
    size_t before = trail_enter(spec, word);

    if (problem)
        spec->tally->failed++;
    else
        spec->tally->passed++;
    if (problem)
        text_printf(spec->report, "FAILED %s\n    %s\n", text_str(&spec->trail), problem);
    else if (spec->verbose)
        text_printf(spec->report, "ok     %s\n", text_str(&spec->trail));
    trail_leave(spec, before);
}

static int it(lua_State *L)
{
    struct spec *spec = spec_of(L);
    const char *word = luaL_checkstring(L, 1);

    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (spec->in_it)
        return luaL_error(L, "an it(…) within an it(…)");
    lua_settop(L, 2);
    memory_clear(spec->memory);
    spec->in_it = true;
    int code = lua_pcall(L, 0, 0, 0);
    const char *problem = code == LUA_OK ? NULL : luaL_tolstring(L, -1, NULL);

    it_report(spec, word, problem);
    spec->in_it = false;
    spec->state->generation++;
    played_free(spec->plays);
    spec->plays = NULL;
    return 0;
}

static int days(lua_State *L)
{
    lua_pushinteger(L, SPEC_NOW + (lua_Integer)(luaL_checknumber(L, 1) * 86400));
    return 1;
}

static int hours(lua_State *L)
{
    lua_pushinteger(L, SPEC_NOW + (lua_Integer)(luaL_checknumber(L, 1) * 3600));
    return 1;
}

/* --- the spec's own state --- */

struct spec_file {
    struct spec *spec;
    struct package *package;
    const struct source *source;
};

/* Argument 1 is the file. Specs see what rules see, and what is added here. */
static int file_run(lua_State *L)
{
    static const luaL_Reg functions[] = {{"describe", describe}, {"it", it}, {"play", spec_play},
        {"days", days}, {"hours", hours}, {NULL, NULL}};
    struct spec_file *file = lua_touserdata(L, 1);

    lua_pushlightuserdata(L, file->spec);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &spec_key);
    played_open(L);
    sandbox_push_environment(L, file->package);
    int env = lua_gettop(L);

    sandbox_push_names(L);
    luaL_setfuncs(L, functions, 0);
    spec_expect_open(L);
    lua_pushinteger(L, SPEC_NOW);
    lua_setfield(L, -2, "now");
    lua_pushlightuserdata(L, (void *)(uintptr_t)&spec_none);
    lua_setfield(L, -2, "none");
    lua_pop(L, 1);
    state_compile(L, file->package, file->source, env);
    lua_call(L, 0, 0);
    return 0;
}

static int languages_run(lua_State *L)
{
    texts_check_languages(L, lua_touserdata(L, 1));
    return 0;
}

static bool files_run(struct spec *spec, struct package *p, struct err *e)
{
    if (!state_run(spec->state, languages_run, p, LIMIT_SPEC_INSTRUCTIONS, LIMIT_SPEC_MS, e))
        return false;
    for (size_t i = 0; i < p->n_sources; i++) {
        struct spec_file file = {spec, p, &p->sources[i]};

        if (!text_starts(p->sources[i].name, "spec/"))
            continue;
        spec->tally->files++;
        text_clear(&spec->trail);
        if (!state_run(spec->state, file_run, &file, LIMIT_SPEC_INSTRUCTIONS, LIMIT_SPEC_MS, e))
            return false;
    }
    return true;
}

bool spec_test(const struct rules_config *config, const char *package, bool verbose,
    struct spec_tally *tally, struct text *report, struct err *e)
{
    struct spec spec = {
        .config = config, .package = package, .verbose = verbose, .tally = tally, .report = report};

    spec.memory = memory_new();
    bool right = rules_make(config, &(struct rules_more){.only = package, .memory = spec.memory},
                     NULL, NULL, &spec.rules, e) &&
                 state_new(SPEC_MEMORY_MOST, &spec.state, e);

    if (right) {
        spec.hooks = hooks_new();
        spec.state->all = spec.rules;
        right =
            rules_attach(spec.rules, spec.hooks, e) && files_run(&spec, spec.rules->packages[0], e);
    }
    played_free(spec.plays);
    state_free(spec.state);
    hooks_free(spec.hooks);
    rules_unref(spec.rules);
    memory_unref(spec.memory);
    text_fini(&spec.trail);
    return right;
}

static int by_text(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;

    return strcmp(*a, *b);
}

bool spec_packages(const struct rules_config *config, char ***names, size_t *n, struct err *e)
{
    *names = NULL;
    *n = 0;
    for (const char *const *folder = config->folders; *folder; folder++) {
        char **more;
        size_t n_more;

        if (!packages_find(*folder, &more, &n_more, e))
            return false;
        for (size_t i = 0; i < n_more; i++) {
            bool known = false;

            for (size_t j = 0; j < *n; j++)
                known = known || !strcmp((*names)[j], more[i]);
            if (known) {
                mem_free(more[i]);
                continue;
            }
            *names = mem_resize(*names, (*n + 1) * sizeof **names);
            (*names)[(*n)++] = more[i];
        }
        mem_free(more);
    }
    if (*n)
        qsort(*names, *n, sizeof **names, by_text);
    return true;
}
