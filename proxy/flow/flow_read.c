#include "flow_read.h"

#include <string.h>

#include <jansson.h>

#include "base/host.h"
#include "base/text.h"
#include "base/time_text.h"
#include "facts.h"
#include "flow.h"
#include "path.h"

/* Numbers that are added up later without a second look. NUMBER: on these all readers of JSON
 * agree (RFC 8259 §6); MS: 34 years; TIME: the end of the year 9999. */
#define NUMBER_MOST ((INT64_C(1) << 53) - 1)
#define MS_MOST (INT64_C(1) << 40)
#define TIME_MOST INT64_C(253402300799)

struct reading {
    struct flow *flow;
    struct err *e;
};

static bool record_read(
    struct reading *r, const json_t *from, const struct record_type *type, void *record);

static bool wrong(struct reading *r, const struct field *field, const char *wanted)
{
    return err_set(r->e, ERR_INPUT, "\"%s\" is no %s", field->name, wanted);
}

/* NULL, with *e, when it is none. */
static const char *text_of(struct reading *r, const struct field *field, const json_t *from)
{
    if (!json_is_string(from) || json_string_length(from) > FLOW_TEXT_MOST) {
        wrong(r, field, "text of the length that ours have");
        return NULL;
    }
    return flow_text(r->flow, json_string_value(from));
}

static bool texts_read(
    struct reading *r, const struct field *field, const json_t *from, struct flow_texts *out)
{
    if (!json_is_array(from) || json_array_size(from) > FLOW_ROWS_MOST)
        return wrong(r, field, "list of the length that ours have");
    *out = (struct flow_texts){0};
    for (size_t i = 0; i < json_array_size(from); i++) {
        const char *text = text_of(r, field, json_array_get(from, i));

        if (!text)
            return false;
        flow_texts_add(r->flow, out, text);
    }
    return true;
}

static int64_t number_most(enum field_kind kind)
{
    return kind == FIELD_TIME ? TIME_MOST : kind == FIELD_MS ? MS_MOST : NUMBER_MOST;
}

static bool is_within(int64_t n, int64_t most)
{
    return -most <= n && n <= most;
}

static bool number_read(
    struct reading *r, const struct field *field, const json_t *from, int64_t *out)
{
    if (json_is_integer(from)) {
        *out = json_integer_value(from);
        return is_within(*out, number_most(field->kind)) ||
               wrong(r, field,
                   field->kind == FIELD_TIME ? "time before the year 10000"
                                             : "number of the size that ours have");
    }
    if (field->kind == FIELD_TIME && json_is_string(from) &&
        time_parse_rfc3339(json_string_value(from), out))
        return true;
    return wrong(r, field, field->kind == FIELD_TIME ? "time" : "number");
}

/* --- what the log tells by one word --- */

/* The value of an attribute of "CN=shop.example,O=A\, B" (RFC 4514); NULL: it has none. */
static const char *attribute_of(struct flow *f, const char *name, const char *key)
{
    size_t len = strlen(key);
    struct text value = {0};

    for (const char *at = name; *at;) {
        bool is_it = !strncmp(at, key, len) && at[len] == '=';

        text_clear(&value);
        for (at += is_it ? len + 1 : 0; *at && *at != ',' && *at != '+'; at++) {
            at += *at == '\\' && at[1];
            text_add_char(&value, *at);
        }
        if (is_it)
            break;
        at += *at != '\0';
        at += strspn(at, " ");
        text_clear(&value);
    }
    const char *found = value.len ? flow_text(f, text_str(&value)) : NULL;

    text_fini(&value);
    return found;
}

static void name_fill(struct flow *f, struct flow_name *name, const char *text)
{
    name->text = text;
    name->cn = attribute_of(f, text, "CN");
    name->o = attribute_of(f, text, "O");
    name->ou = attribute_of(f, text, "OU");
    name->c = attribute_of(f, text, "C");
}

/* A certificate is its fingerprint there, a device its id, an app its name, a clock its
 * state. */
static bool word_read(struct reading *r, const struct record_type *type, void *record,
    const struct field *field, const json_t *from)
{
    const char *text = text_of(r, field, from);

    if (!text)
        return false;
    if (type == flow_type_certificate()) {
        struct flow_certificate *c = record;

        c->sha256 = text;
        c->source = FLOW_READ_FINGERPRINT;
    } else if (type == flow_type_device())
        ((struct flow_device *)record)->id = text;
    else if (type == flow_type_app())
        ((struct flow_app *)record)->name = text;
    else if (type == flow_type_clock())
        ((struct flow_clock *)record)->state = text;
    else if (type == flow_type_name())
        name_fill(r->flow, record, text);
    else
        return wrong(r, field, "record");
    return true;
}

static bool part_read(struct reading *r, const struct field *field, const json_t *from,
    const struct record_type *type, void *record)
{
    if (json_is_string(from))
        return word_read(r, type, record, field, from);
    if (!json_is_object(from))
        return wrong(r, field, "record");
    return record_read(r, from, type, record);
}

/* What is needed is never NULL, in a record that the line brings into being. One that a word stands
 * for has that word. */
static bool new_part_read(struct reading *r, const struct field *field, const json_t *from,
    const struct record_type *type, unsigned char *record)
{
    if (!part_read(r, field, from, type, record))
        return false;
    for (size_t i = 0; json_is_object(from) && i < type->n_fields; i++) {
        const struct field *one = &type->fields[i];
        const char *text;

        if (one->kind != FIELD_TEXT || !one->needed)
            continue;
        memcpy(&text, record + one->offset, sizeof text);
        text = text ? text : "";
        memcpy(record + one->offset, &text, sizeof text);
    }
    return true;
}

static bool list_read(
    struct reading *r, const struct field *field, const json_t *from, unsigned char *record)
{
    size_t n = 0;

    if (!json_is_array(from) || json_array_size(from) > FLOW_ROWS_MOST)
        return wrong(r, field, "list of the length that ours have");
    for (size_t i = 0; i < json_array_size(from); i++) {
        void *row = flow_list_add(r->flow, record + field->offset, &n, field->type);

        memcpy(record + field->n_offset, &n, sizeof n);
        if (!new_part_read(r, field, json_array_get(from, i), field->type, row))
            return false;
    }
    return true;
}

static bool value_read(
    struct reading *r, const struct field *field, const json_t *from, unsigned char *record)
{
    unsigned char *at = record + field->offset;
    const char *text;
    int64_t number;
    bool yes;
    void *part;

    switch (field->kind) {
    case FIELD_TEXT:
        text = text_of(r, field, from);
        memcpy(at, &text, sizeof text);
        return text != NULL;
    case FIELD_TEXTS:
        return texts_read(r, field, from, (struct flow_texts *)(void *)at);
    case FIELD_BOOLEAN:
        yes = json_is_true(from);
        memcpy(at, &yes, sizeof yes);
        return json_is_boolean(from) || wrong(r, field, "boolean");
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        if (!number_read(r, field, from, &number))
            return false;
        memcpy(at, &number, sizeof number);
        return true;
    case FIELD_RECORD:
        memcpy(&part, at, sizeof part);
        if (part)
            return part_read(r, field, from, field->type, part);
        part = flow_make(r->flow, field->type);
        memcpy(at, &part, sizeof part);
        return new_part_read(r, field, from, field->type, part);
    case FIELD_LIST:
        return list_read(r, field, from, record);
    case FIELD_HEADERS:
        break; /* no log has them */
    }
    return true;
}

/* What is no field of ours is somebody else's, or of a later whytls. */
static bool record_read(
    struct reading *r, const json_t *from, const struct record_type *type, void *record)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)from, key, value)
    {
        const struct field *field = record_field(type, key);

        if (field && !json_is_null(value) && !value_read(r, field, value, record))
            return false;
    }
    return true;
}

/* --- what the log has elsewhere than the record --- */

static void word_take(struct flow *f, const json_t *from, const char *key, const char **out)
{
    const json_t *value = json_object_get(from, key);

    if (json_is_string(value) && json_string_length(value) <= FLOW_TEXT_MOST)
        *out = flow_text(f, json_string_value(value));
}

static void client_take(struct flow *f, const json_t *client)
{
    word_take(f, client, "device_name", &f->client->device->name);
    word_take(f, client, "device_family", &f->client->device->family);
    word_take(f, client, "os_version", &f->client->device->os_version);
    word_take(f, client, "stack", &f->client->app->stack);
    f->client->app->is_browser = json_is_true(json_object_get(client, "browser"));
}

static void certificates_finish(struct flow_certificate *chain, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        chain[i].depth = (int64_t)i;
        chain[i].lifetime = chain[i].not_after - chain[i].not_before;
        chain[i].is_ca = i > 0;
        chain[i].self_signed = chain[i].subject->text && chain[i].issuer->text &&
                               !strcmp(chain[i].subject->text, chain[i].issuer->text);
    }
}

/* The certificates of a failed flow stand beside the fingerprints of its chain. */
static bool chain_take(struct reading *r, const json_t *leg)
{
    const struct field *field = record_field(flow_type_server_leg(), "chain");
    const json_t *certificates = json_object_get(leg, "certificates");
    struct flow_server_leg *to = r->flow->server_leg;

    if (!to || !certificates)
        return true;
    to->chain = NULL;
    to->n_chain = 0;
    bool right = list_read(r, field, certificates, (unsigned char *)to);

    certificates_finish(to->chain, to->n_chain);
    return right;
}

static bool facts_take(struct reading *r, const json_t *facts)
{
    const char *key;
    json_t *value;
    size_t n = 0;

    json_object_foreach((json_t *)(uintptr_t)facts, key, value)
    {
        struct flow_fact fact = {.name = key};

        if (++n > FLOW_ROWS_MOST)
            return err_set(r->e, ERR_INPUT, "\"facts\" are more than %d", FLOW_ROWS_MOST);
        if (json_is_string(value)) {
            fact.text = json_string_value(value);
        } else if (json_is_boolean(value)) {
            fact.kind = FACT_BOOLEAN;
            fact.integer = json_is_true(value);
        } else if (json_is_integer(value)) {
            fact.kind = FACT_INTEGER;
            fact.integer = json_integer_value(value);
        } else if (json_is_real(value)) {
            fact.kind = FACT_NUMBER;
            fact.number = json_real_value(value);
        } else {
            continue;
        }
        flow_fact_set(r->flow, &fact);
    }
    return true;
}

static bool tick_take(struct reading *r, const json_t *tick)
{
    const json_t *at = json_object_get(tick, "at_ms"), *moment = json_object_get(tick, "moment");

    if (!json_is_integer(at) || !is_within(json_integer_value(at), MS_MOST) ||
        !json_is_string(moment) || json_string_length(moment) > FLOW_TEXT_MOST)
        return err_set(r->e, ERR_INPUT, "\"timeline\" is no list of { \"at_ms\", \"moment\" }");
    flow_tick(r->flow, json_integer_value(at), flow_text(r->flow, json_string_value(moment)));
    return true;
}

static bool timeline_take(struct reading *r, const json_t *timeline)
{
    size_t n = json_array_size(timeline);

    if (timeline && !json_is_null(timeline) && (!json_is_array(timeline) || n > FLOW_ROWS_MOST))
        return err_set(r->e, ERR_INPUT, "\"timeline\" is no list of the length that ours have");
    for (size_t i = 0; i < n; i++)
        if (!tick_take(r, json_array_get(timeline, i)))
            return false;
    return true;
}

/* A number that is no field of the record; 0: none that ours could be. */
static int64_t count_of(const json_t *from, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(from, key));

    return n > 0 && n <= MS_MOST ? n : 0;
}

static void target_finish(struct flow *f)
{
    char host[HOST_CAP];
    const char *learnt = f->target->learnt;

    if (f->target->host && f->target->port >= 0 && f->target->port <= UINT16_MAX &&
        host_normalise(f->target->host, strlen(f->target->host), host))
        flow_set_target(f, host, (uint16_t)f->target->port, learnt ? learnt : "connect");
    f->now = f->at;
}

static void time_take(struct flow *f, const json_t *at)
{
    f->at_ms = f->at * 1000;
    if (json_is_string(at) && !time_parse_rfc3339_ms(json_string_value(at), &f->at_ms))
        f->at_ms = f->at * 1000;
}

static bool flow_take(struct reading *r, const json_t *from)
{
    if (json_integer_value(json_object_get(from, "v")) != 1 || !json_object_get(from, "client"))
        return err_set(r->e, ERR_INPUT, "it is no record of a connection: { \"v\":1, … }");
    if (!record_read(r, from, flow_type_flow(), r->flow) ||
        !chain_take(r, json_object_get(from, "server_leg")) ||
        !facts_take(r, json_object_get(from, "facts")) ||
        !timeline_take(r, json_object_get(from, "timeline")))
        return false;
    r->flow->n_exchanges_cut = (size_t)count_of(from, "exchanges_cut");
    r->flow->n_notes_cut = (size_t)count_of(from, "notes_cut");
    client_take(r->flow, json_object_get(from, "client"));
    r->flow->ms = count_of(from, "ms");
    time_take(r->flow, json_object_get(from, "at"));
    target_finish(r->flow);
    return true;
}

/* What the log tells by the answer alone. */
static bool is_refused_by_us(const struct flow *f)
{
    const char *answer = f->decision->answer;

    return answer && (!strcmp(answer, "page") || !strcmp(answer, "alert"));
}

struct flow *flow_read(const char *line, size_t len, struct err *e)
{
    json_error_t why;
    json_t *from = NULL;
    struct reading r = {.e = e};

    if (len > FLOW_LINE_MOST) {
        err_set(e, ERR_INPUT, "the line is longer than %d bytes", FLOW_LINE_MOST);
        return NULL;
    }
    from = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
    if (!from) {
        err_set(e, ERR_INPUT, "column %d: %s", why.column, why.text);
        return NULL;
    }
    r.flow = flow_new("", 0);
    if (flow_take(&r, from)) {
        r.flow->refused_by_us = is_refused_by_us(r.flow);
    } else {
        flow_free(r.flow);
        r.flow = NULL;
    }
    json_decref(from);
    return r.flow;
}
