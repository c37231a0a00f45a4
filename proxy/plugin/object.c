#include "object_priv.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

static bool place_is_ours(const char *path, bool is_above, struct err *e)
{
    struct stat st;

    if (stat(path, &st))
        return err_sys(e, "%s", path);
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return err_set(e, ERR_INPUT, "%s belongs to another user, who could change it", path);
    /* In a folder like /tmp nobody can rename what is another's; but anybody can add a file. */
    if (st.st_mode & S_IWOTH && !(is_above && st.st_mode & S_ISVTX))
        return err_set(
            e, ERR_INPUT, "%s is writable by everyone, who could change it: chmod o-w", path);
    return true;
}

bool object_is_ours(const char *path, struct err *e)
{
    char place[PATH_MAX];

    if (!realpath(path, place))
        return err_sys(e, "%s", path);
    if (!place_is_ours(place, false, e))
        return false;
    for (bool is_above = false;; is_above = true) {
        char *slash = strrchr(place, '/');

        slash[slash == place] = '\0';
        if (!place_is_ours(place, is_above, e))
            return false;
        if (!strcmp(place, "/"))
            return true;
    }
}

bool object_open(const char *path, struct object *out, struct err *e)
{
    char place[PATH_MAX];

    *out = (struct object){0};
    if (!realpath(path, place))
        return err_sys(e, "%s", path);
    void *opened = dlopen(place, RTLD_NOW | RTLD_LOCAL);

    if (!opened) {
        char safe[400];

        return err_set(e, ERR_INPUT, "%s", text_safe(safe, sizeof safe, dlerror()));
    }
    out->symbol = dlsym(opened, "whytls_plugin");
    if (!out->symbol)
        return err_set(e, ERR_INPUT, "%s exports no whytls_plugin: it is no plugin", place);
    object_map(out);
    out->path = mem_text(place);
    *strrchr(place, '/') = '\0';
    out->folder = mem_text(*place ? place : "/");
    return true;
}

void object_fini(struct object *o)
{
    mem_free(o->path);
    mem_free(o->folder);
    *o = (struct object){0};
}

bool object_has_text(const struct object *o, const char *s)
{
    for (size_t i = 0; i < OBJECT_TEXT_MOST; i++) {
        if (!object_has(o, s + i, 1, 1))
            return false;
        if (!s[i])
            return true;
    }
    return false;
}
