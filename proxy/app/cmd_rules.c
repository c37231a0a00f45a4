/* app/cmd_rules.c - whytls rules: what rules there are, their specs, the reference they are written
 * against, a new one. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "config.h"
#include "coverage.h"
#include "fold.h"
#include "option.h"
#include "paths.h"
#include "plugin_list.h"
#include "rule_package.h"
#include "rule_replay.h"
#include "script/fields.h"
#include "script/rules.h"
#include "script/spec.h"
#include "term.h"

enum { FOLDERS_MOST = 16 };

struct job {
    char *shipped, *user, *library; /* owned */
    const char *folders[FOLDERS_MOST + 3];
    size_t n_folders;
    const char *more[FOLDERS_MOST]; /* --rules */
    size_t n_more;
    const char *config_path;
    struct config *config;      /* owned; NULL: there is none */
    const char *on;             /* --on: a log */
    struct plugin_list plugins; /* which facts they give decides which rules sleep */
    bool json, verbose, why, changes, markdown;
};

static const struct option_row options[] = {
    {"json", 0, NULL, "list: one object with \"v\":1"},
    {"changes", 0, NULL, "list: only what differs from the rules as they are shipped"},
    {"markdown", 0, NULL, "fields: all of it as Markdown, as in the guide"},
    {"on", 0, "FLOWS", "run: a log of run --log; - is standard input"},
    {"why", 0, NULL, "run: what was struck out or too weak, too"},
    {"verbose", 'v', NULL, "test: name what passed as well"},
    {"rules", 0, "DIR", "another folder of rule packages; may be given again"},
    CONFIG_ROW,
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    "whytls rules list | test [NAME…] | fields [WORD] | new NAME | run NAME… --on FLOWS",
    "The Lua rules that turn facts into diagnoses: the shipped ones and your own under "
    "$XDG_CONFIG_HOME/whytls/rules.",
    options,
    "  list             the rules with their moments and powers; then cause, rule, lab, spec\n"
    "  test [NAME…]     runs the specs of the packages, in the sandbox and budgets of production\n"
    "  fields [WORD]    what a rule can read, wake on and do\n"
    "  new NAME         a package with one rule, its words and a spec that passes\n"
    "  run NAME…        what rules or packages would have said to the connections of a log\n\n"
    "Exit: 0 done, 1 a spec failed, 2 usage or a wrong rule.",
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    if (strcmp(name, "json") == 0)
        j->json = true;
    else if (strcmp(name, "verbose") == 0)
        j->verbose = true;
    else if (strcmp(name, "on") == 0)
        j->on = value;
    else if (strcmp(name, "why") == 0)
        j->why = true;
    else if (strcmp(name, "markdown") == 0)
        j->markdown = true;
    else if (strcmp(name, "changes") == 0)
        j->changes = true;
    else if (strcmp(name, "config") == 0)
        j->config_path = value;
    else if (j->n_more == FOLDERS_MOST)
        return err_set(e, ERR_USAGE, "--rules may be given %d times", FOLDERS_MOST);
    else
        j->more[j->n_more++] = value;
    return true;
}

static bool folders_find(struct job *j, struct err *e)
{
    j->shipped = paths_shipped_rules();
    j->library = paths_lua_library();
    j->user = paths_user_rules();
    if (!j->shipped)
        return err_set(e, ERR_SYSTEM,
            "the shipped rules are not found; set WHYTLS_LUA to the folder that holds rules/");
    j->folders[j->n_folders++] = j->shipped;
    if (j->user)
        j->folders[j->n_folders++] = j->user;
    for (size_t i = 0; i < j->n_more; i++)
        j->folders[j->n_folders++] = j->more[i];
    return true;
}

static void say_wrong(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "whytls: %s\n", line);
}

static int list(struct job *j, struct err *e)
{
    struct rules *rules;
    struct text list = {0}, out = {0};
    struct json_out json;
    struct term term;
    bool good;

    if (!folders_find(j, e) || !config_open(j->config_path, &j->config, e))
        return fail(e);
    char *data = paths_data_dir(NULL, NULL);
    bool found = plugin_list_open(&j->plugins, j->config, data, e);

    mem_free(data);
    struct rules_config config = {.folders = j->folders,
        .library = j->library,
        .partners = j->plugins.partners,
        .n_partners = j->plugins.n_partners,
        .config = j->config};
    if (!found || !rules_load(&config, say_wrong, NULL, &rules, e))
        return fail(e);
    if (j->changes) {
        rules_list_changes(rules, j->shipped, &out);
        good = true;
    } else if (j->json) {
        json_init(&json, &out);
        json_object(&json);
        json_put_int(&json, "v", 1);
        good = coverage_json(rules, &json, e);
        json_object_end(&json);
        text_add_char(&out, '\n');
    } else {
        rules_list(rules, &list);
        text_add_char(&list, '\n');
        good = term_init(&term, NULL, e);
        if (good)
            fold_add(&term, text_str(&list), &out);
        good = good && coverage_print(rules, &term, &out, e);
        text_fini(&list);
    }
    if (good)
        fputs(text_str(&out), stdout);
    text_fini(&out);
    rules_unref(rules);
    return good ? 0 : fail(e);
}

static bool test_one(struct job *j, const char *name, struct spec_tally *tally, struct err *e)
{
    struct rules_config config = {.folders = j->folders, .library = j->library};
    struct spec_tally own = {0};
    struct text report = {0};
    struct err why = {0};

    bool right = spec_test(&config, name, j->verbose, &own, &report, &why);

    fputs(text_str(&report), stdout);
    text_fini(&report);
    tally->files += own.files;
    tally->passed += own.passed;
    tally->failed += own.failed;
    if (!right)
        return err_set(e, why.kind, "%s", why.text);
    printf("%-20s %zu passed", name, own.passed);
    if (own.failed)
        printf(", %zu failed", own.failed);
    puts(own.files ? "" : " (it has no spec)");
    return true;
}

static int test(struct job *j, int n, char **names, struct err *e)
{
    struct spec_tally tally = {0};
    char **all = NULL;
    size_t n_all = 0, wrong = 0;

    if (!folders_find(j, e))
        return fail(e);
    struct rules_config config = {.folders = j->folders, .library = j->library};
    if (n == 0 && !spec_packages(&config, &all, &n_all, e))
        return fail(e);
    for (size_t i = 0; i < (n ? (size_t)n : n_all); i++)
        if (!test_one(j, n ? names[i] : all[i], &tally, e)) {
            fail(e);
            wrong++;
        }
    for (size_t i = 0; i < n_all; i++)
        mem_free(all[i]);
    mem_free(all);
    return wrong ? 2 : tally.failed ? 1 : 0;
}

static int fields(const struct job *j, const char *word)
{
    struct text out = {0};

    if (j->markdown)
        fields_write_markdown(&out);
    else
        fields_write(word, &out);
    fold_print(text_str(&out));
    bool found = out.len > 0;

    text_fini(&out);
    return found ? 0 : 1;
}

static int new_package(const char *name, struct err *e)
{
    char *folder = rule_package_new(name, e);

    if (!folder)
        return fail(e);
    printf("%s\nEdit init.lua there, then: whytls rules test %s\n", folder, name);
    mem_free(folder);
    return 0;
}

static int replay(struct job *j, int n, char **names, struct err *e)
{
    struct rules *rules;
    bool right = (n > 0 && j->on) ||
                 err_set(e, ERR_USAGE, "usage: whytls rules run NAME… --on FLOWS [--why]");

    if (!right || !folders_find(j, e) || !config_open(j->config_path, &j->config, e))
        return fail(e);
    struct rules_config config = {
        .folders = j->folders, .library = j->library, .config = j->config};
    if (!rules_load(&config, say_wrong, NULL, &rules, e))
        return fail(e);
    right = rule_replay(
        rules, &(struct rule_replay_ask){(const char *const *)names, (size_t)n, j->on, j->why}, e);
    rules_unref(rules);
    return right ? 0 : fail(e);
}

static int run(struct job *j, int argc, char **argv, struct err *e)
{
    static const char *const words[] = {"list", "test", "fields", "new", "run", NULL};
    const char *word = argc ? argv[0] : "list";

    if (strcmp(word, "list") == 0 && argc <= 1)
        return list(j, e);
    if (strcmp(word, "test") == 0)
        return test(j, argc - 1, argv + 1, e);
    if (strcmp(word, "fields") == 0 && argc <= 2)
        return fields(j, argc == 2 ? argv[1] : NULL);
    if (strcmp(word, "new") == 0 && argc == 2)
        return new_package(argv[1], e);
    if (strcmp(word, "run") == 0)
        return replay(j, argc - 1, argv + 1, e);
    const char *near = text_nearest(word, words);

    if (near && strcmp(near, word))
        err_set(e, ERR_USAGE, "no \"rules %.40s\"; did you mean %s?", word, near);
    else
        err_set(e, ERR_USAGE, "usage: %s", help.usage);
    return fail(e);
}

int cmd_rules(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    int code = run(&j, argc - rest, argv + rest, &e);

    mem_free(j.shipped);
    mem_free(j.user);
    mem_free(j.library);
    plugin_list_fini(&j.plugins);
    config_free(j.config);
    return code;
}
