#include "flow_prune.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/text.h"
#include "progress.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/flow_look.h"
#include "store/flow_rows.h"
#include "store/schema.h"
#include "term.h"

enum { DAY_MS = 24 * 3600 * 1000, MIB = 1024 * 1024, PAUSE_MS = 20 };

static int64_t size_of(const char *path)
{
    struct stat at;

    return stat(path, &at) == 0 ? (int64_t)at.st_size : 0;
}

struct job {
    const char *path;
    int64_t now_ms, days;
};

/* How many there are to drop. */
static bool count_old(const struct job *j, int64_t *n, struct err *e)
{
    char text[40];
    struct filter_fault fault;
    struct filter *filter = NULL;
    bool exact;

    snprintf(text, sizeof text, "!~since %" PRId64 "d", j->days);
    if (j->days && !(filter = filter_parse(text, j->now_ms, &fault)))
        return err_set(e, ERR_SYSTEM, "%s", fault.text);
    struct database *db =
        database_open(j->path, &schema_traffic, DATABASE_VISIT, j->now_ms / 1000, e);
    struct flow_look *look = db ? flow_look_new(db) : NULL;
    bool fine = look && flow_look_count(look, filter, 0, n, &exact, e);
    flow_look_free(look);
    filter_free(filter);
    return fine;
}

/* A proxy that is running writes between two turns. */
static void let_others_write(void)
{
    static const struct timespec some = {.tv_nsec = PAUSE_MS * 1000 * 1000};

    nanosleep(&some, NULL);
}

static bool drop_all(
    struct flow_rows *rows, int64_t oldest_ms, int64_t of, int64_t *gone, struct err *e)
{
    const struct flow_rows_limits limits = {.oldest_ms = oldest_ms};
    struct progress progress;
    bool more = true, fine = true;

    progress_begin(&progress, "connections dropped");
    while (fine && more) {
        int64_t n = 0;

        fine = flow_rows_prune(rows, &limits, &n, &more, e);
        *gone += n;
        progress_tell(&progress, *gone < of ? *gone : of, of, *gone);
        if (more)
            let_others_write();
    }
    progress_end(&progress);
    return fine;
}

struct done {
    int64_t gone, before, after; /* connections; bytes of the file */
};

static void say(const struct done *d)
{
    struct text out = {0};

    term_number(&out, d->gone);
    text_printf(&out, " connection%s dropped; the file has %.1f MiB, it had %.1f\n",
        d->gone == 1 ? "" : "s", (double)d->after / MIB, (double)d->before / MIB);
    fputs(text_str(&out), stderr);
    text_fini(&out);
}

static void say_json(const struct done *d)
{
    struct text out = {0};
    struct json_out json;

    json_init(&json, &out);
    json_object(&json);
    json_put_int(&json, "v", 1);
    json_put_int(&json, "dropped", d->gone);
    json_put_int(&json, "bytes_before", d->before);
    json_put_int(&json, "bytes_after", d->after);
    json_object_end(&json);
    printf("%s\n", text_str(&out));
    text_fini(&out);
}

bool flow_prune(const char *path, int64_t days, bool json, struct err *e)
{
    const struct job j = {.path = path, .now_ms = clock_wall_ms(clock_system()), .days = days};
    struct done done = {.before = size_of(path)};
    int64_t of = 0;
    struct database *db = NULL;
    struct flow_rows *rows = NULL;
    bool fine = !file_exists(path);

    if (!fine && count_old(&j, &of, e) &&
        (db = database_open(path, &schema_traffic, DATABASE_VISIT, j.now_ms / 1000, e)) &&
        (rows = flow_rows_new(db, e)))
        fine = drop_all(rows, j.now_ms - days * DAY_MS, of, &done.gone, e);
    flow_rows_free(rows);
    database_close(db);
    done.after = size_of(path);
    if (fine)
        (json ? say_json : say)(&done);
    return fine;
}
