#include "message_json.h"

#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "export/redact.h"
#include "flow/spoken.h"
#include "store/said.h"

static void put_headers(const struct spoken_message *m, bool raw, struct json_out *j)
{
    struct spoken_field field;
    struct text value = {0};
    size_t at = 0;

    json_key(j, "headers");
    json_array(j);
    while (spoken_next_field(&m->head, &at, &field)) {
        json_array(j);
        json_text_n(j, field.name, field.name_len);
        text_clear(&value);
        if (raw)
            text_add_n(&value, field.value, field.value_len);
        else
            redact_field(field.name, field.name_len, field.value, field.value_len, &value);
        json_text_n(j, text_str(&value), value.len);
        json_array_end(j);
    }
    json_array_end(j);
    text_fini(&value);
}

static bool is_text(const struct text *bytes)
{
    for (size_t i = 0, n; i < bytes->len; i += n) {
        unsigned char c = (unsigned char)bytes->at[i];

        if ((c < 0x20 && !strchr("\t\r\n\f\b\033", c)) || c == 0)
            return false;
        n = text_utf8_len(bytes->at + i, bytes->len - i);
        /* The end may be cut within a character. */
        if (!n)
            return bytes->len - i < 4 && i > 0;
    }
    return true;
}

static void redact(struct text *said, const struct spoken_field *type)
{
    struct text kind = {0}, clean = {0};

    if (type)
        text_add_n(&kind, type->value, type->value_len);
    redact_body(text_str(&kind), text_str(said), said->len, &clean);
    text_fini(&kind);
    text_fini(said);
    *said = clean;
}

static void put_body(const struct spoken_message *m, bool raw, struct json_out *j)
{
    struct spoken_field type = {0};
    struct text said = {0}, base64 = {0};

    json_key(j, "body");
    if (!m->body_kept) {
        json_null(j);
        return;
    }
    bool whole = said_body(m, &said);
    bool typed = spoken_field_find(&m->head, "content-type", &type);

    if (!raw)
        redact(&said, typed ? &type : NULL);
    json_object(j);
    if (is_text(&said)) {
        json_key(j, "text");
        json_text_n(j, text_str(&said), said.len);
    } else {
        text_add_base64(&base64, (const uint8_t *)said.at, said.len);
        json_put_text(j, "base64", text_str(&base64));
    }
    json_key(j, "type");
    if (typed)
        json_text_n(j, type.value, type.value_len);
    else
        json_null(j);
    json_put_int(j, "size", (int64_t)said.len);
    json_put_bool(j, "cut", !whole);
    json_object_end(j);
    text_fini(&said);
    text_fini(&base64);
}

void message_json(const struct spoken_message *m, bool raw, struct json_out *j)
{
    if (!m || (!m->head.len && !m->body_kept)) {
        json_null(j);
        return;
    }
    json_object(j);
    put_headers(m, raw, j);
    put_body(m, raw, j);
    json_object_end(j);
}
