#include "flow_keeper.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "database.h"
#include "flow_rows.h"
#include "schema.h"
#include "sink.h"

/* PRUNE_MS: between two looks at what is too old; RETRY_MS: after a fault, so that a full disk is
 * not asked a thousand times a second; PRUNE_TURNS: transactions of one turn. */
enum { PRUNE_MS = 60 * 1000, RETRY_MS = 1000, PRUNE_TURNS = 8, DAY_MS = 24 * 3600 * 1000 };

struct flow_keeper {
    char *path; /* owned */
    struct database *db;
    struct flow_rows *rows;
    const struct clock *clock;
    int64_t days, mib;
    size_t n_batch;                   /* flows of the open transaction */
    uint64_t n_lost, n_lost_ever;     /* since the first failure until it works again; in all */
    int64_t retry_at_ms, prune_at_ms; /* steady */
};

static void close_file(struct flow_keeper *k)
{
    flow_rows_free(k->rows);
    database_close(k->db);
    k->rows = NULL;
    k->db = NULL;
}

static bool try_open(struct flow_keeper *k, struct err *e)
{
    close_file(k);
    k->db =
        database_open(k->path, &schema_traffic, DATABASE_OWN, clock_wall_ms(k->clock) / 1000, e);
    return k->db && (k->rows = flow_rows_new(k->db, e));
}

/* What is broken deep inside shows only when it is met. */
static bool begin_anew(struct flow_keeper *k, const struct err *why, struct err *e)
{
    close_file(k);
    return database_set_aside(
               k->path, &schema_traffic, why->text, clock_wall_ms(k->clock) / 1000, e) &&
           try_open(k, e);
}

static bool open_file(struct flow_keeper *k, struct err *e)
{
    struct err why = {0};

    if (try_open(k, &why))
        return true;
    if (k->db && database_is_damaged(k->db))
        return begin_anew(k, &why, e);
    if (e)
        *e = why;
    return false;
}

static void failed(struct flow_keeper *k, const struct err *e)
{
    bool broken = k->db && database_is_damaged(k->db);
    struct err again = {0};

    if (k->db)
        database_roll_back(k->db);
    if (k->rows)
        flow_rows_forget(k->rows);
    if (!k->n_lost)
        log_error("%s; connections are not kept until it works again", e->text);
    k->n_lost += k->n_batch + 1;
    k->n_lost_ever += k->n_batch + 1;
    k->n_batch = 0;
    k->retry_at_ms = clock_steady_ms(k->clock) + RETRY_MS;
    if (broken && !begin_anew(k, e, &again))
        log_error("%s", again.text);
}

static void worked(struct flow_keeper *k)
{
    if (k->n_lost)
        log_warn("connections are kept again; not kept: %" PRIu64 ", in all %" PRIu64, k->n_lost,
            k->n_lost_ever);
    k->n_lost = 0;
}

static void batch_end(struct flow_keeper *k)
{
    struct err e = {0};

    if (!k->n_batch)
        return;
    if (!database_commit(k->db, &e)) {
        k->n_batch--; /* failed() counts one more than the batch */
        failed(k, &e);
        return;
    }
    k->n_batch = 0;
    worked(k);
}

static bool is_waiting(struct flow_keeper *k)
{
    return k->n_lost && clock_steady_ms(k->clock) < k->retry_at_ms;
}

static void keeper_flow(void *arg, const struct flow *f)
{
    struct flow_keeper *k = arg;
    struct err e = {0};

    if (is_waiting(k)) {
        k->n_lost++;
        k->n_lost_ever++;
        return;
    }
    if ((!k->rows && !open_file(k, &e)) || (!k->n_batch && !database_begin(k->db, &e)) ||
        !flow_rows_add(k->rows, f, &e)) {
        failed(k, &e);
        return;
    }
    if (++k->n_batch == FLOW_KEEPER_BATCH)
        batch_end(k);
}

static void prune(struct flow_keeper *k)
{
    struct flow_rows_limits limits = {
        .oldest_ms = clock_wall_ms(k->clock) - k->days * DAY_MS,
        .most_bytes = k->mib * 1024 * 1024,
    };
    struct err e = {0};
    bool more = true;

    for (int i = 0; more && i < PRUNE_TURNS; i++)
        if (!flow_rows_prune(k->rows, &limits, &more, &e)) {
            log_error("%s; old connections stay", e.text);
            more = false;
        }
    k->prune_at_ms = clock_steady_ms(k->clock) + (more ? 0 : PRUNE_MS);
}

static void keeper_flush(void *arg)
{
    struct flow_keeper *k = arg;

    batch_end(k);
    if (k->rows && !is_waiting(k) && clock_steady_ms(k->clock) >= k->prune_at_ms)
        prune(k);
}

static void keeper_close(void *arg)
{
    struct flow_keeper *k = arg;

    batch_end(k);
    if (k->n_lost)
        log_error("connections that were not kept: %" PRIu64, k->n_lost_ever);
    close_file(k);
    mem_free(k->path);
    mem_free(k);
}

bool flow_keeper_open(const struct flow_keeper_config *config, struct sink *out, struct err *e)
{
    struct flow_keeper *k = mem_new(sizeof *k);

    k->path = database_path(config->folder, &schema_traffic);
    k->clock = config->clock;
    k->days = config->days ? config->days : FLOW_KEEPER_DAYS;
    k->mib = config->mib ? config->mib : FLOW_KEEPER_MIB;
    if (!open_file(k, e)) {
        keeper_close(k);
        return false;
    }
    *out =
        (struct sink){.flow = keeper_flow, .flush = keeper_flush, .close = keeper_close, .arg = k};
    return true;
}
