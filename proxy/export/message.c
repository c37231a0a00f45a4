/* export/message.c - what is told of a message: its fields and its body, for all forms alike. */
#include "export_priv.h"

#include <string.h>

#include "base/json_out.h"
#include "flow/flow.h"
#include "flow/spoken.h"
#include "redact.h"
#include "store/said.h"

const struct spoken_message *leaving_message(const struct leaving *l, size_t n, int side)
{
    const struct spoken_message *m =
        l->spoken && n < l->spoken->n ? &l->spoken->at[n].said[side] : NULL;

    return m && (m->head.len || m->body_kept) ? m : NULL;
}

static void value_add(const struct spoken_field *field, bool raw, struct text *out)
{
    if (raw)
        text_add_n(out, field->value, field->value_len);
    else
        redact_field(field->name, field->name_len, field->value, field->value_len, out);
}

void message_fields(const struct spoken_message *m, bool raw,
    void (*each)(void *arg, const char *name, const char *value), void *arg)
{
    struct text name = {0}, value = {0};
    struct spoken_field field;
    size_t at = 0;

    while (m && spoken_next_field(&m->head, &at, &field)) {
        text_clear(&name);
        text_clear(&value);
        text_add_n(&name, field.name, field.name_len);
        value_add(&field, raw, &value);
        each(arg, text_str(&name), text_str(&value));
    }
    text_fini(&name);
    text_fini(&value);
}

bool message_field(const struct spoken_message *m, const char *name, bool raw, struct text *out)
{
    struct spoken_field field;

    if (!m || !spoken_field_find(&m->head, name, &field))
        return false;
    value_add(&field, raw, out);
    return true;
}

void message_body(const struct spoken_message *m, bool raw, struct text *out, bool *whole)
{
    struct text plain = {0}, type = {0};

    if (raw) {
        *whole = said_body(m, out);
        return;
    }
    *whole = said_body(m, &plain);
    message_field(m, "Content-Type", true, &type);
    redact_body(text_str(&type), text_str(&plain), plain.len, out);
    text_fini(&plain);
    text_fini(&type);
}

bool bytes_are_text(const struct text *bytes)
{
    for (size_t i = 0; i < bytes->len;) {
        unsigned char c = (unsigned char)bytes->at[i];
        size_t n = text_utf8_len(bytes->at + i, bytes->len - i);

        /* A character that was cut at the end does not make it bytes. */
        if (!n)
            return c >= 0xc2 && bytes->len - i < 4 && i > 0;
        if (c < ' ' && !strchr("\t\r\n\f", c))
            return false;
        i += n;
    }
    return true;
}

void message_version(const struct leaving *l, const struct spoken_message *m, struct text *out)
{
    const struct flow_server_leg *leg = l->flow->server_leg;
    const char *line, *at;
    size_t len;

    if (m && spoken_start_line(&m->head, &line, &len)) {
        at = memmem(line, len, "HTTP/", 5);
        if (at) {
            size_t n = strcspn(at, " \r\n");

            text_add_n(out, at, n < (size_t)(line + len - at) ? n : (size_t)(line + len - at));
            return;
        }
    }
    text_add(out, leg && leg->alpn && !strcmp(leg->alpn, "h2") ? "HTTP/2" : "HTTP/1.1");
}

void message_reason(const struct spoken_message *m, struct text *out)
{
    const char *line, *blank;
    size_t len;

    if (!m || !spoken_start_line(&m->head, &line, &len))
        return;
    for (int i = 0; i < 2; i++) {
        if (!(blank = memchr(line, ' ', len)))
            return;
        len -= (size_t)(blank + 1 - line);
        line = blank + 1;
    }
    text_add_n(out, line, len);
}

void message_body_json(const struct spoken_message *m, bool raw, int64_t size, struct json_out *j)
{
    struct text body = {0}, type = {0}, coded = {0};
    bool whole;

    if (!m || !m->body_kept) {
        json_null(j);
        return;
    }
    message_body(m, raw, &body, &whole);
    message_field(m, "Content-Type", raw, &type);
    json_object(j);
    json_key(j, bytes_are_text(&body) ? "text" : "base64");
    if (bytes_are_text(&body)) {
        json_text_n(j, text_str(&body), body.len);
    } else {
        text_add_base64(&coded, (const uint8_t *)body.at, body.len);
        json_text(j, text_str(&coded));
    }
    json_put_text(j, "type", type.len ? text_str(&type) : NULL);
    json_put_int(j, "size", size);
    json_put_bool(j, "cut", !whole);
    json_object_end(j);
    text_fini(&body);
    text_fini(&type);
    text_fini(&coded);
}
