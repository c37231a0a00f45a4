#include "paths.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pwd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#ifndef WHYTLS_LUA_DIR
#define WHYTLS_LUA_DIR "/usr/share/whytls/lua"
#endif
#ifndef WHYTLS_PLUGIN_DIR
#define WHYTLS_PLUGIN_DIR "lib/whytls/plugins"
#endif

static char *exe_dir_read(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n <= 0)
        return NULL;
    path[n] = '\0';
    char *slash = strrchr(path, '/');

    if (!slash)
        return NULL;
    *slash = '\0';
    return mem_text(*path ? path : "/");
}

void paths_env_read(struct paths_env *env)
{
    *env = (struct paths_env){
        .xdg_data_home = getenv("XDG_DATA_HOME"),
        .xdg_config_home = getenv("XDG_CONFIG_HOME"),
        .home = getenv("HOME"),
        .lua = getenv("WHYTLS_LUA"),
        .exe_dir = exe_dir_read(),
    };
    if (!env->home || !*env->home) {
        const struct passwd *user = getpwuid(getuid());

        env->home = user ? user->pw_dir : NULL;
    }
}

void paths_env_fini(struct paths_env *env)
{
    union {
        const char *borrowed;
        char *owned;
    } exe = {env->exe_dir};

    mem_free(exe.owned);
    env->exe_dir = NULL;
}

/* A relative path in these variables is to be ignored, says the specification. */
static bool is_absolute(const char *path)
{
    return path && *path == '/';
}

static char *home_dir(const char *home, const char *xdg, const char *below_home)
{
    if (is_absolute(xdg))
        return file_join(xdg, "whytls");
    return is_absolute(home) ? file_join(home, below_home) : NULL;
}

char *paths_data_of(const struct paths_env *env, const char *option)
{
    if (option && *option)
        return mem_text(option);
    return home_dir(env->home, env->xdg_data_home, ".local/share/whytls");
}

char *paths_config_of(const struct paths_env *env)
{
    return home_dir(env->home, env->xdg_config_home, ".config/whytls");
}

static bool has_rules(const char *dir)
{
    char *rules = file_join(dir, "rules");
    bool there = file_exists(rules);

    mem_free(rules);
    return there;
}

/* Takes dir; gives it back when it holds rules. */
static char *if_it_has_rules(char *dir)
{
    if (dir && has_rules(dir))
        return dir;
    mem_free(dir);
    return NULL;
}

/* No search upwards from the program: a folder on the way may be writable for everyone. */
char *paths_lua_of(const struct paths_env *env)
{
    static const char *const fixed[] = {
        WHYTLS_LUA_DIR, "/usr/local/share/whytls/lua", "/usr/share/whytls/lua"};
    char *dir = NULL;

    /* Said by the user: taken as it is, so that a wrong one is reported and not passed over. */
    if (env->lua && *env->lua)
        return mem_text(env->lua);
    if (env->exe_dir)
        dir = if_it_has_rules(file_join(env->exe_dir, "lua"));
    if (!dir && env->exe_dir)
        dir = if_it_has_rules(file_join(env->exe_dir, "../share/whytls/lua"));
    for (size_t i = 0; !dir && i < sizeof fixed / sizeof *fixed; i++)
        dir = if_it_has_rules(mem_text(fixed[i]));
    return dir;
}

char *paths_data_dir(const char *option, struct err *e)
{
    struct paths_env env;

    paths_env_read(&env);
    char *dir = paths_data_of(&env, option);
    paths_env_fini(&env);
    if (!dir)
        err_set(e, ERR_CONFIG, "there is no home folder to keep data in; name one with --data DIR");
    return dir;
}

char *paths_config_dir(void)
{
    struct paths_env env;

    paths_env_read(&env);
    char *dir = paths_config_of(&env);
    paths_env_fini(&env);
    return dir;
}

/* Takes dir; gives DIR/NAME when that is there. */
static char *below(char *dir, const char *name)
{
    char *path = dir ? file_join(dir, name) : NULL;

    mem_free(dir);
    if (path && file_exists(path))
        return path;
    mem_free(path);
    return NULL;
}

static char *shipped(const char *name)
{
    struct paths_env env;

    paths_env_read(&env);
    char *path = below(paths_lua_of(&env), name);
    paths_env_fini(&env);
    return path;
}

char *paths_shipped_rules(void)
{
    return shipped("rules");
}

char *paths_lua_library(void)
{
    return shipped("whytls");
}

char *paths_user_rules(void)
{
    return below(paths_config_dir(), "rules");
}

char *paths_shipped_plugins(void)
{
    static const char *const below_exe[] = {
        "plugins", "../" WHYTLS_PLUGIN_DIR, "../lib/whytls/plugins"};
    struct paths_env env;
    char *dir = NULL;

    paths_env_read(&env);
    for (size_t i = 0; env.exe_dir && !dir && i < sizeof below_exe / sizeof *below_exe; i++)
        dir = below(mem_text(env.exe_dir), below_exe[i]);
    paths_env_fini(&env);
    return dir;
}

char *paths_user_plugins(void)
{
    return below(paths_config_dir(), "plugins");
}
