/* app/paths.h - where whytls keeps and finds its files (XDG Base Directory Specification 0.8). */
#ifndef WHYTLS_APP_PATHS_H
#define WHYTLS_APP_PATHS_H

#include "base/attrib.h"
#include "base/err.h"

/* What decides, as values, so that tests can bring their own. */
struct paths_env {
    const char *xdg_data_home, *xdg_config_home, *home;
    const char *lua;     /* $WHYTLS_LUA */
    const char *exe_dir; /* the folder of the running program, or NULL */
};

/* The machine's. exe_dir is owned by the struct; paths_env_fini frees it. */
void paths_env_read(struct paths_env *env);
void paths_env_fini(struct paths_env *env);

/* Each gives a path that mem_free frees, or NULL; none makes a folder. */

/* The option when given, else $XDG_DATA_HOME/whytls, ~/.local/share/whytls. NULL: there is no home.
 */
char *paths_data_of(const struct paths_env *env, const char *option);
/* $XDG_CONFIG_HOME/whytls or ~/.config/whytls. */
char *paths_config_of(const struct paths_env *env);
/* The folder "lua" that came with whytls, the one that holds "rules": $WHYTLS_LUA, beside the
 * program, its prefix's share/, the folder it was built with, /usr/local/share, /usr/share. */
char *paths_lua_of(const struct paths_env *env);

/* The same of this machine. `option` is --data's value or NULL. */
char *paths_data_dir(const char *option, struct err *e) MUST_USE;
char *paths_config_dir(void);
/* The folders of the shipped rules and of the library that they require; NULL when they are not
 * there. */
char *paths_shipped_rules(void);
char *paths_lua_library(void);
/* CONFIG/rules; NULL when it is not there. */
char *paths_user_rules(void);
/* The folders of C plugins: beside the program or under its prefix's lib/; and CONFIG/plugins. NULL
 * when they are not there. */
char *paths_shipped_plugins(void);
char *paths_user_plugins(void);

#endif
