#include "device_keeper.h"

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "database.h"
#include "device_rows.h"
#include "pass_rows.h"
#include "schema.h"
#include "sink.h"

struct keeper {
    struct database *db; /* owned */
    struct device_memories of;
    const struct clock *clock;
    int64_t save_at_ms, age_at_ms; /* steady */
    size_t n_since_ageing;
    bool failing;
};

static void tell(struct keeper *k, bool fine, const struct err *e)
{
    if (!fine && !k->failing)
        log_error("%s; what devices do is remembered in memory only until it works again", e->text);
    if (fine && k->failing)
        log_warn("the memory of devices is saved again");
    k->failing = !fine;
}

static void save(struct keeper *k)
{
    struct err e = {0};
    size_t n = 0;
    bool fine = device_rows_save(k->db, &k->of, &n, &e);

    k->n_since_ageing += n;
    tell(k, fine, &e);
}

static void age(struct keeper *k)
{
    struct err e = {0};

    tell(k, device_rows_age(k->db, clock_wall_ms(k->clock), &e), &e);
    k->n_since_ageing = 0;
}

static void keeper_flush(void *arg)
{
    struct keeper *k = arg;
    int64_t now_ms = clock_steady_ms(k->clock);

    if (now_ms < k->save_at_ms)
        return;
    save(k);
    if (now_ms >= k->age_at_ms || k->n_since_ageing >= KEEPER_AGE_ROWS) {
        age(k);
        k->age_at_ms = now_ms + KEEPER_AGE_MS;
    }
    /* From the end of the work, which a busy disk draws out. */
    k->save_at_ms = clock_steady_ms(k->clock) + KEEPER_SAVE_MS;
}

static void keeper_close(void *arg)
{
    struct keeper *k = arg;

    save(k);
    database_close(k->db);
    mem_free(k);
}

bool device_keeper_open(const struct device_keeper_config *config, struct sink *out, struct err *e)
{
    int64_t now_ms = clock_wall_ms(config->clock);
    char *path = database_path(config->folder, &schema_memory);
    struct database *db = database_open(path, &schema_memory, DATABASE_OWN, now_ms / 1000, e);

    mem_free(path);
    if (!db)
        return false;
    if (!device_rows_load(db, config->history, now_ms, e) ||
        (config->passes && !pass_rows_load(db, config->passes, now_ms, e))) {
        database_close(db);
        return false;
    }
    struct keeper *k = mem_new(sizeof *k);
    k->db = db;
    k->of = (struct device_memories){.history = config->history, .rules = config->rules};
    k->clock = config->clock;
    k->age_at_ms = clock_steady_ms(k->clock) + KEEPER_AGE_MS;
    *out = (struct sink){.flush = keeper_flush, .close = keeper_close, .arg = k};
    return true;
}
