/* What a hostile rule can try on traffic: each attempt ends, costs the others nothing, and is told
 * with the rule's name. (What it can try while it is loaded: sandbox_test.c.) */
#include "rule_kit.h"

#include "hook/listener.h"

#define S64K "('x'):rep(65536)"

/* `top` stands above the rule, `body` is its hello; `fault` NULL: it is harmless, and no fault. */
static const struct {
    const char *name, *top, *body, *fault;
} attacks[] = {
    {"a loop", "", "while true do end", "instructions in one call"},
    {"a loop of goto", "", "::again:: goto again", "instructions in one call"},
    {"a loop from end to end of the integers", "",
        "for i = math.mininteger, math.maxinteger do end", "instructions in one call"},
    {"a loop that hides in pcall", "", "while true do pcall(function() while true do end end) end",
        "instructions in one call"},
    {"pcall that swallows the budget once", "", "pcall(function() while true do end end)",
        "instructions in one call"},
    {"pcall of pcall of pcall", "local function f() return pcall(f) end",
        "f() while true do f() end", "p/init.lua"},
    {"an error in the handling of an error", "", "for i = 1, 1e6 do pcall(error, setmetatable) end",
        "no name 'setmetatable' here"},
    {"deep recursion", "local function f() return 1 + f() end", "f()", "instructions in one call"},
    {"deep recursion through gsub", "local function f(s) return (s:gsub('.', f)) end", "f('x')",
        "p/init.lua"},
    {"deep recursion through sort", "local function f() table.sort({ 2, 1 }, f) return true end",
        "f()", "p/init.lua"},
    {"tables without end", "", "local t = {} for i = 1, 1e9 do t[i] = { i } end", "p/init.lua"},
    {"a text that doubles", "", "local s = " S64K " while true do s = s .. s end",
        "not enough memory"},
    {"concat of long texts", "",
        "local t, s = {}, " S64K " for i = 1, 2000 do t[i] = s end local x = table.concat(t)",
        "not enough memory"},
    {"format of long texts", "",
        "local s = " S64K " while true do s = string.format('%s%s', s, s) end",
        "not enough memory"},
    {"a width without end", "", "string.format('%99999999d', 1)", "invalid conversion"},
    {"work in C that no instruction counts", "",
        "local s = " S64K " for i = 1, 1e9 do s:upper() end", "in one call"},
    {"reversing the same", "", "local s = " S64K " for i = 1, 1e9 do s:reverse() end",
        "in one call"},
    {"rep of rep", "", "local s = ('x'):rep(65536):rep(65536)", "string.rep: more than"},
    {"a pattern that backtracks", "",
        "local n = 28 for i = 1, 1e6 do (('a'):rep(n)):find(('a?'):rep(n) .. ('a'):rep(n)) end",
        "p/init.lua"},
    {"a pattern that nests", "", "(('('):rep(400)):find(('('):rep(400))", "p/init.lua"},
    {"a pattern on a long text", "", "(" S64K "):find('a.-b')", "patterns take at most 4096"},
    {"gsub whose callback never comes back", "",
        "('abc'):gsub('.', function() while true do end end)", "instructions in one call"},
    {"gsub whose callback raises a table", "", "('abc'):gsub('.', function() error {} end)",
        "table: "},
    {"gsub that grows", "", "local s = 'x' for i = 1, 64 do s = s:gsub('x', 'xx') end",
        "p/init.lua"},
    {"gmatch that is kept", "local it", "", NULL},
    {"a comparator that lies", "",
        "local t = {} for i = 1, 200 do t[i] = i % 7 end table.sort(t, function() return true end)",
        "invalid order function"},
    {"a comparator that never comes back", "",
        "table.sort({ 3, 2, 1 }, function() while true do end end)", "instructions in one call"},
    {"a comparator that changes the table", "",
        "local t = { 3, 2, 1, 5, 4 } table.sort(t, function(a, b) t[#t + 1] = 1 return a < b end)",
        NULL},
    {"too many values", "", "local t = { table.unpack({}, 1, 1e7) }", "too many results"},
    {"too many values of select", "", "local n = select('#', table.unpack({}, 1, 9e5)) n = n .. 1",
        NULL},
    {"select from the end of the integers", "", "select(math.mininteger, 1)", "index out of range"},
    {"a million bytes as values", "",
        "local s = " S64K " s = s .. s .. s local t = { s:byte(1, -1) }", NULL},
    {"utf8 over what is none", "", "for p, c in utf8.codes('\\xff\\xfe') do end", "invalid UTF-8"},
    {"utf8 of a huge number", "", "utf8.char(math.maxinteger)", "value out of range"},
    {"moving a table to the end of the integers", "", "table.move({ 1 }, 1, math.maxinteger, 2)",
        "table.move: more than"},
    {"inserting at the end of the integers", "", "table.insert({}, math.maxinteger, 1)",
        "position out of bounds"},
    {"an error without a text", "", "error(nil)", "nil"},
    {"an error that is a table", "", "error {}", "table: "},
    {"an error that is a view", "", "error(flow)", "<flow>"},
    {"an error that is a function", "", "error(error)", "function: "},
    {"an error as long as it can be", "", "error(" S64K ")", "xxxx"},
    {"a counter in a local", "local n = 0", "n = n + 1", "changed the file's local 'n'"},
    {"a counter in two locals", "local n, m = 0, 0 local function f() n = n + 1 end",
        "f() m = m + 1", "changed the file's local 'm'"},
    {"a view that is kept", "local box = {}",
        "if box.f then return box.f.now end box.f = flow.target", NULL},
    {"closing a table", "", "local t <close> = {}", "non-closable value"},
    {"a finaliser", "", "local t = setmetatable({}, { __gc = error })", "no name 'setmetatable'"},
    {"the metatable of texts", "", "local m = ('').__index", "string has no '__index'"},
    {"a coroutine", "", "local c = coroutine.wrap(function() end)", "no name 'coroutine'"},
    {"another world by upvalue", "local env = _ENV", "env.os = 1", "would be global"},
    {"a global", "", "counter = 1", "would be global"},
    {"loading at work", "", "require 'helper'", "is for loading"},
    {"a list at work", "", "lines 'x.txt'", "is for loading"},
    {"a matcher at work", "", "match.hosts { 'a' }", "load"},
    {"a rule at work", "", "rule { name = 'y', about = 'a' }", "load"},
    {"notes without end", "", "for i = 1, 1e4 do flow:note('n') end", "more than 512 writes"},
    {"notes as long as can be", "", "for i = 1, 1e3 do flow:note('n', { a = " S64K " }) end",
        "p/init.lua"},
    {"a note of nobody's", "", "flow:note('rules/cut')", "declares no note"},
    {"a cause of others", "", "flow:suspect('app-pinning')", "may not diagnose"},
    {"a fact of others", "", "flow:set('geo.country', 'XA')", "does not provide"},
    {"a power that it has not", "", "flow:decide 'refuse'", "may not 'refuse'"},
    {"writing into the record", "", "flow.target.host = 'x'", "is read-only"},
    {"writing into a list", "", "flow.client_leg.hello.alpn[1] = 'x'", "is read-only"},
    {"writing into settings", "", "flow.settings.x = 1", "settings are the user's"},
    {"a method of something else", "", "flow.note({}, 'n')", "call it with a colon"},
    {"memory without end", "", "for i = 1, 1e4 do flow.memory.rule:add('n', 1) end",
        "too many writes"},
    {"memory too long", "", "flow.memory.rule.t = ('x'):rep(300)", "more than 256 bytes"},
    {"memory of another type", "", "flow.memory.rule.n = 'x'", "number"},
    {"a log without end", "", "while true do log 'x' end", "instructions in one call"},
    {"a value that is returned", "", "return flow", "returned a value"},
    {"escapes of a terminal in a note", "", "flow:note('n', { a = '\\27[2J\\0\\r\\n' })", NULL},
};

enum { N_ATTACKS = sizeof attacks / sizeof *attacks };

static void packages_write(struct kit *k, size_t i)
{
    static const char good[] =
        "rule { name = 'x', about = 'a', notes = { n = 'info' }, wakes_on = { hello = 'always' }, "
        "hello = function(flow) flow:note('n') end }";
    struct text init = {0};

    text_printf(&init,
        "%s\nrule { name = 'x', about = 'a', notes = { n = 'info' },\n"
        "  remembers = { rule = { n = 'integer', t = 'string' } }, wakes_on = { hello = 'always' "
        "},\n"
        "  hello = function(flow)\n %s\n end }",
        attacks[i].top, attacks[i].body);
    kit_write(k, "a", "init.lua", good);
    kit_write(k, "a", "texts/en.lua", "return { n = 'before' }");
    kit_write(k, "p", "init.lua", text_str(&init));
    kit_write(k, "p", "texts/en.lua", "return { n = 'said [{$a}]' }");
    kit_write(k, "z", "init.lua", good);
    kit_write(k, "z", "texts/en.lua", "return { n = 'after' }");
    text_fini(&init);
}

static const struct flow_note *note_of(const struct flow *f, const char *code)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (!strcmp(f->notes[i].code, code))
            return &f->notes[i];
    return NULL;
}

/* Every visit costs nothing here, so that a slow machine switches no rule off. */
static int64_t no_cost(void *arg)
{
    (void)arg;
    return 0;
}

/* What is not as it should be, appended. */
static void attack(struct kit *k, size_t i, struct text *wrong)
{
    struct flow *f = spec_flow_new();
    struct decision d;

    text_clear(&k->faults);
    assert_int_equal(hook_fire(k->hooks, MOMENT_HELLO, f, &d), 3);
    const struct flow_note *fault = note_of(f, "rules/fault");

    if (!note_of(f, "a/n") || !note_of(f, "z/n") || d.action != ACTION_NONE)
        text_printf(wrong, "%s: the others suffered\n", attacks[i].name);
    if (attacks[i].fault ? !fault : fault != NULL)
        text_printf(wrong, "%s: %s\n", attacks[i].name, fault ? fault->text : "no fault was told");
    else if (fault &&
             (!strstr(text_str(&k->faults), attacks[i].fault) || !strstr(fault->text, "p/")))
        text_printf(wrong, "%s\n  wanted: %s\n  got:    %.200s\n", attacks[i].name,
            attacks[i].fault, text_str(&k->faults));
    for (size_t j = 0; j < f->n_notes; j++)
        for (const char *c = f->notes[j].text; *c; c++)
            assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
    flow_free(f);
}

static void every_attack_ends_and_is_told_and_harms_nobody(void **state)
{
    struct text wrong = {0};

    (void)state;
    assert_true(N_ATTACKS >= 60);
    for (size_t i = 0; i < N_ATTACKS; i++) {
        struct kit k;

        kit_init(&k);
        packages_write(&k, i);
        kit_load(&k);
        if (k.warnings.len)
            fail_msg("%s: %s", attacks[i].name, text_str(&k.warnings));
        hooks_measure(k.hooks, NULL, no_cost, NULL);
        attack(&k, i, &wrong);
        kit_fini(&k);
    }
    if (wrong.len)
        fail_msg("%s", text_str(&wrong));
}

static void a_view_that_was_kept_is_dead_at_the_next_call(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "local box = {}\n"
        "rule { name = 'x', about = 'a', wakes_on = { hello = 'always' }, hello = function(flow)\n"
        "  if box.view then local x = box.view.host end box.view = flow.target end }",
        NULL);
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_non_null(strstr(text_str(&k.faults), "belongs to a call that is over"));
    flow_free(f);
    kit_fini(&k);
}

static void after_a_flood_of_memory_the_state_works_on(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "rule { name = 'flood', about = 'a', wakes_on = { hello = 'always' }, hello = "
        "function(flow)\n  local s = " S64K " while true do s = s .. s end end }\n"
        "rule { name = 'modest', about = 'a', notes = { n = 'info' }, wakes_on = { hello = "
        "'always' "
        "},\n  hello = function(flow) flow:note('n', { a = #(" S64K ") }) end }",
        "return { n = '{$a}' }");
    for (int i = 0; i < 3; i++)
        hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(note_of(f, "p/n")->text, "65536");
    assert_non_null(strstr(text_str(&k.faults), "not enough memory"));
    flow_free(f);
    kit_fini(&k);
}

static void two_rules_of_one_name_are_refused(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_one(&k, "rule { name = 'x', about = 'a' } rule { name = 'x', about = 'b' }", NULL);
    if (!strstr(text_str(&k.warnings), "p/init.lua:1:"))
        fail_msg("%s", text_str(&k.warnings));
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attack_ends_and_is_told_and_harms_nobody),
        cmocka_unit_test(a_view_that_was_kept_is_dead_at_the_next_call),
        cmocka_unit_test(after_a_flood_of_memory_the_state_works_on),
        cmocka_unit_test(two_rules_of_one_name_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
