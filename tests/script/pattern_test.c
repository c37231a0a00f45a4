/* Our patterns against those of the Lua library: what is within the budget must be the same. */
#include "rule_kit.h"

#include <lauxlib.h>
#include <lualib.h>

static const char *const subjects[] = {"", "a", "abc", "hello world", "  key = value  ",
    "THE (quick) fox", "f(a(b)c)d", "x=1&yy=22&z=", "https://shop.example/p?a=1&token=2#f", "aaa",
    "%d[]", "\xff\x80", "one;two;;four", "2026-11-21", "alo{}lo", "\0z"};

static const char *const patterns[] = {"", "a", ".", "a*", "a-", "a+", "a?", "^a", "a$", "^$", "^",
    "$", "%a+", "%s*(.-)%s*$", "(%w+)=(%w*)", "([^&=]+)=[^&]+", "%b()", "%f[%a]%a+",
    "%f[%w]%w+%f[%W]", "()", "()a()", "(a)%1", "(.)%1", "[a-c]+", "[^a-c]+", "[]]", "[^]]", "[%]]",
    "[a%-z]", "%%", "^https?://([^/?#]+)[^?#]*%?([^#]*)", "(%d+)-(%d+)-(%d+)", "((a)(b))",
    "[%a_][%w_]*", ".-b", ".*b", "x*", "%d?%d", "[\x80-\xff]", "%z", "%x+", "%u%l*", "%p", "%c",
    "%g+", "^(.-);", "a^", "a$b", "(", ")", "%", "[a", "[", "[^", "[a%", "%b", "%bx", "%f", "%1",
    "(()", "(a"};

static const char *const replacements[] = {"", "<%0>", "%1", "x", "%%"};

/* One call in each state; the results must be the same, errors by their text. */
static void same(lua_State *ours, lua_State *theirs, const char *code, size_t s, size_t p, size_t r)
{
    lua_State *const states[2] = {ours, theirs};
    char results[2][4096];

    for (int i = 0; i < 2; i++) {
        lua_State *L = states[i];

        state_of(ours)->budget.pattern_steps = LIMIT_PATTERN_STEPS;
        lua_settop(L, 0);
        assert_int_equal(luaL_loadstring(L, code), LUA_OK);
        lua_pushlstring(L, subjects[s], s == 15 ? 2 : strlen(subjects[s]));
        lua_pushstring(L, patterns[p]);
        lua_pushstring(L, replacements[r]);
        int code_of = lua_pcall(L, 3, 1, 0);

        snprintf(results[i], sizeof results[i], "%d %s", code_of, lua_tostring(L, -1));
    }
    if (strcmp(results[0], results[1]))
        fail_msg("%s\n    subject '%s' pattern '%s' with '%s'\n    ours:   %s\n    theirs: %s",
            code, subjects[s], patterns[p], replacements[r], results[0], results[1]);
}

static const char pack[] = "local function show(...) local t = { n = select('#', ...), ... } for i "
                           "= 1, t.n do t[i] = tostring(t[i]) end "
                           "return table.concat(t, '|') end ";

static void they_find_what_the_library_finds(void **state)
{
    static const char *const calls[] = {
        "local s, p = ... return show(string.find(s, p))",
        "local s, p = ... return show(string.find(s, p, 2))",
        "local s, p = ... return show(string.find(s, p, -2))",
        "local s, p = ... return show(string.find(s, p, 1, true))",
        "local s, p = ... return show(string.match(s, p))",
        "local s, p = ... return show(string.match(s, p, 3))",
        "local s, p = ... local o = {} for a, b in string.gmatch(s, p) do o[#o + 1] = tostring(a) "
        ".. '/' .. tostring(b) end return table.concat(o, ',')",
        "local s, p, r = ... return show(string.gsub(s, p, r))",
        "local s, p, r = ... return show(string.gsub(s, p, r, 1))",
        "local s, p = ... return show(string.gsub(s, p, function(a, b) return b or nil end))",
        "local s, p = ... return show(string.gsub(s, p, { a = 1, b = false, abc = 'z' }))",
    };
    struct state *ours;
    struct err e = {0};
    lua_State *theirs = luaL_newstate();

    (void)state;
    assert_true(state_new(LIMIT_MEMORY, &ours, &e));
    luaL_openlibs(theirs);
    /* The same libraries in both, but for the four functions. */
    luaL_openlibs(ours->L);
    lua_getglobal(ours->L, "string");
    pattern_open(ours->L);
    lua_settop(ours->L, 0);
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
        char code[1024];

        snprintf(code, sizeof code, "%s%s", pack, calls[c]);
        for (size_t s = 0; s < sizeof subjects / sizeof *subjects; s++)
            for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++)
                for (size_t r = 0;
                     r <
                     (strstr(calls[c], "r = ...") ? sizeof replacements / sizeof *replacements : 1);
                     r++)
                    same(ours->L, theirs, code, s, p, r);
    }
    lua_close(theirs);
    state_free(ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_find_what_the_library_finds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
