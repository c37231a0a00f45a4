/* What the configuration says to rules: taken as declared, and complained of where it is written.
 */
#include "rule_kit.h"

#include "config.h"

static const char rule[] =
    "rule { name = \"x\", about = \"a\", notes = { n = \"info\" },\n"
    "  settings = { hosts = { kind = \"hosts\", about = \"h\" }, most = { default = 3, min = 1, "
    "max "
    "= 9, about = \"m\" },\n"
    "    way = { default = \"a\", one_of = { \"a\", \"b\" }, about = \"w\" } },\n"
    "  wakes_on = { judged = { host = \"settings.hosts\" } },\n"
    "  judged = function(flow) flow:note(\"n\", { most = flow.settings.most, way = "
    "flow.settings.way }) end }";

/* Loads package "p" under this configuration. */
static bool load_with(struct kit *k, const char *text, struct err *e)
{
    const char *folders[] = {k->folder, NULL};
    char *path = file_join(k->folder, "config.lua");
    struct config *c = NULL;
    struct err ignored = {0};

    assert_true(file_write(path, text, strlen(text), 0600, &ignored));
    if (!config_read(path, &c, &ignored))
        fail_msg("%s", ignored.text);
    struct rules_config config = {.folders = folders, .config = c};
    bool right = rules_load(&config, kit_warn, k, &k->rules, e);

    config_free(c);
    mem_free(path);
    return right;
}

static void prepare(struct kit *k)
{
    kit_init(k);
    kit_write(k, "p", "init.lua", rule);
    kit_write(k, "p", "texts/en.lua", "return { n = \"{$most} {$way}\" }");
}

static void settings_of_the_configuration_reach_the_rule(void **state)
{
    struct kit k;
    struct err e = {0};
    struct flow *f = spec_flow_new();

    (void)state;
    prepare(&k);
    if (!load_with(&k,
            "rules = { [\"p/x\"] = { hosts = { \"shop.example\" }, most = 7, way = \"b\" } }", &e))
        fail_msg("%s", e.text);
    k.hooks = hooks_new();
    assert_true(rules_attach(k.rules, k.hooks, &e));
    assert_int_equal(hook_fire(k.hooks, MOMENT_JUDGED, f, NULL), 1);
    assert_string_equal(f->notes[0].text, "7 b");
    flow_free(f);
    kit_fini(&k);
}

static const struct {
    const char *config, *wanted;
} wrongs[] = {
    {"rules = { [\"p/x\"] = { most = 10 } }",
        "rules[\"p/x\"].most: setting 'most' is 10; it must be 1 to 9"},
    {"rules = { [\"p/x\"] = { most = \"x\" } }", "setting 'most' wants a number, got string"},
    {"rules = { [\"p/x\"] = { way = \"c\" } }", "it must be one of: a, b"},
    {"rules = { [\"p/x\"] = { hosts = 3 } }", "setting 'hosts' wants a list of hosts"},
    {"rules = { [\"p/x\"] = { hosts = { \"a b\" } } }", "setting 'hosts'"},
    {"rules = { [\"p/x\"] = { hosts = { 3 } } }", "row 1 is a integer, not a text"},
    {"rules = { [\"p/x\"] = { hots = {} } }", "no setting 'hots'; did you mean 'hosts'?"},
    {"rules = { [\"p/x\"] = { on = 1 } }", "wants true or false"},
    {"rules = { [\"p/x\"] = { most = { a = 1 } } }", "a setting is a value or a list"},
    {"rules = { [\"p/x\"] = 3 }", "wants a table"},
    {"rules = 3", "wants a table"},
    {"rules = { [\"p/y\"] = { on = true } }", "there is no such rule; did you mean 'p/x'?"},
};

static void mistakes_are_told_with_file_line_and_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        struct kit k;
        struct err e = {0};

        prepare(&k);
        if (load_with(&k, wrongs[i].config, &e))
            fail_msg("taken: %s", wrongs[i].config);
        if (!strstr(e.text, wrongs[i].wanted) || !strstr(e.text, "config.lua:1: rules"))
            fail_msg("%s\n  wanted: %s\n  got:    %s", wrongs[i].config, wrongs[i].wanted, e.text);
        assert_int_equal(e.kind, ERR_CONFIG);
        kit_fini(&k);
    }
}

static void a_rule_that_is_switched_off_sleeps_and_says_where(void **state)
{
    struct kit k;
    struct err e = {0};
    struct text list = {0};

    (void)state;
    prepare(&k);
    assert_true(
        load_with(&k, "\nrules = { [\"p/x\"] = { on = false, hosts = \"a.example\" } }", &e));
    rules_list(k.rules, &list);
    assert_non_null(strstr(text_str(&list), "asleep: switched off in "));
    assert_non_null(strstr(text_str(&list), "config.lua:2"));
    text_fini(&list);
    kit_fini(&k);
}

static void settings_of_a_package_that_was_left_out_wait_for_it(void **state)
{
    struct kit k;
    struct err e = {0};

    (void)state;
    prepare(&k);
    kit_write(&k, "q", "init.lua", "this is not Lua");
    if (!load_with(&k, "rules = { [\"q/any\"] = { on = true } }", &e))
        fail_msg("%s", e.text);
    assert_non_null(strstr(text_str(&k.warnings), "q/init.lua:1"));
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_of_the_configuration_reach_the_rule),
        cmocka_unit_test(mistakes_are_told_with_file_line_and_key),
        cmocka_unit_test(a_rule_that_is_switched_off_sleeps_and_says_where),
        cmocka_unit_test(settings_of_a_package_that_was_left_out_wait_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
