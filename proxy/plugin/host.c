/* host.c - what a plugin may ask: its settings, paths, and the flow; declared in plugin_priv.h. */
#include "plugin_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cert/facts.h"
#include "flow/facts.h"
#include "hook/call.h"

static struct instance *instance_of(const struct whytls_host *host)
{
    return host->self;
}

static const char *name_of(const struct instance *in)
{
    return in->plugin->declared.p.name;
}

/* --- told at any time --- */

static void host_log(const struct whytls_host *host, uint32_t level, const char *text)
{
    static const enum log_level levels[] = {
        LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR};
    struct instance *in = instance_of(host);
    const char *flow_id = doing_now()->flow_id;
    char safe[WHY_CAP];

    if (!text)
        return;
    text_safe(safe, sizeof safe, text);
    if (in->at_load)
        snprintf(in->why, sizeof in->why, "%s", safe);
    if (in->at_load && level <= WHYTLS_NOTICE)
        return; /* it says how the plugin stands: whoever asks for that is told */
    log_write(level < 4 ? levels[level] : LOG_LEVEL_WARN, WHYTLS_ROOM, "%s%s%s: %s",
        flow_id ? "flow " : "", flow_id ? flow_id : name_of(in), flow_id ? ": " : "", safe);
}

bool host_refuse(struct instance *in, const char *verb, const char *why)
{
    unsigned long n = atomic_fetch_add(&in->n_refused, 1) + 1;
    const char *what = doing_now()->what;

    if ((n & (n - 1)) == 0)
        log_warn("plugin %s was refused '%s' at %s: %s (%lu so far)", name_of(in), verb,
            what ? what : "no moment", why, n);
    return false;
}

/* --- at load --- */

static const struct setting_value *setting_find(
    struct instance *in, const char *name, uint32_t *kind, const char *verb)
{
    const struct declared *d = &in->plugin->declared;

    for (size_t i = 0; name && i < d->n_settings; i++)
        if (!strcmp(d->p.settings[i].name, name)) {
            *kind = d->p.settings[i].kind;
            return &in->values.at[i];
        }
    host_refuse(in, verb, "it did not declare that setting");
    return NULL;
}

static bool host_setting(const struct whytls_host *host, const char *name, struct whytls_value *out)
{
    uint32_t kind;

    *out = (struct whytls_value){.kind = WHYTLS_NONE};
    const struct setting_value *v = setting_find(instance_of(host), name, &kind, "setting");

    if (v)
        *out = v->value;
    return v != NULL;
}

static bool host_setting_item(
    const struct whytls_host *host, const char *name, uint32_t i, struct whytls_value *out)
{
    uint32_t kind;

    *out = (struct whytls_value){.kind = WHYTLS_NONE};
    const struct setting_value *v = setting_find(instance_of(host), name, &kind, "setting_item");

    if (!v)
        return false;
    if (kind != WHYTLS_SET_LIST || i >= v->value.count)
        return host_refuse(instance_of(host), "setting_item", "there is no such row");
    *out = whytls_say(v->items[i]);
    return true;
}

static int32_t host_field(const struct whytls_host *host, const char *path)
{
    struct instance *in = instance_of(host);
    struct err e = {0};

    if (!in->at_load)
        host_refuse(in, "field", "paths are asked for in load");
    else if (!path)
        host_refuse(in, "field", "there is no path");
    else if (in->n_fields == FIELDS_MOST)
        host_refuse(in, "field", "it asks for too many");
    else if (!path_compile(arena_text(&in->arena, path), &in->plugin->all->names,
                 &in->fields[in->n_fields], &e))
        log_warn("plugin %s: %s", name_of(in), e.text);
    else
        return (int32_t)in->n_fields++;
    return -1;
}

/* --- in hooks: looking --- */

/* Bodies and messages may hold what people write to each other. */
static bool is_content(const struct path *p)
{
    const struct field *last = p->n_steps > 1 ? p->step[p->n_steps - 1] : NULL;

    return last && (last->from == MOMENT_REQUEST_BODY || last->from == MOMENT_RESPONSE_BODY ||
                       !strcmp(p->step[0]->name, "message"));
}

static bool is_known_yet(const struct path *p, const struct flow *f)
{
    for (size_t i = 0; i < p->n_steps; i++)
        if (p->step[i]->from > f->moment)
            return false;
    return true;
}

static bool value_find(
    const struct whytls_call *c, int32_t field, const char *verb, struct value *out)
{
    struct instance *in = c->flow->instance;
    const struct flow *f = c->flow->call->flow;

    if (field < 0 || (size_t)field >= in->n_fields)
        return host_refuse(in, verb, "a number that 'field' never gave");
    const struct path *p = &in->fields[field];

    if (!is_known_yet(p, f))
        return host_refuse(in, verb, "that is not known yet");
    if (is_content(p) && !(in->plugin->declared.p.can & WHYTLS_CAN_READ))
        return host_refuse(in, verb, "bodies need WHYTLS_CAN_READ");
    *out = path_value(p, f);
    if (p->is_fact) { /* what this very visit has set counts */
        const struct flow_fact *mine = call_fact(c->flow->call, p->text);

        if (mine)
            *out = (struct value){.kind = p->kind,
                .text = mine->text,
                .integer = mine->integer,
                .number = mine->number,
                .is_number = mine->kind == FACT_NUMBER};
    }
    return true;
}

static struct whytls_value list_of(size_t n)
{
    return (struct whytls_value){.kind = WHYTLS_LIST, .count = (uint32_t)n};
}

static struct whytls_value value_give(const struct value *v)
{
    struct whytls_value out = {.kind = WHYTLS_NONE};

    if (v->none)
        return out;
    switch (v->kind) {
    case FIELD_TEXT:
        return whytls_say(whytls_text_of(v->text));
    case FIELD_TEXTS:
        return list_of(v->texts->n);
    case FIELD_HEADERS:
        return list_of(v->headers->n);
    case FIELD_LIST:
        return list_of(v->n);
    case FIELD_BOOLEAN:
        return (struct whytls_value){.kind = WHYTLS_FLAG, .as.flag = v->integer != 0};
    case FIELD_RECORD:
        return (struct whytls_value){.kind = WHYTLS_FLAG, .as.flag = true};
    case FIELD_TIME:
        out = whytls_count(v->integer);
        out.kind = WHYTLS_TIME;
        return out;
    case FIELD_INTEGER:
        if (v->is_number)
            return (struct whytls_value){.kind = WHYTLS_NUMBER, .as.number = v->number};
        return whytls_count(v->integer);
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        return whytls_count(v->integer);
    }
    return out;
}

static bool host_get(const struct whytls_call *c, int32_t field, struct whytls_value *out)
{
    struct value v;

    *out = (struct whytls_value){.kind = WHYTLS_NONE};
    if (!value_find(c, field, "get", &v))
        return false;
    *out = value_give(&v);
    return true;
}

/* Text that lives as long as the visit. */
static struct whytls_value told(struct call *c, struct text *says)
{
    struct whytls_value out =
        whytls_say((struct whytls_text){arena_text(&c->arena, text_str(says)), says->len});

    text_fini(says);
    return out;
}

static struct whytls_value header_item(struct call *c, const struct flow_header *h)
{
    struct text says = {0};

    text_printf(&says, "%s: %s", h->name, h->value);
    return told(c, &says);
}

static struct whytls_value record_item(struct call *c, const struct value *list, size_t i)
{
    struct value row = *list;
    struct text says = {0};

    row.kind = FIELD_RECORD;
    row.record = (const unsigned char *)list->record + i * list->type->size;
    value_show(&row, &says);
    return told(c, &says);
}

static bool host_item(
    const struct whytls_call *c, int32_t field, uint32_t i, struct whytls_value *out)
{
    struct value v;

    *out = (struct whytls_value){.kind = WHYTLS_NONE};
    if (!value_find(c, field, "item", &v))
        return false;
    struct whytls_value whole = value_give(&v);

    if (whole.kind != WHYTLS_LIST || i >= whole.count)
        return host_refuse(c->flow->instance, "item", "there is no such row");
    if (v.kind == FIELD_TEXTS)
        *out = whytls_say(whytls_text_of(v.texts->at[i]));
    else if (v.kind == FIELD_HEADERS)
        *out = header_item(c->flow->call, &v.headers->at[i]);
    else
        *out = record_item(c->flow->call, &v, i);
    return true;
}

static bool host_certificate(const struct whytls_call *c, uint32_t depth, struct whytls_text *der)
{
    const struct flow *f = c->flow->call->flow;

    *der = (struct whytls_text){0};
    if (f->moment < MOMENT_JUDGED)
        return host_refuse(c->flow->instance, "certificate", "the site has sent none yet");
    if (!f->server_leg || depth >= f->server_leg->n_chain)
        return false; /* an answer: there is none at that depth */
    const struct cert *kept = flow_certificate_kept(f, f->server_leg->chain[depth].sha256);

    if (!kept)
        return false; /* a flow of a log has no certificates */
    *der = (struct whytls_text){(const char *)kept->der.at, kept->der.len};
    return true;
}

void host_fill(struct instance *in)
{
    in->host = (struct whytls_host){
        .size = sizeof in->host,
        .abi = WHYTLS_ABI,
        .version = WHYTLS_VERSION,
        .self = in,
        .log = host_log,
        .setting = host_setting,
        .setting_item = host_setting_item,
        .field = host_field,
        .get = host_get,
        .item = host_item,
        .certificate = host_certificate,
        .set = host_set,
        .note = host_note,
        .decide = host_decide,
        .header_set = host_header_set,
        .header_remove = host_header_remove,
    };
}
