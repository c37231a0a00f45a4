/* list.c - what `whytls plugins` shows; declared in plugins.h. */
#include "plugin_priv.h"

#include <string.h>

static const struct {
    uint32_t bit;
    const char *name;
} powers[] = {
    {WHYTLS_CAN_ANNOTATE, "annotator"},
    {WHYTLS_CAN_PROVIDE, "provider"},
    {WHYTLS_CAN_DECIDE, "decider"},
    {WHYTLS_CAN_EDIT, "editor"},
    {WHYTLS_CAN_READ, "reader"},
    {WHYTLS_CAN_SINK, "sink"},
};

enum { N_POWERS = sizeof powers / sizeof *powers };

static const char *state_of(const struct plugin *p)
{
    if (p->refused)
        return "refused";
    if (p->switched_off)
        return "off";
    if (!p->current || p->current->ready == WHYTLS_FAILED)
        return "failed";
    return p->current->ready == WHYTLS_IDLE ? "idle" : "ready";
}

static const char *why_of(const struct plugin *p)
{
    const char *why = p->current ? p->current->why : p->why;

    return *why ? why : NULL;
}

/* The value as people write it; NULL: there is none. */
static const char *setting_show(const struct plugin *p, size_t i, struct text *out)
{
    const struct setting_value *v = p->current ? &p->current->values.at[i] : NULL;

    text_clear(out);
    if (!v || v->value.kind == WHYTLS_NONE)
        return NULL;
    if (v->value.kind == WHYTLS_FLAG)
        text_add(out, v->value.as.flag ? "true" : "false");
    else if (v->value.kind == WHYTLS_INTEGER)
        text_printf(out, "%lld", (long long)v->value.as.integer);
    else if (v->value.kind == WHYTLS_TEXT)
        text_add_safe(out, v->value.as.text.bytes, v->value.as.text.len, 400);
    for (uint32_t row = 0; v->value.kind == WHYTLS_LIST && row < v->value.count; row++) {
        text_add(out, row ? ", " : "");
        text_add_safe(out, v->items[row].bytes, v->items[row].len, 100);
    }
    return text_str(out);
}

static void powers_add(const struct declared *d, struct text *out)
{
    const char *separator = "";

    for (size_t i = 0; i < N_POWERS; i++)
        if (d->p.can & powers[i].bit) {
            text_printf(out, "%s%s", separator, powers[i].name);
            separator = ", ";
        }
    if (!*separator)
        text_add(out, "observer");
}

static void declared_list(const struct plugin *p, struct text *out)
{
    const struct declared *d = &p->declared;
    struct text value = {0};

    for (size_t i = 0; i < d->n_facts; i++)
        text_printf(out, "    gives %s\n", d->p.provides[i].name);
    for (size_t i = 0; i < d->n_needs; i++)
        text_printf(out, "    needs %s\n", d->p.needs[i]);
    for (size_t i = 0; i < d->n_notes; i++)
        text_printf(out, "    notes %s/%s\n", d->p.name, d->p.notes[i].code);
    for (size_t i = 0; i < d->n_hooks; i++)
        text_printf(out, "    at %s%s%s\n", moment_name(moment_of(d->p.hooks[i].moment)),
            d->p.hooks[i].wakes_on ? ", when " : "",
            d->p.hooks[i].wakes_on ? d->p.hooks[i].wakes_on : "");
    for (size_t i = 0; i < d->n_settings; i++) {
        const struct whytls_setting *s = &d->p.settings[i];
        const char *shown = setting_show(p, i, &value);

        text_printf(out, "    %s = %s  -- %s\n", s->name, shown ? shown : "nothing", s->about);
    }
    text_fini(&value);
}

static void plugin_list(const struct plugin *p, struct text *out)
{
    const struct declared *d = &p->declared;
    const char *why = why_of(p);

    if (p->refused) {
        text_printf(out, "%s\n    refused: %s\n", p->file, p->why);
        return;
    }
    text_printf(out, "%s %s  ", d->p.name, d->p.version);
    powers_add(d, out);
    text_printf(
        out, "\n    %s\n    %s%s%s\n", d->p.about, state_of(p), why ? ": " : "", why ? why : "");
    declared_list(p, out);
}

void plugins_list(const struct plugins *all, struct text *out)
{
    for (size_t i = 0; i < all->n; i++)
        plugin_list(all->at[i], out);
}

/* --- the same as JSON --- */

static const char *const value_kinds[] = {"none", "flag", "integer", "number", "time", "text"};
static const char *const setting_kinds[] = {"", "flag", "integer", "text", "file", "list"};

static void can_json(const struct declared *d, struct json_out *out)
{
    json_key(out, "can");
    json_array(out);
    for (size_t i = 0; i < N_POWERS; i++)
        if (d->p.can & powers[i].bit)
            json_text(out, powers[i].name);
    json_array_end(out);
}

static void settings_json(const struct plugin *p, struct json_out *out)
{
    const struct declared *d = &p->declared;
    struct text value = {0};

    json_key(out, "settings");
    json_array(out);
    for (size_t i = 0; i < d->n_settings; i++) {
        json_object(out);
        json_put_text(out, "name", d->p.settings[i].name);
        json_put_text(out, "kind", setting_kinds[d->p.settings[i].kind]);
        json_put_text(out, "value", setting_show(p, i, &value));
        json_put_text(out, "fallback", d->p.settings[i].fallback);
        json_put_text(out, "about", d->p.settings[i].about);
        json_object_end(out);
    }
    json_array_end(out);
    text_fini(&value);
}

static void facts_json(const struct declared *d, struct json_out *out)
{
    json_key(out, "provides");
    json_array(out);
    for (size_t i = 0; i < d->n_facts; i++) {
        json_object(out);
        json_put_text(out, "name", d->p.provides[i].name);
        json_put_text(out, "kind", value_kinds[d->p.provides[i].kind]);
        json_put_text(out, "label", d->p.provides[i].label);
        json_object_end(out);
    }
    json_array_end(out);
    json_key(out, "needs");
    json_array(out);
    for (size_t i = 0; i < d->n_needs; i++)
        json_text(out, d->p.needs[i]);
    json_array_end(out);
}

static void says_json(const struct declared *d, struct json_out *out)
{
    json_key(out, "notes");
    json_array(out);
    for (size_t i = 0; i < d->n_notes; i++) {
        json_object(out);
        json_put_text(out, "code", d->p.notes[i].code);
        json_put_text(out, "severity", severity_name(d->p.notes[i].severity));
        json_put_text(out, "text", d->p.notes[i].text);
        json_object_end(out);
    }
    json_array_end(out);
    json_key(out, "wakes_on");
    json_array(out);
    for (size_t i = 0; i < d->n_hooks; i++) {
        json_object(out);
        json_put_text(out, "moment", moment_name(moment_of(d->p.hooks[i].moment)));
        json_put_text(out, "when", d->p.hooks[i].wakes_on);
        json_object_end(out);
    }
    json_array_end(out);
}

static void plugin_json(const struct plugin *p, struct json_out *out)
{
    json_object(out);
    json_put_text(out, "file", p->file);
    json_put_text(out, "state", state_of(p));
    json_put_text(out, "why", why_of(p));
    if (!p->refused) {
        json_put_text(out, "name", p->declared.p.name);
        json_put_text(out, "version", p->declared.p.version);
        json_put_text(out, "about", p->declared.p.about);
        can_json(&p->declared, out);
        facts_json(&p->declared, out);
        says_json(&p->declared, out);
        settings_json(p, out);
    }
    json_object_end(out);
}

void plugins_json(const struct plugins *all, struct json_out *out)
{
    json_array(out);
    for (size_t i = 0; i < all->n; i++)
        plugin_json(all->at[i], out);
    json_array_end(out);
}
