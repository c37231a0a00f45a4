/* trust/ct_logs_file.c - lists of logs as files: our own form, and the one that Apple and Google
 * publish. */
#include "ct_logs.h"

#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "table.h"

/* One text of a row; NULL when it is absent. A value that is no text counts as broken. */
static const char *row_text(const json_t *row, const char *key, bool *broken)
{
    const json_t *value = json_object_get(row, key);

    if (value && !json_is_string(value))
        *broken = true;
    return json_string_value(value);
}

static bool row_time(const json_t *row, const char *key, bool *has, int64_t *out)
{
    bool broken = false;
    const char *text = row_text(row, key, &broken);

    *has = text != NULL;
    return !broken && (!text || time_parse_rfc3339(text, out));
}

/* What follows from the state and since when it is so. */
static bool state_settle(struct ct_log_order *o, struct err *e)
{
    if (!o->has_since && (o->state == CT_LOG_READONLY || o->state == CT_LOG_RETIRED))
        return err_set(
            e, ERR_INPUT, "it does not say since when it is %s", ct_log_state_name(o->state));
    o->has_frozen = o->state == CT_LOG_READONLY;
    o->has_expiry = o->state == CT_LOG_RETIRED;
    o->frozen = o->expiry = o->since;
    return true;
}

/* {"key","id","operator","name","state","since","from","until"}; since is when it came into its
 * state. */
static bool row_read(const json_t *row, struct ct_log_order *o, struct err *e)
{
    bool broken = false;
    const char *state = row_text(row, "state", &broken);

    o->operator= row_text(row, "operator", &broken);
    o->name = row_text(row, "name", &broken);
    if (broken || !state || !ct_log_state_find(state, &o->state))
        return err_set(e, ERR_INPUT, "its state, operator or name is none");
    if (!row_time(row, "since", &o->has_since, &o->since) ||
        !row_time(row, "from", &o->has_from, &o->from) ||
        !row_time(row, "until", &o->has_until, &o->until))
        return err_set(e, ERR_INPUT, "a time in it is not in RFC 3339");
    return state_settle(o, e);
}

/* {"description","key","log_id","state":{NAME:{"timestamp"}},"temporal_interval":{"start_inclusive",
 * "end_exclusive"}}; one without a state is not decided upon. */
static bool published_read(const json_t *row, struct ct_log_order *o, struct err *e)
{
    const json_t *state = json_object_get(row, "state"),
                 *shard = json_object_get(row, "temporal_interval");
    const char *name = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)state));
    bool broken = false;

    o->name = row_text(row, "description", &broken);
    o->state = CT_LOG_PENDING;
    if (broken || (state && json_object_size(state) != 1) ||
        (name && !ct_log_state_find(name, &o->state)))
        return err_set(e, ERR_INPUT, "its state or description is none");
    if (!row_time(
            name ? json_object_get(state, name) : NULL, "timestamp", &o->has_since, &o->since) ||
        !row_time(shard, "start_inclusive", &o->has_from, &o->from) ||
        !row_time(shard, "end_exclusive", &o->has_until, &o->until))
        return err_set(e, ERR_INPUT, "a time in it is not in RFC 3339");
    return state_settle(o, e);
}

/* The id, when it is given, must be the key's: a slip of either is found this way. */
static bool id_fits(const struct ct_logs *l, const json_t *row, const char *name, struct err *e)
{
    bool broken = false, fits;
    const char *text = row_text(row, name, &broken);
    uint8_t *id = NULL;
    size_t len = 0;

    if (!text && !broken)
        return true;
    fits =
        text && text_from_base64(text, strlen(text), &id, &len) && len == 32 && ct_logs_find(l, id);
    mem_free(id);
    return fits || err_set(e, ERR_INPUT, "its id is not that of its key");
}

/* Adds a row that is read but for its key and id. */
static bool row_put(
    struct ct_logs *l, const json_t *row, const char *id, struct ct_log_order *o, struct err *e)
{
    bool broken = false, added;
    const char *key = row_text(row, "key", &broken);
    uint8_t *der = NULL;

    if (!key || !text_from_base64(key, strlen(key), &der, &o->key_len))
        return err_set(e, ERR_INPUT, "its key is not Base64");
    o->key = der;
    added = ct_logs_add(l, o, e);
    mem_free(der);
    return added && id_fits(l, row, id, e);
}

static bool rows_add(struct ct_logs *l, const json_t *rows, struct err *e)
{
    if (!json_is_array(rows) || json_array_size(rows) == 0)
        return err_set(e, ERR_INPUT, "there is no list of logs in it");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct ct_log_order o = {0};

        if (!row_read(row, &o, e) || !row_put(l, row, "id", &o, e))
            return err_wrap(e, "log %zu", i);
    }
    return true;
}

/* The rows under one key of an operator; an absent key has none. */
static bool published_add(struct ct_logs *l, const json_t *owner, const char *key, struct err *e)
{
    const json_t *rows = json_object_get(owner, key);
    bool broken = false;
    const char *operator= row_text(owner, "name", &broken);

    if ((rows && !json_is_array(rows)) || broken)
        return err_set(e, ERR_INPUT, "its name or \"%s\" is none", key);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct ct_log_order o = {.operator= operator};

        if (!published_read(row, &o, e) || !row_put(l, row, "log_id", &o, e))
            return err_wrap(e, "%s %zu", key, i);
    }
    return true;
}

static bool operators_add(struct ct_logs *l, const json_t *operators, struct err *e)
{
    if (!json_is_array(operators))
        return err_set(e, ERR_INPUT, "its \"operators\" is no list");
    for (size_t i = 0; i < json_array_size(operators); i++) {
        const json_t *owner = json_array_get(operators, i);

        if (!published_add(l, owner, "logs", e) || !published_add(l, owner, "tiled_logs", e))
            return err_wrap(e, "operator %zu", i);
    }
    return ct_logs_count(l) || err_set(e, ERR_INPUT, "there is no log in it");
}

/* Ours says "date"; Google's list says "log_list_timestamp", Apple's neither: it wants "date" put
 * in. */
static bool date_read(const json_t *o, struct ct_logs *l, struct err *e)
{
    int64_t date = 0;
    bool has;

    if (!row_time(o, "date", &has, &date) ||
        (!has && (!row_time(o, "log_list_timestamp", &has, &date) || !has)))
        return err_set(
            e, ERR_INPUT, "its \"date\" is none: write when the list was issued, as 2026-11-21");
    ct_logs_set_date(l, date);
    return true;
}

struct ct_logs *ct_logs_parse(const uint8_t *json, size_t len, struct err *e)
{
    struct ct_logs *l = ct_logs_new();
    json_error_t why;
    json_t *o = json_loadb((const char *)json, len, JSON_REJECT_DUPLICATES, &why);
    const json_t *operators = json_object_get(o, "operators");
    bool good = false;

    if (!o)
        err_set(e, ERR_INPUT, "line %d: %s", why.line, why.text);
    else if (date_read(o, l, e))
        good =
            operators ? operators_add(l, operators, e) : rows_add(l, json_object_get(o, "logs"), e);
    json_decref(o);
    if (good)
        return l;
    ct_logs_unref(l);
    return NULL;
}

struct ct_logs *ct_logs_open(const char *data_dir, struct err *e)
{
    size_t len = 0;
    char *path = NULL;
    uint8_t *bytes = table_bytes(TABLE_CT_LOGS, data_dir, &len, &path, e);
    struct ct_logs *l = bytes ? ct_logs_parse(bytes, len, e) : NULL;

    if (bytes && !l)
        err_wrap(e, "%s", path ? path : table_name(TABLE_CT_LOGS));
    mem_free(bytes);
    mem_free(path);
    return l;
}
