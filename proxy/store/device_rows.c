#include "device_rows.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/log.h"
#include "base/mem.h"
#include "database.h"
#include "device/history.h"
#include "device/memory.h"
#include "device/roll.h"
#include "script/memory.h"

/* BATCHES_MOST: of one saving, so that the other sinks of the thread get their turn.
 * ERRANDS_MOST: that are done at once.
 * COUNT_BYTES: the hour's bucket, accepted, refused. */
enum { BATCHES_MOST = 64, ERRANDS_MOST = 1000, COUNT_BYTES = 5 };

/* HISTORY_NEVER is NULL on disk. */
static void bind_time(sqlite3_stmt *s, int at, int64_t ms)
{
    if (ms == HISTORY_NEVER)
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_int64(s, at, ms);
}

static int64_t column_time(sqlite3_stmt *s, int at)
{
    return sqlite3_column_type(s, at) == SQLITE_NULL ? HISTORY_NEVER : sqlite3_column_int64(s, at);
}

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

/* False: it does not fit, so it is not what we wrote. */
static bool column_text(sqlite3_stmt *s, int at, char *out, size_t cap)
{
    const char *text = (const char *)sqlite3_column_text(s, at);
    int n = sqlite3_column_bytes(s, at);

    if (!text || n < 0 || (size_t)n >= cap || strlen(text) != (size_t)n)
        return false;
    memcpy(out, text, (size_t)n + 1);
    return true;
}

/* Most hours of a day have seen nothing: only the others are written. */
static int counts_pack(const struct host_row *row, uint8_t out[static COUNT_BYTES * ROLL_HOURS])
{
    int n = 0;

    for (uint8_t hour = 0; hour < ROLL_HOURS; hour++) {
        uint16_t accepted = row->accepted[hour], refused = row->refused[hour];

        if (!accepted && !refused)
            continue;
        out[n++] = hour;
        out[n++] = (uint8_t)(accepted >> 8);
        out[n++] = (uint8_t)accepted;
        out[n++] = (uint8_t)(refused >> 8);
        out[n++] = (uint8_t)refused;
    }
    return n;
}

static bool counts_unpack(sqlite3_stmt *s, int at, struct host_row *row)
{
    int n = sqlite3_column_bytes(s, at);
    const uint8_t *p = sqlite3_column_blob(s, at);

    if (n % COUNT_BYTES || n > COUNT_BYTES * ROLL_HOURS)
        return false;
    for (; n > 0; n -= COUNT_BYTES, p += COUNT_BYTES) {
        if (p[0] >= ROLL_HOURS)
            return false;
        row->accepted[p[0]] = (uint16_t)(p[1] << 8 | p[2]);
        row->refused[p[0]] = (uint16_t)(p[3] << 8 | p[4]);
    }
    return true;
}

static bool device_save(struct database *db, const struct device_row *row, struct err *e)
{
    static const char twin[] = "DELETE FROM device WHERE ip = ?1 AND family = ?2 AND id <> ?3";
    static const char save[] =
        "INSERT OR REPLACE INTO device VALUES"
        " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,"
        "?20)";
    sqlite3_stmt *drop = database_statement(db, twin, e), *s = database_statement(db, save, e);
    const struct device_setup *setup = &row->setup;
    bool more;

    if (!drop || !s)
        return false;
    /* One that was forgotten here, and came back under another id. */
    bind_text(drop, 1, row->ip);
    bind_text(drop, 2, row->family);
    bind_text(drop, 3, row->id);
    if (!database_step(db, drop, &more, e))
        return false;
    bind_text(s, 1, row->id);
    bind_text(s, 2, row->ip);
    bind_text(s, 3, row->family);
    bind_text(s, 4, row->name);
    bind_text(s, 5, row->os_version);
    sqlite3_bind_int64(s, 6, setup->first_seen_ms);
    sqlite3_bind_int64(s, 7, row->last_seen_ms);
    sqlite3_bind_int64(s, 8, setup->profile_fetched_ms);
    bind_text(s, 9, setup->root_sha256_hex);
    sqlite3_bind_int64(s, 10, setup->probe);
    sqlite3_bind_int64(s, 11, setup->probe_ms);
    sqlite3_bind_int64(s, 12, setup->accepted_ms);
    bind_time(s, 13, setup->clock_known ? setup->clock_offset_ms : HISTORY_NEVER);
    sqlite3_bind_int64(s, 14, setup->clock_read_ms);
    bind_time(s, 15, row->last_refused_ms);
    sqlite3_bind_int64(s, 16, row->streak);
    sqlite3_bind_int64(s, 17, row->apple_passed);
    sqlite3_bind_int64(s, 18, row->apple_passed_ms);
    sqlite3_bind_int64(s, 19, row->relay_asked);
    sqlite3_bind_int64(s, 20, row->relay_asked_ms);
    return database_step(db, s, &more, e);
}

static bool host_save(struct database *db, const struct host_row *row, struct err *e)
{
    static const char save[] = "INSERT OR REPLACE INTO device_host VALUES"
                               " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)";
    sqlite3_stmt *s = database_statement(db, save, e);
    uint8_t counts[COUNT_BYTES * ROLL_HOURS];
    bool more;

    if (!s)
        return false;
    bind_text(s, 1, row->device_id);
    bind_text(s, 2, row->host);
    bind_text(s, 3, row->app);
    bind_text(s, 4, row->app_version);
    sqlite3_bind_int64(s, 5, row->is_browser);
    sqlite3_bind_int64(s, 6, row->used_ms == HISTORY_NEVER ? 0 : row->used_ms);
    bind_time(s, 7, row->last_accepted_ms);
    bind_time(s, 8, row->last_refused_ms);
    bind_time(s, 9, row->tunnel_ms);
    sqlite3_bind_int64(s, 10, row->refusal.way);
    sqlite3_bind_int64(s, 11, row->refusal.alert);
    sqlite3_bind_int64(s, 12, row->refusal.version);
    sqlite3_bind_int64(s, 13, row->refusal.finished);
    sqlite3_bind_int64(s, 14, row->streak);
    sqlite3_bind_int64(s, 15, row->hour);
    sqlite3_bind_blob(s, 16, counts, counts_pack(row, counts), SQLITE_STATIC);
    return database_step(db, s, &more, e);
}

static bool batch_save(struct database *db, const struct roll_batch *batch, struct err *e)
{
    for (size_t i = 0; i < batch->n_devices; i++)
        if (!device_save(db, &batch->devices[i], e))
            return false;
    for (size_t i = 0; i < batch->n_hosts; i++)
        if (!host_save(db, &batch->hosts[i], e))
            return false;
    return true;
}

/* One statement about one device, with an optional text. */
static bool about(
    struct database *db, const char *sql, const char *id, const char *value, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    if (!s)
        return false;
    bind_text(s, 1, id);
    if (value)
        bind_text(s, 2, value);
    return database_step(db, s, &row, e);
}

static bool rules_forget(struct database *db, const char *id, struct err *e)
{
    return about(db,
        "DELETE FROM rule_memory WHERE subject = ?1 AND owner LIKE '%' || char(9) || 'device'", id,
        NULL, e);
}

struct errand {
    char id[DEVICE_ID_CAP], verb[16], value[DEVICE_NAME_CAP];
};

static bool errand_do(struct database *db, const struct device_memories *of,
    const struct errand *errand, struct err *e)
{
    bool known = true, forget = !strcmp(errand->verb, "forget");

    if (forget)
        known = device_forget(of->history, errand->id);
    else if (!strcmp(errand->verb, "name"))
        known = device_name(of->history, errand->id, errand->value);
    if (!known)
        log_debug("a command asked to %s a device that has gone", errand->verb);
    if (forget && of->rules)
        memory_forget_device(of->rules, errand->id);
    /* Again: rules may have saved something of it since the command. */
    return !forget || rules_forget(db, errand->id, e);
}

/* Inside a transaction, so that no command comes between its errand and what we save. */
static bool errands_do(struct database *db, const struct device_memories *of, struct err *e)
{
    static const char ask[] = "SELECT device, verb, value FROM device_errand ORDER BY seq LIMIT ?1";
    sqlite3_stmt *s = database_statement(db, ask, e);
    bool row = true, any = false;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, ERRANDS_MOST);
    while (row) {
        struct errand one;

        if (!database_step(db, s, &row, e))
            return false;
        any = any || row;
        if (row && column_text(s, 0, one.id, sizeof one.id) &&
            column_text(s, 1, one.verb, sizeof one.verb) &&
            column_text(s, 2, one.value, sizeof one.value) && !errand_do(db, of, &one, e))
            return false;
    }
    return !any || database_run(db, "DELETE FROM device_errand", e);
}

static bool errands_run(struct database *db, const struct device_memories *of, struct err *e)
{
    if (database_begin(db, e) && errands_do(db, of, e) && database_commit(db, e))
        return true;
    database_roll_back(db);
    return false;
}

bool device_rows_save(
    struct database *db, const struct device_memories *of, size_t *n, struct err *e)
{
    bool saved = !database_was_changed(db) || errands_run(db, of, e);

    *n = 0;
    if (!saved)
        return err_wrap(e, "saving the devices");
    struct roll_batch *batch = mem_new(sizeof *batch);
    for (int i = 0; saved && i < BATCHES_MOST && roll_take(of->history, batch); i++) {
        saved = database_begin(db, e) && errands_do(db, of, e) && batch_save(db, batch, e) &&
                database_commit(db, e);
        if (saved) {
            *n += batch->n_devices + batch->n_hosts;
            continue;
        }
        database_roll_back(db);
        roll_hand_back(of->history, batch);
        err_wrap(e, "saving the devices");
    }
    mem_free(batch);
    return saved;
}

static bool device_read(sqlite3_stmt *s, struct device_row *row)
{
    struct device_setup *setup = &row->setup;

    *row = (struct device_row){.last_seen_ms = sqlite3_column_int64(s, 6)};
    setup->first_seen_ms = sqlite3_column_int64(s, 5);
    setup->profile_fetched_ms = sqlite3_column_int64(s, 7);
    setup->probe = (enum device_probe)sqlite3_column_int(s, 9);
    setup->probe_ms = sqlite3_column_int64(s, 10);
    setup->accepted_ms = sqlite3_column_int64(s, 11);
    setup->clock_known = sqlite3_column_type(s, 12) != SQLITE_NULL;
    setup->clock_offset_ms = sqlite3_column_int64(s, 12);
    setup->clock_read_ms = sqlite3_column_int64(s, 13);
    row->last_refused_ms = column_time(s, 14);
    row->streak = sqlite3_column_int64(s, 15);
    row->apple_passed = sqlite3_column_int64(s, 16);
    row->apple_passed_ms = sqlite3_column_int64(s, 17);
    row->relay_asked = sqlite3_column_int64(s, 18);
    row->relay_asked_ms = sqlite3_column_int64(s, 19);
    return column_text(s, 0, row->id, sizeof row->id) &&
           column_text(s, 1, row->ip, sizeof row->ip) &&
           column_text(s, 2, row->family, sizeof row->family) &&
           column_text(s, 3, row->name, sizeof row->name) &&
           column_text(s, 4, row->os_version, sizeof row->os_version) &&
           column_text(s, 8, setup->root_sha256_hex, sizeof setup->root_sha256_hex);
}

static bool number_fits(sqlite3_stmt *s, int at, int64_t most)
{
    int64_t n = sqlite3_column_int64(s, at);

    return n >= 0 && n <= most;
}

static bool host_read(sqlite3_stmt *s, struct host_row *row)
{
    if (!number_fits(s, 9, N_REFUSAL_WAYS - 1) || !number_fits(s, 10, UINT8_MAX) ||
        !number_fits(s, 11, UINT16_MAX) || !number_fits(s, 13, UINT32_MAX))
        return false;
    *row = (struct host_row){
        .is_browser = sqlite3_column_int(s, 4) != 0,
        .used_ms = sqlite3_column_int64(s, 5),
        .last_accepted_ms = column_time(s, 6),
        .last_refused_ms = column_time(s, 7),
        .tunnel_ms = column_time(s, 8),
        .refusal = {.way = (uint8_t)sqlite3_column_int(s, 9),
            .alert = (uint8_t)sqlite3_column_int(s, 10),
            .version = (uint16_t)sqlite3_column_int(s, 11),
            .finished = sqlite3_column_int(s, 12) != 0},
        .streak = (uint32_t)sqlite3_column_int64(s, 13),
        .hour = sqlite3_column_int64(s, 14),
    };
    return column_text(s, 0, row->device_id, sizeof row->device_id) &&
           column_text(s, 1, row->host, sizeof row->host) &&
           column_text(s, 2, row->app, sizeof row->app) &&
           column_text(s, 3, row->app_version, sizeof row->app_version) &&
           counts_unpack(s, 15, row);
}

/* The newest that memory has room for, oldest first: so the order of use is as it was. */
static bool devices_load(
    struct database *db, struct device_history *h, int64_t now_ms, size_t *odd, struct err *e)
{
    static const char ask[] = "SELECT * FROM (SELECT * FROM device ORDER BY last_seen_ms DESC"
                              " LIMIT ?1) ORDER BY last_seen_ms";
    sqlite3_stmt *s = database_statement(db, ask, e);
    struct device_row device;
    bool row = true;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, DEVICES_MOST);
    while (row) {
        if (!database_step(db, s, &row, e))
            return false;
        *odd += row && !(device_read(s, &device) && roll_put_device(h, &device, now_ms));
    }
    return true;
}

static bool hosts_load(
    struct database *db, struct device_history *h, int64_t now_ms, size_t *odd, struct err *e)
{
    static const char ask[] = "SELECT * FROM (SELECT * FROM device_host ORDER BY used_ms DESC"
                              " LIMIT ?1) ORDER BY used_ms";
    sqlite3_stmt *s = database_statement(db, ask, e);
    struct host_row host;
    bool row = true;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, HISTORY_ROWS_MOST);
    while (row) {
        if (!database_step(db, s, &row, e))
            return false;
        *odd += row && !(host_read(s, &host) && roll_put_host(h, &host, now_ms));
    }
    return true;
}

bool device_rows_read(struct database *db, struct device_history *h, int64_t now_ms, struct err *e)
{
    size_t odd = 0;

    if (!devices_load(db, h, now_ms, &odd, e) || !hosts_load(db, h, now_ms, &odd, e))
        return err_wrap(e, "reading the devices");
    roll_settle(h, now_ms);
    if (odd)
        log_warn(
            "of what was known of the devices, %zu entries make no sense and are left out", odd);
    return true;
}

bool device_rows_load(struct database *db, struct device_history *h, int64_t now_ms, struct err *e)
{
    /* The commands have changed the rows already: their errands were for a proxy that ran then. */
    return database_run(db, "DELETE FROM device_errand", e) && device_rows_age(db, now_ms, e) &&
           device_rows_read(db, h, now_ms, e);
}

/* A statement with at most two numbers, that gives no rows. */
static bool with_numbers(
    struct database *db, const char *sql, int64_t first, int64_t second, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, first);
    if (sqlite3_bind_parameter_count(s) > 1)
        sqlite3_bind_int64(s, 2, second);
    return database_step(db, s, &row, e);
}

static bool rows_age_within(struct database *db, int64_t now_ms, struct err *e)
{
    static const int64_t day_ms = (int64_t)24 * 3600 * 1000;
    static const char devices[] =
        "DELETE FROM device WHERE last_seen_ms < ?1 OR id IN"
        " (SELECT id FROM device ORDER BY last_seen_ms DESC LIMIT -1 OFFSET ?2)";
    static const char hosts[] =
        "DELETE FROM device_host WHERE used_ms < ?1"
        " OR NOT EXISTS (SELECT 1 FROM device WHERE id = device_host.device)";
    static const char many[] =
        "DELETE FROM device_host WHERE (device, host, app) IN"
        " (SELECT device, host, app FROM device_host ORDER BY used_ms DESC LIMIT -1 OFFSET ?1)";
    static const char of_one[] =
        "DELETE FROM device_host WHERE (device, host, app) IN"
        " (SELECT device, host, app FROM (SELECT device, host, app, row_number() OVER"
        " (PARTITION BY device ORDER BY used_ms DESC) AS nth FROM device_host) WHERE nth > ?1)";

    return with_numbers(db, devices, now_ms - DEVICES_FORGET_DAYS * day_ms, DEVICES_MOST, e) &&
           with_numbers(db, hosts, now_ms - HISTORY_FORGET_DAYS * day_ms, 0, e) &&
           with_numbers(db, many, HISTORY_ROWS_MOST, 0, e) &&
           with_numbers(db, of_one, HISTORY_DEVICE_MOST, 0, e);
}

bool device_rows_age(struct database *db, int64_t now_ms, struct err *e)
{
    if (database_begin(db, e) && rows_age_within(db, now_ms, e) && database_commit(db, e))
        return database_shrink(db, e);
    database_roll_back(db);
    return err_wrap(e, "dropping old devices");
}

/* An errand for a proxy that runs, beside the change itself. */
static bool errand_leave(
    struct database *db, const char *id, const char *verb, const char *value, struct err *e)
{
    static const char leave[] =
        "INSERT INTO device_errand (device, verb, value) VALUES (?1, ?2, ?3)";
    sqlite3_stmt *s = database_statement(db, leave, e);
    bool row;

    if (!s)
        return false;
    bind_text(s, 1, id);
    bind_text(s, 2, verb);
    bind_text(s, 3, value);
    return database_step(db, s, &row, e);
}

static bool end(struct database *db, bool fine, struct err *e)
{
    if (fine && database_commit(db, e))
        return true;
    database_roll_back(db);
    return false;
}

bool device_rows_forget(struct database *db, const char *id, bool *known, struct err *e)
{
    if (!database_begin(db, e))
        return false;
    bool fine = about(db, "DELETE FROM device WHERE id = ?1", id, NULL, e);
    *known = fine && sqlite3_changes(database_handle(db)) > 0;
    fine = fine && about(db, "DELETE FROM device_host WHERE device = ?1", id, NULL, e) &&
           rules_forget(db, id, e) && (!*known || errand_leave(db, id, "forget", "", e));
    return end(db, fine, e);
}

bool device_rows_name(
    struct database *db, const char *id, const char *name, bool *known, struct err *e)
{
    char cut[DEVICE_NAME_CAP];

    if (!database_begin(db, e))
        return false;
    device_name_cut(cut, name);
    bool fine = about(db, "UPDATE device SET name = ?2 WHERE id = ?1", id, cut, e);
    *known = fine && sqlite3_changes(database_handle(db)) > 0;
    fine = fine && (!*known || errand_leave(db, id, "name", cut, e));
    return end(db, fine, e);
}
