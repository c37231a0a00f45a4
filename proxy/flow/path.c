#include "path.h"

#include <string.h>

#include "base/arena.h"

enum { WORD_CAP = 64, FIELDS_MOST = 64, NO_MEMBER = -2 };

#define FIELD_VALUE_OF(record, name, kind, need, from, about)                                      \
    {#name, FIELD_##kind, NEED_##need, MOMENT_##from, about, offsetof(struct flow_##record, name), \
        0, NULL},
#define FIELD_RECORD_OF(record, name, type, need, from, about)                                     \
    {#name, FIELD_RECORD, NEED_##need, MOMENT_##from, about, offsetof(struct flow_##record, name), \
        0, &type_##type},
#define FIELD_LIST_OF(record, name, type, need, from, about)                                       \
    {#name, FIELD_LIST, NEED_##need, MOMENT_##from, about, offsetof(struct flow_##record, name),   \
        offsetof(struct flow_##record, n_##name), &type_##type},
#define RECORD_TYPE(record)                                                                        \
    static const struct field fields_##record[] = {                                                \
        FLOW_FIELDS_##record(FIELD_VALUE_OF, FIELD_RECORD_OF, FIELD_LIST_OF)};                     \
    static const struct record_type type_##record = {#record, sizeof(struct flow_##record),        \
        fields_##record, sizeof fields_##record / sizeof *fields_##record};                        \
    const struct record_type *flow_type_##record(void)                                             \
    {                                                                                              \
        return &type_##record;                                                                     \
    }

enum { NEED_MAYBE = 0, NEED_NEEDED = 1 };

FLOW_RECORDS(RECORD_TYPE)

/* The flow itself is `struct flow`, not `struct flow_flow`; else it is a record like the others. */
#define flow_flow flow
RECORD_TYPE(flow)
#undef flow_flow

const struct record_type *const *record_types(size_t *n)
{
#define TYPE_ROW(record) &type_##record,
    static const struct record_type *const types[] = {FLOW_RECORDS(TYPE_ROW) & type_flow};
#undef TYPE_ROW

    *n = sizeof types / sizeof *types;
    return types;
}

const struct record_type *record_type_find(const char *name)
{
    size_t n;
    const struct record_type *const *types = record_types(&n);

    for (size_t i = 0; i < n; i++)
        if (!strcmp(types[i]->name, name))
            return types[i];
    return NULL;
}

const struct field *record_field(const struct record_type *type, const char *name)
{
    for (size_t i = 0; i < type->n_fields; i++)
        if (!strcmp(type->fields[i].name, name))
            return &type->fields[i];
    return NULL;
}

/* The word up to the next dot, into a buffer; gives what follows the dot, or NULL at the end. Words
 * that do not fit are cut: they are no field's name either way. */
static const char *word_take(const char *at, char word[static WORD_CAP])
{
    size_t n = strcspn(at, ".");
    size_t kept = n < WORD_CAP ? n : WORD_CAP - 1;

    memcpy(word, at, kept);
    word[kept] = '\0';
    return at[n] ? at + n + 1 : NULL;
}

static bool unknown_word(
    const char *text, const char *where, const char *word, const char *const *names, struct err *e)
{
    const char *near = text_nearest(word, names);
    char safe[WORD_CAP * 4];

    text_safe(safe, sizeof safe, word);
    if (near)
        return err_set(e, ERR_RULE, "no fact '%.100s': %s has no '%s'; did you mean '%s'?", text,
            where, safe, near);
    return err_set(e, ERR_RULE, "no fact '%.100s': %s has no '%s'", text, where, safe);
}

static bool unknown_field(
    const char *text, const struct record_type *type, const char *word, struct err *e)
{
    const char *names[FIELDS_MOST + 1] = {NULL};

    for (size_t i = 0; i < type->n_fields && i < FIELDS_MOST; i++)
        names[i] = type->fields[i].name;
    return unknown_word(text, type == &type_flow ? "the flow" : type->name, word, names, e);
}

static bool member_compile(struct path *out, const char *word, struct err *e)
{
    static const char *const names[] = {"leaf", "issuer", "top", NULL};
    const struct field *list = out->step[out->n_steps - 1];

    if (list->type != &type_certificate)
        return err_set(e, ERR_RULE, "no fact '%.100s': %s is a list; a path ends there", out->text,
            list->name);
    for (signed char i = 0; names[i]; i++)
        if (!strcmp(word, names[i])) {
            out->member[out->n_steps - 1] = (signed char)(i == 2 ? -1 : i);
            out->kind = FIELD_RECORD;
            return true;
        }
    return unknown_word(out->text, list->name, word, names, e);
}

static bool step_compile(
    struct path *out, const struct record_type *type, const char *word, struct err *e)
{
    const struct field *field = record_field(type, word);

    if (!field)
        return unknown_field(out->text, type, word, e);
    if (out->n_steps == PATH_DEEP)
        return err_set(e, ERR_RULE, "no fact '%.100s': it goes too deep", out->text);
    out->step[out->n_steps] = field;
    out->member[out->n_steps++] = NO_MEMBER;
    out->kind = field->kind;
    return true;
}

static bool fields_compile(struct path *out, struct err *e)
{
    const struct record_type *type = &type_flow;
    const char *at = out->text;
    char word[WORD_CAP];

    while (at) {
        at = word_take(at, word);
        if (!type)
            return err_set(e, ERR_RULE, "no fact '%.100s': %s is a value and has no fields",
                out->text, out->step[out->n_steps - 1]->name);
        bool in_list = out->n_steps && out->kind == FIELD_LIST;
        if (in_list ? !member_compile(out, word, e) : !step_compile(out, type, word, e))
            return false;
        type = out->step[out->n_steps - 1]->type;
    }
    return true;
}

static bool check_compile(struct path *out, const struct path_names *names, struct err *e)
{
    const char *name = out->text + strlen("checks.");
    size_t n = strcspn(name, "@");
    char word[WORD_CAP];

    if (n == 0 || n >= sizeof word)
        return err_set(
            e, ERR_RULE, "no fact '%.100s': write checks.NAME or checks.NAME@DEPTH", out->text);
    memcpy(word, name, n);
    word[n] = '\0';
    if (names && names->check_known && !names->check_known(word))
        return err_set(e, ERR_RULE, "no fact '%.100s': there is no check '%s'", out->text, word);
    out->check = name;
    out->check_len = n;
    out->check_depth = -1;
    out->kind = FIELD_RECORD;
    if (!name[n])
        return true;
    const char *depth = name + n + 1;
    size_t digits = strspn(depth, "0123456789");

    if (digits == 0 || digits > 2 || depth[digits])
        return err_set(e, ERR_RULE,
            "no fact '%.100s': '@' is followed by a certificate's depth, 0 for the leaf",
            out->text);
    out->check_depth = digits == 1 ? depth[0] - '0' : (depth[0] - '0') * 10 + (depth[1] - '0');
    return true;
}

bool path_compile(const char *text, const struct path_names *names, struct path *out, struct err *e)
{
    char word[WORD_CAP];

    *out = (struct path){.text = text};
    if (text_starts(text, "checks."))
        return check_compile(out, names, e);
    word_take(text, word);
    if (!record_field(&type_flow, word) && names && names->fact_kind) {
        int kind = names->fact_kind(names->arg, text);

        if (kind >= 0) {
            out->is_fact = true;
            out->kind = (enum field_kind)kind;
            return true;
        }
    }
    return fields_compile(out, e);
}

static const struct flow_check *check_find(
    const struct path *p, const struct flow_check *checks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(checks[i].check) == p->check_len &&
            !memcmp(checks[i].check, p->check, p->check_len) &&
            (p->check_depth < 0 || checks[i].cert == p->check_depth))
            return &checks[i];
    return NULL;
}

/* What iOS would refuse: the site's chain, or the opened file. */
static struct value check_value(const struct path *p, const struct flow *f)
{
    const struct flow_check *check = NULL;

    if (f->server_leg && f->server_leg->verdict)
        check = check_find(p, f->server_leg->verdict->checks, f->server_leg->verdict->n_checks);
    if (!check && f->identity)
        check = check_find(p, f->identity->checks, f->identity->n_checks);
    return (struct value){
        .none = !check, .kind = FIELD_RECORD, .record = check, .n = !!check, .type = &type_check};
}

static struct value fact_value(const struct path *p, const struct flow *f)
{
    const struct flow_fact *fact = flow_fact_get(f, p->text);
    struct value v = {.none = !fact, .kind = p->kind};

    if (!fact)
        return v;
    v.text = fact->text;
    v.integer = fact->integer;
    v.number = fact->number;
    switch (fact->kind) {
    case FACT_TEXT:
        v.kind = FIELD_TEXT;
        v.none = !fact->text;
        break;
    case FACT_INTEGER:
        v.kind = FIELD_INTEGER;
        break;
    case FACT_NUMBER:
        v.kind = FIELD_INTEGER;
        v.is_number = true;
        break;
    case FACT_BOOLEAN:
        v.kind = FIELD_BOOLEAN;
        break;
    case FACT_TIME:
        v.kind = FIELD_TIME;
        break;
    }
    return v;
}

/* The row of the chain that a member names; the issuer of a lone leaf is absent. */
static struct value member_value(struct value list, int member)
{
    size_t i = member < 0 ? list.n - 1 : (size_t)member;

    if (list.none || i >= list.n)
        return (struct value){.none = true, .kind = FIELD_RECORD, .type = list.type};
    list.kind = FIELD_RECORD;
    list.record = (const unsigned char *)list.record + i * list.type->size;
    list.n = 1;
    return list;
}

struct value path_value(const struct path *p, const struct flow *f)
{
    const void *record = f;
    struct value v = {.none = true, .kind = p->kind};

    if (p->check)
        return check_value(p, f);
    if (p->is_fact)
        return fact_value(p, f);
    for (size_t i = 0; i < p->n_steps; i++) {
        v = field_value(p->step[i], record);
        if (p->member[i] != NO_MEMBER)
            v = member_value(v, p->member[i]);
        if (v.none)
            return (struct value){.none = true, .kind = p->kind};
        record = v.record;
    }
    return v;
}
