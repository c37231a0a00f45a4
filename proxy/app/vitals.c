#include "vitals.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"

enum { STAT_MOST = 4096 };

static char *slurp(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    uint8_t *bytes = NULL;
    size_t len;

    if (!file_read(path, STAT_MOST, &bytes, &len, NULL))
        bytes = NULL;
    mem_free(path);
    return (char *)bytes;
}

static void family(struct text *out, const char *name, const char *kind, const char *about)
{
    text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, about, name, kind);
}

/* --- threads --- */

struct spent {
    uint64_t ticks;
};

/* "ID (NAME) STATE …": fields 14 and 15 are the ticks in the program and in the kernel. A name may
 * hold brackets itself. */
static bool stat_read(char *stat, const char **name, uint64_t *ticks)
{
    char *open = strchr(stat, '('), *close = strrchr(stat, ')');
    uint64_t user, kernel;

    if (!open || !close || close < open ||
        sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
            &user, &kernel) != 2)
        return false;
    *close = '\0';
    *name = open + 1;
    *ticks = user + kernel;
    return true;
}

static void thread_count(const char *folder, const char *id, struct map *by_name)
{
    char *own = file_join(folder, id), *stat = slurp(own, "stat");
    const char *name;
    uint64_t ticks;

    if (stat && stat_read(stat, &name, &ticks)) {
        struct spent *spent = map_get(by_name, name);

        if (!spent) {
            spent = mem_new(sizeof *spent);
            mem_free(map_put(by_name, name, spent));
        }
        spent->ticks += ticks;
    }
    mem_free(stat);
    mem_free(own);
}

/* Names are those of base/thread.h and of plugins: letters, digits and blanks; anything else that
 * could break a line or a label is left out. */
static bool thread_put(void *arg, const char *name, void *value)
{
    const struct spent *spent = value;
    struct text *out = arg;

    text_add(out, "whytls_thread_cpu_seconds_total{thread=\"");
    for (; *name; name++)
        if (*name >= ' ' && *name < 0x7f && *name != '"' && *name != '\\')
            text_add_char(out, *name);
    text_printf(out, "\"} %.2f\n", (double)spent->ticks / (double)sysconf(_SC_CLK_TCK));
    return true;
}

static void put_threads(const char *folder, struct text *out)
{
    char *tasks = file_join(folder, "task");
    struct map *by_name = map_new();
    DIR *all = opendir(tasks);

    for (struct dirent *one; all && (one = readdir(all));)
        if (one->d_name[0] != '.')
            thread_count(tasks, one->d_name, by_name);
    if (map_len(by_name))
        family(out, "whytls_thread_cpu_seconds_total", "counter",
            "Processor time of the threads, by name.");
    map_each(by_name, thread_put, out);
    if (all)
        closedir(all);
    map_free(by_name, mem_free);
    mem_free(tasks);
}

/* --- the process --- */

static void put_cpu(const char *folder, struct text *out)
{
    char *stat = slurp(folder, "stat");
    const char *name;
    uint64_t ticks;

    if (stat && stat_read(stat, &name, &ticks)) {
        family(out, "process_cpu_seconds_total", "counter", "Processor time of the process.");
        text_printf(
            out, "process_cpu_seconds_total %.2f\n", (double)ticks / (double)sysconf(_SC_CLK_TCK));
    }
    mem_free(stat);
}

/* statm: the sizes of all and of what is in memory, in pages. */
static void put_memory(const char *folder, struct text *out)
{
    char *statm = slurp(folder, "statm");
    uint64_t pages;

    if (statm && sscanf(statm, "%*u %" SCNu64, &pages) == 1) {
        family(out, "process_resident_memory_bytes", "gauge", "Memory that the process holds.");
        text_printf(out, "process_resident_memory_bytes %" PRIu64 "\n",
            pages * (uint64_t)sysconf(_SC_PAGESIZE));
    }
    mem_free(statm);
}

static void put_descriptors(const char *folder, struct text *out)
{
    char *fds = file_join(folder, "fd");
    DIR *all = opendir(fds);
    uint64_t n = 0;

    for (struct dirent *one; all && (one = readdir(all));)
        n += one->d_name[0] != '.';
    if (all) {
        family(out, "process_open_fds", "gauge", "Descriptors that are open.");
        text_printf(out, "process_open_fds %" PRIu64 "\n", n);
        family(out, "process_max_fds", "gauge", "Descriptors that may be open.");
        text_printf(out, "process_max_fds %ld\n", sysconf(_SC_OPEN_MAX));
        closedir(all);
    }
    mem_free(fds);
}

void vitals_metrics(const char *folder, struct text *out)
{
    put_threads(folder, out);
    put_cpu(folder, out);
    put_memory(folder, out);
    put_descriptors(folder, out);
}
