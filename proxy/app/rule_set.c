#include "rule_set.h"

#include "base/log.h"
#include "base/mem.h"
#include "config.h"
#include "paths.h"
#include "pool.h"
#include "script/rules.h"

/* An editor writes a file in several steps: what changed is looked at again after a beat. */
enum { FOLDERS_MOST = 16, WATCH_MS = 300 };

struct rule_set {
    struct rule_set_config config;
    struct rules *rules; /* a reference */
    uint64_t loaded, seen;
    int64_t look_at_ms;
};

/* Where rules are now: a folder of one's own may have come since. */
struct sources {
    char *shipped, *library, *own; /* owned */
    const char *folders[FOLDERS_MOST + 3];
    struct config *settings; /* owned */
    struct rules_config rules;
};

static void sources_fini(struct sources *from)
{
    mem_free(from->shipped);
    mem_free(from->library);
    mem_free(from->own);
    config_free(from->settings);
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

static bool settings_read(struct rule_set *s, struct sources *from, struct err *e)
{
    bool right = config_open(s->config.config, &from->settings, e);

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
    mem_free(s);
}

struct rules *rule_set_rules(const struct rule_set *s)
{
    return s->rules;
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
        rules_unref(s->rules);
        s->rules = fresh;
    } else {
        rules_unref(fresh);
    }
    return right;
}

bool rule_set_reload(struct rule_set *s, struct pool *p)
{
    struct rules_changes changes;
    struct err e = {0};
    size_t all, awake;

    if (!reload(s, p, &changes, &e)) {
        log_error("the rules were not reloaded, those before go on: %s", e.text);
        return false;
    }
    rules_count(s->rules, &all, &awake);
    log_info("the rules were reloaded: %zu, of which %zu are awake; %zu packages are new or "
             "changed, %zu are gone",
        all, awake, changes.packages, changes.gone);
    return true;
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
