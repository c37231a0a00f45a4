#include "fields.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "fields_priv.h"
#include "flow/flow.h"
#include "flow/path.h"
#include "hook/wake.h"
#include "judge/check.h"

enum { LINE_CAP = FIELD_LINE_CAP };

const struct method_row method_rows[] = {
    {"flow:note(code [, with])", "any", "write a declared note"},
    {"flow:suspect(cause [, {words=, with=, leg=}])", "any",
        "open or join the hypothesis; gives it"},
    {"flow:rule_out(cause, fact)", "any", "strike a hypothesis, whoever opened it"},
    {"flow:decide(action [, {why=, fault=}])", "hello judged request",
        "steer the connection; needs the power under may"},
    {"flow:set(fact, value)", "any", "give a fact listed under provides"},
    {"flow:keep_bodies()", "hello judged request response",
        "keep the first 64 KiB of each body: at request of this exchange, at response the "
        "response's, from hello or judged on of all; needs the power keep"},
    {"certificate:covers(host)", "any", "does a SAN entry match by iOS's rules?"},
    {"certificate:extension(oid)", "any", "the extension, or nil"},
    {"headers:all(name)", "any", "every value, in order"},
    {"headers:set(name, value)", "request response", "needs the power edit"},
    {"headers:remove(name)", "request response", "needs the power edit"},
    {"hypothesis:because(fact, weight)", "any",
        "evidence for; weight 1 hint, 2 sign, 3 strong sign; gives the hypothesis"},
    {"hypothesis:against(fact, weight)", "any", "evidence against; gives the hypothesis"},
    {"memory.SCOPE:add(key, n)", "any", "atomic counter"},
    {"verdict:failed(check [, depth])", "any", "the failing check, or nil"},
    {NULL, NULL, NULL},
};

const char *field_kind_name(const struct field *field, char out[static FIELD_LINE_CAP])
{
    static const char *const names[] = {[FIELD_TEXT] = "string",
        [FIELD_TEXTS] = "[string]",
        [FIELD_BOOLEAN] = "boolean",
        [FIELD_INTEGER] = "integer",
        [FIELD_TIME] = "time",
        [FIELD_DURATION] = "duration",
        [FIELD_BYTES] = "bytes",
        [FIELD_MS] = "ms",
        [FIELD_HEADERS] = "headers"};
    const char *end = field->needed ? "!" : "";

    if (field->kind == FIELD_RECORD)
        snprintf(out, LINE_CAP, "%s%s", field->type->name, end);
    else if (field->kind == FIELD_LIST)
        snprintf(out, LINE_CAP, "[%s]%s", field->type->name, end);
    else
        snprintf(out, LINE_CAP, "%s%s", names[field->kind], end);
    return out;
}

/* The line, when the word is in it. */
static void line_put(struct text *out, const char *word, const char *line)
{
    if (word && !strcasestr(line, word))
        return;
    text_add(out, line);
    text_add_char(out, '\n');
}

static void title_put(struct text *out, const char *word, const char *title)
{
    if (!word)
        text_printf(out, "%s%s\n", out->len ? "\n" : "", title);
}

const char *moment_about(enum moment m)
{
    static const char *const abouts[] = {
#define MOMENT(ID, name, about) [MOMENT_##ID] = about,
#include "flow/moment.def"
#undef MOMENT
    };

    return abouts[m];
}

static void moments_put(const char *word, struct text *out)
{
    title_put(out, word, "Moments");
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++) {
        char line[LINE_CAP];

        snprintf(line, sizeof line, "  %-14s %s", moment_name(m), moment_about(m));
        line_put(out, word, line);
        for (enum wake_key key = WAKE_HOST; key < N_WAKE_KEYS; key++) {
            if (!wake_key_is_at(key, m) || (key <= WAKE_ENTRY && !word))
                continue;
            snprintf(line, sizeof line, "      wakes on %s.%s: %s", moment_name(m),
                wake_key_name(key), wake_key_about(key));
            line_put(out, word, line);
        }
    }
    if (!word)
        text_add(out, "  At every moment one can wake on host, has and entry.\n");
}

static void record_put(const struct record_type *type, const char *word, struct text *out)
{
    char line[LINE_CAP], kind[LINE_CAP];

    for (size_t i = 0; i < type->n_fields; i++) {
        const struct field *field = &type->fields[i];

        snprintf(line, sizeof line, "  %s.%-*s %-14s from %-12s %s", type->name,
            (int)(28 - strlen(type->name)), field->name, field_kind_name(field, kind),
            moment_name(field->from), field->about);
        line_put(out, word, line);
    }
}

static void fields_put(const char *word, struct text *out)
{
    size_t n;
    const struct record_type *const *types = record_types(&n);

    title_put(out, word, "Fields (! is never nil)");
    record_put(types[n - 1], word, out); /* the flow first */
    for (size_t i = 0; i + 1 < n; i++)
        record_put(types[i], word, out);
    line_put(out, word,
        "  flow.fact                     map            facts of plugins and rules, those under "
        "needs or provides");
    line_put(out, word,
        "  flow.settings                 map            this rule's settings, typed, with "
        "defaults");
    line_put(out, word,
        "  flow.memory                   map            this rule's memory, as declared under "
        "remembers");
}

static void methods_put(const char *word, struct text *out)
{
    char line[LINE_CAP];

    title_put(out, word, "Methods");
    for (const struct method_row *m = method_rows; m->call; m++) {
        snprintf(line, sizeof line, "  %-48s at %-22s %s", m->call, m->at, m->about);
        line_put(out, word, line);
    }
}

static void checks_put(const char *word, struct text *out)
{
    char line[LINE_CAP];

    title_put(out, word, "Checks");
    for (size_t i = 0; i < N_JUDGE_CHECKS; i++) {
        const struct judge_check *check = judge_check((enum judge_check_id)i);

        snprintf(line, sizeof line, "  checks.%-28s %-11s %s%s", check->name,
            judge_class_name(check->class), check->text,
            check->done ? "" : " (not made yet: it never fails)");
        line_put(out, word, line);
    }
}

const char *symptom_about(enum symptom s)
{
    static const char *const abouts[] = {
#define SYMPTOM(ID, name, about) [SYMPTOM_##ID] = about,
#include "flow/symptom.def"
#undef SYMPTOM
    };

    return abouts[s];
}

static void symptoms_put(const char *word, struct text *out)
{
    char line[LINE_CAP];

    title_put(out, word, "Symptoms");
    for (enum symptom s = SYMPTOM_NONE + 1; s < N_SYMPTOMS; s++) {
        snprintf(line, sizeof line, "  %-28s %s", symptom_name(s), symptom_about(s));
        line_put(out, word, line);
    }
}

void fields_write(const char *word, struct text *out)
{
    moments_put(word, out);
    fields_put(word, out);
    methods_put(word, out);
    checks_put(word, out);
    symptoms_put(word, out);
}

static const char *meta_type(const struct field *field, char out[static LINE_CAP])
{
    static const char *const names[] = {[FIELD_TEXT] = "string",
        [FIELD_TEXTS] = "string[]",
        [FIELD_BOOLEAN] = "boolean",
        [FIELD_INTEGER] = "integer",
        [FIELD_TIME] = "integer",
        [FIELD_DURATION] = "integer",
        [FIELD_BYTES] = "integer",
        [FIELD_MS] = "integer",
        [FIELD_HEADERS] = "whytls.headers"};

    if (field->kind == FIELD_RECORD)
        snprintf(out, LINE_CAP, "whytls.%s", field->type->name);
    else if (field->kind == FIELD_LIST)
        snprintf(out, LINE_CAP, "whytls.%s[]", field->type->name);
    else
        snprintf(out, LINE_CAP, "%s", names[field->kind]);
    return out;
}

/* "flow:note(code [, with])" as a field that is a function. */
static void meta_methods(const char *record, struct text *out)
{
    size_t len = strlen(record);

    for (const struct method_row *m = method_rows; m->call; m++) {
        if (strncmp(m->call, record, len) || m->call[len] != ':')
            continue;
        const char *name = m->call + len + 1;

        text_printf(out, "---@field %.*s fun(self: whytls.%s, ...): any %s; at: %s\n",
            (int)strcspn(name, "("), name, record, m->about, m->at);
    }
}

void fields_write_meta(struct text *out)
{
    size_t n;
    const struct record_type *const *types = record_types(&n);
    char type[LINE_CAP];

    text_add(out, "---@meta\n-- Written by `whytls rules new`: completion and types for editors. "
                  "Not read by whytls.\n");
    for (size_t i = 0; i < n; i++) {
        text_printf(out, "\n---@class whytls.%s\n", types[i]->name);
        for (size_t j = 0; j < types[i]->n_fields; j++) {
            const struct field *field = &types[i]->fields[j];

            text_printf(out, "---@field %s %s%s %s\n", field->name, meta_type(field, type),
                field->needed ? "" : "|nil", field->about);
        }
        meta_methods(types[i]->name, out);
    }
    text_add(out, "\n---@class whytls.headers\n");
    meta_methods("headers", out);
    text_add(out, "\n---@param declaration table\nfunction "
                  "rule(declaration) end\n"
                  "\n---@param file string\n---@return string[]\nfunction lines(file) end\n");
}
