#include "desk.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/thread.h"
#include "device/roll.h"
#include "store/database.h"
#include "store/flow_look.h"
#include "store/flow_tally.h"
#include "store/schema.h"
#include "web.h"

/* NAMES_MS: how long names of devices are taken for current. */
enum { JOBS_MOST = 128, NAMES_MS = 1000 };

struct desk {
    struct desk_config config;
    pthread_t thread;
    struct mailbox *jobs;
    atomic_bool is_over;
    char *path; /* owned */
    struct flow_look *look;
    ino_t file;                                           /* that `look` has open */
    struct map *names;                                    /* id to name, owned */
    int64_t names_ms;                                     /* steady */
    int64_t totals[N_OUTCOMES], totals_to, totals_oldest; /* counted; up to which seq; from which */
};

void job_free(struct job *job)
{
    if (!job)
        return;
    request_fini(&job->request);
    answer_fini(&job->answer);
    mem_free(job);
}

static void drop_job(void *letter)
{
    job_free(letter);
}

static void *work(void *arg)
{
    struct desk *d = arg;
    struct job *job;

    while ((job = mailbox_wait(d->jobs, -1)) != NULL) {
        if (atomic_load(&d->is_over)) {
            job_free(job);
            continue;
        }
        job->call(d, job);
        d->config.done(d->config.arg, job);
    }
    flow_look_free(d->look);
    d->look = NULL;
    return NULL;
}

struct desk *desk_start(const struct desk_config *config, struct err *e)
{
    struct desk *d = mem_new(sizeof *d);

    d->config = *config;
    d->jobs = mailbox_new(JOBS_MOST);
    d->path = database_path(config->web->folder, &schema_traffic);
    if (thread_start(&d->thread, "web desk", work, d, e))
        return d;
    mailbox_free(d->jobs, drop_job);
    mem_free(d->path);
    mem_free(d);
    return NULL;
}

bool desk_hand(struct desk *d, struct job *job)
{
    return mailbox_post(d->jobs, job);
}

void desk_stop(struct desk *d)
{
    if (!d)
        return;
    atomic_store(&d->is_over, true);
    mailbox_close(d->jobs);
    pthread_join(d->thread, NULL);
    mailbox_free(d->jobs, drop_job);
    map_free(d->names, mem_free);
    mem_free(d->path);
    mem_free(d);
}

const struct web_config *desk_web(const struct desk *d)
{
    return d->config.web;
}

/* A broken file is moved aside while we run, and a new one stands in its place. */
static bool is_current(const struct desk *d)
{
    struct stat now;

    return d->look && stat(d->path, &now) == 0 && now.st_ino == d->file;
}

static void totals_forget(struct desk *d)
{
    d->totals_to = d->totals_oldest = 0;
    memset(d->totals, 0, sizeof d->totals);
}

struct flow_look *desk_look(struct desk *d, struct err *e)
{
    struct stat now = {0};

    if (!d->config.web->keeps_flows) {
        err_set(e, ERR_INPUT, "connections are not kept (run --keep-days 0)");
        return NULL;
    }
    if (is_current(d))
        return d->look;
    flow_look_free(d->look);
    d->look = NULL;
    struct database *db = database_open(
        d->path, &schema_traffic, DATABASE_VISIT, clock_wall_ms(d->config.web->clock) / 1000, e);
    if (!db)
        return NULL;
    if (stat(d->path, &now) == 0)
        d->file = now.st_ino;
    d->look = flow_look_new(db);
    totals_forget(d);
    return d->look;
}

struct database *desk_memory(const struct desk *d, struct err *e)
{
    const struct web_config *web = d->config.web;
    char *path = database_path(web->folder, &schema_memory);
    struct database *db =
        database_open(path, &schema_memory, DATABASE_VISIT, clock_wall_ms(web->clock) / 1000, e);

    mem_free(path);
    return db;
}

static int64_t time_left(const struct desk *d, int64_t until_ms)
{
    int64_t left = until_ms - clock_steady_ms(d->config.web->clock);

    return left > 1 ? left : 1;
}

/* Counts on to `last`, step by step: what the time was not enough for is done by the next who
 * asks. */
static bool count_on(struct desk *d, int64_t last, int64_t until_ms, struct err *e)
{
    bool whole = true;

    while (whole && d->totals_to < last) {
        int64_t step[N_OUTCOMES], to = d->totals_to + FLOW_TALLY_FEW;

        to = until_ms && to < last ? to : last;
        if (!flow_tally_between(
                d->look, d->totals_to, to, until_ms ? time_left(d, until_ms) : 0, step, &whole, e))
            return false;
        for (size_t i = 0; whole && i < N_OUTCOMES; i++)
            d->totals[i] += step[i];
        if (whole)
            d->totals_to = to;
    }
    return true;
}

bool desk_totals(struct desk *d, int64_t last, int64_t budget_ms, int64_t counts[static N_OUTCOMES],
    bool *exact, struct err *e)
{
    int64_t until_ms = budget_ms ? clock_steady_ms(d->config.web->clock) + budget_ms : 0, oldest;

    *exact = false;
    if (!flow_tally_oldest(d->look, &oldest, e))
        return false;
    if (oldest != d->totals_oldest || last < d->totals_to) {
        totals_forget(d);
        d->totals_oldest = oldest;
    }
    if (!count_on(d, last, until_ms, e))
        return false;
    memcpy(counts, d->totals, sizeof d->totals);
    *exact = d->totals_to == last;
    return true;
}

static void names_read(struct desk *d)
{
    size_t n;
    struct device_row *rows = roll_devices(d->config.web->history, &n);

    map_free(d->names, mem_free);
    d->names = map_new();
    for (size_t i = 0; i < n; i++)
        if (*rows[i].name)
            mem_free(map_put(d->names, rows[i].id, mem_text(rows[i].name)));
    mem_free(rows);
}

const char *desk_device_name(struct desk *d, const char *id)
{
    int64_t now = clock_steady_ms(d->config.web->clock);

    if (!d->names || now - d->names_ms > NAMES_MS) {
        names_read(d);
        d->names_ms = now;
    }
    const char *name = map_get(d->names, id);
    return name ? name : "";
}
