/* api_flow.c - one connection, with its certificates and what was said; declared in api.h. */
#include "api.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "base/json_out.h"
#include "base/text.h"
#include "base/time_text.h"
#include "desk.h"
#include "flow/spoken.h"
#include "message_json.h"
#include "record.h"
#include "request.h"
#include "store/certificate_look.h"
#include "store/filter.h"
#include "store/flow_look.h"

struct one {
    struct desk *desk;
    struct flow_look *look;
    struct record record;
    struct json_out *json;
    int64_t seq;
    bool raw; /* with credentials */
};

static bool put_row(void *arg, const struct flow_row *row)
{
    struct one *o = arg;

    o->seq = row->seq;
    api_row_json(o->desk, row, o->json);
    return false;
}

/* --- certificates --- */

void api_names_json(const char *names, struct json_out *j)
{
    json_key(j, "names");
    json_array(j);
    while (names && *names) {
        size_t n = strcspn(names, " ");

        if (n)
            json_text_n(j, names, n);
        names += n;
        names += *names == ' ';
    }
    json_array_end(j);
}

void api_certificate_json(const struct certificate_row *row, struct json_out *j)
{
    char time[TIME_TEXT_CAP];

    json_put_text(j, "sha256", row->sha256);
    json_put_text(j, "subject", row->subject);
    json_put_text(j, "issuer", row->issuer);
    api_names_json(row->names, j);
    json_put_text(j, "not_before", time_rfc3339(time, row->not_before));
    json_put_text(j, "not_after", time_rfc3339(time, row->not_after));
    json_put_bool(j, "is_ca", row->is_ca);
    json_put_text(j, "key", row->key);
}

struct putting {
    struct json_out *json;
    const char *source;
};

static void put_certificate(void *arg, const struct certificate_row *row)
{
    const struct putting *p = arg;
    struct text pem = {0};

    json_object(p->json);
    api_certificate_json(row, p->json);
    text_add_pem(&pem, "CERTIFICATE", row->der, row->der_len);
    json_put_text(p->json, "pem", text_str(&pem));
    json_put_text(p->json, "source", p->source);
    json_object_end(p->json);
    text_fini(&pem);
}

static bool put_chains(struct one *o, struct err *e)
{
    bool found, right = true;

    json_key(o->json, "certificates");
    json_array(o->json);
    for (size_t i = 0; right && i < o->record.n_certificates; i++) {
        struct putting p = {.json = o->json, .source = o->record.certificates[i].source};

        right = certificate_look_one(
            o->look, o->record.certificates[i].sha256, put_certificate, &p, &found, e);
    }
    json_array_end(o->json);
    return right;
}

/* --- exchanges --- */

static void put_number(struct json_out *j, const char *key, int64_t n)
{
    if (n == RECORD_NONE)
        json_put_null(j, key);
    else
        json_put_int(j, key, n);
}

static void put_exchange(struct one *o, size_t n, const struct spoken_exchange *said)
{
    struct record_exchange exchange = record_exchange(&o->record, n);

    json_object(o->json);
    json_put_int(o->json, "n", (int64_t)n);
    json_put_text(o->json, "method", exchange.method);
    json_put_text(o->json, "url", exchange.url);
    put_number(o->json, "status", exchange.status);
    put_number(o->json, "ms", exchange.ms);
    json_key(o->json, "request");
    message_json(said ? &said->said[SPOKEN_REQUEST] : NULL, o->raw, o->json);
    json_key(o->json, "response");
    message_json(said ? &said->said[SPOKEN_RESPONSE] : NULL, o->raw, o->json);
    json_object_end(o->json);
}

static bool put_exchanges(struct one *o, struct err *e)
{
    struct spoken *spoken = NULL;

    if (!flow_look_spoken(o->look, o->seq, &spoken, e))
        return false;
    json_key(o->json, "exchanges");
    json_array(o->json);
    for (size_t i = 0; i < o->record.n_exchanges; i++)
        put_exchange(o, i, spoken && i < spoken->n ? &spoken->at[i] : NULL);
    json_array_end(o->json);
    spoken_free(spoken);
    return true;
}

/* --- the whole --- */

bool api_id_is(const char *id)
{
    static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

    return *id && strlen(id) < API_ID_CAP && strspn(id, plain) == strlen(id);
}

static bool put_head(struct one *o, const char *id, struct err *e)
{
    char expression[API_ID_CAP + 4];
    struct filter_fault fault;
    struct flow_list_end end;

    snprintf(expression, sizeof expression, "~id %s", id);
    struct filter *filter = filter_parse(expression, 0, &fault);
    const struct flow_list_ask ask = {.filter = filter, .most = 1};

    json_key(o->json, "row");
    bool right = flow_look_list(o->look, &ask, put_row, o, &end, e) && end.n == 1;
    filter_free(filter);
    return right;
}

static bool answer_one(struct one *o, const char *id, bool *found, struct err *e)
{
    struct text record = {0};
    bool right = flow_look_record(o->look, id, &record, found, e);

    if (right && *found) {
        right = record_read(&o->record, text_str(&record), record.len, e) && put_head(o, id, e);
        json_key(o->json, "record");
        json_verbatim(o->json, text_str(&record), record.len);
        right = right && put_chains(o, e) && put_exchanges(o, e);
        json_object_end(o->json);
        record_fini(&o->record);
    }
    text_fini(&record);
    return right;
}

void api_flow(struct desk *desk, const struct request *r, struct answer *out)
{
    const char *id = r->parts[3];
    struct err e = {0};
    struct json_out j;
    struct one o = {
        .desk = desk, .look = desk_look(desk, &e), .json = &j, .raw = request_flag(r, "raw")};
    bool found = false;

    answer_json(out, &j);
    if (!o.look || (api_id_is(id) && !answer_one(&o, id, &found, &e)))
        answer_err(out, &e);
    else if (!found)
        answer_error(
            out, 404, "there is no connection of this id; it may have been dropped by age");
}
