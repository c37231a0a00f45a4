/* From folders to rules: what is wrong is left out with one line, the others work. */
#include "rule_kit.h"

#include <pthread.h>

#define GOOD                                                                                       \
    "rule { name = 'x', about = 'a', wakes_on = { hello = 'always' }, hello = function(flow) end " \
    "}"

static void a_broken_package_is_left_out_and_the_others_work(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    size_t all, awake;

    (void)state;
    kit_init(&k);
    kit_write(&k, "a", "init.lua", GOOD);
    kit_write(&k, "b", "init.lua", "local x = 1\nrule { name = = }");
    kit_write(&k, "c", "init.lua", GOOD);
    kit_write(&k, "d", "readme.txt", "not a package");
    kit_load(&k);
    assert_string_equal(text_str(&k.warnings), "b/init.lua:2: unexpected symbol near '='\n");
    rules_count(k.rules, &all, &awake);
    assert_int_equal(all, 2);
    assert_int_equal(awake, 2);
    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 2);
    flow_free(f);
    kit_fini(&k);
}

static void what_a_broken_package_defined_is_gone(void **state)
{
    struct kit k;

    (void)state;
    kit_init(&k);
    kit_write(&k, "a", "init.lua",
        "rule { name = 'x', about = 'a', defines = { ['a/own'] = {} }, provides = { ['a.fact'] = "
        "'string' } } error 'no'");
    kit_write(&k, "b", "init.lua",
        "rule { name = 'x', about = 'a', defines = { ['a/own'] = {} }, provides = { ['a.fact'] = "
        "'string' } }");
    kit_load(&k);
    assert_string_equal(text_str(&k.warnings), "a/init.lua:1: no\n");
    kit_fini(&k);
}

static void a_later_folder_wins(void **state)
{
    struct kit k;
    struct err e = {0};
    char *first, *second;
    struct text list = {0};

    (void)state;
    kit_init(&k);
    kit_write(&k, "one/p", "init.lua", "rule { name = 'x', about = 'the shipped one' }");
    kit_write(&k, "two/p", "init.lua", "rule { name = 'x', about = 'my own' }");
    first = file_join(k.folder, "one");
    second = file_join(k.folder, "two");
    const char *folders[] = {first, second, NULL};
    struct rules_config config = {.folders = folders};

    assert_true(rules_load(&config, kit_warn, &k, &k.rules, &e));
    rules_list(k.rules, &list);
    assert_non_null(strstr(text_str(&list), "my own"));
    assert_null(strstr(text_str(&list), "the shipped one"));
    text_fini(&list);
    mem_free(first);
    mem_free(second);
    kit_fini(&k);
}

static void a_folder_that_is_not_there_is_a_failure(void **state)
{
    const char *folders[] = {"/nonexistent/rules", NULL};
    struct rules_config config = {.folders = folders};
    struct rules *rules;
    struct err e = {0};

    (void)state;
    assert_false(rules_load(&config, NULL, NULL, &rules, &e));
    assert_non_null(strstr(e.text, "/nonexistent/rules"));
}

static void one_set_serves_many_tables(void **state)
{
    struct kit k;
    struct hooks *other = hooks_new();
    struct flow *f = spec_flow_new();
    struct err e = {0};

    (void)state;
    kit_init(&k);
    kit_one(&k, GOOD, NULL);
    assert_true(rules_attach(k.rules, other, &e));
    rules_unref(k.rules); /* the tables keep it */
    k.rules = NULL;
    assert_int_equal(hook_fire(k.hooks, MOMENT_HELLO, f, NULL), 1);
    assert_int_equal(hook_fire(other, MOMENT_HELLO, f, NULL), 1);
    assert_true(hook_wants(other, MOMENT_HELLO));
    assert_false(hook_wants(other, MOMENT_REQUEST));
    hooks_free(other);
    flow_free(f);
    kit_fini(&k);
}

struct worker {
    struct rules *rules;
    size_t n_notes;
};

/* What a traffic thread does. */
static void *work(void *arg)
{
    struct worker *w = arg;
    struct hooks *h = hooks_new();
    struct err e = {0};

    if (!rules_attach(w->rules, h, &e))
        return NULL;
    for (int i = 0; i < 50; i++) {
        struct flow *f = spec_flow_new();

        hook_fire(h, MOMENT_HELLO, f, NULL);
        hook_fire(h, MOMENT_FINISH, f, NULL);
        w->n_notes += f->n_notes;
        flow_free(f);
    }
    hooks_free(h);
    return NULL;
}

static void threads_share_rules_and_memory(void **state)
{
    struct kit k;
    struct worker workers[4];
    pthread_t threads[4];

    (void)state;
    kit_init(&k);
    kit_one(&k,
        "rule { name = 'x', about = 'a', notes = { n = 'low' }, settings = { hosts = { kind = "
        "'hosts', default = { 'shop.example' } } },"
        " remembers = { rule = { count = 'integer' } }, wakes_on = { hello = { host = "
        "'settings.hosts' } },"
        " hello = function(flow) flow.memory.rule:add('count', 1) flow:note('n', { c = "
        "flow.memory.rule.count }) end }",
        "return { n = '{target.host} {$c}' }");
    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){.rules = k.rules};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].n_notes, 50);
    }
    struct flow *f = spec_flow_new();

    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(f->notes[0].text, "shop.example 201");
    flow_free(f);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_package_is_left_out_and_the_others_work),
        cmocka_unit_test(what_a_broken_package_defined_is_gone),
        cmocka_unit_test(a_later_folder_wins),
        cmocka_unit_test(a_folder_that_is_not_there_is_a_failure),
        cmocka_unit_test(one_set_serves_many_tables),
        cmocka_unit_test(threads_share_rules_and_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
