/* export/har.c - an HTTP Archive 1.2, as browsers write and read it (w3c web-performance, HAR 1.2
 * draft of 2012-08-14). An exchange is an entry; a connection that came to no exchange is one as
 * well, with status 0. What whytls knows besides lies in `_whytls`, and the first entry of a
 * connection has its whole record there, so that an import loses nothing. */
#include "export_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "flow/spoken.h"
#include "har_timings.h"

struct archive {
    bool any; /* an entry was written */
};

static void *begin(struct text *out)
{
    struct json_out j;

    text_add(out, "{\"log\":{\"version\":\"1.2\",\"creator\":");
    json_init(&j, out);
    json_object(&j);
    json_put_text(&j, "name", "whytls");
    json_put_text(&j, "version", WHYTLS_VERSION);
    json_object_end(&j);
    text_add(out, ",\"pages\":[],\"entries\":[");
    return mem_new(sizeof(struct archive));
}

static void end(void *state, struct text *out)
{
    text_add(out, "\n]}}\n");
    mem_free(state);
}

/* --- a message --- */

static void put_pair(void *arg, const char *name, const char *value)
{
    struct json_out *j = arg;

    json_object(j);
    json_put_text(j, "name", name);
    json_put_text(j, "value", value);
    json_object_end(j);
}

static void put_pair_n(
    struct json_out *j, const char *name, size_t name_len, const char *value, size_t value_len)
{
    json_object(j);
    json_key(j, "name");
    json_text_n(j, name, name_len);
    json_key(j, "value");
    json_text_n(j, value, value_len);
    json_object_end(j);
}

/* "a=1" up to the separator; gives where the next begins. */
static const char *put_parameter(struct json_out *j, const char *at, const char *end, char stop)
{
    const char *next = memchr(at, stop, (size_t)(end - at));
    const char *until = next ? next : end;
    const char *is = memchr(at, '=', (size_t)(until - at));

    while (at < until && *at == ' ')
        at++;
    if (at < until)
        put_pair_n(j, at, (size_t)((is ? is : until) - at), is ? is + 1 : until,
            is ? (size_t)(until - is - 1) : 0);
    return next ? next + 1 : end;
}

static void put_parameters(struct json_out *j, const char *text, size_t len, char stop)
{
    for (const char *at = text, *over = text + len; at < over;)
        at = put_parameter(j, at, over, stop);
}

struct cookies {
    struct json_out *j;
    const char *field; /* "Cookie" or "Set-Cookie" */
};

static void put_cookie(void *arg, const char *name, const char *value)
{
    struct cookies *c = arg;

    if (!text_equal_caseless(name, c->field))
        return;
    if (c->field[0] == 'S')
        put_parameters(c->j, value, strcspn(value, ";"), ';');
    else
        put_parameters(c->j, value, strlen(value), ';');
}

static void put_head(
    const struct leaving *l, const struct spoken_message *m, const char *cookie, struct json_out *j)
{
    struct cookies cookies = {j, cookie};
    struct text version = {0};

    message_version(l, m, &version);
    json_put_text(j, "httpVersion", text_str(&version));
    text_fini(&version);
    json_key(j, "headers");
    json_array(j);
    message_fields(m, l->raw, put_pair, j);
    json_array_end(j);
    json_key(j, "cookies");
    json_array(j);
    message_fields(m, l->raw, put_cookie, &cookies);
    json_array_end(j);
    json_put_int(j, "headersSize", m && m->head.len ? (int64_t)m->head.len : -1);
}

/* What was not kept is told of, as HAR has no other word for it. */
static void put_cut(const struct spoken_message *m, bool whole, struct json_out *j)
{
    if (m && m->body_kept && !whole)
        json_put_text(j, "comment", "the beginning of the body: the rest was not kept");
}

static void put_bytes(const struct text *body, const char *encoding, struct json_out *j)
{
    struct text coded = {0};

    json_key(j, "text");
    if (bytes_are_text(body)) {
        json_text_n(j, text_str(body), body->len);
        return;
    }
    text_add_base64(&coded, (const uint8_t *)body->at, body->len);
    json_text(j, text_str(&coded));
    json_put_text(j, encoding, "base64");
    text_fini(&coded);
}

static void put_post_data(
    const struct leaving *l, const struct spoken_message *m, struct json_out *j)
{
    struct text type = {0}, body = {0};
    bool whole;

    if (!m || !m->body_kept || !m->body.len)
        return;
    message_field(m, "Content-Type", l->raw, &type);
    message_body(m, l->raw, &body, &whole);
    json_key(j, "postData");
    json_object(j);
    json_put_text(j, "mimeType", text_str(&type));
    put_bytes(&body, "_encoding", j);
    put_cut(m, whole, j);
    json_object_end(j);
    text_fini(&type);
    text_fini(&body);
}

static void put_content(
    const struct leaving *l, const struct spoken_message *m, int64_t size, struct json_out *j)
{
    struct text type = {0}, body = {0};
    bool whole = false;

    message_field(m, "Content-Type", l->raw, &type);
    if (m && m->body_kept)
        message_body(m, l->raw, &body, &whole);
    json_key(j, "content");
    json_object(j);
    json_put_int(j, "size", whole ? (int64_t)body.len : size);
    json_put_text(j, "mimeType", type.len ? text_str(&type) : "x-unknown");
    if (m && m->body_kept) {
        put_bytes(&body, "encoding", j);
        put_cut(m, whole, j);
    }
    json_object_end(j);
    text_fini(&type);
    text_fini(&body);
}

/* --- an entry --- */

static void put_url(const char *method, const char *url, struct json_out *j)
{
    const char *query = strchr(url, '?');

    json_put_text(j, "method", method);
    json_put_text(j, "url", url);
    json_key(j, "queryString");
    json_array(j);
    if (query)
        put_parameters(j, query + 1, strcspn(query + 1, "#"), '&');
    json_array_end(j);
}

static void put_request(const struct leaving *l, size_t n, struct json_out *j)
{
    const struct flow_exchange *x = &l->flow->exchanges[n];
    const struct spoken_message *m = leaving_message(l, n, SPOKEN_REQUEST);

    json_key(j, "request");
    json_object(j);
    put_url(x->method, x->url, j);
    put_head(l, m, "Cookie", j);
    json_put_int(j, "bodySize", x->request_bytes);
    put_post_data(l, m, j);
    json_object_end(j);
}

/* Why there is no response: also as the text of the status, which more readers show. */
static void put_error(const struct flow *f, struct json_out *j)
{
    const char *known = leaving_why(f), *why = known ? known : "no response was read";

    json_put_int(j, "status", 0);
    json_put_text(j, "statusText", why);
    json_put_text(j, "_error", why);
}

static void put_status(
    const struct flow_exchange *x, const struct spoken_message *m, struct json_out *j)
{
    struct text reason = {0};

    message_reason(m, &reason);
    json_put_int(j, "status", x->status);
    json_put_text(j, "statusText", text_str(&reason));
    text_fini(&reason);
}

static void put_response(const struct leaving *l, size_t n, struct json_out *j)
{
    const struct flow_exchange *x = &l->flow->exchanges[n];
    const struct spoken_message *m = leaving_message(l, n, SPOKEN_RESPONSE);
    struct text location = {0};

    message_field(m, "Location", l->raw, &location);
    json_key(j, "response");
    json_object(j);
    if (x->status == FLOW_NONE)
        put_error(l->flow, j);
    else
        put_status(x, m, j);
    put_head(l, m, "Set-Cookie", j);
    put_content(l, m, x->response_bytes, j);
    json_put_text(j, "redirectURL", text_str(&location));
    json_put_int(j, "bodySize", x->status == FLOW_NONE ? -1 : x->response_bytes);
    json_object_end(j);
    text_fini(&location);
}

/* No request was read: what the client asked of the proxy stands for it. */
static void put_failed(const struct leaving *l, struct json_out *j)
{
    const struct flow *f = l->flow;
    struct text url = {0};

    text_printf(&url, "https://%s:%lld/", f->target->host ? f->target->host : "unknown.invalid",
        (long long)(f->target->port == FLOW_NONE ? 443 : f->target->port));
    json_key(j, "request");
    json_object(j);
    put_url("CONNECT", text_str(&url), j);
    put_head(l, NULL, "Cookie", j);
    json_put_int(j, "bodySize", -1);
    json_object_end(j);
    json_key(j, "response");
    json_object(j);
    put_error(f, j);
    put_head(l, NULL, "Set-Cookie", j);
    put_content(l, NULL, 0, j);
    json_put_text(j, "redirectURL", "");
    json_put_int(j, "bodySize", -1);
    json_object_end(j);
    text_fini(&url);
}

static void put_timings(const struct har_timings *t, struct json_out *j)
{
    json_key(j, "cache");
    json_object(j);
    json_object_end(j);
    json_key(j, "timings");
    json_object(j);
    json_put_int(j, "blocked", t->blocked);
    json_put_int(j, "dns", -1); /* it is part of dialling */
    json_put_int(j, "connect", t->connect);
    json_put_int(j, "ssl", t->ssl);
    json_put_int(j, "send", 0);
    json_put_int(j, "wait", t->wait);
    json_put_int(j, "receive", 0);
    json_object_end(j);
}

/* An address alone: some readers show it as it stands. The connection is its port, for Chromium
 * (156) shows it beside the address, and has the name of the connection by itself. */
static void put_connection(const struct flow *f, struct json_out *j)
{
    const char *address = f->server_leg ? f->server_leg->address : NULL;
    struct text plain = {0};
    char port[24];

    json_put_text(j, "_connectionId", f->id);
    if (f->target->port != FLOW_NONE) {
        snprintf(port, sizeof port, "%" PRId64, f->target->port);
        json_put_text(j, "connection", port);
    }
    if (!address)
        return;
    if (*address == '[')
        text_add_n(&plain, address + 1, strcspn(address + 1, "]"));
    else if (strchr(address, ':') == strrchr(address, ':'))
        text_add_n(&plain, address, strcspn(address, ":"));
    else
        text_add(&plain, address);
    json_put_text(j, "serverIPAddress", text_str(&plain));
    text_fini(&plain);
}

static void put_ours(const struct leaving *l, size_t n, struct json_out *j)
{
    const struct flow *f = l->flow;
    const struct flow_diagnosis *d = f->n_diagnosis ? &f->diagnosis[0] : NULL;

    json_key(j, "_whytls");
    json_object(j);
    json_put_text(j, "flow", f->id);
    json_put_int(j, "n", (int64_t)n);
    json_put_text(j, "outcome", outcome_name(flow_outcome(f)));
    json_put_text(j, "cause", d ? d->cause : NULL);
    json_put_text(j, "sure", d ? d->confidence : NULL);
    json_put_text(j, "leg", d ? d->leg : NULL);
    json_put_text(j, "title", d ? d->title : NULL);
    if (n == 0) {
        json_key(j, "record");
        json_verbatim(j, text_str(l->record), l->record->len);
    }
    json_object_end(j);
}

static void put_entry(const struct leaving *l, size_t n, bool failed, struct text *out)
{
    const struct flow *f = l->flow;
    int64_t since = l->spoken && n < l->spoken->n ? l->spoken->at[n].at_ms : 0;
    struct har_timings timings;
    char at[TIME_TEXT_CAP];
    struct json_out j;

    if (failed)
        har_timings_failed(f, &timings);
    else
        har_timings_exchange(f, n, since, &timings);
    json_init(&j, out);
    json_object(&j);
    json_put_text(&j, "startedDateTime", time_rfc3339_ms(at, f->at_ms + timings.begins));
    json_put_int(&j, "time", har_timings_total(&timings));
    if (failed) {
        put_failed(l, &j);
    } else {
        put_request(l, n, &j);
        put_response(l, n, &j);
    }
    put_timings(&timings, &j);
    put_connection(f, &j);
    put_ours(l, n, &j);
    json_object_end(&j);
}

static void separate(struct archive *a, struct text *out)
{
    text_add(out, a->any ? ",\n" : "\n");
    a->any = true;
}

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    struct archive *a = state;

    (void)e;
    for (size_t n = 0; n < l->flow->n_exchanges; n++) {
        separate(a, out);
        put_entry(l, n, false, out);
    }
    if (!l->flow->n_exchanges) {
        separate(a, out);
        put_entry(l, 0, true, out);
    }
    return true;
}

const struct export_writer export_writer_har = {
    .name = "har",
    .type = "application/json",
    .suffix = ".har",
    .wants_spoken = true,
    .begin = begin,
    .flow = write_flow,
    .end = end,
    .drop = mem_free,
};
