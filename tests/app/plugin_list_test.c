#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "plugin_list.h"
#include "script/config.h"

static char folder[] = "/tmp/whytls-plugin-list-XXXXXX";

static int folder_make(void **state)
{
    *state = mkdtemp(folder);
    return *state ? setenv("XDG_CONFIG_HOME", folder, 1) : -1;
}

static int folder_drop(void **state)
{
    (void)state;
    return rmdir(folder);
}

static bool settle(struct plugin_list *list, const char *lua, struct plugins_config *out,
    struct config **config, struct err *e)
{
    char *path = file_join(folder, "config.lua");
    bool right = file_write(path, lua, strlen(lua), 0600, e) && config_read(path, config, e);

    unlink(path);
    mem_free(path);
    return right && plugin_list_settle(list, *config, "/data", out, e);
}

static void settings_of_the_configuration_keep_their_kind_and_place(void **state)
{
    struct plugin_list list = {0};
    struct plugins_config out;
    struct config *config = NULL;
    struct err e = {0};
    unsigned seen = 0;

    (void)state;
    assert_true(settle(&list,
        "plugins = {\n  geo = { country = \"/c.mmdb\", on = true },\n"
        "  mine = { limit = 7,\n    hosts = { \"a\", \"b\" }, none = {} },\n}\n",
        &out, &config, &e));
    assert_int_equal(out.n_given, 5);
    assert_string_equal(out.data_folder, "/data");
    for (size_t i = 0; i < out.n_given; i++) {
        const struct plugin_given *g = &out.given[i];

        if (!strcmp(g->name, "country"))
            seen += g->kind == GIVEN_TEXT && !strcmp(g->text, "/c.mmdb") &&
                    !strcmp(g->plugin, "geo") && strstr(g->where, "config.lua:2");
        else if (!strcmp(g->name, "on"))
            seen += g->kind == GIVEN_FLAG && g->integer == 1;
        else if (!strcmp(g->name, "limit"))
            seen += g->kind == GIVEN_INTEGER && g->integer == 7;
        else if (!strcmp(g->name, "hosts"))
            seen += g->kind == GIVEN_LIST && g->n_list == 2 && !strcmp(g->list[1], "b");
        else if (!strcmp(g->name, "none"))
            seen += g->kind == GIVEN_LIST && g->n_list == 0;
    }
    assert_int_equal(seen, 5);
    plugin_list_fini(&list);
    config_free(config);
}

static void what_no_setting_can_be_is_told_with_its_line(void **state)
{
    static const struct {
        const char *lua, *says;
    } cases[] = {
        {"plugins = 7", "config.lua:1: "},
        {"plugins = { geo = true }", "plugins.geo"},
        {"plugins = {\n geo = { country = { file = 1 } } }", "config.lua:2: plugins.geo.country"},
        {"plugins = { geo = { share = 0.5 } }", "plugins.geo.share"},
        {"plugins = { geo = { hosts = { \"a\", 7 } } }", "plugins.geo.hosts"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plugin_list list = {0};
        struct plugins_config out;
        struct config *config = NULL;
        struct err e = {0};

        assert_false(settle(&list, cases[i].lua, &out, &config, &e));
        if (!strstr(e.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i].says);
        plugin_list_fini(&list);
        config_free(config);
    }
}

static void databases_of_the_command_line_are_told_apart_by_name(void **state)
{
    static const struct {
        const char *path, *setting;
    } cases[] = {
        {"/x/GeoLite2-Country.mmdb", "country"},
        {"/x/GeoLite2-ASN.mmdb", "asn"},
        {"dbip-asn-lite.mmdb", "asn"},
        {"/asn/dbip-country.mmdb", "country"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plugin_list list = {0};
        struct plugins_config out;
        struct err e = {0};
        bool taken;

        assert_true(plugin_list_take(&list, "geo-db", cases[i].path, &taken, &e));
        assert_true(taken);
        assert_true(plugin_list_settle(&list, NULL, NULL, &out, &e));
        assert_int_equal(out.n_given, 1);
        assert_string_equal(out.given[0].name, cases[i].setting);
        plugin_list_fini(&list);
    }
}

static void other_options_are_not_taken_and_too_many_are_refused(void **state)
{
    struct plugin_list list = {0};
    struct err e = {0};
    bool taken;

    (void)state;
    assert_true(plugin_list_take(&list, "rules", "x", &taken, &e));
    assert_false(taken);
    for (size_t i = 0; i < PLUGIN_FILES_MOST; i++)
        assert_true(plugin_list_take(&list, "plugin", "x.so", &taken, &e));
    assert_false(plugin_list_take(&list, "plugin", "x.so", &taken, &e));
    assert_true(plugin_list_take(&list, "geo-db", "x", &taken, &e));
    assert_true(plugin_list_take(&list, "geo-db", "x", &taken, &e));
    assert_false(plugin_list_take(&list, "geo-db", "x", &taken, &e));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_of_the_configuration_keep_their_kind_and_place),
        cmocka_unit_test(what_no_setting_can_be_is_told_with_its_line),
        cmocka_unit_test(databases_of_the_command_line_are_told_apart_by_name),
        cmocka_unit_test(other_options_are_not_taken_and_too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
