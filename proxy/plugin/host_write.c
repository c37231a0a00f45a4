/* host_write.c - what a plugin may write: each verb checks what was declared, and changes nothing
 * where it says no; declared in plugin_priv.h. */
#include "plugin_priv.h"

#include <string.h>

#include "diagnosis/words.h"
#include "hook/call.h"

static bool staged(const struct whytls_call *c, const char *verb, bool fits)
{
    return fits || host_refuse(c->flow->instance, verb, "one visit wrote too much");
}

static bool fact_make(
    const struct whytls_fact_kind *kind, const struct whytls_value *v, struct flow_fact *out)
{
    static const int kinds[] = {[WHYTLS_FLAG] = FACT_BOOLEAN,
        [WHYTLS_INTEGER] = FACT_INTEGER,
        [WHYTLS_NUMBER] = FACT_NUMBER,
        [WHYTLS_TIME] = FACT_TIME,
        [WHYTLS_TEXT] = FACT_TEXT};

    if (v->kind != kind->kind)
        return false;
    out->name = kind->name;
    out->kind = (unsigned)kinds[v->kind];
    if (v->kind == WHYTLS_FLAG)
        out->integer = v->as.flag;
    else if (v->kind == WHYTLS_NUMBER)
        out->number = v->as.number;
    else if (v->kind != WHYTLS_TEXT)
        out->integer = v->as.integer;
    return true;
}

static bool text_fits(const struct whytls_text *t)
{
    return t->bytes && t->len <= PLUGIN_TEXT_MOST && !memchr(t->bytes, '\0', t->len);
}

bool host_set(const struct whytls_call *c, uint32_t fact, const struct whytls_value *value)
{
    struct instance *in = c->flow->instance;
    const struct declared *d = &in->plugin->declared;
    struct call *call = c->flow->call;
    struct flow_fact made = {0};

    if (!(d->p.can & WHYTLS_CAN_PROVIDE))
        return host_refuse(in, "set", "it did not declare WHYTLS_CAN_PROVIDE");
    if (fact >= d->n_facts)
        return host_refuse(in, "set", "not one of its facts");
    if (!value || !fact_make(&d->p.provides[fact], value, &made))
        return host_refuse(in, "set", "the fact was declared with another kind");
    if (value->kind == WHYTLS_TEXT) {
        if (!text_fits(&value->as.text))
            return host_refuse(in, "set", "that text is too long, or holds a NUL");
        made.text = arena_text_n(&call->arena, value->as.text.bytes, value->as.text.len);
    }
    return staged(c, "set", call_set(call, &made));
}

static bool pair_take(struct call *call, const struct whytls_pair *pair, struct with *out)
{
    struct value *v = &out->value;

    if (!pair->name)
        return false;
    out->name = pair->name;
    switch (pair->value.kind) {
    case WHYTLS_NONE:
        v->none = true;
        return true;
    case WHYTLS_FLAG:
        v->kind = FIELD_BOOLEAN;
        v->integer = pair->value.as.flag;
        return true;
    case WHYTLS_INTEGER:
    case WHYTLS_TIME:
        v->kind = pair->value.kind == WHYTLS_TIME ? FIELD_TIME : FIELD_INTEGER;
        v->integer = pair->value.as.integer;
        return true;
    case WHYTLS_NUMBER:
        v->kind = FIELD_INTEGER;
        v->is_number = true;
        v->number = pair->value.as.number;
        return true;
    case WHYTLS_TEXT:
        if (!text_fits(&pair->value.as.text))
            return false;
        v->kind = FIELD_TEXT;
        v->text = arena_text_n(&call->arena, pair->value.as.text.bytes, pair->value.as.text.len);
        return true;
    default:
        return false;
    }
}

bool host_note(
    const struct whytls_call *c, uint32_t note, const struct whytls_pair *pairs, size_t n)
{
    struct instance *in = c->flow->instance;
    const struct declared *d = &in->plugin->declared;
    struct call *call = c->flow->call;
    struct with rows[PLUGIN_PAIRS_MOST] = {0};

    if (!(d->p.can & WHYTLS_CAN_ANNOTATE))
        return host_refuse(in, "note", "it did not declare WHYTLS_CAN_ANNOTATE");
    if (note >= d->n_notes)
        return host_refuse(in, "note", "not one of its notes");
    if (call->flow->n_notes >= FLOW_NOTES_MOST)
        return host_refuse(in, "note", "the flow has all the notes that it can hold");
    if (n > PLUGIN_PAIRS_MOST || (n && !pairs))
        return host_refuse(in, "note", "too many values");
    for (size_t i = 0; i < n; i++) {
        if (!pair_take(call, &pairs[i], &rows[i]))
            return host_refuse(in, "note", "a value that no text can have");
        rows[i].next = i + 1 < n ? &rows[i + 1] : NULL;
    }
    return staged(c, "note",
        call_note(call, in->plugin->codes[note], severity_name(d->p.notes[note].severity),
            in->plugin->notes[note], n ? rows : NULL));
}

static enum action action_of(uint32_t number)
{
    switch (number) {
    case WHYTLS_DO_INTERCEPT:
        return ACTION_INTERCEPT;
    case WHYTLS_DO_ALLOW:
        return ACTION_ALLOW;
    case WHYTLS_DO_MIRROR:
        return ACTION_MIRROR;
    case WHYTLS_DO_TUNNEL:
        return ACTION_TUNNEL;
    case WHYTLS_DO_PAGE:
        return ACTION_PAGE;
    case WHYTLS_DO_REFUSE:
        return ACTION_REFUSE;
    default:
        return ACTION_NONE;
    }
}

bool host_decide(const struct whytls_call *c, uint32_t action, const char *why)
{
    struct instance *in = c->flow->instance;
    struct call *call = c->flow->call;
    enum action a = action_of(action);

    if (!(in->plugin->declared.p.can & WHYTLS_CAN_DECIDE))
        return host_refuse(in, "decide", "it did not declare WHYTLS_CAN_DECIDE");
    if (a == ACTION_NONE || action_strength(a, call->moment) == 0)
        return host_refuse(in, "decide", "that cannot be decided then");
    if (why && strnlen(why, PLUGIN_TEXT_MOST) == PLUGIN_TEXT_MOST)
        return host_refuse(in, "decide", "the reason is too long");
    return staged(c, "decide", call_decide(call, a, NULL, why));
}

/* RFC 9110 §5.1, §5.5: a name is a token; a value has no line end. A plugin must not split a
 * message in two. */
static bool is_header(const char *name, const struct whytls_text *value)
{
    size_t token = name ? strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                        : 0;

    if (token == 0 || token > PLUGIN_TEXT_MOST || name[token])
        return false;
    return !value || (text_fits(value) && !memchr(value->bytes, '\n', value->len) &&
                         !memchr(value->bytes, '\r', value->len));
}

static bool header_edit(const struct whytls_call *c, const char *verb, const char *name,
    const struct whytls_text *value)
{
    struct instance *in = c->flow->instance;
    struct call *call = c->flow->call;

    if (!(in->plugin->declared.p.can & WHYTLS_CAN_EDIT))
        return host_refuse(in, verb, "it did not declare WHYTLS_CAN_EDIT");
    if (call->moment != MOMENT_REQUEST && call->moment != MOMENT_RESPONSE)
        return host_refuse(in, verb, "only at request and response");
    if (!is_header(name, value))
        return host_refuse(in, verb, "that is no header field");
    return staged(c, verb,
        call_header(call, call->moment == MOMENT_RESPONSE, name,
            value ? arena_text_n(&call->arena, value->bytes, value->len) : NULL));
}

bool host_header_set(const struct whytls_call *c, const char *name, struct whytls_text value)
{
    if (!value.bytes)
        value.bytes = "";
    return header_edit(c, "header_set", name, &value);
}

bool host_header_remove(const struct whytls_call *c, const char *name)
{
    return header_edit(c, "header_remove", name, NULL);
}
