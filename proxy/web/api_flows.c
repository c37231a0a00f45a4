/* api_flows.c - connections: lists, one, counts; declared in api.h. */
#include "api.h"

#include <inttypes.h>
#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "desk.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "request.h"
#include "store/filter.h"
#include "store/filter_names.h"
#include "store/flow_look.h"
#include "store/flow_tally.h"
#include "web.h"

/* A list is there within 100 ms, what more there is is asked for: ANSWER_MS for rows and number,
 * before what a busy machine adds. ALL_MS: of the count of all, which goes on with each who asks
 * until it is whole; the first page holds several answers. */
enum {
    LIST_USUAL = 200,
    LIST_MOST = 1000,
    LIST_MS = 60,
    ANSWER_MS = 75,
    FACETS_MS = 75,
    ALL_MS = 20
};

void api_put_maybe(struct json_out *j, const char *key, const char *text)
{
    json_put_text(j, key, text && *text ? text : NULL);
}

const char *api_sure_name(int sure)
{
    static const char *const names[] = {NULL, "possible", "likely", "certain"};

    return sure >= 0 && sure <= 3 ? names[sure] : NULL;
}

void api_row_json(struct desk *desk, const struct flow_row *row, struct json_out *j)
{
    char at[TIME_TEXT_CAP];

    json_object(j);
    json_put_int(j, "seq", row->seq);
    json_put_text(j, "id", row->id);
    json_put_text(j, "at", time_rfc3339_ms(at, row->at_ms));
    json_put_int(j, "ms", row->ms);
    json_put_text(j, "outcome", outcome_name(row->outcome));
    json_put_text(j, "sure", api_sure_name(row->sure));
    json_put_text(j, "host", row->host);
    json_put_int(j, "port", row->port);
    api_put_maybe(j, "device", row->device);
    api_put_maybe(j, "device_name", desk_device_name(desk, row->device));
    api_put_maybe(j, "client", row->client);
    api_put_maybe(j, "app", row->app);
    api_put_maybe(j, "cause", row->cause);
    api_put_maybe(j, "title", row->title);
    api_put_maybe(j, "leg", row->leg);
    json_put_int(j, "exchanges", row->exchanges);
    if (row->status == FLOW_NONE)
        json_put_null(j, "status");
    else
        json_put_int(j, "status", row->status);
    json_put_int(j, "bytes", row->bytes);
    json_object_end(j);
}

static bool filter_take(enum filter_about about, struct desk *desk, const struct request *r,
    struct filter **out, struct answer *a)
{
    const char *text = request_arg(r, "q");
    struct filter_fault fault;

    *out =
        filter_parse_about(about, text ? text : "", clock_wall_ms(desk_web(desk)->clock), &fault);
    if (!*out)
        answer_filter_error(a, fault.text, fault.column, fault.incomplete);
    return *out != NULL;
}

bool api_certificate_filter(
    struct desk *desk, const struct request *r, struct filter **out, struct answer *a)
{
    return filter_take(FILTER_ABOUT_CERTIFICATES, desk, r, out, a);
}

bool api_filter(struct desk *desk, const struct request *r, struct filter **out, struct answer *a)
{
    const struct web_config *web = desk_web(desk);

    if (!filter_take(FILTER_ABOUT_FLOWS, desk, r, out, a))
        return false;
    /* Without the names of devices it finds them by id and address. */
    if (!filter_name_devices_of(*out, web->folder, clock_wall_ms(web->clock) / 1000, NULL))
        log_info("names of devices are not known to filters");
    return true;
}

struct listing {
    struct desk *desk;
    struct json_out *json;
};

static bool put_row(void *arg, const struct flow_row *row)
{
    const struct listing *l = arg;

    api_row_json(l->desk, row, l->json);
    return true;
}

/* Of all there are. */
static bool count_all(struct desk *desk, struct flow_look *look, int64_t budget_ms,
    int64_t counts[static N_OUTCOMES], bool *exact, struct err *e)
{
    int64_t last;

    return flow_look_last(look, &last, e) &&
           desk_totals(desk, last, budget_ms < ALL_MS ? budget_ms : ALL_MS, counts, exact, e);
}

/* How many the filter finds. False: that would take too long. `spent_ms` is what the list took:
 * what the filter means is looked up again. */
static bool count(struct desk *desk, struct flow_look *look, const struct flow_list_ask *ask,
    const struct flow_list_end *end, int64_t spent_ms, int64_t *n)
{
    int64_t counts[N_OUTCOMES], left_ms = ANSWER_MS - 2 * spent_ms;
    bool exact = false;

    *n = (int64_t)end->n;
    if (end->complete && !ask->before && !ask->after)
        return true;
    if (!filter_root(ask->filter)) {
        left_ms = spent_ms < ANSWER_MS ? ANSWER_MS - spent_ms : 1; /* to go on takes next to none */
        if (!count_all(desk, look, left_ms, counts, &exact, NULL) || !exact)
            return false;
        *n = 0;
        for (size_t i = 0; i < N_OUTCOMES; i++)
            *n += counts[i];
        return true;
    }
    if (left_ms <= 0 || (end->n < ask->most && !end->complete))
        return false;
    return flow_look_count(look, ask->filter, left_ms, n, &exact, NULL) && exact;
}

static bool list(struct desk *desk, const struct request *r, struct flow_look *look,
    const struct filter *filter, struct answer *out, struct err *e)
{
    const struct clock *clock = desk_web(desk)->clock;
    int64_t began_ms = clock_steady_ms(clock), most, n;
    struct flow_list_ask ask = {.filter = filter, .budget_ms = LIST_MS};
    struct flow_list_end end;
    struct json_out j;
    struct listing l = {.desk = desk, .json = &j};

    if (!request_number(r, "limit", LIST_USUAL, LIST_MOST, &most) ||
        !request_number(r, "before", 0, INT64_MAX / 2, &ask.before) ||
        !request_number(r, "after", 0, INT64_MAX / 2, &ask.after))
        return err_set(e, ERR_INPUT, "limit (at most %d), before and after are numbers", LIST_MOST);
    ask.most = (size_t)(most ? most : 1);
    if (request_arg(r, "after") && !ask.after)
        ask.after = -1; /* behind nothing, and still oldest first */
    answer_json(out, &j);
    json_key(&j, "flows");
    json_array(&j);
    if (!flow_look_list(look, &ask, put_row, &l, &end, e))
        return false;
    json_array_end(&j);
    json_put_bool(&j, "complete", end.complete);
    json_put_int(&j, "looked_to", end.looked_to);
    bool exact = count(desk, look, &ask, &end, clock_steady_ms(clock) - began_ms, &n);
    if (exact)
        json_put_int(&j, "total", n);
    else
        json_put_null(&j, "total");
    json_put_bool(&j, "total_exact", exact);
    json_object_end(&j);
    return true;
}

void api_flows(struct desk *desk, const struct request *r, struct answer *out)
{
    struct filter *filter;
    struct err e = {0};

    if (!api_filter(desk, r, &filter, out))
        return;
    struct flow_look *look = desk_look(desk, &e);
    if (!look || !list(desk, r, look, filter, out, &e))
        answer_err(out, &e);
    filter_free(filter);
}

void api_facets(struct desk *desk, const struct request *r, struct answer *out)
{
    int64_t counts[N_OUTCOMES];
    struct filter *filter;
    struct json_out j;
    struct err e = {0};
    bool exact;

    if (!api_filter(desk, r, &filter, out))
        return;
    struct flow_look *look = desk_look(desk, &e);
    bool right;

    if (look && !filter_root(filter))
        right = count_all(desk, look, FACETS_MS, counts, &exact, &e);
    else
        right = look && flow_tally(look, filter, FACETS_MS, counts, &exact, &e);
    filter_free(filter);
    if (!right) {
        answer_err(out, &e);
        return;
    }
    answer_json(out, &j);
    json_key(&j, "outcomes");
    json_object(&j);
    for (size_t i = 0; i < N_OUTCOMES; i++)
        json_put_int(&j, outcome_name((enum outcome)i), counts[i]);
    json_object_end(&j);
    json_put_bool(&j, "exact", exact);
    json_object_end(&j);
}
