/* A rule sees a closed list of names, can change none of them, and cannot get out. */
#include "rule_kit.h"

/* Each must fail at load with the text beside it. */
static const struct {
    const char *code, *wanted;
} closed[] = {
    {"os.time()", "no name 'os' here"},
    {"io.open('x')", "no name 'io' here"},
    {"load 'x'", "no name 'load' here"},
    {"loadstring 'x'", "no name 'loadstring' here"},
    {"dofile 'x'", "no name 'dofile' here"},
    {"debug.getinfo(1)", "no name 'debug' here"},
    {"package.loaded.os.exit()", "no name 'package' here"},
    {"collectgarbage()", "no name 'collectgarbage' here"},
    {"getmetatable('')", "no name 'getmetatable' here"},
    {"setmetatable({}, {})", "no name 'setmetatable' here"},
    {"rawget({}, 1)", "no name 'rawget' here"},
    {"rawset({}, 1, 1)", "no name 'rawset' here"},
    {"print 'x'", "no name 'print' here"},
    {"coroutine.wrap(print)", "no name 'coroutine' here"},
    {"xpcall(error, error)", "no name 'xpcall' here"},
    {"local x = math.random()", "math has no 'random' here"},
    {"local x = string.dump(function() end)", "string has no 'dump' here"},
    {"local x = ('x'):dump()", "string has no 'dump' here"},
    {"local x = ('x').pack", "string has no 'pack' here"},
    {"local x = _G", "no name '_G' here"},
    {"string.rep = nil", "string cannot be changed"},
    {"string.new = 1", "string cannot be changed"},
    {"match.hosts = nil", "match cannot be changed"},
    {"math.pi = 3", "math cannot be changed"},
    {"_ENV.x = 1", "'x' would be global"},
    {"x = 1", "'x' would be global"},
    {"function f() end", "'f' would be global"},
    {"local s = ('x'):rep(1e9)", "string.rep: more than 65536 bytes"},
    {"local s = string.rep('x', 70000)", "string.rep: more than 65536 bytes"},
    {"local s = ('x'):rep(2, ('y'):rep(65536))", "string.rep: more than 65536 bytes"},
    {"local s = (('a'):rep(5000)):find('a-a-a-b')", "patterns take at most 4096"},
    {"local s = string.gsub(('a'):rep(5000), 'a', 'b')", "patterns take at most 4096"},
    {"table.move({}, 1, 1e12, 2)", "table.move: more than 65536 rows"},
    {"require 'os'", "no module 'os'"},
    {"require 'init'", "no module 'init'"},
    {"require 'spec/x'", "no module 'spec/x'"},
    {"require '../q/init'", "no module '../q/init'"},
    {"require 'whytls.none'", "no module 'whytls.none'"},
    {"lines '../init.lua'", "no data file"},
    {"lines 'lits.txt'", "did you mean 'list.txt'?"},
    {"error({})", "table: "},
    {"error(nil)", "nil"},
};

static void what_is_closed_stays_closed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        struct kit k;

        kit_init(&k);
        kit_write(&k, "p", "data/list.txt", "a\n");
        kit_write(&k, "q", "init.lua", "rule { name = 'x', about = 'a' }");
        kit_one(&k, closed[i].code, NULL);
        if (!strstr(text_str(&k.warnings), closed[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", closed[i].code, closed[i].wanted,
                text_str(&k.warnings));
        kit_fini(&k);
    }
}

static void bytecode_is_refused(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_one(&k, "\x1bLua\x54", NULL);
    assert_non_null(strstr(text_str(&k.warnings), "binary chunk"));
    kit_fini(&k);
}

static void what_is_open_works(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_write(&k, "p", "data/list.txt", "# a comment\na.example  # and another\n\nb.example\r\n");
    kit_write(&k, "p", "helper.lua", "local m = {} function m.twice(n) return 2 * n end return m");
    kit_one(&k,
        "local h = require 'helper' assert(h.twice(4) == 8 and require 'helper' == h)\n"
        "local l = lines 'list.txt' assert(#l == 2 and l[1] == 'a.example' and l[2] == "
        "'b.example')\n"
        "local m = match.hosts(l) assert(m:has 'x.a.example' and not m:has 'c.example' and not "
        "m:has(nil) and #m == 2)\n"
        "assert(match.networks { '10.0.0.0/8' }:has '10.1.2.3' and match.hours 'sat-sun "
        "00:00-24:00':has(1795251600))\n"
        "assert(('ab'):rep(3, '-') == 'ab-ab-ab' and ('x'):upper() == 'X' and #('x'):rep(65536) == "
        "65536)\n"
        "local t = { 3, 1, 2 } table.sort(t) assert(table.concat(t, ',') == '1,2,3')\n"
        "assert(select('#', table.unpack(table.move({ 1, 2 }, 1, 2, 1, {}))) == 2)\n"
        "assert(math.tointeger(3.0) == 3 and utf8.len 'é' == 1 and type(nil) == 'nil' and "
        "tostring(1) == '1')\n"
        "assert(not pcall(error, 'x') and next({}) == nil)\n"
        "rule { name = 'x', about = 'a' }",
        NULL);
    assert_string_equal(text_str(&k.warnings), "");
    kit_fini(&k);
}

static void the_library_is_found_under_its_own_name(void **state)
{
    struct kit k;
    const char *folders[2] = {0};
    struct rules_config config = {.folders = folders};
    struct err e = {0};
    char *rules, *library;

    (void)state;
    kit_init(&k);
    kit_write(&k, "rules/p", "init.lua",
        "assert(require('whytls.host').answer == 42) rule { name = 'x', about = 'a' }");
    kit_write(&k, "whytls", "host.lua", "return { answer = 42 }");
    rules = file_join(k.folder, "rules");
    library = file_join(k.folder, "whytls");
    folders[0] = rules;
    config.library = library;
    assert_true(rules_load(&config, kit_warn, &k, &k.rules, &e));
    assert_string_equal(text_str(&k.warnings), "");
    mem_free(rules);
    mem_free(library);
    kit_fini(&k);
}

static void packages_do_not_see_each_other(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_write(&k, "a", "helper.lua", "return { count = 0 }");
    kit_write(&k, "a", "init.lua", "require('helper').count = 1 rule { name = 'x', about = 'a' }");
    kit_write(&k, "b", "helper.lua", "return { count = 0 }");
    kit_write(&k, "b", "init.lua",
        "assert(require('helper').count == 0) rule { name = 'x', about = 'a' }");
    kit_load(&k);
    assert_string_equal(text_str(&k.warnings), "");
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_closed_stays_closed),
        cmocka_unit_test(bytecode_is_refused),
        cmocka_unit_test(what_is_open_works),
        cmocka_unit_test(the_library_is_found_under_its_own_name),
        cmocka_unit_test(packages_do_not_see_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
