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
    d->totals_to = d->totals_oldest = 0;
    memset(d->totals, 0, sizeof d->totals);
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

bool desk_totals(struct desk *d, int64_t last, int64_t budget_ms, int64_t counts[static N_OUTCOMES],
    bool *exact, struct err *e)
{
    struct flow_look *look = d->look;
    int64_t oldest;

    *exact = false;
    if (!flow_tally_oldest(look, &oldest, e))
        return false;
    bool anew = oldest != d->totals_oldest || last < d->totals_to;
    if (!flow_tally_between(look, anew ? 0 : d->totals_to, last, budget_ms, counts, exact, e))
        return false;
    for (size_t i = 0; i < N_OUTCOMES; i++) {
        if (*exact)
            d->totals[i] = counts[i] += anew ? 0 : d->totals[i];
        else if (d->totals_to)
            counts[i] = d->totals[i];
    }
    if (*exact) {
        d->totals_to = last;
        d->totals_oldest = oldest;
    }
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
