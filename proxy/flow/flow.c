#include "flow.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/facts.h"
#include "path.h"
#include "spoken.h"
#include "tls/tape.h"

enum { LIST_FIRST = 4 };

static const char *const moment_names[N_MOMENTS] = {
#define MOMENT(ID, name, about) [MOMENT_##ID] = #name,
#include "flow/moment.def"
#undef MOMENT
};

const char *moment_name(enum moment m)
{
    return m > MOMENT_NONE && m < N_MOMENTS ? moment_names[m] : NULL;
}

enum moment moment_find(const char *name)
{
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (!strcmp(name, moment_names[m]))
            return m;
    return MOMENT_NONE;
}

static const char *const symptom_names[N_SYMPTOMS] = {
#define SYMPTOM(ID, name, about) [SYMPTOM_##ID] = name,
#include "flow/symptom.def"
#undef SYMPTOM
};

const char *symptom_name(enum symptom s)
{
    return s > SYMPTOM_NONE && s < N_SYMPTOMS ? symptom_names[s] : NULL;
}

bool symptom_is_known(const char *name)
{
    for (enum symptom s = SYMPTOM_NONE + 1; s < N_SYMPTOMS; s++)
        if (!strcmp(name, symptom_names[s]))
            return true;
    return false;
}

const char *flow_header_get(const struct flow_headers *h, const char *name)
{
    for (size_t i = 0; h && i < h->n; i++)
        if (text_equal_caseless(h->at[i].name, name))
            return h->at[i].value;
    return NULL;
}

static void number_clear(const struct field *field, unsigned char *at)
{
    const int64_t none = FLOW_NONE;

    if (!field->needed)
        memcpy(at, &none, sizeof none);
}

/* Follows the table, so that a new row of record.def needs no line here. */
static void record_init(struct flow *f, const struct record_type *type, unsigned char *record)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        const struct field *field = &type->fields[i];
        unsigned char *at = record + field->offset;
        void *made = NULL;

        switch (field->kind) {
        case FIELD_INTEGER:
        case FIELD_TIME:
        case FIELD_DURATION:
        case FIELD_BYTES:
        case FIELD_MS:
            number_clear(field, at);
            break;
        case FIELD_RECORD:
            made = field->needed ? flow_make(f, field->type) : NULL;
            break;
        case FIELD_HEADERS:
            made = field->needed ? arena_new(&f->arena, sizeof(struct flow_headers)) : NULL;
            break;
        case FIELD_TEXT:
        case FIELD_TEXTS:
        case FIELD_BOOLEAN:
        case FIELD_LIST:
            break;
        }
        if (made)
            memcpy(at, &made, sizeof made);
    }
}

void *flow_make(struct flow *f, const struct record_type *type)
{
    void *record = arena_new(&f->arena, type->size);

    record_init(f, type, record);
    return record;
}

struct flow *flow_new(const char *id, int64_t at_ms)
{
    struct flow *f = mem_new(sizeof *f);

    arena_init(&f->arena);
    record_init(f, flow_type_flow(), (unsigned char *)f);
    f->id = flow_text(f, id);
    f->at_ms = at_ms;
    f->at = at_ms / 1000;
    f->now = f->at;
    f->client->device->family = "unknown";
    f->client->device->clock_state = "unchecked";
    f->client->app->name = "unknown";
    f->client->app->stack = "other";
    f->decision->action = "intercept";
    f->decision->by = "default";
    f->proxy->clock->state = "unchecked";
    return f;
}

void flow_free(struct flow *f)
{
    if (!f)
        return;
    for (const struct flow_kept *kept = f->kept; kept; kept = kept->next)
        cert_unref(kept->cert);
    spoken_free(f->spoken);
    tape_free(f->tape[0]);
    tape_free(f->tape[1]);
    arena_fini(&f->arena);
    mem_free(f);
}

const char *flow_text(struct flow *f, const char *text)
{
    return arena_text(&f->arena, text);
}

/* Rows lie in blocks of 4, 8, 16, …: full exactly when n is such a number, so no capacity need be
 * kept. */
static void *rows_grow(struct flow *f, const void *rows, size_t n, size_t size)
{
    if (n == 0)
        return arena_new(&f->arena, LIST_FIRST * size);
    if (n < LIST_FIRST || (n & (n - 1)))
        return NULL;
    void *more = arena_new(&f->arena, 2 * n * size);

    memcpy(more, rows, n * size);
    return more;
}

void flow_texts_add(struct flow *f, struct flow_texts *list, const char *text)
{
    const char **more = rows_grow(f, list->at, list->n, sizeof *list->at);

    if (more)
        list->at = more;
    list->at[list->n++] = flow_text(f, text ? text : "");
}

void *flow_list_add(struct flow *f, void *list_at, size_t *n, const struct record_type *type)
{
    unsigned char *rows;

    memcpy(&rows, list_at, sizeof rows);
    void *more = rows_grow(f, rows, *n, type->size);
    if (more) {
        rows = more;
        memcpy(list_at, &rows, sizeof rows);
    }
    unsigned char *row = rows + (*n)++ * type->size;

    record_init(f, type, row);
    return row;
}

struct flow_exchange *flow_exchange_add(struct flow *f)
{
    if (f->n_exchanges >= FLOW_EXCHANGES_MOST) {
        f->n_exchanges_cut++;
        return NULL;
    }
    return flow_list_add(f, &f->exchanges, &f->n_exchanges, flow_type_exchange());
}

void flow_header_add(struct flow *f, struct flow_headers *h, const char *name, const char *value)
{
    struct flow_header *more = rows_grow(f, h->at, h->n, sizeof *h->at);

    if (more)
        h->at = more;
    h->at[h->n++] = (struct flow_header){flow_text(f, name), flow_text(f, value)};
}

struct flow_note *flow_note_add(
    struct flow *f, const char *code, const char *severity, const char *text, const char *by)
{
    if (f->n_notes >= FLOW_NOTES_MOST) {
        f->n_notes_cut++;
        return NULL;
    }
    struct flow_note *note = flow_list_add(f, &f->notes, &f->n_notes, flow_type_note());

    note->code = flow_text(f, code);
    note->severity = flow_text(f, severity);
    note->text = flow_text(f, text);
    note->by = flow_text(f, by);
    return note;
}

void flow_fact_set(struct flow *f, const struct flow_fact *fact)
{
    struct flow_fact **at = &f->facts;

    while (*at && strcmp((*at)->name, fact->name))
        at = &(*at)->next;
    if (!*at) {
        *at = arena_new(&f->arena, sizeof **at);
        (*at)->name = flow_text(f, fact->name);
    }
    (*at)->kind = fact->kind;
    (*at)->text = flow_text(f, fact->text);
    (*at)->integer = fact->integer;
    (*at)->number = fact->number;
}

const struct flow_fact *flow_fact_get(const struct flow *f, const char *name)
{
    for (const struct flow_fact *fact = f->facts; fact; fact = fact->next)
        if (!strcmp(fact->name, name))
            return fact;
    return NULL;
}

void flow_tick(struct flow *f, int64_t at_ms, const char *what)
{
    if (f->n_ticks < FLOW_TICKS_MOST)
        f->ticks[f->n_ticks++] = (struct flow_tick){at_ms, what};
}
