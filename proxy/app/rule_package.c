#include "rule_package.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "paths.h"
#include "script/fields.h"

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

char *rule_package_new(const char *name, struct err *e)
{
    char *config = paths_config_dir(), *rules = config ? file_join(config, "rules") : NULL,
         *folder = NULL;
    bool right = false;

    if (!name_is_right(name)) {
        err_set(e, ERR_USAGE,
            "\"%.64s\" is no name for a package: lower-case letters, digits and -", name);
    } else if (!rules) {
        err_set(e, ERR_SYSTEM, "there is no home directory; set XDG_CONFIG_HOME");
    } else {
        folder = file_join(rules, name);
        right = file_exists(folder) ? err_set(e, ERR_USAGE, "%s is there already", folder)
                                    : package_write(folder, name, e);
    }
    mem_free(rules);
    mem_free(config);
    if (right)
        return folder;
    mem_free(folder);
    return NULL;
}
