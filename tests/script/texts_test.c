/* Words as data: every template is parsed and checked at load. */
#include "rule_kit.h"

static const char init[] = "rule { name = 'x', about = 'a', causes = { 'cert-expired-leaf' }, "
                           "notes = { n = 'low' }, wakes_on = { hello = 'always' },"
                           " hello = function(flow) flow:suspect('cert-expired-leaf', { words = "
                           "'v', with = { use = 'this' } }):because('target.host', 3)"
                           " flow:note('n', { list = flow.client_leg.hello.alpn }) end }";

static const struct {
    const char *texts, *wanted;
} cases[] = {
    {"return 3", "must return a table"},
    {"return {", "p/texts/en.lua:1:"},
    {"os.exit()", "p/texts/en.lua:1:"},
    {"x = 1 return {}", "has no words"},
    {"require 'init' return {}", "no module 'init': texts may use whytls.* alone"},
    {"require 'whytls.nothing' return {}", "no module 'whytls.nothing'"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't' } }", "needs title and why"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = 'w', tilte = 'x' } }",
        "words have no 'tilte'; did you mean 'title'?"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = '{target.hots}' } }",
        "did you mean 'host'?"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = '{target.host|ago}' } }",
        "'target.host' is no time"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = '{now|agoo}' } }",
        "there is no format '|agoo'"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = '[a' } }",
        "'[' is not closed"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = '{a' } }", "is not closed"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = 'w', because = { "
     "['target.hots'] = 'x' } } }",
        "did you mean 'host'?"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = 'w', ios = { text = 'x' } } }",
        "ios has no 'text'"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = 'w', ios = { grade = 'sure' } "
     "} }",
        "grade is Apple source"},
    {"return { n = 'x', ['cert-expired-leaf'] = { title = 't', why = 'w', device_fix = 'one' } }",
        "must be a list of texts"},
    {"return { n = {}, ['cert-expired-leaf'] = { title = 't', why = 'w' } }", "must be a text"},
    {"return { n = '{server_leg}', ['cert-expired-leaf'] = { title = 't', why = 'w' } }",
        "is a record"},
};

static void wrong_words_are_load_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;

        kit_init(&k);
        kit_one(&k, init, cases[i].texts);
        if (!strstr(text_str(&k.warnings), cases[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", cases[i].texts, cases[i].wanted,
                text_str(&k.warnings));
        kit_fini(&k);
    }
}

static void words_come_out_as_they_were_written(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();

    (void)state;
    kit_init(&k);
    kit_one(&k, init,
        "return { n = 'offers {$list}', ['cert-expired-leaf'] = { title = '{target.host} and "
        "{$use}', why = 'plain',"
        " because = { ['target.host'] = 'it is {target.host}' }, ios = { safari = 's', app = "
        "'[{target.apple_pinned}]', grade = 'observed' },"
        " device_fix = { 'do', '[or {target.apple_pinned}]' }, next_test = "
        "'[{target.apple_pinned}]',"
        " variants = { v = { why = 'of the variant', server_fix = { 'mend' } } } } }");
    assert_string_equal(text_str(&k.warnings), "");
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    assert_int_equal(f->n_diagnosis, 1);
    const struct flow_diagnosis *d = &f->diagnosis[0];

    assert_string_equal(d->title, "shop.example and this");
    assert_string_equal(d->why, "of the variant");
    assert_string_equal(d->evidence[0].says, "it is shop.example");
    assert_string_equal(d->ios->safari, "s");
    assert_null(d->ios->app);
    assert_string_equal(d->ios->grade, "observed");
    assert_int_equal(d->device_fix.n, 1);
    assert_string_equal(d->server_fix.at[0], "mend");
    assert_null(d->next_test);
    assert_string_equal(f->notes[0].text, "offers h2 and http/1.1");
    flow_free(f);
    kit_fini(&k);
}

static void packages_may_say_the_same_words(void **state)
{
    struct kit k;
    struct err e = {0};

    (void)state;
    kit_init(&k);
    kit_write(&k, "rules/p", "init.lua",
        "rule { name = 'x', about = 'a', notes = { n = 'low' }, wakes_on = { hello = 'always' }, "
        "hello = function(flow) flow:note 'n' end }");
    kit_write(&k, "rules/p/texts", "en.lua", "return { n = require('whytls.english').again }");
    kit_write(&k, "whytls", "english.lua", "return { again = 'seen at {target.host}' }");
    char *rules = file_join(k.folder, "rules"), *library = file_join(k.folder, "whytls");
    const char *folders[] = {rules, NULL};
    const struct rules_config config = {.folders = folders, .library = library};

    assert_true(rules_load(&config, kit_warn, &k, &k.rules, &e));
    assert_string_equal(text_str(&k.warnings), "");
    k.hooks = hooks_new();
    assert_true(rules_attach(k.rules, k.hooks, &e));
    struct flow *f = spec_flow_new();
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_int_equal(f->n_notes, 1);
    assert_string_equal(f->notes[0].text, "seen at shop.example");
    flow_free(f);
    mem_free(rules);
    mem_free(library);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packages_may_say_the_same_words),
        cmocka_unit_test(wrong_words_are_load_errors),
        cmocka_unit_test(words_come_out_as_they_were_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
