/* fields_markdown.c - the reference as it stands in the guide; declared in fields.h. */
#include "fields.h"

#include <string.h>

#include "base/text.h"
#include "fields_priv.h"
#include "hook/hook.h"
#include "hook/wake.h"
#include "judge/check.h"

/* A bar would end the cell. */
static void cell(struct text *out, const char *says)
{
    for (; *says; says++) {
        if (*says == '|')
            text_add_char(out, '\\');
        text_add_char(out, *says);
    }
}

static void wakes_cell(enum moment m, struct text *out)
{
    for (enum wake_key key = WAKE_ENTRY + 1; key < N_WAKE_KEYS; key++)
        if (wake_key_is_at(key, m))
            text_printf(out, "`%s` ", wake_key_name(key));
}

/* The strictest first. */
static void decides_cell(enum moment m, struct text *out)
{
    static const enum action actions[] = {
        ACTION_REFUSE, ACTION_TUNNEL, ACTION_PAGE, ACTION_MIRROR, ACTION_INTERCEPT, ACTION_ALLOW};
    const char *separator = "";

    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (action_strength(actions[i], m)) {
            text_printf(out, "%s%s", separator, action_name(actions[i]));
            separator = " > ";
        }
}

static void moments_write(struct text *out)
{
    text_add(out, "### Moments\n\nAt every moment one can wake on `host`, `has` and `entry`.\n\n"
                  "| moment | when | can wake on | may decide |\n|---|---|---|---|\n");
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++) {
        text_printf(out, "| `%s` | ", moment_name(m));
        cell(out, moment_about(m));
        text_add(out, " | ");
        wakes_cell(m, out);
        text_add(out, "| ");
        decides_cell(m, out);
        text_add(out, " |\n");
    }
}

static void record_write(const struct record_type *type, struct text *out)
{
    char kind[FIELD_LINE_CAP];

    for (size_t i = 0; i < type->n_fields; i++) {
        const struct field *field = &type->fields[i];

        text_printf(out, "| %s%s%s | `%s` | %s | %s | ", i ? "" : "**", i ? "" : type->name,
            i ? "" : "**", field->name, field_kind_name(field, kind), moment_name(field->from));
        cell(out, field->about);
        text_add(out, " |\n");
    }
}

static void records_write(struct text *out)
{
    size_t n;
    const struct record_type *const *types = record_types(&n);

    text_add(out,
        "\n### Fields\n\n`!` is never nil. *from*: readable at that moment and at every "
        "later one. A flow has `fact`, `settings` and `memory` as well, from the first "
        "moment on.\n\n| record | field | type | from | meaning |\n|---|---|---|---|---|\n");
    record_write(types[n - 1], out); /* the flow first */
    for (size_t i = 0; i + 1 < n; i++)
        record_write(types[i], out);
}

static void methods_write(struct text *out)
{
    text_add(out, "\n### Methods\n\n| call | at | does |\n|---|---|---|\n");
    for (const struct method_row *m = method_rows; m->call; m++)
        text_printf(out, "| `%s` | %s | %s |\n", m->call, m->at, m->about);
}

static void words_write(struct text *out)
{
    text_add(out, "\n### Checks\n\n| check | class | what it asks |\n|---|---|---|\n");
    for (size_t i = 0; i < N_JUDGE_CHECKS; i++) {
        const struct judge_check *check = judge_check((enum judge_check_id)i);

        text_printf(out, "| `%s` | %s | ", check->name, judge_class_name(check->class));
        cell(out, check->text);
        text_printf(out, "%s |\n", check->done ? "" : " (not made yet: it never fails)");
    }
    text_add(out, "\n### Symptoms\n\n| symptom | meaning |\n|---|---|\n");
    for (enum symptom s = SYMPTOM_NONE + 1; s < N_SYMPTOMS; s++)
        text_printf(out, "| `%s` | %s |\n", symptom_name(s), symptom_about(s));
}

void fields_write_markdown(struct text *out)
{
    moments_write(out);
    records_write(out);
    methods_write(out);
    words_write(out);
}
