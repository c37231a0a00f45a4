/* export/record.c - the record with its credentials taken out. Home of jansson in this room, with
 * har_read.c. */
#include "export_priv.h"

#include <stdlib.h>

#include <jansson.h>

#include "redact.h"

/* REAL_DIGITS: what a double keeps of any decimal number. */
enum { REAL_DIGITS = 15 };

static void redact_value(json_t *value);

static void redact_string(json_t *value)
{
    struct text plain = {0};

    redact_text(json_string_value(value), json_string_length(value), &plain);
    json_string_setn(value, text_str(&plain), plain.len);
    text_fini(&plain);
}

static void redact_value(json_t *value)
{
    const char *key;
    json_t *inner;
    size_t i;

    if (json_is_string(value))
        redact_string(value);
    json_array_foreach(value, i, inner) redact_value(inner);
    json_object_foreach(value, key, inner) redact_value(inner);
}

bool record_redact(const char *json, size_t len, struct text *out, struct err *e)
{
    json_error_t why;
    json_t *record = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);

    if (!record)
        return err_set(e, ERR_INPUT, "a record of the store: %s", why.text);
    redact_value(record);
    char *text = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(record);
    if (!text)
        return err_set(e, ERR_INPUT, "a record of the store cannot be written");
    text_add(out, text);
    free(text);
    return true;
}
