#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "rule_priv.h"

static void rules_free(struct rules *all)
{
    for (size_t i = 0; i < all->n_packages; i++)
        package_free(all->packages[i]);
    mem_free(all->packages);
    mem_free(all->rules);
    for (size_t i = 0; i < all->n_wakes; i++)
        wake_free(all->wakes[i]);
    mem_free(all->wakes);
    for (size_t i = 0; i < all->n_matchers; i++)
        matcher_free(all->matchers[i]);
    mem_free(all->matchers);
    package_free(all->library_files);
    causes_free(all->causes);
    memory_unref(all->memory);
    arena_fini(&all->arena);
    mem_free(all);
}

struct rules *rules_ref(struct rules *r)
{
    atomic_fetch_add(&r->refs, 1);
    return r;
}

void rules_unref(struct rules *r)
{
    if (r && atomic_fetch_sub(&r->refs, 1) == 1)
        rules_free(r);
}

void rules_keep_matcher(struct rules *all, struct matcher *m)
{
    all->matchers = mem_resize(all->matchers, (all->n_matchers + 1) * sizeof *all->matchers);
    all->matchers[all->n_matchers++] = m;
}

void rules_keep_wake(struct rules *all, struct wake *w)
{
    all->wakes = mem_resize(all->wakes, (all->n_wakes + 1) * sizeof *all->wakes);
    all->wakes[all->n_wakes++] = w;
}

const struct rule_note *rule_note(const struct rule *r, const char *code)
{
    for (size_t i = 0; i < r->n_notes; i++)
        if (!strcmp(r->notes[i].code, code))
            return &r->notes[i];
    return NULL;
}

const struct setting *rule_setting(const struct rule *r, const char *name)
{
    for (size_t i = 0; i < r->n_settings; i++)
        if (!strcmp(r->settings[i].name, name))
            return &r->settings[i];
    return NULL;
}

bool rule_has_cause(const struct rule *r, const char *id)
{
    for (size_t i = 0; i < r->n_causes; i++)
        if (!strcmp(r->causes[i]->id, id))
            return true;
    return false;
}

bool rule_needs(const struct rule *r, const char *fact)
{
    for (size_t i = 0; i < r->n_needs; i++)
        if (!strcmp(r->needs[i], fact))
            return true;
    return false;
}

const struct known_fact *rule_provides(const struct rule *r, const char *fact)
{
    const struct known_fact *one = r->provides;

    while (one && strcmp(one->name, fact))
        one = one->next;
    return one;
}

const struct known_fact *rules_fact(const struct rules *all, const char *name)
{
    const struct known_fact *fact = all->facts;

    while (fact && strcmp(fact->name, name))
        fact = fact->next;
    return fact;
}

void rules_count(const struct rules *r, size_t *all, size_t *awake)
{
    *all = 0;
    *awake = 0;
    for (size_t i = 0; i < r->n_rules; i++)
        if (!r->rules[i]->partner) {
            ++*all;
            *awake += !r->rules[i]->asleep;
        }
}

const char *rules_partner_asleep(const struct rules *r, const char *id)
{
    for (size_t i = 0; i < r->n_rules; i++)
        if (r->rules[i]->partner && !strcmp(r->rules[i]->id, id))
            return r->rules[i]->asleep;
    return NULL;
}

static int by_id(const void *left, const void *right)
{
    const struct rule *const *a = left, *const *b = right;

    return strcmp((*a)->id, (*b)->id);
}

/* By id, as people look for them; NULL ends the list. */
static const struct rule **rules_by_id(const struct rules *all)
{
    const struct rule **list = mem_array(all->n_rules + 1, sizeof *list);
    size_t n = 0;

    for (size_t i = 0; i < all->n_rules; i++)
        if (!all->rules[i]->partner)
            list[n++] = all->rules[i];
    if (n)
        qsort(list, n, sizeof *list, by_id);
    return list;
}

static void moments_json(const struct rule *r, struct json_out *out)
{
    json_key(out, "wakes_on");
    json_array(out);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (r->wakes[m])
            json_text(out, moment_name(m));
    json_array_end(out);
}

const char *power_name(unsigned power)
{
    static const char *const names[N_POWERS] = {[POWER_KEEP] = "keep", [POWER_EDIT] = "edit"};

    return names[power] ? names[power] : action_name((enum action)power);
}

static void powers_json(const struct rule *r, struct json_out *out)
{
    json_key(out, "may");
    json_array(out);
    for (unsigned power = ACTION_NONE + 1; power < N_POWERS; power++)
        if (r->may >> power & 1)
            json_text(out, power_name(power));
    json_array_end(out);
}

/* The file of specs that describes the rule. */
static const char *rule_spec(const struct rule *r, struct arena *a)
{
    const char *says = arena_printf(a, "describe(\"%s\"", r->id);

    for (size_t i = 0; i < r->package->n_sources; i++) {
        const struct source *one = &r->package->sources[i];

        if (text_starts(one->name, "spec/") && memmem(one->text, one->len, says, strlen(says)))
            return arena_printf(a, "%s/%s", r->package->name, one->name);
    }
    return NULL;
}

static void rule_tell(const struct rule *r, struct arena *a, struct rules_entry *out)
{
    const char **causes = arena_new(a, (r->n_causes + 1) * sizeof *causes);

    for (size_t i = 0; i < r->n_causes; i++)
        causes[i] = r->causes[i]->id;
    unsigned moments = 0;

    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        moments |= r->wakes[m] ? 1U << m : 0;
    *out = (struct rules_entry){.id = r->id,
        .moments = moments,
        .about = r->about,
        .causes = causes,
        .n_causes = r->n_causes,
        .off = r->off,
        .asleep = r->asleep,
        .spec = rule_spec(r, a)};
}

void rules_each(const struct rules *r, struct arena *arena,
    void (*see)(void *arg, const struct rules_entry *one), void *arg)
{
    const struct rule **list = rules_by_id(r);

    for (size_t i = 0; list[i]; i++) {
        struct rules_entry one;

        rule_tell(list[i], arena, &one);
        see(arg, &one);
    }
    mem_free(list);
}

static void rule_json(const struct rule *r,
    void (*put_lab)(const struct rules_entry *one, struct json_out *out), struct json_out *out)
{
    struct arena arena = {0};
    struct rules_entry told;

    rule_tell(r, &arena, &told);
    json_object(out);
    json_put_text(out, "id", r->id);
    json_put_text(out, "about", r->about);
    json_key(out, "causes");
    json_array(out);
    for (size_t i = 0; i < r->n_causes; i++)
        json_text(out, r->causes[i]->id);
    json_array_end(out);
    json_key(out, "lab");
    json_array(out);
    if (put_lab)
        put_lab(&told, out);
    json_array_end(out);
    json_put_text(out, "spec", told.spec);
    json_put_bool(out, "on", !r->asleep);
    json_put_text(out, "asleep", r->asleep);
    moments_json(r, out);
    powers_json(r, out);
    json_object_end(out);
    arena_fini(&arena);
}

void rules_json(const struct rules *r,
    void (*put_lab)(const struct rules_entry *one, struct json_out *out), struct json_out *out)
{
    const struct rule **list = rules_by_id(r);

    json_array(out);
    for (size_t i = 0; list[i]; i++)
        rule_json(list[i], put_lab, out);
    json_array_end(out);
    mem_free(list);
}

static void rule_line(const struct rule *r, struct text *out)
{
    const char *separator = "";

    text_printf(out, "%-32s ", r->id);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        if (r->wakes[m]) {
            text_printf(out, "%s%s%s", separator, moment_name(m),
                wake_is_always(r->wakes[m]) ? " (always)" : "");
            separator = ", ";
        }
    for (unsigned power = ACTION_NONE + 1; power < N_POWERS; power++)
        if (r->may >> power & 1)
            text_printf(out, "  may %s", power_name(power));
    text_printf(out, "\n    %s\n", r->about);
    if (r->asleep)
        text_printf(out, "    asleep: %s\n", r->asleep);
}

void rules_list(const struct rules *r, struct text *out)
{
    const struct rule **list = rules_by_id(r);

    for (size_t i = 0; list[i]; i++)
        rule_line(list[i], out);
    mem_free(list);
}

static void value_show_setting(const struct setting_value *v, struct text *out)
{
    switch (v->type) {
    case SETTING_NONE:
        text_add(out, "nothing");
        break;
    case SETTING_BOOLEAN:
        text_add(out, v->integer ? "true" : "false");
        break;
    case SETTING_INTEGER:
    case SETTING_NUMBER:
        text_printf(out, "%g", v->number);
        break;
    case SETTING_TEXT:
        text_printf(out, "\"%s\"", v->text);
        break;
    case SETTING_LIST:
        text_add(out, "{");
        for (size_t i = 0; i < v->list.n && i < 3; i++)
            text_printf(out, "%s\"%s\"", i ? ", " : " ", v->list.at[i]);
        text_printf(out, "%s }", v->list.n > 3 ? ", …" : "");
        break;
    }
}

/* Whose package it is: NULL for the shipped one. */
static const char *origin_of(const struct rule *r, const char *shipped)
{
    char *theirs = file_join(shipped, r->package->name);
    const char *origin = !strcmp(theirs, r->package->folder) ? NULL
                         : file_exists(theirs)               ? "in the place of the shipped package"
                                                             : "added";

    mem_free(theirs);
    return origin;
}

void rules_list_changes(const struct rules *r, const char *shipped, struct text *out)
{
    const struct rule **list = rules_by_id(r);

    for (size_t i = 0; list[i]; i++) {
        const char *origin = origin_of(list[i], shipped);

        if (origin)
            text_printf(out, "%-32s %s: %s\n", list[i]->id, origin, list[i]->package->folder);
        if (list[i]->off)
            text_printf(out, "%-32s %s\n", list[i]->id, list[i]->off);
        for (size_t j = 0; j < list[i]->n_settings; j++) {
            const struct setting *s = &list[i]->settings[j];

            if (!s->is_given)
                continue;
            text_printf(out, "%-32s %s = ", list[i]->id, s->name);
            value_show_setting(&s->value, out);
            text_add(out, ", by default ");
            value_show_setting(&s->fallback, out);
            text_add_char(out, '\n');
        }
    }
    mem_free(list);
}
