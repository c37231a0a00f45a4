#include "flow_keeper.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "database.h"
#include "flow_rows.h"
#include "schema.h"
#include "sink.h"

/* HOLD_FLOWS, HOLD_MS: a batch of more flows waits for others so long, since a commit of many costs
 * little more than one of few. With STORE_FLUSH_MS and the writer's idle time it is on the disk
 * within a second. PRUNE_MS: between two looks at what is too old; RETRY_MS: after a fault, so that
 * a full disk is not asked a thousand times a second; PRUNE_TURNS: transactions of one turn. */
enum {
    HOLD_FLOWS = 20,
    HOLD_MS = 500,
    PRUNE_MS = 60 * 1000,
    RETRY_MS = 1000,
    PRUNE_TURNS = 8,
    DAY_MS = 24 * 3600 * 1000
};

struct flow_keeper {
    char *path; /* owned */
    struct database *db;
    struct flow_rows *rows;
    const struct clock *clock;
    int64_t days, mib;
    size_t n_batch;                                /* flows of the open transaction */
    bool ailing;                                   /* since a failure, until something was kept */
    uint64_t n_lost, n_lost_ever;                  /* since then; in all */
    int64_t begun_at_ms, retry_at_ms, prune_at_ms; /* steady; the batch's */
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

static void lose(struct flow_keeper *k, size_t n)
{
    k->n_lost += n;
    k->n_lost_ever += n;
}

/* `n` flows are lost by it. */
static void failed(struct flow_keeper *k, size_t n, const struct err *e)
{
    bool broken = k->db && database_is_damaged(k->db);
    struct err again = {0};

    if (k->db)
        database_roll_back(k->db);
    if (k->rows)
        flow_rows_forget(k->rows);
    if (!k->ailing)
        log_error("%s; connections are not kept until it works again", e->text);
    k->ailing = true;
    lose(k, n);
    k->n_batch = 0;
    k->retry_at_ms = clock_steady_ms(k->clock) + RETRY_MS;
    if (broken && !begin_anew(k, e, &again))
        log_error("%s", again.text);
}

static void worked(struct flow_keeper *k)
{
    if (k->ailing)
        log_warn("connections are kept again; not kept: %" PRIu64 ", in all %" PRIu64, k->n_lost,
            k->n_lost_ever);
    k->ailing = false;
    k->n_lost = 0;
}

/* Another process may have dropped tags meanwhile: `whytls flows --prune`. */
static bool batch_begin(struct flow_keeper *k, struct err *e)
{
    if (k->n_batch)
        return true;
    if (!database_begin(k->db, e))
        return false;
    if (database_was_changed(k->db))
        flow_rows_forget(k->rows);
    k->begun_at_ms = clock_steady_ms(k->clock);
    return true;
}

static void batch_end(struct flow_keeper *k)
{
    struct err e = {0};

    if (!k->n_batch)
        return;
    if (!database_commit(k->db, &e)) {
        failed(k, k->n_batch, &e);
        return;
    }
    k->n_batch = 0;
    worked(k);
}

static bool is_waiting(struct flow_keeper *k)
{
    return k->ailing && clock_steady_ms(k->clock) < k->retry_at_ms;
}

static void keeper_flow(void *arg, const struct flow *f)
{
    struct flow_keeper *k = arg;
    struct err e = {0};

    if (is_waiting(k)) {
        lose(k, 1);
        return;
    }
    if ((!k->rows && !open_file(k, &e)) || !batch_begin(k, &e) || !flow_rows_add(k->rows, f, &e)) {
        failed(k, k->n_batch + 1, &e);
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
    int64_t gone;
    bool more = true;

    for (int i = 0; more && i < PRUNE_TURNS; i++)
        if (!flow_rows_prune(k->rows, &limits, &gone, &more, &e)) {
            log_error("%s; old connections stay", e.text);
            more = false;
        }
    k->prune_at_ms = clock_steady_ms(k->clock) + (more ? 0 : PRUNE_MS);
}

static bool may_wait(const struct flow_keeper *k)
{
    return k->n_batch > HOLD_FLOWS && clock_steady_ms(k->clock) - k->begun_at_ms < HOLD_MS;
}

static void keeper_flush(void *arg)
{
    struct flow_keeper *k = arg;

    if (may_wait(k))
        return;
    batch_end(k);
    if (k->rows && !is_waiting(k) && clock_steady_ms(k->clock) >= k->prune_at_ms)
        prune(k);
}

static void keeper_close(void *arg)
{
    struct flow_keeper *k = arg;

    batch_end(k);
    if (k->ailing)
        log_error("connections that were not kept: %" PRIu64, k->n_lost_ever);
    close_file(k);
    mem_free(k->path);
    mem_free(k);
}

bool flow_keeper_open(const struct flow_keeper_config *config, struct sink *out, struct err *e)
{
    struct flow_keeper *k = mem_new(sizeof *k);
    struct err why = {0};

    k->path = database_path(config->folder, &schema_traffic);
    k->clock = config->clock;
    k->days = config->days ? config->days : FLOW_KEEPER_DAYS;
    k->mib = config->mib ? config->mib : FLOW_KEEPER_MIB;
    if (!open_file(k, &why) && why.kind != ERR_SYSTEM) {
        keeper_close(k);
        if (e)
            *e = why;
        return false;
    }
    if (!k->rows)
        failed(k, 0, &why);
    *out =
        (struct sink){.flow = keeper_flow, .flush = keeper_flush, .close = keeper_close, .arg = k};
    return true;
}
