/* Nothing that a rule does keeps the thread for long, and nothing swallows that. */
#include "rule_kit.h"

static const struct {
    const char *name, *body, *wanted;
    const char *or_else; /* which of two limits is met first depends on the machine */
} cases[] = {
    {"a loop without end", "while true do end", "spent 100000 instructions in one call", NULL},
    {"a loop that swallows errors", "while true do pcall(function() while true do end end) end",
        "spent 100000 instructions", NULL},
    {"pcall within pcall",
        "local function f() pcall(f) while true do end end while true do pcall(f) end",
        "spent 100000 instructions", NULL},
    {"a swallowed budget at the very end", "pcall(function() while true do end end)", "spent",
        NULL},
    {"endless recursion", "local function f() return 1 + f() end f()", "spent 100000 instructions",
        NULL},
    {"recursion that is swallowed", "local function f() pcall(f) return f() end f()",
        "spent 100000 instructions", NULL},
    {"a goto", "::a:: goto a", "spent 100000 instructions", NULL},
    {"an iterator without end", "for _ in function() return 1 end do end",
        "spent 100000 instructions", NULL},
    {"a huge string by doubling", "local s = 'x' while true do s = s .. s end", "not enough memory",
        "took too long in one call"},
    {"a memory bomb of tables", "local t = {} for i = 1, 1e9 do t[i] = { i } end",
        "spent 100000 instructions", NULL},
    {"a memory bomb of long strings",
        "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(65536) .. i end", "not enough memory",
        "took too long in one call"},
    {"a memory bomb that is swallowed",
        "local t = {} for i = 1, 1e9 do pcall(function() t[#t + 1] = ('x'):rep(65536) .. i end) "
        "end",
        "in one call", NULL},
    {"long strings again and again",
        "local s = ('x'):rep(65536) for i = 1, 7 do s = s .. s end for i = 1, 1e5 do s:upper() end",
        "took too long in one call", NULL},
    {"a sort that never agrees",
        "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end)",
        "p/init.lua", NULL},
    {"a pathological pattern", "(('a'):rep(22)):find(('a-'):rep(10) .. 'b')", "too many steps",
        NULL},
    {"another one", "(('a'):rep(4000)):match('.-.-.-.-b')", "too many steps", NULL},
    {"a third", "(('('):rep(4000)):match(('.*'):rep(20) .. 'x')", "too many steps", NULL},
    {"a pattern that is swallowed",
        "while true do pcall(string.find, ('a'):rep(4000), '.-.-.-.-b') end", "in one call", NULL},
    {"a replacement without end", "(('a'):rep(4000)):gsub('.', function() while true do end end)",
        "spent 100000 instructions", NULL},
};

static void every_flood_is_stopped_and_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        struct flow *f = spec_flow_new();
        char init[1024];

        kit_init(&k);
        snprintf(init, sizeof init,
            "rule { name = 'x', about = 'a', wakes_on = { hello = 'always' }, hello = "
            "function(flow) %s end }",
            cases[i].body);
        kit_one(&k, init, NULL);
        assert_string_equal(text_str(&k.warnings), "");
        hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
        const char *told = text_str(&k.faults);

        if (!strstr(told, cases[i].wanted) && !(cases[i].or_else && strstr(told, cases[i].or_else)))
            fail_msg("%s\n    wanted: %s\n    got: %s", cases[i].name, cases[i].wanted,
                text_str(&k.faults));
        flow_free(f);
        kit_fini(&k);
    }
}

static void the_state_is_fit_for_the_next_rule(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_write(&k, "p", "texts/en.lua", "return { n = 'fine' }");
    kit_write(&k, "p", "init.lua",
        "rule { name = 'a', about = 'a', wakes_on = { hello = 'always' }, hello = function(flow) "
        "while true do end end }\n"
        "rule { name = 'b', about = 'a', wakes_on = { hello = 'always' }, hello = function(flow) "
        "local s = 'x' while true do s = s .. s end end }\n"
        "rule { name = 'c', about = 'a', notes = { n = 'low' }, wakes_on = { hello = 'always' }, "
        "hello = function(flow)\n"
        "  for i = 1, 2e4 do local x = i end flow:note 'n' end }");
    kit_load(&k);
    for (int i = 0; i < 3; i++) {
        size_t before = f->n_notes;

        assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 3);
        assert_int_equal(f->n_notes - before >= 3, 1);
        assert_string_equal(f->notes[f->n_notes - 1].text, "fine");
    }
    flow_free(f);
    kit_fini(&k);
}

static void a_file_that_loads_without_end_is_left_out(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_one(&k, "while true do end", NULL);
    assert_non_null(strstr(text_str(&k.warnings), "spent 10000000 instructions"));
    kit_unload(&k);
    kit_one(&k, "rule { name = 'x', about = 'a', notes = { n = 'low' } }", "while true do end");
    assert_non_null(strstr(text_str(&k.warnings), "spent 10000000 instructions"));
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flood_is_stopped_and_told),
        cmocka_unit_test(the_state_is_fit_for_the_next_rule),
        cmocka_unit_test(a_file_that_loads_without_end_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
