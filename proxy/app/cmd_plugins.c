/* app/cmd_plugins.c - `whytls plugins`: which C plugins there are, what each may do, and whether it
 * works; and one tried out in a process of its own. */
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "config.h"
#include "fold.h"
#include "option.h"
#include "paths.h"
#include "plugin/trial.h"
#include "plugin_list.h"

static const struct option_row rows[] = {
    {"check", 0, "FILE",
        "load this plugin in a process of its own, let a made-up connection pass, and tell what "
        "happened"},
    {"json", 0, NULL, "one object with \"v\":1"},
    {"data", 0, "DIR", "where whytls keeps its files"},
    CONFIG_ROW,
    PLUGIN_ROWS,
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls plugins [OPTION]…\n       whytls plugins --check FILE",
    .about = "Lists the C plugins: name, version, powers, facts, notes and settings, and whether "
             "each is ready, idle or refused, and why.\n"
             "They are taken from --plugin, then $XDG_CONFIG_HOME/whytls/plugins, then those that "
             "came with whytls.",
    .rows = rows,
    .after = "A plugin runs with all rights of whytls, so a file or folder that others may write "
             "is refused.\n"
             "--check gives 0 for a plugin that works, or is idle; 1 for one that is refused, "
             "crashes, is slow, or does what it did not declare.",
};

struct job {
    const char *check, *data, *config_path;
    bool json;
    struct plugin_list list;
    struct config *config;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;
    bool taken;

    if (!plugin_list_take(&j->list, name, value, &taken, e))
        return false;
    if (strcmp(name, "check") == 0)
        j->check = value;
    else if (strcmp(name, "data") == 0)
        j->data = value;
    else if (strcmp(name, "config") == 0)
        j->config_path = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    return true;
}

static int try_out(struct job *j, const char *data, struct err *e)
{
    static const char *const ends[] = {
        [TRIAL_READY] = "works",
        [TRIAL_IDLE] = "is idle: it has nothing to work with",
        [TRIAL_REFUSED] = "is refused",
        [TRIAL_FAULTY] = "does what it should not",
        [TRIAL_CRASHED] = "crashed",
    };
    struct plugins_config settled;
    struct text says = {0};

    if (j->list.n_files) {
        err_set(e, ERR_USAGE, "--check and --plugin exclude each other");
        return fail(e);
    }
    j->list.files[0] = j->check;
    if (!plugin_list_settle(&j->list, NULL, data, &settled, e))
        return fail(e);
    fflush(stdout);
    enum trial_end end = trial_run(&settled, &says);

    printf("%s%s %s\n", text_str(&says), j->check, ends[end]);
    text_fini(&says);
    return end == TRIAL_READY || end == TRIAL_IDLE ? 0 : 1;
}

/* The list shows what was left out, and why: no need to say it twice. */
static void keep_quiet(void *arg, enum log_level level, const char *line)
{
    (void)arg, (void)level, (void)line;
}

static int list(struct job *j, const char *data, struct err *e)
{
    struct text out = {0};
    struct json_out json;

    log_set_sink(keep_quiet, NULL);
    if (!config_open(j->config_path, &j->config, e) ||
        !plugin_list_open(&j->list, j->config, data, e))
        return fail(e);
    if (j->json) {
        json_init(&json, &out);
        json_object(&json);
        json_put_int(&json, "v", 1);
        json_key(&json, "plugins");
        plugins_json(j->list.plugins, &json);
        json_object_end(&json);
        text_add_char(&out, '\n');
    } else {
        plugins_list(j->list.plugins, &out);
        if (!out.len)
            text_add(&out, "There are no plugins.\n");
    }
    fold_print(text_str(&out));
    text_fini(&out);
    return 0;
}

int cmd_plugins(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest, code;

    bool parsed = options_parse(&help, argc, argv, take, &j, &rest, &e);

    if (parsed && rest < argc && strcmp(argv[rest], "list") != 0)
        parsed = err_set(
            &e, ERR_USAGE, "plugins takes no \"%.60s\"; see whytls plugins --help", argv[rest]);
    if (!parsed)
        return fail(&e);
    char *data = paths_data_dir(j.data, NULL);

    code = j.check ? try_out(&j, data, &e) : list(&j, data, &e);
    plugin_list_fini(&j.list);
    config_free(j.config);
    mem_free(data);
    return code;
}
