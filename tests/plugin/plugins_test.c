#include "samples.h"

#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "hook/hook.h"

static char folder[] = "/tmp/whytls-plugins-XXXXXX";

static int folder_make(void **state)
{
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int folder_drop(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const struct plugin *named(const struct plugins *all, const char *name)
{
    for (size_t i = 0; i < plugins_count(all); i++)
        if (plugins_name(all, i) && !strcmp(plugins_name(all, i), name))
            return all->at[i];
    return NULL;
}

/* crash and garbage are not left lying where all are taken. */
static void of_a_folder_the_right_ones_are_taken(void **state)
{
    static const char *const from[] = {"verbs", "future", "wrong_abi", "no_plugin", "garbage"};
    const char *folders[] = {"/nonexistent", folder, NULL};
    struct plugins *all;
    struct err e = {0};
    size_t n_refused = 0;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct text to = {0}, source = {0};

        text_printf(&to, "%s/%s.so", folder, from[i]);
        text_printf(&source, "%s/%s.so", SAMPLES, from[i]);
        assert_int_equal(symlink(text_str(&source), text_str(&to)), 0);
        text_fini(&to);
        text_fini(&source);
    }
    assert_true(plugins_load(&(struct plugins_config){.folders = folders}, &all, &e));
    assert_int_equal(plugins_count(all), 5);
    assert_non_null(named(all, "verbs"));
    assert_non_null(named(all, "future"));
    for (size_t i = 0; i < 5; i++)
        n_refused += all->at[i]->refused && all->at[i]->why[0];
    assert_int_equal(n_refused, 3);
    plugins_free(all);
    for (size_t i = 0; i < 5; i++) {
        struct text to = {0};

        text_printf(&to, "%s/%s.so", folder, from[i]);
        unlink(text_str(&to));
        text_fini(&to);
    }
}

static void one_that_was_asked_for_must_do(void **state)
{
    static const struct {
        const char *file, *says;
    } cases[] = {
        {SAMPLE("wrong_abi"), "made for plugin ABI 2"},
        {SAMPLE("garbage"), "its name is no text inside of it"},
        {SAMPLE("no_plugin"), "it is no plugin"},
        {SAMPLE("not_there"), "No such file"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plugins *all;
        struct err e = {0};

        assert_false(sample_try(cases[i].file, NULL, 0, &all, &e));
        if (!strstr(e.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i].says);
    }
}

static void of_two_with_one_name_the_first_counts(void **state)
{
    static const char *const files[] = {SAMPLE("verbs"), SAMPLE("verbs"), NULL};
    struct plugins *all;
    struct err e = {0};

    (void)state;
    assert_false(plugins_load(&(struct plugins_config){.files = files}, &all, &e));
    assert_non_null(strstr(e.text, "there is a plugin 'verbs' already"));
}

static void facts_and_needs_are_told_to_the_rules(void **state)
{
    static const struct plugin_given idle[] = {{.plugin = "verbs",
        .name = "greeting",
        .kind = GIVEN_TEXT,
        .text = "idle",
        .where = "c.lua:1"}},
                                     off[] = {{.plugin = "verbs",
                                         .name = "on",
                                         .kind = GIVEN_FLAG,
                                         .where = "c.lua:1"}};
    struct plugins *all = sample_load(SAMPLE("verbs"));
    struct plugin_fact fact;
    struct err e = {0};

    (void)state;
    assert_true(plugins_fact(all, 0, 2, &fact));
    assert_string_equal(fact.name, "verbs.share");
    assert_true(fact.is_number);
    assert_null(fact.idle);
    assert_false(plugins_fact(all, 0, 5, &fact));
    assert_string_equal(plugins_need(all, 0, 0), "some.fact");
    assert_null(plugins_need(all, 0, 1));
    assert_true(plugins_listens(all, 0));
    plugins_free(all);
    assert_true(sample_try(SAMPLE("verbs"), idle, 1, &all, &e));
    assert_true(plugins_fact(all, 0, 0, &fact));
    assert_string_equal(fact.idle, "told to be idle");
    assert_false(plugins_listens(all, 0));
    plugins_free(all);
    assert_true(sample_try(SAMPLE("verbs"), off, 1, &all, &e));
    assert_true(plugins_fact(all, 0, 0, &fact));
    assert_string_equal(fact.idle, "switched off in c.lua:1");
    plugins_free(all);
}

static void a_replaced_file_is_a_second_instance(void **state)
{
    static const char *const files[] = {SAMPLE("verbs"), NULL};
    struct clock clock;
    struct plugins_config config = {.files = files, .data_folder = folder, .clock = &clock};
    struct plugins *all;
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    struct err e = {0};
    char *path = file_join(folder, "none.txt");

    (void)state;
    clock_fake_init(&clock, 1000000);
    clock_advance(&clock, 1);
    assert_true(plugins_load(&config, &all, &e));
    plugins_attach(all, 0, h);
    f->client_leg = FLOW_MAKE(f, client_leg);
    hook_fire(h, MOMENT_HELLO, f, NULL);
    hook_fire(h, MOMENT_HELLO, f, NULL);
    assert_int_equal(flow_fact_get(f, "verbs.count")->integer, 42);
    struct instance *first = all->at[0]->current;

    plugins_tick(all);
    assert_ptr_equal(all->at[0]->current, first);
    assert_true(file_write(path, "x", 1, 0600, &e));
    plugins_tick(all); /* too soon for another look */
    assert_ptr_equal(all->at[0]->current, first);
    clock_advance(&clock, 3000);
    plugins_tick(all);
    assert_ptr_not_equal(all->at[0]->current, first);
    assert_int_equal(atomic_load(&first->refs), 1); /* the thread's */
    hook_fire(h, MOMENT_HELLO, f, NULL);            /* the thread goes over, and counts anew */
    assert_int_equal(flow_fact_get(f, "verbs.count")->integer, 41);
    clock_advance(&clock, 3000);
    plugins_tick(all);
    assert_null(all->graveyard);
    unlink(path);
    mem_free(path);
    hooks_free(h);
    flow_free(f);
    plugins_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_folder_the_right_ones_are_taken),
        cmocka_unit_test(one_that_was_asked_for_must_do),
        cmocka_unit_test(of_two_with_one_name_the_first_counts),
        cmocka_unit_test(facts_and_needs_are_told_to_the_rules),
        cmocka_unit_test(a_replaced_file_is_a_second_instance),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
