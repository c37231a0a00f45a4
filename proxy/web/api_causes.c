/* api_causes.c - what failed how often, and whom it met; declared in api.h. */
#include "api.h"

#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/time_text.h"
#include "desk.h"
#include "flow/outcome.h"
#include "request.h"
#include "store/cause_look.h"
#include "web.h"

enum { NAMES_MOST = 20, CAUSES_MS = 2000, HOUR_S = 3600, SINCE_MOST = 4000 };

/* "90m", "24h", "7d"; a day when it is absent. */
static bool since_of(struct desk *desk, const struct request *r, int64_t *ms, struct answer *out)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'m', 60 * 1000}, {'h', 3600 * 1000}, {'d', 24 * 3600 * 1000}};
    const char *text = request_arg(r, "since");
    int64_t n = 0;

    if (!text || !*text)
        text = "24h";
    for (; *text >= '0' && *text <= '9' && n < SINCE_MOST; text++)
        n = n * 10 + (*text - '0');
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (n > 0 && *text == units[i].unit && !text[1]) {
            *ms = clock_wall_ms(desk_web(desk)->clock) - n * units[i].ms;
            return true;
        }
    answer_error(out, 400, "since is a time like 90m, 24h or 7d");
    return false;
}

static void put_cause(void *arg, const struct cause_row *row)
{
    struct json_out *j = arg;
    char at[TIME_TEXT_CAP];

    json_object(j);
    json_put_text(j, "cause", row->cause);
    json_put_text(j, "title", *row->title ? row->title : row->cause);
    json_put_int(j, "n", row->n);
    json_put_int(j, "hosts", row->hosts);
    json_put_int(j, "apps", row->apps);
    json_put_int(j, "devices", row->devices);
    json_put_text(j, "outcome", outcome_name(row->outcome));
    json_put_text(j, "last_at", time_rfc3339_ms(at, row->last_ms));
    json_object_end(j);
}

struct hours {
    struct json_out *json;
    int64_t hour;
    bool open;
};

static void hour_end(struct hours *h)
{
    if (!h->open)
        return;
    json_object_end(h->json);
    json_object_end(h->json);
    h->open = false;
}

static void put_hour(void *arg, int64_t hour, enum outcome outcome, int64_t n)
{
    struct hours *h = arg;
    char at[TIME_TEXT_CAP];

    if (!h->open || hour != h->hour) {
        hour_end(h);
        json_object(h->json);
        json_put_text(h->json, "at", time_rfc3339(at, hour * HOUR_S));
        json_key(h->json, "counts");
        json_object(h->json);
        h->open = true;
        h->hour = hour;
    }
    json_put_int(h->json, outcome_name(outcome), n);
}

void api_causes(struct desk *desk, const struct request *r, struct answer *out)
{
    struct err e = {0};
    struct json_out j;
    struct hours hours = {.json = &j};
    int64_t since;

    if (!since_of(desk, r, &since, out))
        return;
    struct flow_look *look = desk_look(desk, &e);
    answer_json(out, &j);
    json_key(&j, "causes");
    json_array(&j);
    bool right = look && cause_look_each(look, since, CAUSES_MS, put_cause, &j, &e);
    json_array_end(&j);
    json_key(&j, "hours");
    json_array(&j);
    right = right && cause_look_hours(look, since, CAUSES_MS, put_hour, &hours, &e);
    hour_end(&hours);
    json_array_end(&j);
    json_object_end(&j);
    if (!right)
        answer_err(out, &e);
}

static void put_name(void *arg, const char *name, int64_t n)
{
    struct json_out *j = arg;

    json_object(j);
    json_put_text(j, "name", name);
    json_put_int(j, "n", n);
    json_object_end(j);
}

struct device_names {
    struct desk *desk;
    struct json_out *json;
};

static void put_device(void *arg, const char *id, int64_t n)
{
    const struct device_names *d = arg;
    const char *name = desk_device_name(d->desk, id);

    put_name(d->json, *name ? name : id, n);
}

static bool put_shares(struct desk *desk, struct flow_look *look, const char *cause, int64_t since,
    struct json_out *j, struct err *e)
{
    static const char *const names[N_CAUSE_BYS] = {
        [CAUSE_BY_HOST] = "hosts", [CAUSE_BY_APP] = "apps", [CAUSE_BY_DEVICE] = "devices"};
    struct device_names devices = {.desk = desk, .json = j};
    bool right = true;

    for (enum cause_by by = 0; right && by < N_CAUSE_BYS; by++) {
        json_key(j, names[by]);
        json_array(j);
        right = by == CAUSE_BY_DEVICE
                    ? cause_look_by(look, cause, by, since, NAMES_MOST, put_device, &devices, e)
                    : cause_look_by(look, cause, by, since, NAMES_MOST, put_name, j, e);
        json_array_end(j);
    }
    return right;
}

void api_cause(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_house *house = &desk_web(desk)->house;
    const char *cause = r->parts[3];
    struct err e = {0};
    struct json_out j;
    int64_t since;

    if (!since_of(desk, r, &since, out))
        return;
    struct flow_look *look = desk_look(desk, &e);
    answer_json(out, &j);
    if (!look || !put_shares(desk, look, cause, since, &j, &e)) {
        answer_err(out, &e);
        return;
    }
    json_key(&j, "about");
    if (!house->about_cause || !house->about_cause(house->arg, cause, &j))
        json_null(&j);
    json_object_end(&j);
}
