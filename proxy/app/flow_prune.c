#include "flow_prune.h"

#include <stdio.h>

#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "progress.h"
#include "store/database.h"
#include "store/flow_rows.h"
#include "store/schema.h"
#include "term.h"

enum { DAY_MS = 24 * 3600 * 1000, MIB = 1024 * 1024 };

static double size_mib(const char *path)
{
    struct stat at;

    return stat(path, &at) == 0 ? (double)at.st_size / MIB : 0;
}

/* How far it is cannot be told, only how many went. */
static bool drop_all(struct flow_rows *rows, int64_t oldest_ms, int64_t *gone, struct err *e)
{
    const struct flow_rows_limits limits = {.oldest_ms = oldest_ms};
    struct progress progress;
    bool more = true, fine = true;

    progress_begin(&progress, "connections dropped");
    while (fine && more) {
        int64_t n = 0;

        fine = flow_rows_prune(rows, &limits, &n, &more, e);
        *gone += n;
        progress_tell(&progress, 0, 0, *gone);
    }
    progress_end(&progress);
    return fine;
}

static void say(int64_t gone, double before_mib, double after_mib)
{
    struct text out = {0};

    term_number(&out, gone);
    text_printf(&out, " connection%s dropped; the file has %.1f MiB, it had %.1f\n",
        gone == 1 ? "" : "s", after_mib, before_mib);
    fputs(text_str(&out), stderr);
    text_fini(&out);
}

bool flow_prune(const char *path, int64_t days, struct err *e)
{
    int64_t now_ms = clock_wall_ms(clock_system()), gone = 0;
    struct database *db = NULL;
    struct flow_rows *rows = NULL;
    double before = size_mib(path);
    bool fine = !file_exists(path);

    if (!fine && (db = database_open(path, &schema_traffic, DATABASE_VISIT, now_ms / 1000, e)) &&
        (rows = flow_rows_new(db, e)))
        fine = drop_all(rows, now_ms - days * DAY_MS, &gone, e);
    flow_rows_free(rows);
    database_close(db);
    if (fine)
        say(gone, before, size_mib(path));
    return fine;
}
