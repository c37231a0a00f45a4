#include "package_priv.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnosis/phrasebook.h"
#include "limit.h"

bool package_name_is_right(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    return n > 0 && n <= 64 && !name[n];
}

static int by_text(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;

    return strcmp(*a, *b);
}

static void names_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mem_free(names[i]);
    mem_free(names);
}

/* The entries of a folder for which `wanted` holds, sorted. A folder that is not there is empty
 * when it may be. */
static bool folder_list(const char *folder, bool (*wanted)(const char *folder, const char *name),
    bool may_be_absent, char ***out, size_t *n, struct err *e)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    *out = NULL;
    *n = 0;
    if (!dir)
        return may_be_absent || err_sys(e, "reading the folder %s", folder);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.' || !wanted(folder, entry->d_name))
            continue;
        if (*n == LIMIT_PACKAGES) {
            closedir(dir);
            names_free(*out, *n);
            *out = NULL;
            *n = 0;
            return err_set(e, ERR_INPUT, "%s holds more than %d entries", folder, LIMIT_PACKAGES);
        }
        *out = mem_resize(*out, (*n + 1) * sizeof **out);
        (*out)[(*n)++] = mem_text(entry->d_name);
    }
    closedir(dir);
    if (*n)
        qsort(*out, *n, sizeof **out, by_text);
    return true;
}

static bool is_package(const char *folder, const char *name)
{
    if (!package_name_is_right(name))
        return false;
    char *inside = file_join(folder, name), *init = file_join(inside, "init.lua");
    bool there = file_exists(init);

    mem_free(inside);
    mem_free(init);
    return there;
}

bool packages_find(const char *folder, char ***names, size_t *n, struct err *e)
{
    return folder_list(folder, is_package, false, names, n, e);
}

static bool is_lua(const char *folder, const char *name)
{
    (void)folder;
    return text_ends(name, ".lua");
}

static bool is_list(const char *folder, const char *name)
{
    (void)folder;
    return text_ends(name, ".txt");
}

static bool source_read(struct package *p, const char *path, const char *name, struct err *e)
{
    uint8_t *bytes;
    size_t len;

    if (p->n_sources == LIMIT_FILES)
        return err_set(e, ERR_INPUT, "%s has more than %d files", p->name, LIMIT_FILES);
    if (!file_read(path, LIMIT_FILE, &bytes, &len, e))
        return false;
    p->sources[p->n_sources++] = (struct source){
        arena_text(&p->arena, name), arena_text_n(&p->arena, (const char *)bytes, len), len};
    mem_free(bytes);
    return true;
}

/* Reads the wanted files of one folder of the package; `sub` is "" for the package itself. */
static bool folder_read(struct package *p, const char *sub,
    bool (*wanted)(const char *folder, const char *name), struct err *e)
{
    char *folder = *sub ? file_join(p->folder, sub) : mem_text(p->folder);
    char **names;
    size_t n;
    bool right = folder_list(folder, wanted, *sub, &names, &n, e);

    for (size_t i = 0; right && i < n; i++) {
        char *path = file_join(folder, names[i]);
        char *name = *sub ? file_join(sub, names[i]) : mem_text(names[i]);

        right = source_read(p, path, name, e);
        mem_free(path);
        mem_free(name);
    }
    names_free(names, n);
    mem_free(folder);
    return right;
}

bool package_read(const char *folder, const char *name, struct package **out, struct err *e)
{
    struct package *p = mem_new(sizeof *p);
    char *inside = file_join(folder, name);

    arena_init(&p->arena);
    p->name = arena_text(&p->arena, name);
    p->folder = arena_text(&p->arena, inside);
    mem_free(inside);
    p->sources = arena_new(&p->arena, LIMIT_FILES * sizeof *p->sources);
    if (!folder_read(p, "", is_lua, e) || !folder_read(p, "texts", is_lua, e) ||
        !folder_read(p, "data", is_list, e) || !folder_read(p, "spec", is_lua, e)) {
        package_free(p);
        return false;
    }
    *out = p;
    return true;
}

void package_free(struct package *p)
{
    if (!p)
        return;
    phrasebook_free(p->book);
    arena_fini(&p->arena);
    mem_free(p);
}

const struct source *package_source(const struct package *p, const char *name)
{
    for (size_t i = 0; i < p->n_sources; i++)
        if (!strcmp(p->sources[i].name, name))
            return &p->sources[i];
    return NULL;
}
