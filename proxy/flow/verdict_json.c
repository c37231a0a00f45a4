/* flow/verdict_json.c - a verdict as JSON; declared in flow_json.h. */
#include "flow_json.h"

#include "flow.h"
#include "put_priv.h"

static void put_openssl(struct json_out *out, const struct flow_openssl *o)
{
    put_open(out, "openssl");
    json_put_bool(out, "accept", o->accept);
    json_put_int(out, "code", o->code);
    json_put_int(out, "depth", o->depth);
    json_object_end(out);
}

static void put_checks(struct json_out *out, const struct flow_verdict *v)
{
    put_list(out, "checks");
    for (size_t i = 0; i < v->n_checks; i++) {
        const struct flow_check *check = &v->checks[i];

        json_object(out);
        json_put_text(out, "check", check->check);
        put_number(out, "cert", check->cert);
        put_number(out, "osstatus", check->osstatus);
        json_put_text(out, "detail", check->detail);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_detours(struct json_out *out, const struct flow_verdict *v)
{
    if (!v->n_detours)
        return;
    put_list(out, "detours");
    for (size_t i = 0; i < v->n_detours; i++) {
        json_object(out);
        put_texts(out, "path", &v->detours[i].path);
        json_put_text(out, "why", v->detours[i].why);
        json_object_end(out);
    }
    json_array_end(out);
}

void flow_verdict_json(const struct flow_verdict *v, struct json_out *out)
{
    if (!v) {
        json_null(out);
        return;
    }
    json_object(out);
    json_put_int(out, "v", 1);
    json_put_text(out, "verdict", v->verdict);
    put_known_text(out, "policy", v->policy);
    json_put_text(out, "anchors_are", v->anchors_are);
    json_put_text(out, "class", v->class);
    json_put_text(out, "text", v->text);
    put_number(out, "osstatus", v->osstatus);
    json_put_text(out, "osstatus_name", v->osstatus_name);
    put_number(out, "nsurlerror", v->nsurlerror);
    json_put_bool(out, "overridable", v->overridable);
    put_checks(out, v);
    put_texts(out, "path", &v->path);
    put_texts(out, "causes", &v->causes);
    put_detours(out, v);
    json_put_text(out, "ct", v->ct);
    json_put_text(out, "revocation", v->revocation);
    json_put_text(out, "revocation_source", v->revocation_source);
    put_openssl(out, v->openssl);
    json_object_end(out);
}
