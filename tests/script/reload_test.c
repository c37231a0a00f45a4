/* A set of rules takes over from one at work only when all of it is right. */
#include "rule_kit.h"

static const char init[] =
    "rule { name = 'x', about = 'a', notes = { n = 'info' }, wakes_on = { judged = 'always' },\n"
    "  judged = function(flow) flow:note('n') end }";
static const char spec[] =
    "describe('p', function() it('notes', function() expect_note(play {}, 'p/n', { says = 'one' }) "
    "end) end)";

static void prepare(struct kit *k)
{
    kit_init(k);
    kit_write(k, "p", "init.lua", init);
    kit_write(k, "p", "texts/en.lua", "return { n = 'one' }");
    kit_write(k, "p", "spec/x_spec.lua", spec);
    kit_load(k);
}

static bool reload(struct kit *k, struct rules_changes *changes, struct rules **out, struct err *e)
{
    const char *folders[] = {k->folder, NULL};

    *out = NULL;
    return rules_reload(k->rules, &(struct rules_config){.folders = folders}, changes, out, e);
}

static void what_changed_takes_over_and_memory_stays(void **state)
{
    struct kit k;
    struct rules_changes changes;
    struct rules *fresh;
    struct err e = {0};

    (void)state;
    prepare(&k);
    assert_true(reload(&k, &changes, &fresh, &e));
    assert_int_equal(changes.packages, 0);
    rules_unref(fresh);
    kit_write(&k, "p", "init.lua", "rule { name = 'y', about = 'a' }\n");
    kit_write(&k, "p", "spec/x_spec.lua", "describe('p', function() end)");
    kit_write(&k, "q", "init.lua", "rule { name = 'z', about = 'a' }\n");
    if (!reload(&k, &changes, &fresh, &e))
        fail_msg("%s", e.text);
    assert_int_equal(changes.packages, 2);
    assert_int_equal(changes.gone, 0);
    size_t all, awake;

    rules_count(fresh, &all, &awake);
    assert_int_equal(all, 2);
    rules_unref(fresh);
    kit_fini(&k);
}

static const struct {
    const char *name, *file, *text, *wanted;
} wrongs[] = {
    {"a syntax error", "init.lua", "rule {", "p/init.lua:1:"},
    {"a misspelt cause", "init.lua", "rule { name = 'x', about = 'a', causes = { 'nope' } }",
        "no cause 'nope'"},
    {"a spec that fails", "texts/en.lua", "return { n = 'two' }", "of its specs failed"},
    {"a spec that is wrong", "spec/x_spec.lua", "nothing()", "no name 'nothing' here"},
    {"words that are missing", "texts/en.lua", "return {}", "p/texts/en.lua"},
    {"a file that is too long", "data/list.txt", NULL, "list.txt"},
};

static void anything_wrong_keeps_the_old_rules_and_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        struct kit k;
        struct rules_changes changes;
        struct rules *fresh;
        struct err e = {0};
        char *huge = mem_new(LIMIT_FILE + 10);

        memset(huge, 'x', LIMIT_FILE + 9);
        prepare(&k);
        kit_write(&k, "p", wrongs[i].file, wrongs[i].text ? wrongs[i].text : huge);
        if (reload(&k, &changes, &fresh, &e))
            fail_msg("%s: taken", wrongs[i].name);
        if (!strstr(e.text, wrongs[i].wanted))
            fail_msg("%s: %s", wrongs[i].name, e.text);
        mem_free(huge);
        kit_fini(&k);
    }
}

static void a_fingerprint_changes_with_any_file_of_a_package(void **state)
{
    struct kit k;
    const char *folders[] = {k.folder, NULL};
    const struct rules_config config = {.folders = folders};

    (void)state;
    prepare(&k);
    uint64_t before = rules_fingerprint(&config);

    assert_true(rules_fingerprint(&config) == before);
    kit_write(&k, "p", "spec/y_spec.lua", "");
    uint64_t after = rules_fingerprint(&config);

    assert_true(after != before);
    kit_write(&k, "p", "texts/en.lua", "return { n = 'six' }"); /* as long as it was */
    assert_true(rules_fingerprint(&config) != after);
    kit_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changed_takes_over_and_memory_stays),
        cmocka_unit_test(anything_wrong_keeps_the_old_rules_and_says_why),
        cmocka_unit_test(a_fingerprint_changes_with_any_file_of_a_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
