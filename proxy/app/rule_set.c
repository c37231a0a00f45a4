#include "rule_set.h"

#include <pthread.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "config.h"
#include "paths.h"
#include "pool.h"
#include "script/rules.h"
#include "script/spec.h"

/* An editor writes a file in several steps: what changed is looked at again after a beat. */
enum { FOLDERS_MOST = 16, WATCH_MS = 300, OFF_MOST = 500, OFF_BYTES_MOST = 64 * 1024 };

struct rule_set {
    struct rule_set_config config;
    struct rules *rules;  /* a reference */
    pthread_mutex_t lock; /* of the pointer `rules`, and of the file of what is off */
    uint64_t loaded, seen;
    int64_t look_at_ms;
};

/* Where rules are now: a folder of one's own may have come since. */
struct sources {
    char *shipped, *library, *own; /* owned */
    const char *folders[FOLDERS_MOST + 3];
    struct config *settings; /* owned */
    char *off_text;          /* owned: lines, as the next borrows them */
    const char *off[OFF_MOST + 1];
    struct rules_config rules;
};

static void sources_fini(struct sources *from)
{
    mem_free(from->shipped);
    mem_free(from->library);
    mem_free(from->own);
    config_free(from->settings);
    mem_free(from->off_text);
}

static bool sources_find(struct rule_set *s, struct sources *from, struct err *e)
{
    size_t n = 0;

    *from = (struct sources){.shipped = paths_shipped_rules(),
        .library = paths_lua_library(),
        .own = paths_user_rules()};
    if (!from->shipped)
        return err_set(e, ERR_SYSTEM,
            "the shipped rules are not found; set WHYTLS_LUA to the folder that holds rules/");
    from->folders[n++] = from->shipped;
    if (from->own)
        from->folders[n++] = from->own;
    for (size_t i = 0; i < s->config.n_more && n < FOLDERS_MOST; i++)
        from->folders[n++] = s->config.more[i];
    from->rules = (struct rules_config){.folders = from->folders,
        .library = from->library,
        .partners = s->config.partners,
        .n_partners = s->config.n_partners,
        .memory = s->config.memory};
    return true;
}

/* One id a line. A file that cannot be read switches nothing off. */
static void off_read(struct rule_set *s, struct sources *from)
{
    char *path = s->config.data ? file_join(s->config.data, "rules-off") : NULL, *rest;
    uint8_t *bytes = NULL;
    size_t len, n = 0;

    if (path && file_exists(path) && file_read(path, OFF_BYTES_MOST, &bytes, &len, NULL)) {
        from->off_text = (char *)bytes;
        for (char *line = strtok_r(from->off_text, "\n", &rest); line && n < OFF_MOST;
             line = strtok_r(NULL, "\n", &rest))
            from->off[n++] = line;
    }
    from->rules.off = from->off;
    mem_free(path);
}

static bool settings_read(struct rule_set *s, struct sources *from, struct err *e)
{
    bool right = config_open(s->config.config, &from->settings, e);

    off_read(s, from);
    from->rules.config = from->settings;
    return right;
}

static void warn_of_rule(void *arg, const char *line)
{
    (void)arg;
    log_warn("%s", line);
}

bool rule_set_open(const struct rule_set_config *config, struct rule_set **out, struct err *e)
{
    struct rule_set *s = mem_new(sizeof *s);
    struct sources from;

    s->config = *config;
    pthread_mutex_init(&s->lock, NULL);
    bool right = sources_find(s, &from, e) && settings_read(s, &from, e);

    if (right)
        s->loaded = s->seen = rules_fingerprint(&from.rules);
    right = right && rules_load(&from.rules, warn_of_rule, NULL, &s->rules, e);
    sources_fini(&from);
    if (!right) {
        mem_free(s);
        return false;
    }
    *out = s;
    return true;
}

void rule_set_free(struct rule_set *s)
{
    if (!s)
        return;
    rules_unref(s->rules);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

struct rules *rule_set_rules(const struct rule_set *s)
{
    return s->rules;
}

struct rules *rule_set_hold(struct rule_set *s)
{
    pthread_mutex_lock(&s->lock);
    struct rules *held = rules_ref(s->rules);
    pthread_mutex_unlock(&s->lock);
    return held;
}

static bool reload(struct rule_set *s, struct pool *p, struct rules_changes *changes, struct err *e)
{
    struct sources from;
    struct rules *fresh = NULL;
    bool right = sources_find(s, &from, e);

    if (right)
        s->loaded = s->seen = rules_fingerprint(&from.rules);
    right = right && settings_read(s, &from, e) &&
            rules_reload(s->rules, &from.rules, changes, &fresh, e) &&
            pool_replace_rules(p, fresh, e);
    sources_fini(&from);
    if (right) {
        pthread_mutex_lock(&s->lock);
        rules_unref(s->rules);
        s->rules = fresh;
        pthread_mutex_unlock(&s->lock);
    } else {
        rules_unref(fresh);
    }
    return right;
}

bool rule_set_reload_says(struct rule_set *s, struct pool *p, struct text *says)
{
    struct rules_changes changes;
    struct err e = {0};
    size_t all, awake;

    if (!reload(s, p, &changes, &e)) {
        text_printf(says, "the rules were not reloaded, those before go on: %s", e.text);
        log_error("%s", text_str(says));
        return false;
    }
    rules_count(s->rules, &all, &awake);
    text_printf(says,
        "the rules were reloaded: %zu, of which %zu are awake; %zu packages are new or changed, "
        "%zu are gone",
        all, awake, changes.packages, changes.gone);
    log_info("%s", text_str(says));
    return true;
}

bool rule_set_reload(struct rule_set *s, struct pool *p)
{
    struct text says = {0};
    bool right = rule_set_reload_says(s, p, &says);

    text_fini(&says);
    return right;
}

void rule_set_watch(struct rule_set *s, struct pool *p, int64_t now_ms)
{
    struct sources from;
    struct err e = {0};

    if (now_ms < s->look_at_ms)
        return;
    s->look_at_ms = now_ms + WATCH_MS;
    uint64_t print = sources_find(s, &from, &e) ? rules_fingerprint(&from.rules) : s->loaded;

    sources_fini(&from);
    bool settled = print == s->seen;

    s->seen = print;
    if (settled && print != s->loaded)
        rule_set_reload(s, p);
}

/* --- from other threads --- */

bool rule_set_test(struct rule_set *s, const char *package, struct spec_tally *tally,
    struct text *report, struct err *e)
{
    struct sources from;
    bool right = sources_find(s, &from, e);
    /* As in `whytls rules test`: of the packages alone. */
    const struct rules_config config = {.folders = from.folders, .library = from.library};

    right = right && spec_test(&config, package, false, tally, report, e);
    sources_fini(&from);
    return right;
}

/* The last folder that has it wins. */
static const char *folder_of(const struct sources *from, const char *name)
{
    const char *found = NULL;

    for (size_t i = 0; from->folders[i]; i++) {
        char *package = file_join(from->folders[i], name), *init = file_join(package, "init.lua");

        if (file_exists(init))
            found = from->folders[i];
        mem_free(init);
        mem_free(package);
    }
    return found;
}

bool rule_set_packages(struct rule_set *s,
    void (*each)(void *arg, const char *name, const char *folder, bool own), void *arg,
    struct err *e)
{
    struct sources from;
    char **names = NULL;
    size_t n = 0;
    bool right = sources_find(s, &from, e) && spec_packages(&from.rules, &names, &n, e);

    for (size_t i = 0; i < n; i++) {
        const char *folder = folder_of(&from, names[i]);

        if (folder)
            each(arg, names[i], folder, folder != from.shipped);
        mem_free(names[i]);
    }
    mem_free(names);
    sources_fini(&from);
    return right;
}

static bool off_write(struct rule_set *s, const char *id, bool on, struct err *e)
{
    struct sources from = {0};
    struct text out = {0};

    off_read(s, &from);
    for (size_t i = 0; from.off[i]; i++)
        if (strcmp(from.off[i], id) != 0)
            text_printf(&out, "%s\n", from.off[i]);
    if (!on)
        text_printf(&out, "%s\n", id);
    char *path = file_join(s->config.data, "rules-off");
    bool right = file_write(path, text_str(&out), out.len, 0600, e);

    mem_free(path);
    text_fini(&out);
    sources_fini(&from);
    return right;
}

bool rule_set_switch(struct rule_set *s, const char *id, bool on, struct err *e)
{
    if (!s->config.data)
        return err_set(e, ERR_SYSTEM, "there is no folder to write it down in");
    pthread_mutex_lock(&s->lock);
    bool right = off_write(s, id, on, e);
    pthread_mutex_unlock(&s->lock);
    return right;
}
