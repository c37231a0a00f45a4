/* value.c - one value: read from a record, shown, compared; declared in path.h. */
#include "path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time_text.h"

/* A certificate may carry a thousand names; evidence is for people. */
enum { SHOWN_BYTES = 240, SHOWN_ROWS = 12 };

static void *pointer_at(const unsigned char *at)
{
    void *p;

    memcpy(&p, at, sizeof p);
    return p;
}

static struct value number_value(const struct field *field, const unsigned char *at)
{
    struct value v = {.kind = field->kind};

    memcpy(&v.integer, at, sizeof v.integer);
    v.none = v.integer == FLOW_NONE;
    return v;
}

static struct value list_value(const struct field *field, const unsigned char *record)
{
    struct value v = {.kind = FIELD_LIST, .type = field->type};

    v.record = pointer_at(record + field->offset);
    memcpy(&v.n, record + field->n_offset, sizeof v.n);
    v.none = v.n == 0 && !field->needed;
    return v;
}

struct value field_value(const struct field *field, const void *record)
{
    const unsigned char *at = (const unsigned char *)record + field->offset;
    struct value v = {.kind = field->kind, .type = field->type};

    switch (field->kind) {
    case FIELD_TEXT:
        v.text = pointer_at(at);
        if (!v.text && field->needed)
            v.text = "";
        v.none = !v.text;
        return v;
    case FIELD_TEXTS:
        v.texts = (const struct flow_texts *)(const void *)at;
        return v;
    case FIELD_BOOLEAN:
        v.integer = *(const bool *)at;
        return v;
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        return number_value(field, at);
    case FIELD_HEADERS:
        v.headers = pointer_at(at);
        v.none = !v.headers;
        return v;
    case FIELD_RECORD:
        v.record = pointer_at(at);
        v.none = !v.record;
        v.n = !v.none;
        return v;
    case FIELD_LIST:
        return list_value(field, record);
    }
    return v;
}

static void add_text(struct text *out, const char *s)
{
    text_add_safe(out, s, strlen(s), SHOWN_BYTES);
}

static void texts_show(const struct flow_texts *texts, struct text *out)
{
    for (size_t i = 0; i < texts->n && i < SHOWN_ROWS; i++) {
        if (i)
            text_add(out, ", ");
        add_text(out, texts->at[i]);
    }
    if (texts->n > SHOWN_ROWS)
        text_printf(out, " and %zu more", texts->n - SHOWN_ROWS);
}

static void time_show(int64_t seconds, struct text *out)
{
    char buf[TIME_TEXT_CAP];

    text_add(out, time_rfc3339(buf, seconds));
}

static void duration_show(int64_t seconds, struct text *out)
{
    char buf[TIME_TEXT_CAP];

    if (seconds < 0)
        text_add_char(out, '-');
    text_add(out, time_duration(buf, seconds));
}

/* A record stands for its most telling field. */
static void record_show(const struct value *v, struct text *out)
{
    static const char *const telling[] = {"text", "name", "verdict", "sha256", "host", "id", NULL};

    if (v->type == flow_type_check()) {
        const struct flow_check *check = v->record;

        text_printf(out, "fails at certificate %" PRId64, check->cert);
        return;
    }
    for (size_t i = 0; telling[i]; i++) {
        const struct field *field = record_field(v->type, telling[i]);

        if (field && field->kind == FIELD_TEXT) {
            struct value inner = field_value(field, v->record);

            value_show(&inner, out);
            return;
        }
    }
    text_add(out, "there");
}

void value_show(const struct value *v, struct text *out)
{
    if (v->none)
        return;
    switch (v->kind) {
    case FIELD_TEXT:
        add_text(out, v->text);
        break;
    case FIELD_TEXTS:
        texts_show(v->texts, out);
        break;
    case FIELD_BOOLEAN:
        text_add(out, v->integer ? "true" : "false");
        break;
    case FIELD_INTEGER:
        if (v->is_number)
            text_printf(out, "%.15g", v->number);
        else
            text_printf(out, "%" PRId64, v->integer);
        break;
    case FIELD_TIME:
        time_show(v->integer, out);
        break;
    case FIELD_DURATION:
        duration_show(v->integer, out);
        break;
    case FIELD_BYTES:
        text_printf(out, "%" PRId64 " bytes", v->integer);
        break;
    case FIELD_MS:
        text_printf(out, "%" PRId64 " ms", v->integer);
        break;
    case FIELD_HEADERS:
        text_printf(out, "%zu", v->headers->n);
        break;
    case FIELD_RECORD:
        record_show(v, out);
        break;
    case FIELD_LIST:
        text_printf(out, "%zu", v->n);
        break;
    }
}

static bool texts_have(const struct flow_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (!strcmp(texts->at[i], text))
            return true;
    return false;
}

bool value_is(const struct value *v, const char *text)
{
    char number[32];

    if (v->none)
        return false;
    switch (v->kind) {
    case FIELD_TEXT:
        return !strcmp(v->text, text);
    case FIELD_TEXTS:
        return texts_have(v->texts, text);
    case FIELD_BOOLEAN:
        return !strcmp(v->integer ? "true" : "false", text);
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        if (v->is_number)
            snprintf(number, sizeof number, "%.15g", v->number);
        else
            snprintf(number, sizeof number, "%" PRId64, v->integer);
        return !strcmp(number, text);
    case FIELD_HEADERS:
    case FIELD_RECORD:
    case FIELD_LIST:
        return false;
    }
    return false;
}
