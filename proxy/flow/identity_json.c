/* flow/identity_json.c - the opened file as JSON, by the rows of record.def; declared in
 * flow_json_priv.h. */
#include "flow_json_priv.h"

#include "base/time_text.h"
#include "flow_json.h"
#include "path.h"

static void record_put(struct json_out *out, const struct record_type *type, const void *record);

static bool is_empty(const struct value *v)
{
    if (v->kind == FIELD_TEXTS)
        return v->texts->n == 0;
    return v->none || (v->kind == FIELD_LIST && v->n == 0);
}

/* Where Lua has a certificate, the log has its fingerprint; what a person wants to know of it
 * stands under "certificates". */
static void one_put(struct json_out *out, const struct record_type *type, const void *record)
{
    if (type == flow_type_certificate())
        json_text(out, ((const struct flow_certificate *)record)->sha256);
    else if (type == flow_type_verdict())
        flow_verdict_json(record, out);
    else
        record_put(out, type, record);
}

static void rows_put(struct json_out *out, const struct value *v)
{
    json_array(out);
    for (size_t i = 0; i < v->n; i++)
        one_put(out, v->type, (const unsigned char *)v->record + i * v->type->size);
    json_array_end(out);
}

static void texts_put(struct json_out *out, const struct flow_texts *texts)
{
    json_array(out);
    for (size_t i = 0; i < texts->n; i++)
        json_text(out, texts->at[i]);
    json_array_end(out);
}

static void value_put(struct json_out *out, const struct value *v)
{
    char at[TIME_TEXT_CAP];

    switch (v->kind) {
    case FIELD_TEXT:
        json_text(out, v->text);
        return;
    case FIELD_TEXTS:
        texts_put(out, v->texts);
        return;
    case FIELD_BOOLEAN:
        json_bool(out, v->integer != 0);
        return;
    case FIELD_TIME:
        json_text(out, time_rfc3339(at, v->integer));
        return;
    case FIELD_INTEGER:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        json_int(out, v->integer);
        return;
    case FIELD_RECORD:
        one_put(out, v->type, v->record);
        return;
    case FIELD_LIST:
        rows_put(out, v);
        return;
    case FIELD_HEADERS: /* no record of an opened file has them */
        json_null(out);
        return;
    }
}

/* What is absent is left out: a PKCS#12 file is no profile, and most rows are of one of them. */
static void record_put(struct json_out *out, const struct record_type *type, const void *record)
{
    json_object(out);
    for (size_t i = 0; i < type->n_fields; i++) {
        struct value v = field_value(&type->fields[i], record);

        if (is_empty(&v) && !(type->fields[i].needed && v.kind != FIELD_TEXT))
            continue;
        json_key(out, type->fields[i].name);
        value_put(out, &v);
    }
    json_object_end(out);
}

void identity_json(const struct flow_identity *id, struct json_out *out)
{
    record_put(out, flow_type_identity(), id);
}
