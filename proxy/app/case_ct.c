#include "case_ct.h"

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/sct.h"
#include "trust/ct_logs.h"

static bool bytes_get(const json_t *value, uint8_t **out, size_t *len)
{
    return json_is_string(value) &&
           text_from_base64(json_string_value(value), json_string_length(value), out, len);
}

static bool time_get(const json_t *log, const char *key, bool *has, int64_t *out, struct err *e)
{
    const json_t *value = json_object_get(log, key);

    *has = value && !json_is_null(value);
    if (!*has)
        return true;
    return (json_is_string(value) && time_parse_rfc3339(json_string_value(value), out)) ||
           err_set(e, ERR_INPUT, "\"%s\" must be an RFC 3339 time", key);
}

static bool log_add(struct ct_logs *logs, const json_t *log, struct err *e)
{
    struct ct_log_order o = {.state = CT_LOG_USABLE};
    uint8_t *key = NULL;
    bool good;

    if (!json_is_object(log))
        return err_set(e, ERR_INPUT, "a log is an object");
    if (!time_get(log, "frozen", &o.has_frozen, &o.frozen, e) ||
        !time_get(log, "expiry", &o.has_expiry, &o.expiry, e) ||
        !time_get(log, "start_inclusive", &o.has_from, &o.from, e) ||
        !time_get(log, "end_exclusive", &o.has_until, &o.until, e))
        return false;
    if (!bytes_get(json_object_get(log, "key"), &key, &o.key_len))
        return err_set(e, ERR_INPUT, "\"key\" must be Base64 of DER");
    o.key = key;
    o.state = o.has_expiry ? CT_LOG_RETIRED : o.has_frozen ? CT_LOG_READONLY : CT_LOG_USABLE;
    good = ct_logs_add(logs, &o, e);
    mem_free(key);
    return good;
}

static bool list_get(const json_t *o, const char *key, const json_t **out, struct err *e)
{
    const json_t *list = json_object_get(o, key);

    *out = json_is_null(list) ? NULL : list;
    return !*out || json_is_array(list) || err_set(e, ERR_INPUT, "\"%s\" must be a list", key);
}

static bool logs_read(const json_t *o, struct case_ct *out, struct err *e)
{
    const json_t *list, *log;
    size_t i;

    if (!list_get(o, "ct_logs", &list, e))
        return false;
    if (!list)
        return true;
    out->logs = ct_logs_new();
    json_array_foreach(list, i, log) if (!log_add(out->logs, log, e)) return err_wrap(
        e, "\"ct_logs\": item %zu", i);
    return true;
}

static bool scts_read(const json_t *o, struct case_ct *out, struct err *e)
{
    const json_t *list, *item;
    struct cert_span *scts;
    size_t i, n, lens = 0;
    bool good = true;

    if (!list_get(o, "scts", &list, e))
        return false;
    n = list ? json_array_size(list) : 0;
    if (n == 0)
        return true;
    scts = mem_array(n, sizeof(*scts));
    json_array_foreach(list, i, item)
    {
        uint8_t *bytes = NULL;

        good = good && bytes_get(item, &bytes, &scts[i].len);
        scts[i].at = bytes;
        lens = i + 1;
    }
    out->scts = good ? sct_list_pack(scts, n, &out->scts_len) : NULL;
    for (i = 0; i < lens; i++)
        mem_free((uint8_t *)(uintptr_t)scts[i].at);
    mem_free(scts);
    return out->scts ||
           err_set(e, ERR_INPUT, "\"scts\" must be a list of SCTs in Base64, 64 KiB at most");
}

bool case_ct_read(const struct json_t *a_case, struct case_ct *out, struct err *e)
{
    const json_t *enforced = json_object_get(a_case, "ct_enforced");

    *out = (struct case_ct){.enforced = CT_AS_USUAL};
    if (enforced && !json_is_null(enforced) && !json_is_boolean(enforced))
        return err_set(e, ERR_INPUT, "\"ct_enforced\" must be true, false or null");
    if (json_is_boolean(enforced))
        out->enforced = json_is_true(enforced) ? CT_ENFORCED : CT_NOT_ENFORCED;
    return logs_read(a_case, out, e) && scts_read(a_case, out, e);
}

void case_ct_fini(struct case_ct *c)
{
    ct_logs_unref(c->logs);
    mem_free(c->scts);
    *c = (struct case_ct){0};
}
