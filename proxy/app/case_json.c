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

static void cannot(struct case_json *out, const char *format, const char *what)
{
    struct text t = {0};

    if (out->unsupported)
        return;
    text_add(&t, format);
    text_add_safe(&t, what, strlen(what), 80);
    out->unsupported = text_give(&t);
}

/* "ios" or "webpki", and what the certificate is for. */
static bool policy_read(const json_t *o, struct case_json *out, struct err *e)
{
    const char *policy, *kind;
    bool webpki;

    if (!text_get(o, "policy", &policy, e) || !text_get(o, "kind", &kind, e))
        return false;
    webpki = policy && strcmp(policy, "webpki") == 0;
    if (policy && !webpki && strcmp(policy, "ios") != 0)
        return err_set(e, ERR_INPUT, "\"policy\" must be \"ios\" or \"webpki\"");
    kind = kind ? kind : "tls-server";
    out->question = webpki ? CERTIFICATE_NONE : certificate_question_find(kind);
    if (out->question != CERTIFICATE_NONE)
        return true;
    for (int p = 0; p < N_JUDGE_POLICIES; p++) {
        out->policy = (enum judge_policy)p;
        if (judge_policy_is_webpki(out->policy) == webpki &&
            strcmp(judge_policy_name(out->policy), kind) == 0)
            return true;
    }
    cannot(out, "kind ", kind);
    return true;
}

/* What `requires` may name and this judge has. */
static bool is_supported(const char *feature)
{
    static const char *const features[] = {"public-suffix", "chain-choice", "ct", "stapled-ocsp",
        "pins", "denied-certs", "key-usage", "smime-usage", "eap-names", "ignore-expiry"};

    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
        if (strcmp(features[i], feature) == 0)
            return true;
    return false;
}

static bool requires_read(const json_t *o, struct case_json *out, struct err *e)
{
    const json_t *list = json_object_get(o, "requires"), *item;
    size_t i;

    if (list && !json_is_null(list) && !json_is_array(list))
        return err_set(e, ERR_INPUT, "\"requires\" must be a list of strings");
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item))
            return err_set(e, ERR_INPUT, "\"requires\" must be a list of strings");
        if (!is_supported(json_string_value(item)))
            cannot(out, "requires ", json_string_value(item));
        out->ignore_expiry =
            out->ignore_expiry || strcmp(json_string_value(item), "ignore-expiry") == 0;
    }
    return true;
}

static bool kind_read(const json_t *o, struct case_json *out, struct err *e)
{
    const char *anchors, *host, *time;

    if (!text_get(o, "anchors_are", &anchors, e) || !text_get(o, "hostname", &host, e) ||
        !text_get(o, "verify_time", &time, e))
        return false;
    if (anchors && !anchors_are_find(anchors, &out->anchors_are))
        return err_set(e, ERR_INPUT, "\"anchors_are\" must be \"system\", \"user\" or \"custom\"");
    if (time && !time_parse_rfc3339(time, &out->at))
        return err_set(
            e, ERR_INPUT, "\"verify_time\" must be an RFC 3339 time, such as 2026-11-21T09:00:00Z");
    out->host = mem_text(host);
    return true;
}

/* *out is NULL for bytes that are no certificate; then *e says why, and it is the caller's to mind.
 */
static bool cert_read(const json_t *value, const char *key, const struct cert **out, struct err *e)
{
    uint8_t *der = NULL;
    size_t len = 0;

    if (!json_is_string(value) ||
        !text_from_base64(json_string_value(value), json_string_length(value), &der, &len))
        return err_set(e, ERR_INPUT, "\"%s\" must be Base64 of DER", key);
    *out = cert_share(der, len, e);
    mem_free(der);
    if (!*out)
        err_wrap(e, "\"%s\"", key);
    return true;
}

/* What a server sends may be anything, and is passed over; an anchor is the caller's own word. */
static bool certs_add(struct cert_chain *chain, const json_t *list, const char *key, size_t most,
    bool strict, struct err *e)
{
    const json_t *item;
    size_t i;

    if (!list || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return err_set(e, ERR_INPUT, "\"%s\" must be a list", key);
    json_array_foreach(list, i, item)
    {
        const struct cert *c = NULL;

        if (chain->n >= most) {
            chain->n_cut += json_array_size(list) - i;
            return true;
        }
        if (!cert_read(item, key, &c, e) || (!c && strict))
            return err_wrap(e, "item %zu", i);
        if (c)
            cert_chain_push(chain, c);
        else
            chain->n_cut++;
        cert_unref(c);
    }
    return true;
}

/* A leaf that cannot be read is no fault of the case but its answer: the chain stays empty. */
static bool certs_read(const json_t *o, struct case_json *out, struct err *e)
{
    const struct cert *leaf = NULL;

    out->chain = cert_chain_new();
    out->anchors = cert_chain_new();
    if (!cert_read(json_object_get(o, "leaf"), "leaf", &leaf, e))
        return false;
    if (!leaf)
        return true;
    cert_chain_push(out->chain, leaf);
    cert_unref(leaf);
    if (out->question != CERTIFICATE_NONE)
        return true;
    return certs_add(out->chain, json_object_get(o, "intermediates"), "intermediates", CHAIN_MOST,
               false, e) &&
           certs_add(
               out->anchors, json_object_get(o, "anchors"), "anchors", CASE_ANCHORS_MOST, true, e);
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
    return out->unsupported || (certs_read(o, out, e) && case_ct_read(o, &out->ct, e) &&
                                   case_wants_read(o, &out->wants, e));
}

bool case_json_read(const char *line, size_t len, int64_t now, struct case_json *out, struct err *e)
{
    json_error_t why;
    json_t *o = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
    bool ok;

    *out = (struct case_json){.anchors_are = ANCHORS_CUSTOM, .at = now};
    if (!o)
        return err_set(e, ERR_INPUT, "no JSON at byte %d: %s", why.position, why.text);
    ok = object_read(o, out, e);
    json_decref(o);
    return ok;
}

void case_json_judge(const struct case_json *c, const struct ct_logs *ct_logs, struct verdict *out)
{
    struct judge_evidence evidence = c->wants.evidence;
    struct judge_case the_case = {
        .chain = c->chain,
        .host = c->host,
        .at = c->at,
        .anchors_are = c->anchors_are,
        .policy = c->policy,
        .anchors = c->anchors,
        .evidence = &evidence,
        .ct_logs = c->ct.logs ? c->ct.logs : ct_logs,
        .ct = c->ct.enforced,
        .ignore_expiry = c->ignore_expiry,
    };

    if (c->question != CERTIFICATE_NONE || c->chain->n == 0) {
        certificate_judge(c->question, c->chain->n ? c->chain->at[0] : NULL, out);
        return;
    }
    evidence.scts = (struct cert_span){c->ct.scts, c->ct.scts_len};
    case_wants_put(&c->wants, &the_case);
    judge_chain(&the_case, out);
}

void case_json_fini(struct case_json *c)
{
    mem_free(c->id);
    mem_free(c->host);
    mem_free(c->unsupported);
    cert_chain_free(c->chain);
    cert_chain_free(c->anchors);
    case_ct_fini(&c->ct);
    case_wants_fini(&c->wants);
    *c = (struct case_json){0};
}
