#include "case_json.h"

#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/chain.h"

/* The text of a member: NULL when absent or null; false when it is something else. */
static bool text_get(const json_t *object, const char *key, const char **out, struct err *e)
{
    const json_t *value = json_object_get(object, key);

    *out = NULL;
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return err_set(e, ERR_INPUT, "\"%s\" must be a string or null", key);
    *out = json_string_value(value);
    if (strlen(*out) != json_string_length(value))
        return err_set(e, ERR_INPUT, "\"%s\" holds a NUL", key);
    return true;
}

static bool is_set(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return value && !json_is_null(value) && !(json_is_array(value) && json_array_size(value) == 0);
}

static void cannot(struct case_json *out, const char *format, const char *what)
{
    struct text t = {0};

    if (out->unsupported)
        return;
    text_add(&t, format);
    text_add_safe(&t, what, strlen(what), 80);
    out->unsupported = text_give(&t);
}

static bool policy_read(const json_t *o, struct case_json *out, struct err *e)
{
    const char *policy, *kind;

    if (!text_get(o, "policy", &policy, e) || !text_get(o, "kind", &kind, e))
        return false;
    if (!policy || strcmp(policy, "ios") == 0)
        out->policy = JUDGE_TLS_SERVER;
    else if (strcmp(policy, "webpki") == 0)
        out->policy = JUDGE_WEBPKI;
    else
        return err_set(e, ERR_INPUT, "\"policy\" must be \"ios\" or \"webpki\"");
    if (!kind || strcmp(kind, "tls-server") == 0)
        return true;
    if (strcmp(kind, "x509-basic") == 0 && out->policy == JUDGE_TLS_SERVER)
        out->policy = JUDGE_X509_BASIC;
    else
        cannot(out, "kind ", kind);
    return true;
}

/* What `requires` may name and this judge has. */
static bool is_supported(const char *feature)
{
    static const char *const features[] = {"public-suffix", "chain-choice"};

    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
        if (strcmp(features[i], feature) == 0)
            return true;
    return false;
}

static bool requires_read(const json_t *o, struct case_json *out, struct err *e)
{
    static const char *const deeper[] = {
        "crls", "max_depth", "pins", "denied", "key_usage", "smime_usage", "ocsp_responses"};
    const json_t *list = json_object_get(o, "requires"), *item;
    size_t        i;

    if (list && !json_is_null(list) && !json_is_array(list))
        return err_set(e, ERR_INPUT, "\"requires\" must be a list of strings");
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item))
            return err_set(e, ERR_INPUT, "\"requires\" must be a list of strings");
        if (!is_supported(json_string_value(item)))
            cannot(out, "requires ", json_string_value(item));
    }
    for (i = 0; i < sizeof(deeper) / sizeof(deeper[0]); i++)
        if (is_set(o, deeper[i]))
            cannot(out, "uses ", deeper[i]);
    if (json_is_true(json_object_get(o, "ct_enforced")))
        cannot(out, "uses ", "ct_enforced");
    return true;
}

static bool kind_read(const json_t *o, struct case_json *out, struct err *e)
{
    const char *anchors, *host, *time;

    if (!text_get(o, "anchors_are", &anchors, e) || !text_get(o, "hostname", &host, e)
        || !text_get(o, "verify_time", &time, e))
        return false;
    if (anchors && !anchors_are_find(anchors, &out->anchors_are))
        return err_set(e, ERR_INPUT, "\"anchors_are\" must be \"system\", \"user\" or \"custom\"");
    if (time && !time_parse_rfc3339(time, &out->at))
        return err_set(
            e, ERR_INPUT, "\"verify_time\" must be an RFC 3339 time, such as 2026-11-21T09:00:00Z");
    out->host = mem_text(host);
    return true;
}

static bool cert_add(struct cert_chain *chain, const json_t *value, const char *key, struct err *e)
{
    uint8_t           *der = NULL;
    size_t             len = 0;
    const struct cert *c;

    if (!json_is_string(value)
        || !text_from_base64(json_string_value(value), json_string_length(value), &der, &len))
        return err_set(e, ERR_INPUT, "\"%s\" must be Base64 of DER", key);
    c = cert_share(der, len, e);
    mem_free(der);
    if (!c)
        return err_wrap(e, "\"%s\"", key);
    cert_chain_push(chain, c);
    cert_unref(c);
    return true;
}

static bool certs_add(
    struct cert_chain *chain, const json_t *list, const char *key, size_t most, struct err *e)
{
    const json_t *item;
    size_t        i;

    if (!list || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return err_set(e, ERR_INPUT, "\"%s\" must be a list", key);
    json_array_foreach(list, i, item)
    {
        if (chain->n >= most) {
            chain->n_cut = json_array_size(list) - i;
            return true;
        }
        if (!cert_add(chain, item, key, e))
            return err_wrap(e, "item %zu", i);
    }
    return true;
}

static bool certs_read(const json_t *o, struct case_json *out, struct err *e)
{
    out->chain = cert_chain_new();
    out->anchors = cert_chain_new();
    return cert_add(out->chain, json_object_get(o, "leaf"), "leaf", e)
           && certs_add(
               out->chain, json_object_get(o, "intermediates"), "intermediates", CHAIN_MOST, e)
           && certs_add(
               out->anchors, json_object_get(o, "anchors"), "anchors", CASE_ANCHORS_MOST, e);
}

static bool object_read(const json_t *o, struct case_json *out, struct err *e)
{
    const char *id;

    if (!json_is_object(o))
        return err_set(e, ERR_INPUT, "a case is a JSON object");
    if (!text_get(o, "id", &id, e))
        return false;
    if (!id)
        return err_set(e, ERR_INPUT, "the case has no \"id\"");
    out->id = mem_text(id);
    if (!policy_read(o, out, e) || !requires_read(o, out, e) || !kind_read(o, out, e))
        return false;
    return out->unsupported || certs_read(o, out, e);
}

bool case_json_read(const char *line, size_t len, int64_t now, struct case_json *out, struct err *e)
{
    json_error_t why;
    json_t      *o = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
    bool         ok;

    *out = (struct case_json){.anchors_are = ANCHORS_CUSTOM, .at = now};
    if (!o)
        return err_set(e, ERR_INPUT, "no JSON at byte %d: %s", why.position, why.text);
    ok = object_read(o, out, e);
    json_decref(o);
    return ok;
}

void case_json_fini(struct case_json *c)
{
    mem_free(c->id);
    mem_free(c->host);
    mem_free(c->unsupported);
    cert_chain_free(c->chain);
    cert_chain_free(c->anchors);
    *c = (struct case_json){0};
}
