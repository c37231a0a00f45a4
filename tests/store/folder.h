/* tests/store/folder.h - a folder of its own for each test of the database, and what the operator
 * was told. */
#ifndef WHYTLS_TESTS_STORE_FOLDER_H
#define WHYTLS_TESTS_STORE_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

struct folder {
    char dir[64], file[96];
    char told[1000]; /* all lines for the operator */
};

static inline void folder_line(void *arg, enum log_level level, const char *line)
{
    struct folder *f = arg;
    size_t len = strlen(f->told);

    (void)level;
    snprintf(f->told + len, sizeof f->told - len, "%s\n", line);
}

static inline int folder_make(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    snprintf(f->dir, sizeof f->dir, "/tmp/whytls-db-XXXXXX");
    if (!f || !mkdtemp(f->dir))
        return -1;
    snprintf(f->file, sizeof f->file, "%s/whytls.db", f->dir);
    log_set_sink(folder_line, f);
    *state = f;
    return 0;
}

/* How many files have this in their names; calls `each` on their paths. */
static inline int folder_files(
    const struct folder *f, const char *part, int (*each)(const char *path))
{
    DIR *d = opendir(f->dir);
    int n = 0;

    for (struct dirent *entry; d && (entry = readdir(d));) {
        char path[400];

        if (entry->d_name[0] == '.' || !strstr(entry->d_name, part))
            continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", f->dir, entry->d_name);
        if (each)
            each(path);
    }
    if (d)
        closedir(d);
    return n;
}

static inline int folder_drop(void **state)
{
    struct folder *f = *state;

    log_set_sink(NULL, NULL);
    folder_files(f, "", unlink);
    rmdir(f->dir);
    free(f);
    return 0;
}

#endif
