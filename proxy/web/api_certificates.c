/* api_certificates.c - the certificates that were seen; declared in api.h. */
#include "api.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "desk.h"
#include "record.h"
#include "request.h"
#include "roots.h"
#include "store/certificate_look.h"
#include "store/filter.h"
#include "store/flow_look.h"
#include "web.h"

/* LIST_MS: a filter that finds little in a large store says how far it came. FLOWS_MS: a
 * certificate that is used all the time is found at once. */
enum {
    LIST_USUAL = 100,
    LIST_MOST = 500,
    LIST_MS = 200,
    HOSTS = 3,
    FLOWS = 50,
    FLOWS_MS = 500,
    SHA256_LEN = 64,
    NEXT_CAP = 48
};

struct telling {
    struct desk *desk;
    struct flow_look *look;
    struct json_out *json;
    const char *ours;
    /* of one: the filter that finds its connections, and the last of them */
    struct text expression;
    char last_id[API_ID_CAP];
    bool failed;
    struct err *fault; /* set when it failed */
};

static void put_host(void *arg, const char *host)
{
    json_text(arg, host);
}

static void put_hosts_of(struct telling *t, const struct certificate_row *row)
{
    if (!certificate_look_hosts(t->look, row->tag, HOSTS, put_host, t->json, t->fault))
        t->failed = true;
}

void api_certificate_use_json(
    const struct certificate_row *row, const struct certificate_use *use, struct json_out *j)
{
    char at[TIME_TEXT_CAP];

    api_certificate_json(row, j);
    json_put_int(j, "uses", use->n);
    json_put_text(j, "last_at", time_rfc3339_ms(at, use->last_ms));
    json_put_bool(j, "issuer_changed", use->issuer_changed);
}

/* --- lists --- */

static void put_listed(
    void *arg, const struct certificate_row *row, const struct certificate_use *use)
{
    struct telling *t = arg;

    json_object(t->json);
    api_certificate_use_json(row, use, t->json);
    json_key(t->json, "hosts");
    json_array(t->json);
    put_hosts_of(t, row);
    json_array_end(t->json);
    json_object_end(t->json);
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
    const char *tab = request_arg(r, "tab");
    const char *after = request_arg(r, "after");
    int64_t most;
    int end = 0;

    *ask = (struct certificate_ask){.ours = desk_web(desk)->root_name,
        .after_s = INT64_MIN,
        .after_tag = INT64_MIN,
        .budget_ms = LIST_MS};
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

/* Members of the array that is open; *next, "" when there is no more. Roots come all at once. */
static bool put_list(struct telling *t, const struct certificate_ask *ask, bool *complete,
    char next[static NEXT_CAP])
{
    struct certificate_end end;

    *next = '\0';
    if (ask->kind == CERTIFICATE_ROOTS)
        return roots_list(t->desk, t->look, ask->filter, t->json, complete, t->fault);
    if (!certificate_look_each(t->look, ask, put_listed, t, &end, t->fault) || t->failed)
        return false;
    *complete = !end.late;
    if (end.late || end.n == ask->most)
        snprintf(next, NEXT_CAP, "%" PRId64 ".%" PRId64, end.looked_s, end.looked_tag);
    return true;
}

void api_certificates(struct desk *desk, const struct request *r, struct answer *out)
{
    struct certificate_ask ask;
    struct filter *filter;
    struct err e = {0};
    struct json_out j;
    char next[NEXT_CAP];
    bool complete = false;

    if (!ask_read(desk, r, &ask, out) || !api_certificate_filter(desk, r, &filter, out))
        return;
    struct telling t = {
        .desk = desk, .look = desk_look(desk, &e), .json = &j, .ours = ask.ours, .fault = &e};
    ask.filter = filter;
    answer_json(out, &j);
    json_key(&j, "certificates");
    json_array(&j);
    bool right = t.look && put_list(&t, &ask, &complete, next);
    filter_free(filter);
    if (!right) {
        answer_err(out, &e);
        return;
    }
    json_array_end(&j);
    json_put_bool(&j, "complete", complete);
    api_put_maybe(&j, "next", next);
    json_object_end(&j);
}

/* --- one --- */

static bool is_root(const struct certificate_row *row)
{
    return row->is_ca && strcmp(row->subject, row->issuer) == 0;
}

static void put_der(struct telling *t, const struct certificate_row *row, bool sent)
{
    struct text pem = {0};

    text_add_pem(&pem, "CERTIFICATE", row->der, row->der_len);
    json_put_text(t->json, "pem", text_str(&pem));
    text_fini(&pem);
    json_put_text(t->json, "stores", is_root(row) ? root_stores(t->desk, row->sha256) : NULL);
    if (is_root(row))
        json_put_bool(t->json, "sent", sent);
    else
        json_put_null(t->json, "sent");
}

/* As the list of roots tells it: those whose chains end in it are counted whether they sent it or
 * not. */
static void put_root(
    struct telling *t, const struct certificate_row *row, const struct root_use *use, bool sent)
{
    api_certificate_use_json(row, &use->use, t->json);
    json_key(t->json, "hosts");
    json_array(t->json);
    for (size_t i = 0; i < use->n_hosts; i++)
        json_text(t->json, use->hosts[i]);
    json_array_end(t->json);
    put_der(t, row, sent);
    root_expression(use, &t->expression);
}

static void put_used(struct telling *t, const struct certificate_row *row)
{
    struct certificate_use use;

    if (!certificate_look_use(t->look, row, t->ours, &use, t->fault))
        t->failed = true;
    api_certificate_use_json(row, &use, t->json);
    json_key(t->json, "hosts");
    json_array(t->json);
    put_hosts_of(t, row);
    json_array_end(t->json);
    put_der(t, row, true);
    text_printf(&t->expression, "~sha %s", row->sha256);
}

/* One that a site sent, or that we made. */
static void put_one(void *arg, const struct certificate_row *row)
{
    struct telling *t = arg;
    struct roots_used *all = is_root(row) ? roots_used_find(t->look, t->ours, t->fault) : NULL;
    const struct root_use *use = all ? roots_used_get(all, row->sha256) : NULL;

    if (is_root(row) && !all)
        t->failed = true;
    else if (use)
        put_root(t, row, use, true);
    else
        put_used(t, row);
    mem_free(all);
}

/* One that no site sent, and that chains ended in. */
static bool put_unsent(struct telling *t, const char *sha256, bool *found)
{
    struct certificate_row row;

    *found = false;
    if (!root_row(t->desk, sha256, &row))
        return true;
    struct roots_used *all = roots_used_find(t->look, t->ours, t->fault);
    const struct root_use *use = all ? roots_used_get(all, sha256) : NULL;
    bool right = all != NULL;

    if (use) {
        *found = true;
        put_root(t, &row, use, false);
    }
    mem_free(all);
    return right;
}

static bool put_row(void *arg, const struct flow_row *row)
{
    struct telling *t = arg;

    api_row_json(t->desk, row, t->json);
    if (!*t->last_id)
        snprintf(t->last_id, sizeof t->last_id, "%s", row->id);
    return true;
}

static bool put_flows(struct telling *t)
{
    struct filter_fault fault;
    struct flow_list_end end;
    struct filter *filter = filter_parse(text_str(&t->expression), 0, &fault);
    const struct flow_list_ask ask = {.filter = filter, .most = FLOWS, .budget_ms = FLOWS_MS};

    json_key(t->json, "flows");
    json_array(t->json);
    bool right = flow_look_list(t->look, &ask, put_row, t, &end, t->fault);
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

static bool answer_one(struct telling *t, const char *sha256, bool *found)
{
    bool right = certificate_look_one(t->look, sha256, put_one, t, found, t->fault) && !t->failed &&
                 (*found || put_unsent(t, sha256, found));

    if (right && *found && (right = put_flows(t))) {
        put_chain(t, sha256);
        json_object_end(t->json);
    }
    return right;
}

void api_certificate(struct desk *desk, const struct request *r, struct answer *out)
{
    const char *sha256 = r->parts[3];
    struct err e = {0};
    struct json_out j;
    struct telling t = {.desk = desk,
        .look = desk_look(desk, &e),
        .json = &j,
        .ours = desk_web(desk)->root_name,
        .fault = &e};
    bool found = false;

    answer_json(out, &j);
    if (strlen(sha256) != SHA256_LEN || strspn(sha256, "0123456789abcdef") != SHA256_LEN)
        answer_error(out, 404, "a certificate goes by its SHA-256 in hex");
    else if (!t.look || !answer_one(&t, sha256, &found))
        answer_err(out, &e);
    else if (!found)
        answer_error(out, 404, "this certificate was not seen");
    text_fini(&t.expression);
}
