/* declared.c - a descriptor, read and checked; declared in plugin_priv.h. */
#include "plugin_priv.h"

#include <string.h>

#include "base/text.h"

static const enum moment moments[] = {
    [WHYTLS_AT_DEVICE_SEEN] = MOMENT_DEVICE_SEEN,
    [WHYTLS_AT_HELLO] = MOMENT_HELLO,
    [WHYTLS_AT_DIAL_FAILED] = MOMENT_DIAL_FAILED,
    [WHYTLS_AT_JUDGED] = MOMENT_JUDGED,
    [WHYTLS_AT_TLS_FAILED] = MOMENT_TLS_FAILED,
    [WHYTLS_AT_REQUEST] = MOMENT_REQUEST,
    [WHYTLS_AT_REQUEST_BODY] = MOMENT_REQUEST_BODY,
    [WHYTLS_AT_RESPONSE] = MOMENT_RESPONSE,
    [WHYTLS_AT_RESPONSE_BODY] = MOMENT_RESPONSE_BODY,
    [WHYTLS_AT_WS_MESSAGE] = MOMENT_WS_MESSAGE,
    [WHYTLS_AT_IDENTITY] = MOMENT_IDENTITY,
    [WHYTLS_AT_FINISH] = MOMENT_FINISH,
};

enum { N_NUMBERS = sizeof moments / sizeof *moments };

enum moment moment_of(uint32_t number)
{
    return number < N_NUMBERS ? moments[number] : MOMENT_NONE;
}

uint32_t number_of(enum moment m)
{
    for (uint32_t i = 1; i < N_NUMBERS; i++)
        if (moments[i] == m)
            return i;
    return 0;
}

const char *severity_name(uint32_t severity)
{
    static const char *const names[] = {"info", "low", "medium", "high"};

    return severity < sizeof names / sizeof *names ? names[severity] : NULL;
}

static bool is_name(const char *s, char also)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t n = 0;

    while (s[n] && (strchr(letters, s[n]) || s[n] == also))
        n++;
    return n > 0 && n <= 32 && !s[n];
}

static bool zero_row(const unsigned char *row, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (row[i])
            return false;
    return true;
}

/* A list ends at the row whose first `key` bytes, its name or number, are zero. */
static bool list_len(const struct object *o, const void *list, size_t size, size_t key,
    const char *what, size_t *n, struct err *e)
{
    const unsigned char *row = list;

    *n = 0;
    for (; list; row += size, ++*n) {
        if (*n > DECLARED_MOST)
            return err_set(e, ERR_INPUT, "its list of %s does not end", what);
        if (!object_has(o, row, size, _Alignof(void *)))
            return err_set(e, ERR_INPUT, "its list of %s points outside of it", what);
        if (zero_row(row, key))
            break;
    }
    return true;
}

static bool text_check(const struct object *o, const char *s, const char *what, struct err *e)
{
    return object_has_text(o, s) || err_set(e, ERR_INPUT, "its %s is no text inside of it", what);
}

static bool optional_text_check(
    const struct object *o, const char *s, const char *what, struct err *e)
{
    return !s || text_check(o, s, what, e);
}

static bool code_check(uintptr_t function, const char *what, struct err *e)
{
    return object_is_code(function) || err_set(e, ERR_INPUT, "its %s is no function", what);
}

static bool settings_check(const struct object *o, const struct declared *d, struct err *e)
{
    for (size_t i = 0; i < d->n_settings; i++) {
        const struct whytls_setting *s = &d->p.settings[i];

        if (!text_check(o, s->name, "setting's name", e) ||
            !text_check(o, s->about, "setting's description", e) ||
            !optional_text_check(o, s->fallback, "setting's fallback", e))
            return false;
        if (!is_name(s->name, '_') || !strcmp(s->name, "on"))
            return err_set(e, ERR_INPUT, "a setting cannot be called '%.40s'", s->name);
        if (s->kind < WHYTLS_SET_FLAG || s->kind > WHYTLS_SET_LIST)
            return err_set(e, ERR_INPUT,
                "setting '%s' is of kind %u, which this whytls does not know", s->name, s->kind);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(d->p.settings[j].name, s->name))
                return err_set(e, ERR_INPUT, "setting '%s' is declared twice", s->name);
    }
    return true;
}

static bool facts_check(const struct object *o, const struct declared *d, struct err *e)
{
    size_t prefix = strlen(d->p.name);

    for (size_t i = 0; i < d->n_facts; i++) {
        const struct whytls_fact_kind *f = &d->p.provides[i];

        if (!text_check(o, f->name, "fact's name", e) ||
            !optional_text_check(o, f->label, "fact's label", e))
            return false;
        if (strncmp(f->name, d->p.name, prefix) || f->name[prefix] != '.' ||
            !is_name(f->name + prefix + 1, '_'))
            return err_set(
                e, ERR_INPUT, "fact '%.60s' is not of the form %s.word", f->name, d->p.name);
        if (f->kind < WHYTLS_FLAG || f->kind > WHYTLS_TEXT)
            return err_set(
                e, ERR_INPUT, "fact '%s' is of kind %u, which no fact has", f->name, f->kind);
    }
    return true;
}

static bool needs_check(const struct object *o, const struct declared *d, struct err *e)
{
    for (size_t i = 0; i < d->n_needs; i++)
        if (!text_check(o, d->p.needs[i], "need", e))
            return false;
    return true;
}

static bool notes_check(const struct object *o, const struct declared *d, struct err *e)
{
    for (size_t i = 0; i < d->n_notes; i++) {
        const struct whytls_note_kind *n = &d->p.notes[i];

        if (!text_check(o, n->code, "note's code", e) || !text_check(o, n->text, "note's text", e))
            return false;
        if (!is_name(n->code, '-'))
            return err_set(e, ERR_INPUT, "a note cannot be called '%.40s'", n->code);
        if (!severity_name(n->severity))
            return err_set(e, ERR_INPUT, "note '%s' has a severity that does not exist: %u",
                n->code, n->severity);
    }
    return true;
}

static bool is_of_content(enum moment m)
{
    return m == MOMENT_REQUEST_BODY || m == MOMENT_RESPONSE_BODY || m == MOMENT_WS_MESSAGE;
}

static bool hooks_check(const struct object *o, const struct declared *d, struct err *e)
{
    uint32_t seen = 0;

    for (size_t i = 0; i < d->n_hooks; i++) {
        const struct whytls_hook *h = &d->p.hooks[i];
        enum moment m = moment_of(h->moment);

        if (m == MOMENT_NONE)
            return err_set(e, ERR_INPUT,
                "it wants moment %u, and this whytls knows %d: it needs a later whytls", h->moment,
                N_NUMBERS - 1);
        if (!optional_text_check(o, h->wakes_on, "filter", e) ||
            !code_check((uintptr_t)h->visit, "hook", e))
            return false;
        if (seen >> m & 1)
            return err_set(
                e, ERR_INPUT, "it has two hooks at '%s'; one can do both", moment_name(m));
        if (is_of_content(m) && !(d->p.can & WHYTLS_CAN_READ))
            return err_set(e, ERR_INPUT, "it wants '%s' without WHYTLS_CAN_READ", moment_name(m));
        seen |= 1u << m;
    }
    return true;
}

static bool sink_check(const struct object *o, const struct declared *d, struct err *e)
{
    const struct whytls_sink *s = d->p.sink;

    if (!s != !(d->p.can & WHYTLS_CAN_SINK))
        return err_set(e, ERR_INPUT,
            s ? "it has a sink without WHYTLS_CAN_SINK"
              : "it declares WHYTLS_CAN_SINK, and no sink");
    if (!s)
        return true;
    if (!object_has(o, s, sizeof *s, _Alignof(struct whytls_sink)))
        return err_set(e, ERR_INPUT, "its sink points outside of it");
    return code_check((uintptr_t)s->take, "take", e) &&
           (!s->flush || code_check((uintptr_t)s->flush, "flush", e));
}

static bool life_check(const struct declared *d, struct err *e)
{
    const struct {
        uintptr_t at;
        const char *what;
    } functions[] = {
        {(uintptr_t)d->p.load, "load"},
        {(uintptr_t)d->p.unload, "unload"},
        {(uintptr_t)d->p.thread_start, "thread_start"},
        {(uintptr_t)d->p.thread_stop, "thread_stop"},
    };

    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].at && !code_check(functions[i].at, functions[i].what, e))
            return false;
    return true;
}

static bool about_check(const struct object *o, const struct declared *d, struct err *e)
{
    if (!text_check(o, d->p.name, "name", e) || !text_check(o, d->p.version, "version", e) ||
        !text_check(o, d->p.about, "description", e))
        return false;
    return is_name(d->p.name, '-') ||
           err_set(e, ERR_INPUT, "a plugin cannot be called '%.40s'", d->p.name);
}

static bool lists_count(const struct object *o, struct declared *d, struct err *e)
{
    const struct whytls_plugin *p = &d->p;
    const size_t name = sizeof(const char *), number = sizeof(uint32_t);

    return list_len(o, p->settings, sizeof *p->settings, name, "settings", &d->n_settings, e) &&
           list_len(o, p->provides, sizeof *p->provides, name, "facts", &d->n_facts, e) &&
           list_len(o, p->needs, sizeof *p->needs, name, "needs", &d->n_needs, e) &&
           list_len(o, p->notes, sizeof *p->notes, name, "notes", &d->n_notes, e) &&
           list_len(o, p->hooks, sizeof *p->hooks, number, "hooks", &d->n_hooks, e);
}

bool declared_read(const struct object *o, struct declared *out, struct err *e)
{
    const struct whytls_plugin *theirs = o->symbol;
    const size_t first = offsetof(struct whytls_plugin, name);

    *out = (struct declared){0};
    if (!object_has(o, theirs, first, _Alignof(struct whytls_plugin)))
        return err_set(e, ERR_INPUT, "its whytls_plugin is no descriptor");
    if (theirs->abi != WHYTLS_ABI)
        return err_set(e, ERR_INPUT,
            "it is made for plugin ABI %u, and this whytls has %u: build it again with the header "
            "of this one",
            theirs->abi, WHYTLS_ABI);
    /* The first header of this number had all of it up to here. */
    if (theirs->size < sizeof *theirs)
        return err_set(e, ERR_INPUT,
            "its descriptor has %u bytes; the first header of ABI %u already had %zu", theirs->size,
            WHYTLS_ABI, sizeof *theirs);
    if (!object_has(o, theirs, theirs->size, _Alignof(struct whytls_plugin)))
        return err_set(e, ERR_INPUT, "its descriptor says %u bytes, and is shorter", theirs->size);
    memcpy(&out->p, theirs, sizeof out->p);
    return about_check(o, out, e) && lists_count(o, out, e) && settings_check(o, out, e) &&
           facts_check(o, out, e) && needs_check(o, out, e) && notes_check(o, out, e) &&
           hooks_check(o, out, e) && sink_check(o, out, e) && life_check(out, e);
}
