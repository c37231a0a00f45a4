/* tests/script/rule_kit.h - rule packages out of strings, and flows for them. Header only, so that
 * each test stays alone. */
#ifndef WHYTLS_TESTS_SCRIPT_RULE_KIT_H
#define WHYTLS_TESTS_SCRIPT_RULE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "hook/hook.h"
#include "hook/listener.h"
#include "spec_priv.h"

/* A folder of packages under the temporary directory. */
struct kit {
    char folder[64];
    struct rules *rules;
    struct hooks *hooks;
    struct text warnings;
    struct text faults;
    size_t n_visits;
};

static inline void kit_warn(void *arg, const char *line)
{
    struct kit *k = arg;

    text_printf(&k->warnings, "%s\n", line);
}

static inline void kit_seen(void *arg, const struct hook_visit *visit)
{
    struct kit *k = arg;

    k->n_visits++;
    if (visit->error)
        text_printf(&k->faults, "%s\n", visit->error);
}

static inline void kit_silence(void *arg, enum log_level level, const char *line)
{
    (void)arg;
    (void)level;
    (void)line;
}

static inline void kit_init(struct kit *k)
{
    memset(k, 0, sizeof *k);
    log_set_sink(kit_silence, NULL);
    snprintf(k->folder, sizeof k->folder, "/tmp/whytls-rules-XXXXXX");
    assert_non_null(mkdtemp(k->folder));
}

static inline void kit_write(struct kit *k, const char *package, const char *name, const char *text)
{
    char *folder = file_join(k->folder, package), *path = file_join(folder, name),
         *slash = strrchr(path, '/');
    struct err e = {0};

    *slash = '\0';
    assert_true(file_mkdirs(path, 0700, &e));
    *slash = '/';
    assert_true(file_write(path, text, strlen(text), 0600, &e));
    mem_free(folder);
    mem_free(path);
}

/* Loads what was written, and gives it to a table. */
static inline void kit_load(struct kit *k)
{
    const char *folders[] = {k->folder, NULL};
    struct rules_config config = {.folders = folders};
    struct err e = {0};

    if (!rules_load(&config, kit_warn, k, &k->rules, &e))
        fail_msg("%s", e.text);
    k->hooks = hooks_new();
    if (!rules_attach(k->rules, k->hooks, &e))
        fail_msg("%s", e.text);
    hooks_trace(k->hooks, kit_seen, k);
}

static inline void kit_unload(struct kit *k)
{
    hooks_free(k->hooks);
    rules_unref(k->rules);
    k->hooks = NULL;
    k->rules = NULL;
    text_clear(&k->warnings);
    text_clear(&k->faults);
    k->n_visits = 0;
}

static inline void kit_fini(struct kit *k)
{
    char command[128];

    kit_unload(k);
    text_fini(&k->warnings);
    text_fini(&k->faults);
    snprintf(command, sizeof command, "rm -rf '%s'", k->folder);
    assert_int_equal(system(command), 0);
    log_set_sink(NULL, NULL);
}

/* A package "p" of one file and its words. */
static inline void kit_one(struct kit *k, const char *init, const char *texts)
{
    kit_write(k, "p", "init.lua", init);
    kit_write(k, "p", "texts/en.lua", texts ? texts : "return {}");
    kit_load(k);
}

#endif
