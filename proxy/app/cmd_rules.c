/* app/cmd_rules.c - whytls rules: what rules there are, their specs, the reference they are written
 * against, a new one. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "option.h"
#include "paths.h"
#include "script/fields.h"
#include "script/rules.h"
#include "script/spec.h"

enum { FOLDERS_MOST = 16 };

struct job {
    char *shipped, *user, *library; /* owned */
    const char *folders[FOLDERS_MOST + 3];
    size_t n_folders;
    const char *more[FOLDERS_MOST]; /* --rules */
    size_t n_more;
    bool json, verbose;
};

static const struct option_row options[] = {
    {"json", 0, NULL, "list: one object with \"v\":1"},
    {"verbose", 'v', NULL, "test: name what passed as well"},
    {"rules", 0, "DIR", "another folder of rule packages; may be given again"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    "whytls rules list | test [NAME…] | fields [WORD] | new NAME",
    "The Lua rules that turn facts into diagnoses: the shipped ones and your own under "
    "$XDG_CONFIG_HOME/whytls/rules.",
    options,
    "  list             id, moments, powers; asleep and why\n"
    "  test [NAME…]     runs the specs of the packages, in the sandbox and budgets of production\n"
    "  fields [WORD]    what a rule can read, wake on and do\n"
    "  new NAME         a package with one rule, its words and a spec that passes\n\n"
    "Exit: 0 done, 1 a spec failed, 2 usage or a wrong rule.",
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    if (strcmp(name, "json") == 0)
        j->json = true;
    else if (strcmp(name, "verbose") == 0)
        j->verbose = true;
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
    struct text out = {0};
    struct json_out json;

    if (!folders_find(j, e))
        return fail(e);
    struct rules_config config = {.folders = j->folders, .library = j->library};
    if (!rules_load(&config, say_wrong, NULL, &rules, e))
        return fail(e);
    if (j->json) {
        json_init(&json, &out);
        json_object(&json);
        json_put_int(&json, "v", 1);
        json_key(&json, "rules");
        rules_json(rules, &json);
        json_object_end(&json);
        text_add_char(&out, '\n');
    } else {
        rules_list(rules, &out);
    }
    fputs(text_str(&out), stdout);
    text_fini(&out);
    rules_unref(rules);
    return 0;
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

static int fields(const char *word)
{
    struct text out = {0};

    fields_write(word, &out);
    fputs(text_str(&out), stdout);
    bool found = out.len > 0;

    text_fini(&out);
    return found ? 0 : 1;
}

/* --- a new package --- */

static const char new_init[] =
    "-- What is this rule about? One sentence for the people who read it.\n"
    "rule {\n"
    "    name     = \"watch\",\n"
    "    about    = \"Notes every site of the list that is judged.\",\n"
    "    notes    = { [\"seen\"] = \"info\" },\n"
    "    settings = { hosts = { kind = \"hosts\", default = { \"shop.example\" }, about = \"hosts "
    "that the rule is about\" } },\n"
    "    wakes_on = { judged = { host = \"settings.hosts\" } },\n"
    "\n"
    "    judged = function(flow)\n"
    "        flow:note(\"seen\", { verdict = flow.server_leg.verdict.verdict })\n"
    "    end,\n"
    "}\n";

static const char new_texts[] =
    "-- {path} is a fact of the flow, {$name} a value that the rule gave, [ … ] is left out when a "
    "hole in it is empty.\n"
    "return {\n"
    "    [\"seen\"] = \"{target.host} was judged: {$verdict}[, for {server_leg.verdict.text}].\",\n"
    "}\n";

static const char new_spec[] =
    "describe(\"%s/watch\", function()\n"
    "    it(\"notes a host of the list\", function()\n"
    "        expect_note(play {}, \"%s/seen\", { severity = \"info\", says = \"accept\" })\n"
    "    end)\n"
    "    it(\"is not woken for other hosts\", function()\n"
    "        expect_asleep(play { target = { host = \"other.example\" } })\n"
    "    end)\n"
    "end)\n";

static bool part_write(
    const char *folder, const char *sub, const char *name, const char *text, struct err *e)
{
    char *inside = *sub ? file_join(folder, sub) : mem_text(folder),
         *path = file_join(inside, name);
    bool right = file_mkdirs(inside, 0755, e) && file_write(path, text, strlen(text), 0644, e);

    mem_free(inside);
    mem_free(path);
    return right;
}

static bool package_write(const char *folder, const char *name, struct err *e)
{
    struct text spec = {0}, meta = {0};

    text_printf(&spec, new_spec, name, name);
    fields_write_meta(&meta);
    bool right = part_write(folder, "", "init.lua", new_init, e) &&
                 part_write(folder, "texts", "en.lua", new_texts, e) &&
                 part_write(folder, "spec", "watch_spec.lua", text_str(&spec), e) &&
                 part_write(folder, "meta", "whytls.lua", text_str(&meta), e);

    text_fini(&spec);
    text_fini(&meta);
    return right;
}

static bool name_is_right(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return n > 0 && n <= 64 && !name[n];
}

static int new_package(const char *name, struct err *e)
{
    char *config = paths_config_dir();

    if (!name_is_right(name)) {
        err_set(e, ERR_USAGE,
            "\"%.64s\" is no name for a package: lower-case letters, digits and -", name);
    } else if (!config) {
        err_set(e, ERR_SYSTEM, "there is no home directory; set XDG_CONFIG_HOME");
    } else {
        char *rules = file_join(config, "rules"), *folder = file_join(rules, name);

        if (file_exists(folder))
            err_set(e, ERR_USAGE, "%s is there already", folder);
        else if (package_write(folder, name, e))
            printf("%s\nEdit init.lua there, then: whytls rules test %s\n", folder, name);
        mem_free(rules);
        mem_free(folder);
    }
    mem_free(config);
    return e->kind == ERR_NONE ? 0 : fail(e);
}

static int run(struct job *j, int argc, char **argv, struct err *e)
{
    static const char *const words[] = {"list", "test", "fields", "new", NULL};
    const char *word = argc ? argv[0] : "list";

    if (strcmp(word, "list") == 0 && argc <= 1)
        return list(j, e);
    if (strcmp(word, "test") == 0)
        return test(j, argc - 1, argv + 1, e);
    if (strcmp(word, "fields") == 0 && argc <= 2)
        return fields(argc == 2 ? argv[1] : NULL);
    if (strcmp(word, "new") == 0 && argc == 2)
        return new_package(argv[1], e);
    const char *near = text_nearest(word, words);

    if (strcmp(word, "run") == 0)
        err_set(e, ERR_USAGE, "\"rules run\" is not in this release; \"rules test\" is");
    else if (near && strcmp(near, word))
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
    return code;
}
