/* judge/verdict_json.c - a verdict in the words of the contract. */
#include "verdict.h"

#include "base/json_out.h"
#include "cert/facts.h"

static void checks_write(const struct verdict *v, struct json_out *out)
{
    json_key(out, "checks");
    json_array(out);
    for (size_t i = 0; i < v->n_checks; i++) {
        json_object(out);
        json_put_text(out, "check", v->checks[i].check->name);
        json_put_int(out, "cert", (int64_t)v->checks[i].cert);
        if (v->checks[i].check->osstatus)
            json_put_int(out, "osstatus", v->checks[i].check->osstatus);
        else
            json_put_null(out, "osstatus"); /* no check of Apple's */
        json_put_text(out, "detail", v->checks[i].detail);
        json_object_end(out);
    }
    json_array_end(out);
}

static void path_write(const struct verdict *v, struct json_out *out)
{
    json_key(out, "path");
    json_array(out);
    for (size_t i = 0; i < v->n_path; i++)
        json_text(out, v->path[i]->sha256_hex);
    json_array_end(out);
    json_key(out, "causes");
    json_array(out);
    for (size_t i = 0; i < v->n_causes; i++)
        json_text(out, v->causes[i]);
    json_array_end(out);
}

/* Said only when somebody brought something to go by: a verdict without says "not checked" by
 * silence. */
static void revocation_write(const struct verdict *v, struct json_out *out)
{
    if (v->fetched)
        json_put_bool(out, "fetched", true);
    if (!v->revocation)
        return;
    json_key(out, "revocation");
    json_array(out);
    for (size_t i = 0; i < v->n_path; i++)
        json_text(out, verdict_revocation_name(v->revocation[i]));
    json_array_end(out);
    json_put_text(out, "revocation_source", v->revocation_source);
}

/* Only when there were any: an honest chain has one path. */
static void detours_write(const struct verdict *v, struct json_out *out)
{
    if (v->n_detours == 0)
        return;
    json_key(out, "detours");
    json_array(out);
    for (size_t i = 0; i < v->n_detours; i++) {
        json_object(out);
        json_key(out, "path");
        json_array(out);
        for (size_t k = 0; k < v->detours[i].n; k++)
            json_text(out, v->detours[i].sha256[k]);
        json_array_end(out);
        json_put_text(out, "why", v->detours[i].why);
        json_object_end(out);
    }
    json_array_end(out);
}

static void openssl_write(const struct openssl_opinion *o, struct json_out *out)
{
    if (!o->asked)
        return;
    json_key(out, "openssl");
    json_object(out);
    json_put_bool(out, "accept", o->accept);
    json_put_int(out, "code", o->code);
    json_put_int(out, "depth", o->depth);
    json_put_text(out, "text", o->text);
    json_object_end(out);
}

static void class_write(const struct verdict *v, struct json_out *out)
{
    json_put_text(out, "class", judge_class_name(v->class));
    json_put_text(out, "text", v->text);
    if (v->class == CLASS_NONE || v->osstatus == 0) { /* accepted, or no check of Apple's */
        json_put_null(out, "osstatus");
        json_put_null(out, "osstatus_name");
        json_put_null(out, "nsurlerror");
    } else {
        json_put_int(out, "osstatus", v->osstatus);
        json_put_text(out, "osstatus_name", v->osstatus_name);
        json_put_int(out, "nsurlerror", v->nsurlerror);
    }
    json_put_bool(out, "overridable", v->overridable);
}

void verdict_write_json(const struct verdict *v, struct json_out *out)
{
    json_put_text(out, "verdict", verdict_answer_name(v->answer));
    json_put_text(out, "anchors_are", anchors_are_name(v->anchors_are));
    if (v->answer == VERDICT_ERROR) {
        json_put_text(out, "error", v->error);
        return;
    }
    class_write(v, out);
    checks_write(v, out);
    path_write(v, out);
    json_put_text(out, "trusted_by", v->trusted_by);
    if (v->ca_status) {
        json_put_text(out, "ca_status", v->ca_status);
        json_put_text(out, "ca_detail", v->ca_detail);
    }
    json_put_text(out, "ct", verdict_ct_name(v->ct));
    revocation_write(v, out);
    detours_write(v, out);
    openssl_write(&v->openssl, out);
}
