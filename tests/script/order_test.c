/* Who gives a fact comes before who needs it, rule or plugin; a need that nobody fills puts to
 * sleep. */
#include "rule_kit.h"

#include "hook/call.h"
#include "hook/wake.h"

/* A plugin that gives "geo.country" at hello. */
struct geo {
    struct wake *hello;
    size_t n_calls;
};

static bool locate(void *arg, struct call *c, struct err *e)
{
    struct geo *geo = arg;

    (void)e;
    geo->n_calls++;
    return call_set(c, &(struct flow_fact){.name = "geo.country", .text = "XA"});
}

static void attach(void *arg, struct hooks *h)
{
    struct geo *geo = arg;
    struct listener l = {.id = "plugin:geo", .visit = locate, .arg = geo};

    l.wakes[MOMENT_HELLO] = geo->hello;
    hooks_add(h, &l);
}

static void load_with(struct kit *k, const struct rules_partner *partner)
{
    const char *folders[] = {k->folder, NULL};
    struct rules_config config = {.folders = folders, .partners = partner, .n_partners = 1};
    struct err e = {0};

    if (!rules_load(&config, kit_warn, k, &k->rules, &e))
        fail_msg("%s", e.text);
    k->hooks = hooks_new();
    assert_true(rules_attach(k->rules, k->hooks, &e));
    hooks_trace(k->hooks, kit_seen, k);
}

static void package(struct kit *k)
{
    kit_init(k);
    kit_write(k, "a", "init.lua",
        "rule { name = 'x', about = 'a', notes = { n = 'info' }, needs = { 'geo.country' },\n"
        "  wakes_on = { hello = 'always' },\n"
        "  hello = function(flow) flow:note('n', { c = flow.fact['geo.country'] }) end }");
    kit_write(k, "a", "texts/en.lua", "return { n = 'in {$c}' }");
}

static void a_plugin_gives_its_fact_before_the_rule_that_needs_it(void **state)
{
    const struct rules_fact fact = {.name = "geo.country", .kind = FIELD_TEXT};
    struct geo geo = {.hello = wake_new(MOMENT_HELLO)};
    const struct rules_partner partner = {
        .id = "plugin:geo", .facts = &fact, .n_facts = 1, .attach = attach, .arg = &geo};
    struct kit k;
    struct flow *f = spec_flow_new();
    size_t all, awake;

    (void)state;
    package(&k);
    load_with(&k, &partner);
    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 2);
    assert_string_equal(f->notes[0].text, "in XA");
    rules_count(k.rules, &all, &awake);
    assert_int_equal(all, 1); /* the plugin is no rule */
    assert_null(rules_partner_asleep(k.rules, "plugin:geo"));
    flow_free(f);
    kit_fini(&k);
    wake_free(geo.hello);
}

static void an_idle_plugin_puts_to_sleep_who_needs_it_with_its_reason(void **state)
{
    const struct rules_fact fact = {
        .name = "geo.country", .kind = FIELD_TEXT, .idle = "there is no file"};
    struct geo geo = {.hello = wake_new(MOMENT_HELLO)};
    const struct rules_partner partner = {
        .id = "plugin:geo", .facts = &fact, .n_facts = 1, .attach = attach, .arg = &geo};
    struct kit k;
    struct text list = {0};

    (void)state;
    package(&k);
    load_with(&k, &partner);
    rules_list(k.rules, &list);
    assert_non_null(
        strstr(text_str(&list), "asleep: 'geo.country' comes from plugin:geo: there is no file"));
    text_fini(&list);
    kit_fini(&k);
    wake_free(geo.hello);
}

static void a_plugin_needs_facts_of_rules_as_well(void **state)
{
    static const char *const needs[] = {"a.level"};
    struct geo geo = {.hello = wake_new(MOMENT_HELLO)};
    const struct rules_partner partner = {
        .id = "plugin:geo", .needs = needs, .n_needs = 1, .attach = attach, .arg = &geo};
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    load_with(&k, &partner);
    assert_string_equal(rules_partner_asleep(k.rules, "plugin:geo"), "nothing provides 'a.level'");
    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 0);
    kit_unload(&k);
    kit_write(&k, "z", "init.lua",
        "rule { name = 'x', about = 'a', provides = { ['a.level'] = 'integer' },\n"
        "  wakes_on = { hello = 'always' }, hello = function(flow) flow:set('a.level', 1) end }");
    load_with(&k, &partner);
    assert_null(rules_partner_asleep(k.rules, "plugin:geo"));
    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 2);
    flow_free(f);
    kit_fini(&k);
    wake_free(geo.hello);
}

static void facts_in_a_circle_leave_the_later_package_out(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_write(&k, "a", "init.lua",
        "rule { name = 'x', about = 'a', provides = { ['a.one'] = 'integer' }, needs = { 'b.two' } "
        "}");
    kit_write(&k, "b", "init.lua",
        "rule { name = 'x', about = 'a', provides = { ['b.two'] = 'integer' }, needs = { 'a.one' } "
        "}");
    kit_load(&k);
    if (!strstr(text_str(&k.warnings), "facts go in a circle: a/x -> b/x -> a/x"))
        fail_msg("%s", text_str(&k.warnings));
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_gives_its_fact_before_the_rule_that_needs_it),
        cmocka_unit_test(an_idle_plugin_puts_to_sleep_who_needs_it_with_its_reason),
        cmocka_unit_test(a_plugin_needs_facts_of_rules_as_well),
        cmocka_unit_test(facts_in_a_circle_leave_the_later_package_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
