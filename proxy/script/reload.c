/* reload.c - a second set of rules beside one that is at work; declared in rules.h. */
#include "rules.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "rule_priv.h"
#include "spec.h"

static const struct package *package_of(const struct rules *all, const char *name)
{
    for (size_t i = 0; i < all->n_packages; i++)
        if (!strcmp(all->packages[i]->name, name))
            return all->packages[i];
    return NULL;
}

static bool same_sources(const struct package *a, const struct package *b)
{
    if (!a || !b)
        return a == b;
    if (a->n_sources != b->n_sources)
        return false;
    for (size_t i = 0; i < a->n_sources; i++)
        if (strcmp(a->sources[i].name, b->sources[i].name) ||
            a->sources[i].len != b->sources[i].len ||
            memcmp(a->sources[i].text, b->sources[i].text, a->sources[i].len))
            return false;
    return true;
}

static void wrong_keep(void *arg, const char *line)
{
    struct err *first = arg;

    if (first->kind == ERR_NONE)
        err_set(first, ERR_RULE, "%s", line);
}

/* Its specs stand on what is shipped with it, not on what the user has set. */
static bool specs_pass(const struct rules_config *config, const char *name, struct err *e)
{
    const struct rules_config plain = {.folders = config->folders, .library = config->library};
    struct spec_tally tally = {0};
    struct text report = {0};
    bool right = spec_test(&plain, name, false, &tally, &report, e);

    if (right && tally.failed)
        right = err_set(e, ERR_RULE, "%s: %zu of its specs failed: %.300s", name, tally.failed,
            text_str(&report));
    text_fini(&report);
    return right;
}

bool rules_reload(const struct rules *standing, const struct rules_config *config,
    struct rules_changes *changes, struct rules **out, struct err *e)
{
    struct err wrong = {0};
    struct rules *fresh;

    *changes = (struct rules_changes){0};
    if (!rules_load(config, wrong_keep, &wrong, &fresh, e))
        return false;
    bool right = wrong.kind == ERR_NONE || err_set(e, ERR_RULE, "%s", wrong.text);
    bool all_anew = !same_sources(standing->library_files, fresh->library_files);

    for (size_t i = 0; right && i < fresh->n_packages; i++) {
        const struct package *p = fresh->packages[i];

        if (!all_anew && same_sources(package_of(standing, p->name), p))
            continue;
        changes->packages++;
        right = specs_pass(config, p->name, e);
    }
    for (size_t i = 0; i < standing->n_packages; i++)
        changes->gone += !package_of(fresh, standing->packages[i]->name);
    if (!right) {
        rules_unref(fresh);
        return false;
    }
    *out = fresh;
    return true;
}

/* --- has anything changed? --- */

static void mix(uint64_t *hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    /* FNV-1a, 64 bits. */
    for (size_t i = 0; i < n; i++)
        *hash = (*hash ^ p[i]) * 0x100000001b3u;
}

/* Order does not matter: directories have none that is promised. */
static uint64_t tree_print(const char *path, int depth)
{
    struct stat st;
    uint64_t sum = 0xcbf29ce484222325u;

    if (stat(path, &st))
        return 0;
    mix(&sum, path, strlen(path));
    if (!S_ISDIR(st.st_mode)) {
        mix(&sum, &st.st_ino, sizeof st.st_ino);
        mix(&sum, &st.st_size, sizeof st.st_size);
        mix(&sum, &st.st_mtim, sizeof st.st_mtim);
        return sum;
    }
    DIR *dir = depth ? opendir(path) : NULL;

    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        char *inside = file_join(path, entry->d_name);

        sum += tree_print(inside, depth - 1);
        mem_free(inside);
    }
    if (dir)
        closedir(dir);
    return sum;
}

uint64_t rules_fingerprint(const struct rules_config *config)
{
    enum { DEEP = 3 }; /* FOLDER/PACKAGE/spec/FILE */
    uint64_t sum = config->library ? tree_print(config->library, 1) : 0;

    for (const char *const *folder = config->folders; *folder; folder++)
        sum += tree_print(*folder, DEEP);
    return sum;
}
