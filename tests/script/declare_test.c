/* Every misspelling of a declaration is a load error with file, line and the nearest right name. */
#include "rule_kit.h"

static const char words[] =
    "return { n = \"a note\", [\"cert-expired-leaf\"] = { title = \"t\", why = \"w\" } }";

static const struct {
    const char *name, *init, *wanted, *texts;
} cases[] = {
    {"a misspelt field of a rule", "rule { name = \"x\", about = \"a\", wake_on = {} }",
        "a rule has no 'wake_on'; did you mean 'wakes_on'?", NULL},
    {"a misspelt cause",
        "rule { name = \"x\", about = \"a\", causes = { \"cert-expired-leave\" } }",
        "no cause 'cert-expired-leave'; did you mean 'cert-expired-leaf'?", NULL},
    {"the file and line", "\n\nrule { name = \"x\", about = \"a\", causes = { \"nope\" } }",
        "p/init.lua:3:", NULL},
    {"a function that nothing wakes",
        "rule { name = \"x\", about = \"a\", judged = function() end }", "'judged' is never woken",
        NULL},
    {"an unknown check",
        "rule { name = \"x\", about = \"a\", wakes_on = { judged = { check = \"TemporalValid\" } "
        "}, judged = function() end }",
        "did you mean 'TemporalValidity'?", NULL},
    {"an unknown way to wake",
        "rule { name = \"x\", about = \"a\", wakes_on = { judged = { chek = \"AnchorTrusted\" } }, "
        "judged = function() end }",
        "cannot wake on 'chek'; did you mean 'check'?", NULL},
    {"a way to wake of another moment",
        "rule { name = \"x\", about = \"a\", wakes_on = { hello = { check = \"AnchorTrusted\" } }, "
        "hello = function() end }",
        "wakes_on.hello: cannot wake on 'check'", NULL},
    {"an unknown moment", "rule { name = \"x\", about = \"a\", wakes_on = { juged = \"always\" } }",
        "no moment 'juged'; did you mean 'judged'?", NULL},
    {"a moment without a function",
        "rule { name = \"x\", about = \"a\", wakes_on = { judged = \"always\" } }",
        "wakes_on 'judged', but there is no function of that name", NULL},
    {"a filter that waits for nothing",
        "rule { name = \"x\", about = \"a\", wakes_on = { judged = {} }, judged = function() end }",
        "say what wakes it, or \"always\"", NULL},
    {"an unknown symptom",
        "rule { name = \"x\", about = \"a\", wakes_on = { tls_failed = { symptom = \"not-tsl\" } "
        "}, tls_failed = function() end }",
        "no symptom 'not-tsl'; did you mean 'not-tls'?", NULL},
    {"an unknown leg",
        "rule { name = \"x\", about = \"a\", wakes_on = { tls_failed = { leg = \"cleint\" } }, "
        "tls_failed = function() end }",
        "no leg 'cleint'; did you mean 'client'?", NULL},
    {"a path that is none",
        "rule { name = \"x\", about = \"a\", wakes_on = { hello = { has = \"target.apple_pined\" } "
        "}, hello = function() end }",
        "did you mean 'apple_pinned'?", NULL},
    {"hosts of a setting that is not there",
        "rule { name = \"x\", about = \"a\", wakes_on = { judged = { host = \"settings.hosts\" } "
        "}, judged = function() end }",
        "no setting 'hosts'", NULL},
    {"a power that is none", "rule { name = \"x\", about = \"a\", may = { \"tunel\" } }",
        "no power 'tunel'; did you mean 'tunnel'?", NULL},
    {"a cause of one's own without a prefix",
        "rule { name = \"x\", about = \"a\", defines = { [\"old-tls\"] = {} } }",
        "needs a slash, as in 'acme/old-tls'", NULL},
    {"a rival that is no cause",
        "rule { name = \"x\", about = \"a\", defines = { [\"a/b\"] = { rivals = { \"nope\" } } } }",
        "has the rival 'nope', which is no cause", NULL},
    {"a condition that is none",
        "rule { name = \"x\", about = \"a\", defines = { [\"a/b\"] = { certain_when = { "
        "\"target.hots\" } } } }",
        "did you mean 'host'?", NULL},
    {"a fact that takes the flow's own name",
        "rule { name = \"x\", about = \"a\", provides = { [\"target.kind\"] = \"string\" } }",
        "that name is the flow's own", NULL},
    {"a fact without a dot",
        "rule { name = \"x\", about = \"a\", provides = { kind = \"string\" } }", "has a dot in it",
        NULL},
    {"a fact of no type",
        "rule { name = \"x\", about = \"a\", provides = { [\"a.b\"] = \"text\" } }",
        "no type 'text'", NULL},
    {"no words for a cause",
        "rule { name = \"x\", about = \"a\", causes = { \"self-signed-leaf\" } }",
        "'self-signed-leaf' has no words", NULL},
    {"no words for a note", "rule { name = \"x\", about = \"a\", notes = { m = \"low\" } }",
        "'m' has no words", NULL},
    {"a severity that is none", "rule { name = \"x\", about = \"a\", notes = { n = \"bad\" } }",
        "severity is info, low, medium or high", NULL},
    {"a global", "count = 0", "'count' would be global", NULL},
    {"an unknown name", "print \"x\"", "no name 'print' here", NULL},
    {"a misspelt name", "rul { name = \"x\" }", "no name 'rul' here; did you mean 'rule'?", NULL},
    {"a syntax error", "rule {", "p/init.lua:1:", NULL},
    {"no rule at all", "local a = 1", "declares no rule", NULL},
    {"no name", "rule { about = \"a\" }", "a rule needs a name", NULL},
    {"no about", "rule { name = \"x\" }", "a rule needs 'about'", NULL},
    {"two of one name", "rule { name = \"x\", about = \"a\" } rule { name = \"x\", about = \"a\" }",
        "there are two rules 'p/x'", NULL},
    {"a rule for a later API", "rule { name = \"x\", about = \"a\", api = \"2.0\" }",
        "written for API 2.0", NULL},
    {"a field of the wrong type", "rule { name = \"x\", about = 3 }",
        "'about' must be a string, not a number", NULL},
    {"a hole that is no fact", "rule { name = \"x\", about = \"a\", notes = { n = \"low\" } }",
        "target has no 'hots'; did you mean 'host'?", "return { n = \"to {target.hots}\" }"},
    {"a misspelt setting's part",
        "rule { name = \"x\", about = \"a\", settings = { s = { defualt = 1 } } }",
        "setting 's' has no 'defualt'; did you mean 'default'?", NULL},
    {"a setting of no kind",
        "rule { name = \"x\", about = \"a\", settings = { s = { kind = \"host\" } } }",
        "no kind 'host'; did you mean 'hosts'?", NULL},
    {"a default outside of its range",
        "rule { name = \"x\", about = \"a\", settings = { s = { default = 10, min = 1, max = 9 } } "
        "}",
        "setting 's' is 10; it must be 1 to 9", NULL},
    {"a default that is no choice",
        "rule { name = \"x\", about = \"a\", settings = { s = { default = \"c\", one_of = { \"a\", "
        "\"b\" } } } }",
        "it must be one of: a, b", NULL},
    {"an unknown scope of memory",
        "rule { name = \"x\", about = \"a\", remembers = { hots = { a = \"string\" } } }",
        "no scope 'hots'; did you mean 'host'?", NULL},
    {"an unknown type of memory",
        "rule { name = \"x\", about = \"a\", remembers = { host = { a = \"text\" } } }",
        "no type 'text'", NULL},
    {"facts in a circle",
        "rule { name = \"a\", about = \"a\", needs = { \"f.b\" }, provides = { [\"f.a\"] = "
        "\"string\" } }"
        "rule { name = \"b\", about = \"b\", needs = { \"f.a\" }, provides = { [\"f.b\"] = "
        "\"string\" } }",
        "facts go in a circle: p/a -> p/b -> p/a", NULL},
};

static void every_misspelling_is_told_with_its_place_and_mend(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;

        kit_init(&k);
        kit_one(&k, cases[i].init, cases[i].texts ? cases[i].texts : words);
        if (!strstr(text_str(&k.warnings), cases[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", cases[i].name, cases[i].wanted,
                text_str(&k.warnings));
        assert_null(strchr(text_str(&k.warnings), '\n')[1] ? "more than one line" : NULL);
        kit_fini(&k);
    }
}

static void what_is_right_is_taken(void **state)
{
    struct kit k;
    size_t all, awake;

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "rule { name = \"x\", about = \"a\", api = \"1.0\", causes = { \"cert-expired-leaf\", "
        "\"p/own\" }, notes = { n = \"low\" },\n"
        "  defines = { [\"p/own\"] = { leg = \"client\", rivals = { \"app-pinning\" }, "
        "certain_when = { \"client_leg.resumed\" } } },\n"
        "  may = { \"tunnel\", \"edit\" }, settings = { days = { default = 3, min = 1, max = 9, "
        "unit = \"days\", about = \"b\" },\n"
        "  hosts = { kind = \"hosts\", default = { \"=a.example\" } } }, remembers = { rule = { "
        "seen = \"integer\" } },\n"
        "  provides = { [\"p.fact\"] = \"time\" },\n"
        "  wakes_on = { hello = { host = { \"settings.hosts\", \"b.example\" }, alpn = { \"h2\" } "
        "}, tls_failed = { alert = 46 } },\n"
        "  hello = function() end, tls_failed = function() end }",
        "return { n = \"a note\", [\"cert-expired-leaf\"] = { title = \"t\", why = \"w\" }, "
        "[\"p/own\"] = { title = \"t\", why = \"w\" } }");
    assert_string_equal(text_str(&k.warnings), "");
    rules_count(k.rules, &all, &awake);
    assert_int_equal(all, 1);
    assert_int_equal(awake, 1);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_misspelling_is_told_with_its_place_and_mend),
        cmocka_unit_test(what_is_right_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
