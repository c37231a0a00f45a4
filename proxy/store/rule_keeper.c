#include "rule_keeper.h"

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "database.h"
#include "rule_rows.h"
#include "schema.h"
#include "sink.h"

struct keeper {
    struct database *db; /* owned */
    struct memory *memory;
    const struct clock *clock;
    int64_t save_at_ms, age_at_ms; /* steady */
    bool failing;
};

static void tell(struct keeper *k, bool fine, const struct err *e)
{
    if (!fine && !k->failing)
        log_error("%s; rules remember in memory only until it works again", e->text);
    if (fine && k->failing)
        log_warn("what rules remember is saved again");
    k->failing = !fine;
}

static void save(struct keeper *k)
{
    struct err e = {0};
    size_t n;

    tell(k, rule_rows_save(k->db, k->memory, &n, &e), &e);
}

static void keeper_flush(void *arg)
{
    struct keeper *k = arg;
    struct err e = {0};
    int64_t now_ms = clock_steady_ms(k->clock);

    if (now_ms < k->save_at_ms)
        return;
    save(k);
    if (now_ms >= k->age_at_ms) {
        tell(k, rule_rows_age(k->db, clock_wall_ms(k->clock) / 1000, &e), &e);
        k->age_at_ms = now_ms + RULE_KEEPER_AGE_MS;
    }
    k->save_at_ms = clock_steady_ms(k->clock) + RULE_KEEPER_SAVE_MS;
}

static void keeper_close(void *arg)
{
    struct keeper *k = arg;

    save(k);
    database_close(k->db);
    mem_free(k);
}

bool rule_keeper_open(const struct rule_keeper_config *config, struct sink *out, struct err *e)
{
    int64_t now_s = clock_wall_ms(config->clock) / 1000;
    char *path = database_path(config->folder, &schema_memory);
    struct database *db = database_open(path, &schema_memory, DATABASE_OWN, now_s, e);

    mem_free(path);
    if (!db)
        return false;
    if (!rule_rows_load(db, config->memory, now_s, e)) {
        database_close(db);
        return false;
    }
    struct keeper *k = mem_new(sizeof *k);

    k->db = db;
    k->memory = config->memory;
    k->clock = config->clock;
    k->age_at_ms = clock_steady_ms(k->clock) + RULE_KEEPER_AGE_MS;
    *out = (struct sink){.flush = keeper_flush, .close = keeper_close, .arg = k};
    return true;
}
