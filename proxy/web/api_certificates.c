/* api_certificates.c - the certificates that were seen; declared in api.h. */
#include "api.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "base/json_out.h"
#include "base/text.h"
#include "base/time_text.h"
#include "desk.h"
#include "record.h"
#include "request.h"
#include "store/certificate_look.h"
#include "store/filter.h"
#include "store/flow_look.h"
#include "web.h"

/* FLOWS_MS: a certificate that is used all the time is found at once. */
enum { LIST_USUAL = 100, LIST_MOST = 500, HOSTS = 3, FLOWS = 50, FLOWS_MS = 500, SHA256_LEN = 64 };

struct telling {
    struct desk *desk;
    struct flow_look *look;
    struct json_out *json;
    const char *ours;
    /* of lists: the last one */
    int64_t end_s, tag;
    size_t n;
    /* of one: its last connection */
    char last_id[API_ID_CAP];
    bool failed;
};

static void put_host(void *arg, const char *host)
{
    json_text(arg, host);
}

static void put_use(
    struct telling *t, const struct certificate_row *row, const struct certificate_use *use)
{
    char at[TIME_TEXT_CAP];

    api_certificate_json(row, t->json);
    json_put_int(t->json, "uses", use->n);
    json_put_text(t->json, "last_at", time_rfc3339_ms(at, use->last_ms));
    json_put_bool(t->json, "issuer_changed", use->issuer_changed);
}

/* --- lists --- */

static void put_listed(
    void *arg, const struct certificate_row *row, const struct certificate_use *use)
{
    struct telling *t = arg;

    json_object(t->json);
    put_use(t, row, use);
    json_key(t->json, "hosts");
    json_array(t->json);
    if (!certificate_look_hosts(t->look, row->tag, HOSTS, put_host, t->json, NULL))
        t->failed = true;
    json_array_end(t->json);
    json_object_end(t->json);
    t->end_s = row->not_after;
    t->tag = row->tag;
    t->n++;
}

static bool kind_of(const char *tab, enum certificate_kind *out)
{
    static const char *const tabs[] = {[CERTIFICATE_OF_SITES] = "sites",
        [CERTIFICATE_MADE] = "made",
        [CERTIFICATE_ROOTS] = "roots"};

    for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++)
        if (!strcmp(tab, tabs[i])) {
            *out = (enum certificate_kind)i;
            return true;
        }
    return false;
}

static bool ask_read(
    struct desk *desk, const struct request *r, struct certificate_ask *ask, struct answer *out)
{
    const char *tab = request_arg(r, "tab"), *q = request_arg(r, "q");
    const char *after = request_arg(r, "after");
    int64_t most;
    int end = 0;

    *ask = (struct certificate_ask){.ours = desk_web(desk)->root_name,
        .text = q ? q : "",
        .after_s = INT64_MIN,
        .after_tag = INT64_MIN};
    if (!kind_of(tab && *tab ? tab : "sites", &ask->kind))
        answer_error(out, 400, "tab is sites, made or roots");
    else if (!request_number(r, "limit", LIST_USUAL, LIST_MOST, &most))
        answer_error(out, 400, "limit is a number up to %d", LIST_MOST);
    else if (after && *after &&
             (sscanf(after, "%15" SCNd64 ".%15" SCNd64 "%n", &ask->after_s, &ask->after_tag,
                  &end) != 2 ||
                 after[end]))
        answer_error(out, 400, "after is what \"next\" said");
    else
        ask->most = (size_t)(most ? most : 1);
    return ask->most > 0;
}

void api_certificates(struct desk *desk, const struct request *r, struct answer *out)
{
    struct certificate_ask ask;
    struct err e = {0};
    struct json_out j;
    char next[48];

    if (!ask_read(desk, r, &ask, out))
        return;
    struct telling t = {.desk = desk, .look = desk_look(desk, &e), .json = &j, .ours = ask.ours};
    answer_json(out, &j);
    json_key(&j, "certificates");
    json_array(&j);
    if (!t.look || !certificate_look_each(t.look, &ask, put_listed, &t, &e)) {
        answer_err(out, &e);
        return;
    }
    json_array_end(&j);
    snprintf(next, sizeof next, "%" PRId64 ".%" PRId64, t.end_s, t.tag);
    json_put_text(&j, "next", t.n == ask.most ? next : NULL);
    json_object_end(&j);
}

/* --- one --- */

static void put_one(void *arg, const struct certificate_row *row)
{
    struct telling *t = arg;
    struct certificate_use use;
    struct text pem = {0};

    t->failed = !certificate_look_use(t->look, row, t->ours, &use, NULL);
    put_use(t, row, &use);
    json_key(t->json, "hosts");
    json_array(t->json);
    if (!certificate_look_hosts(t->look, row->tag, HOSTS, put_host, t->json, NULL))
        t->failed = true;
    json_array_end(t->json);
    api_pem(row->der, row->der_len, &pem);
    json_put_text(t->json, "pem", text_str(&pem));
    text_fini(&pem);
}

static bool put_row(void *arg, const struct flow_row *row)
{
    struct telling *t = arg;

    api_row_json(t->desk, row, t->json);
    if (!*t->last_id)
        snprintf(t->last_id, sizeof t->last_id, "%s", row->id);
    return true;
}

static bool put_flows(struct telling *t, const char *sha256, struct err *e)
{
    char expression[SHA256_LEN + 8];
    struct filter_fault fault;
    struct flow_list_end end;

    snprintf(expression, sizeof expression, "~sha %s", sha256);
    struct filter *filter = filter_parse(expression, 0, &fault);
    const struct flow_list_ask ask = {.filter = filter, .most = FLOWS, .budget_ms = FLOWS_MS};

    json_key(t->json, "flows");
    json_array(t->json);
    bool right = flow_look_list(t->look, &ask, put_row, t, &end, e);
    json_array_end(t->json);
    filter_free(filter);
    return right;
}

/* What its last connection saw beside it. */
static void put_chain(struct telling *t, const char *sha256)
{
    struct text json = {0};
    struct record record;
    bool found = false;

    json_key(t->json, "chain_with");
    json_array(t->json);
    if (*t->last_id && flow_look_record(t->look, t->last_id, &json, &found, NULL) && found &&
        record_read(&record, text_str(&json), json.len, NULL)) {
        for (size_t i = 0; i < record.n_certificates; i++)
            if (strcmp(record.certificates[i].sha256, sha256) != 0 &&
                strcmp(record.certificates[i].source, "made") != 0)
                json_text(t->json, record.certificates[i].sha256);
        record_fini(&record);
    }
    json_array_end(t->json);
    text_fini(&json);
}

void api_certificate(struct desk *desk, const struct request *r, struct answer *out)
{
    const char *sha256 = r->parts[3];
    struct err e = {0};
    struct json_out j;
    struct telling t = {
        .desk = desk, .look = desk_look(desk, &e), .json = &j, .ours = desk_web(desk)->root_name};
    bool found = false;

    answer_json(out, &j);
    if (strlen(sha256) != SHA256_LEN || strspn(sha256, "0123456789abcdef") != SHA256_LEN) {
        answer_error(out, 404, "a certificate goes by its SHA-256 in hex");
    } else if (!t.look || !certificate_look_one(t.look, sha256, put_one, &t, &found, &e) ||
               (found && !put_flows(&t, sha256, &e))) {
        answer_err(out, &e);
    } else if (!found) {
        answer_error(out, 404, "this certificate was not seen");
    } else {
        put_chain(&t, sha256);
        json_object_end(&j);
    }
}
