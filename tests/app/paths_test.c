#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "paths.h"

static void expect(char *path, const char *wanted)
{
    if (wanted)
        assert_string_equal(path, wanted);
    else
        assert_null(path);
    mem_free(path);
}

static void data_lie_where_the_option_then_xdg_then_home_says(void **state)
{
    (void)state;
    struct paths_env env = {
        .home = "/home/anna", .xdg_data_home = "/data", .xdg_config_home = "/conf"};

    expect(paths_data_of(&env, "/opt/x"), "/opt/x");
    expect(paths_data_of(&env, NULL), "/data/whytls");
    expect(paths_config_of(&env), "/conf/whytls");
    env.xdg_data_home = "relative/is/ignored";
    env.xdg_config_home = "";
    expect(paths_data_of(&env, ""), "/home/anna/.local/share/whytls");
    expect(paths_config_of(&env), "/home/anna/.config/whytls");
    env.home = NULL;
    expect(paths_data_of(&env, NULL), NULL);
    expect(paths_config_of(&env), NULL);
}

static void the_shipped_lua_is_beside_the_program_or_in_its_prefix(void **state)
{
    (void)state;
    char root[] = "/tmp/whytls-paths-XXXXXX", bin[64], path[160], wanted[160];

    assert_non_null(mkdtemp(root));
    snprintf(bin, sizeof bin, "%s/bin", root);
    static const char *const folders[] = {
        "bin", "share", "share/whytls", "share/whytls/lua", "share/whytls/lua/rules"};
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    struct paths_env env = {.exe_dir = bin};
    snprintf(wanted, sizeof wanted, "%s/../share/whytls/lua", bin);
    expect(paths_lua_of(&env), wanted);

    snprintf(path, sizeof path, "%s/lua", bin);
    snprintf(wanted, sizeof wanted, "%s/lua/rules", bin);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mkdir(wanted, 0700), 0);
    expect(paths_lua_of(&env), path);

    env.lua = "/said/by/the/user";
    expect(paths_lua_of(&env), "/said/by/the/user");
    rmdir(wanted);
    rmdir(path);
    for (size_t i = 5; i--;) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        rmdir(path);
    }
    rmdir(root);
}

static void the_machine_knows_its_program(void **state)
{
    (void)state;
    struct paths_env env;

    paths_env_read(&env);
    assert_non_null(env.exe_dir);
    assert_int_equal(*env.exe_dir, '/');
    paths_env_fini(&env);
    assert_null(env.exe_dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_lie_where_the_option_then_xdg_then_home_says),
        cmocka_unit_test(the_shipped_lua_is_beside_the_program_or_in_its_prefix),
        cmocka_unit_test(the_machine_knows_its_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
