#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

enum { CHUNK = 65536 };

static bool read_all(int fd, const char *path, size_t most, struct text *all, struct err *e)
{
    char chunk[CHUNK];

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "%s", path);
        if (n == 0)
            return true;
        if (all->len + (size_t)n > most)
            return err_set(e, ERR_INPUT, "%s: larger than %zu bytes", path, most);
        text_add_n(all, chunk, (size_t)n);
    }
}

bool file_read(const char *path, size_t most, uint8_t **bytes, size_t *len, struct err *e)
{
    struct text all = {0};
    struct stat st;
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "%s", path);
    bool good = true;
    if (!standard && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        good = err_set(e, ERR_INPUT, "%s: a folder, not a file", path);
    good = good && read_all(fd, path, most, &all, e);
    if (!standard)
        close(fd);
    if (!good) {
        text_fini(&all);
        return false;
    }
    *len = all.len;
    *bytes = (uint8_t *)text_give(&all);
    return true;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool file_write(const char *path, const void *bytes, size_t len, unsigned mode, struct err *e)
{
    struct text tmp = {0};

    text_printf(&tmp, "%s.%ld.tmp", path, (long)getpid());
    unlink(text_str(&tmp));
    int fd = open(text_str(&tmp), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool good = fd >= 0 && write_all(fd, bytes, len) && fsync(fd) == 0;
    if (fd >= 0)
        good = (close(fd) == 0) & good;
    good = good && rename(text_str(&tmp), path) == 0;
    if (!good) {
        err_sys(e, "%s", path);
        unlink(text_str(&tmp));
    }
    text_fini(&tmp);
    return good;
}

bool file_mkdirs(const char *path, unsigned mode, struct err *e)
{
    char *copy = mem_text(path);
    size_t n = strlen(copy);
    bool good = true;

    if (n == 0) {
        mem_free(copy);
        return err_set(e, ERR_INPUT, "a folder without a name");
    }
    while (n > 1 && copy[n - 1] ==
                        '/') /* else the last one would be taken for a parent, and its mode lost */
        copy[--n] = '\0';
    for (char *slash = strchr(copy + 1, '/'); slash && good; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        good = mkdir(copy, 0755) == 0 || errno == EEXIST;
        *slash = '/';
    }
    good = good && (mkdir(copy, mode) == 0 || errno == EEXIST);
    struct stat st;
    if (!good)
        err_sys(e, "%s", path);
    else if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        good = err_set(e, ERR_SYSTEM, "%s: not a folder", path);
    mem_free(copy);
    return good;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

char *file_join(const char *dir, const char *name)
{
    struct text t = {0};
    size_t n = strlen(dir);

    text_printf(&t, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
    return text_give(&t);
}
