#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static char folder[] = "/tmp/whytls-values-XXXXXX";

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

static const struct setting_value *value_of(const struct plugins *all, const char *name)
{
    const struct plugin *p = all->at[0];

    for (size_t i = 0; i < p->declared.n_settings; i++)
        if (!strcmp(p->declared.p.settings[i].name, name))
            return &p->current->values.at[i];
    return NULL;
}

static void fallbacks_stand_where_nothing_is_given(void **state)
{
    struct plugins *all = sample_load(SAMPLE("verbs"));

    (void)state;
    assert_memory_equal(value_of(all, "greeting")->value.as.text.bytes, "hello", 6);
    assert_int_equal(value_of(all, "limit")->value.as.integer, 40);
    assert_true(value_of(all, "loud")->value.as.flag);
    assert_int_equal(value_of(all, "hosts")->value.count, 2);
    assert_memory_equal(value_of(all, "hosts")->items[1].bytes, "b.example", 10);
    assert_int_equal(value_of(all, "file")->value.kind, WHYTLS_NONE);
    plugins_free(all);
}

static void what_is_given_is_taken(void **state)
{
    static const char *const hosts[] = {"x", "y", "z"};
    static const struct plugin_given given[] = {
        {.plugin = "verbs", .name = "greeting", .kind = GIVEN_TEXT, .text = "hi", .where = "a:1"},
        {.plugin = "verbs", .name = "limit", .kind = GIVEN_INTEGER, .integer = 7, .where = "a:2"},
        {.plugin = "verbs", .name = "loud", .kind = GIVEN_FLAG, .where = "a:3"},
        {.plugin = "verbs",
            .name = "hosts",
            .kind = GIVEN_LIST,
            .list = hosts,
            .n_list = 3,
            .where = "a:4"},
        {.plugin = "verbs", .name = "limit", .kind = GIVEN_INTEGER, .integer = 8, .where = "b:1"},
    };
    struct plugins *all;
    struct err e = {0};

    (void)state;
    assert_true(sample_try(SAMPLE("verbs"), given, 5, &all, &e));
    assert_memory_equal(value_of(all, "greeting")->value.as.text.bytes, "hi", 3);
    assert_int_equal(value_of(all, "limit")->value.as.integer, 8); /* the later one */
    assert_false(value_of(all, "loud")->value.as.flag);
    assert_int_equal(value_of(all, "hosts")->value.count, 3);
    plugins_free(all);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    static const struct {
        struct plugin_given given;
        const char *says;
    } cases[] = {
        {{.plugin = "verbs", .name = "limit", .kind = GIVEN_INTEGER, .integer = 101},
            "c.lua:3: plugin verbs: 'limit' is from 1 to 100, not 101"},
        {{.plugin = "verbs", .name = "limit", .kind = GIVEN_TEXT, .text = "7"},
            "c.lua:3: plugin verbs: 'limit' is a whole number"},
        {{.plugin = "verbs", .name = "greeting", .kind = GIVEN_INTEGER},
            "c.lua:3: plugin verbs: 'greeting' is a text"},
        {{.plugin = "verbs", .name = "loud", .kind = GIVEN_TEXT, .text = "yes"},
            "'loud' is true or false"},
        {{.plugin = "verbs", .name = "hosts", .kind = GIVEN_TEXT, .text = "x"},
            "'hosts' is a list of texts"},
        {{.plugin = "verbs", .name = "file", .kind = GIVEN_FLAG}, "'file' is the path of a file"},
        {{.plugin = "verbs", .name = "greting", .kind = GIVEN_TEXT, .text = "x"},
            "c.lua:3: plugin verbs has no setting 'greting'; did you mean 'greeting'?"},
        {{.plugin = "verb", .name = "greeting", .kind = GIVEN_TEXT, .text = "x"},
            "c.lua:3: there is no plugin 'verb'; did you mean 'verbs'?"},
        {{.plugin = "verbs", .name = "on", .kind = GIVEN_INTEGER, .integer = 1},
            "'on' is true or false"},
        {{.plugin = "verbs", .name = "greeting", .kind = GIVEN_TEXT, .text = "fail"},
            "plugin verbs: told to fail"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plugin_given given = cases[i].given;
        struct plugins *all;
        struct err e = {0};

        given.where = "c.lua:3";
        assert_false(sample_try(SAMPLE("verbs"), &given, 1, &all, &e));
        if (!strstr(e.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i].says);
        assert_int_equal(e.kind, ERR_CONFIG);
    }
}

static void file_put(const char *name)
{
    struct err e = {0};
    char *path = file_join(folder, name);

    assert_true(file_write(path, name, strlen(name), 0600, &e));
    mem_free(path);
}

static void file_drop(const char *name)
{
    char *path = file_join(folder, name);

    assert_int_equal(unlink(path), 0);
    mem_free(path);
}

static void files_are_looked_for_and_watched(void **state)
{
    static const char *const files[] = {SAMPLE("verbs"), NULL};
    const struct plugins_config config = {.files = files, .data_folder = folder};
    struct plugins *all;
    struct err e = {0};

    (void)state;
    file_put("verbs-1.txt");
    file_put("verbs-2.txt");
    assert_true(plugins_load(&config, &all, &e));
    assert_non_null(strstr(value_of(all, "file")->path, "/verbs-2.txt")); /* the last by name */
    assert_false(values_are_old(all->at[0], &config));
    file_put("verbs-2.txt"); /* a new file under the old name */
    assert_true(values_are_old(all->at[0], &config));
    assert_false(values_are_old(all->at[0], &config));
    file_put("none.txt"); /* a better place */
    assert_true(values_are_old(all->at[0], &config));
    file_drop("none.txt");
    file_drop("verbs-1.txt");
    file_drop("verbs-2.txt");
    assert_true(values_are_old(all->at[0], &config));
    assert_false(values_are_old(all->at[0], &config));
    plugins_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(fallbacks_stand_where_nothing_is_given),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(files_are_looked_for_and_watched),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
