/* house_rules.c - the rules of the running proxy, for the web UI: what there is, on and off, the
 * files of the user's own packages, reloads. */
#include "house_priv.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "flow/flow.h"
#include "plugin/plugins.h"
#include "rule_set.h"
#include "script/rules.h"
#include "script/spec.h"

/* FILES: of a package; DEPTH: of its folders; WAIT_S: for the main thread, which may be at the
 * specs of a reload. */
enum { FILES_MOST = 100, DEPTH_MOST = 3, FILE_BYTES_MOST = 256 * 1024, WAIT_S = 60 };

/* --- packages --- */

struct first_about {
    const char *package, *about;
};

static void see_about(void *arg, const struct rules_entry *one)
{
    struct first_about *f = arg;
    size_t n = strlen(f->package);

    if (!f->about && !strncmp(one->id, f->package, n) && one->id[n] == '/')
        f->about = one->about;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void files_find(const char *folder, const char *prefix, int depth, char **names, size_t *n)
{
    DIR *dir = opendir(folder);

    for (struct dirent *one; dir && (one = readdir(dir)) && *n < FILES_MOST;) {
        char *path = file_join(folder, one->d_name);
        char *name = *prefix ? file_join(prefix, one->d_name) : mem_text(one->d_name);
        struct stat what;

        if (one->d_name[0] != '.' && lstat(path, &what) == 0) {
            if (S_ISDIR(what.st_mode) && depth < DEPTH_MOST)
                files_find(path, name, depth + 1, names, n);
            else if (S_ISREG(what.st_mode) && *n < FILES_MOST)
                names[(*n)++] = mem_text(name);
        }
        mem_free(name);
        mem_free(path);
    }
    if (dir)
        closedir(dir);
}

static void put_files(const char *folder, const char *package, struct json_out *j)
{
    char *path = file_join(folder, package), *names[FILES_MOST];
    size_t n = 0;

    files_find(path, "", 1, names, &n);
    qsort(names, n, sizeof *names, by_text);
    json_key(j, "files");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_text(j, names[i]);
        mem_free(names[i]);
    }
    json_array_end(j);
    mem_free(path);
}

struct putting {
    struct house *house;
    struct rules *rules;
    struct arena *arena;
    struct json_out *json;
};

static void put_package(void *arg, const char *name, const char *folder, bool own)
{
    const struct putting *p = arg;
    struct first_about first = {.package = name};

    rules_each(p->rules, p->arena, see_about, &first);
    json_object(p->json);
    json_put_text(p->json, "name", name);
    json_put_text(p->json, "from", own ? "user" : "shipped");
    json_put_text(p->json, "about", first.about ? first.about : "");
    put_files(folder, name, p->json);
    json_put_null(p->json, "specs"); /* they are run when somebody asks */
    json_object_end(p->json);
}

/* --- rules --- */

static void put_moments(unsigned moments, struct json_out *j)
{
    struct text names = {0};

    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (moments >> m & 1)
            text_printf(&names, "%s%s", names.len ? ", " : "", moment_name(m));
    json_put_text(j, "on", text_str(&names));
    text_fini(&names);
}

static void put_rule(void *arg, const struct rules_entry *one)
{
    const struct putting *p = arg;
    struct json_out *j = p->json;
    struct web_rule_count n;
    char at[TIME_TEXT_CAP];

    web_count_rule(p->house->count, one->id, &n);
    json_object(j);
    json_put_text(j, "id", one->id);
    json_put_text(j, "about", one->about);
    put_moments(one->moments, j);
    json_put_text(j, "state",
        one->off      ? "off"
        : n.is_failed ? "failed"
        : one->asleep ? "asleep"
                      : "on");
    json_put_text(j, "why",
        one->off      ? one->off
        : n.is_failed ? "it failed too often, and stands still until the rules are loaded again"
                      : one->asleep);
    json_key(j, "causes");
    json_array(j);
    for (size_t i = 0; i < one->n_causes; i++)
        json_text(j, one->causes[i]);
    json_array_end(j);
    json_put_int(j, "hits", n.hits);
    json_put_text(j, "last_at", n.last_ms ? time_rfc3339_ms(at, n.last_ms) : NULL);
    json_put_int(j, "faults", n.faults);
    json_object_end(j);
}

static bool rules_put(void *arg, struct json_out *j, struct err *e)
{
    struct house *h = arg;
    struct arena arena;
    struct putting p = {.house = h, .rules = rule_set_hold(h->rules), .arena = &arena, .json = j};

    arena_init(&arena);
    json_key(j, "packages");
    json_array(j);
    bool right = rule_set_packages(h->rules, put_package, &p, e);
    json_array_end(j);
    json_key(j, "rules");
    json_array(j);
    rules_each(p.rules, &arena, put_rule, &p);
    json_array_end(j);
    json_key(j, "plugins");
    plugins_json(h->plugins, j);
    arena_fini(&arena);
    rules_unref(p.rules);
    return right;
}

/* --- what the main thread does for us --- */

static bool rules_reload_asked(void *arg, struct text *says)
{
    struct house *h = arg;
    struct timespec until;
    bool done;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&h->lock);
    uint64_t ticket = ++h->asked;

    while (h->served < ticket && !h->is_closing &&
           pthread_cond_timedwait(&h->served_now, &h->lock, &until) == 0)
        ;
    done = h->served >= ticket;
    text_add(says, done ? text_str(&h->says) : "whytls is busy, or about to end");
    bool swapped = done && h->swapped;
    pthread_mutex_unlock(&h->lock);
    return swapped;
}

void house_serve(struct house *h, struct pool *pool)
{
    struct text says = {0};

    pthread_mutex_lock(&h->lock);
    uint64_t ticket = h->asked;
    bool wanted = ticket > h->served;
    pthread_mutex_unlock(&h->lock);
    if (!wanted)
        return;
    bool swapped = rule_set_reload_says(h->rules, pool, &says);
    if (swapped)
        web_count_rules_anew(h->count);
    pthread_mutex_lock(&h->lock);
    h->served = ticket;
    h->swapped = swapped;
    text_clear(&h->says);
    text_add(&h->says, text_str(&says));
    pthread_cond_broadcast(&h->served_now);
    pthread_mutex_unlock(&h->lock);
    text_fini(&says);
}

static bool rule_switch(void *arg, const char *id, bool on, struct err *e)
{
    struct house *h = arg;
    struct text says = {0};

    if (!rule_set_switch(h->rules, id, on, e))
        return false;
    bool right = rules_reload_asked(h, &says) || err_set(e, ERR_RULE, "%.400s", text_str(&says));

    text_fini(&says);
    return right;
}

/* --- files --- */

/* "texts/en.lua": plain parts alone, so that no name leads out of the package. */
static bool name_is_plain(const char *name)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";

    return *name && strlen(name) < 200 && strspn(name, plain) == strlen(name) && *name != '.' &&
           *name != '/' && !strstr(name, "/.") && !strstr(name, "//") && !text_ends(name, "/");
}

struct looking {
    const char *name;
    char *folder; /* owned */
    bool own;
};

static void see_package(void *arg, const char *name, const char *folder, bool own)
{
    struct looking *l = arg;

    if (strcmp(name, l->name) != 0)
        return;
    l->folder = file_join(folder, name);
    l->own = own;
}

/* The whole path of a file that lies in the package, whatever links there are; NULL and *e. */
static char *file_find(
    struct house *h, const char *package, const char *name, bool to_write, struct err *e)
{
    struct looking l = {.name = package};
    char *path = NULL;

    if (!name_is_plain(name) || !rule_set_packages(h->rules, see_package, &l, e) || !l.folder) {
        err_set(e, ERR_USAGE, "there is no such file");
        return NULL;
    }
    if (to_write && !l.own) {
        err_set(e, ERR_INPUT, "the packages that came with whytls are not changed here: copy one");
    } else {
        path = file_join(l.folder, name);
        char *real = realpath(path, NULL), *home = realpath(l.folder, NULL);
        size_t n = home ? strlen(home) : 0;

        if (!real || !home || strncmp(real, home, n) != 0 || real[n] != '/') {
            mem_free(path);
            path = NULL;
            err_set(e, ERR_USAGE, "there is no such file");
        }
        free(real);
        free(home);
    }
    mem_free(l.folder);
    return path;
}

static bool rule_file(
    void *arg, const char *package, const char *name, struct text *out, struct err *e)
{
    char *path = file_find(arg, package, name, false, e);
    uint8_t *bytes = NULL;
    size_t len;
    bool right = path && file_read(path, FILE_BYTES_MOST, &bytes, &len, e);

    if (right)
        text_add_n(out, (const char *)bytes, len);
    mem_free(bytes);
    mem_free(path);
    return right;
}

static bool rule_file_write(
    void *arg, const char *package, const char *name, const char *bytes, size_t len, struct err *e)
{
    char *path = len <= FILE_BYTES_MOST ? file_find(arg, package, name, true, e) : NULL;
    bool right = path && file_write(path, bytes, len, 0644, e);

    if (len > FILE_BYTES_MOST)
        err_set(e, ERR_INPUT, "a file of rules has at most %d KiB", FILE_BYTES_MOST / 1024);
    mem_free(path);
    return right;
}

static bool rule_specs(void *arg, const char *package, struct web_specs *out, struct err *e)
{
    struct house *h = arg;
    struct spec_tally tally = {0};
    bool right = rule_set_test(h->rules, package, &tally, &out->says, e);

    out->passed = tally.passed;
    out->failed = tally.failed;
    return right;
}

void house_give_rules(struct web_house *out)
{
    out->rules = rules_put;
    out->rule_switch = rule_switch;
    out->rules_reload = rules_reload_asked;
    out->rule_file = rule_file;
    out->rule_file_write = rule_file_write;
    out->rule_specs = rule_specs;
}
